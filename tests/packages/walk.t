#!/bin/bash
# SPDX-License-Identifier: MIT
# Every user in every state of the software in every phase of PAM, through the stacks that
# pam-auth-update makes of the packaged profile. Each row of the table says what is to come out.
# shellcheck source=tests/packages/lib.sh disable=SC2034
. "$(dirname "$0")/lib.sh"

mapfile -t debs < <(all_debs)
apt install "${debs[@]}" || die "the packages cannot be installed: $(tail -5 $work/apt.log)"
idp_start
enrol || die "enroll: $(cat $work/enroll.out)"
daemon_start
enable_profile
token_service
# in one file what Debian's programs include
printf '@include common-auth\n@include common-account\n@include common-password\n@include common-session\n' \
  >$root/etc/pam.d/walk
pam_answer token encvoy-2 "$(host_token 2)" authenticate acct_mgmt
[ "$pam_status" = 0 ] || die "alice cannot log in: $pam_text"
cp -a $root/etc/pam.d $work/pam.d
cp -a $root/etc/encvoy/encvoy.conf $work/encvoy.conf
module=$(find $root/usr/lib -name pam_encvoy.so)

# ---- the states ----------------------------------------------------------------------------------
enter_up() { :; }
leave_up() { :; }
enter_dead() { daemon_stop; }
leave_dead() { daemon_start; }
enter_hung() { hung=$(listener_pid) && kill -STOP "$hung"; }
leave_hung() { kill -CONT "$hung"; }
enter_argument() { sed -i 's/pam_encvoy.so/& no_such_option=1/' $root/etc/pam.d/common-*; }
leave_argument() { cp -a $work/pam.d/common-* $root/etc/pam.d/; }
enter_configuration() { # encvoyd does not start with it
  daemon_stop
  chmod 666 $root/etc/encvoy/encvoy.conf
  encvoyd -d 2>>$work/encvoyd.log && die "encvoyd started with a configuration that everybody may write"
}
leave_configuration() {
  cp -a $work/encvoy.conf $root/etc/encvoy/encvoy.conf
  daemon_start
}
enter_module() { mv "$module" "$module.away"; }
leave_module() { mv "$module.away" "$module"; }

# ---- the phases ----------------------------------------------------------------------------------
password_of() {
  case $1 in
    root) echo roots-password ;;
    localjoe) echo joes-password ;;
    *) echo no-password ;;
  esac
}
run_auth() {
  if [ "$state:$1" = up:encvoy-2 ]; then
    pam_browser walk encvoy-2 alice
  else
    pam_answer walk "$1" "$(password_of "$1")"
  fi
}
run_account() { pam_answer walk "$1" '' acct_mgmt; }
run_session() { pam_answer walk "$1" '' open_session close_session; }
run_password() { # root, who calls this, is not asked for the old one
  pam_answer walk "$1" Saturn-6-rings$'\n'Saturn-6-rings chauthtok
  [ "$pam_status" != 0 ] || printf '%s:%s\n' "$1" "$(password_of "$1")" | in_root chpasswd
}

# "yes", or the words by which PAM refuses
outcome() {
  local known
  [ "$pam_status" = 0 ] && { echo yes; return; }
  for known in 'Authentication failure' 'Permission denied' 'User not known to the underlying authentication module' \
    'Authentication service cannot retrieve authentication info' 'Error in service module' 'Module is unknown' \
    'Failed preliminary check by password service' 'Authentication token manipulation error' \
    'Cannot make/remove an entry for the specified session' 'System error'; do
    [[ $pam_text != *"$known"* ]] || { echo "$known"; return; }
  done
  echo "other: $pam_text"
}

# ---- the table -----------------------------------------------------------------------------------
# state          user      auth   account   password   session
#
# yes, or why not: bad (not proven), unavailable (the daemon does not answer), config (the PAM line is
# wrong), missing (the module), refused (while changing a password), later (before it). Debian's session
# phase refuses nobody: who gets there has passed the others.
table='
up             root      yes          yes          yes      yes
up             localjoe  yes          yes          yes      yes
up             encvoy-2  yes          yes          refused  yes
up             nobodyhas bad          bad          refused  yes
dead           root      yes          yes          yes      yes
dead           localjoe  yes          yes          yes      yes
dead           encvoy-2  unavailable  unavailable  later    yes
dead           nobodyhas unavailable  unavailable  later    yes
hung           root      yes          yes          yes      yes
hung           localjoe  yes          yes          yes      yes
hung           encvoy-2  unavailable  unavailable  refused  yes
hung           nobodyhas unavailable  unavailable  refused  yes
argument       root      yes          yes          yes      yes
argument       localjoe  yes          yes          yes      yes
argument       encvoy-2  config       config       later    yes
argument       nobodyhas config       config       later    yes
configuration  root      yes          yes          yes      yes
configuration  localjoe  yes          yes          yes      yes
configuration  encvoy-2  unavailable  unavailable  later    yes
configuration  nobodyhas unavailable  unavailable  later    yes
module         root      yes          yes          yes      yes
module         localjoe  yes          yes          yes      yes
module         encvoy-2  missing      missing      missing  yes
module         nobodyhas missing      missing      missing  yes
'
words() {
  case $1 in
    yes) echo yes ;;
    bad) echo 'Authentication failure' ;;
    unavailable) echo 'Authentication service cannot retrieve authentication info' ;;
    config) echo 'Error in service module' ;;
    missing) echo 'Module is unknown' ;;
    refused) echo 'Authentication token manipulation error' ;;
    later) echo 'Failed preliminary check by password service' ;;
    *) echo "no such word: $1" ;;
  esac
}

now=up
while read -r state user auth account password session; do
  [ -n "$state" ] || continue
  if [ "$state" != "$now" ]; then
    leave_$now
    enter_$state
    now=$state
  fi
  for phase in auth account password session; do
    run_$phase "$user"
    is "$(outcome)" "$(words "${!phase}")" "SEC-46: $state: $user: $phase: ${!phase}"
  done
done <<<"$table"
leave_$now

# the state left behind is whole again
pam_answer token encvoy-2 "$(host_token 2)" authenticate acct_mgmt
is "$pam_status" 0 'and afterwards an Encvoy user logs in as before'
locals_work 'after all of it'

# ---- SEC-12 through the generated stacks: a refused account phase is final -----------------------
sed -i 's/^allow.*/allow = sub:3/' $root/etc/encvoy/encvoy.conf
kill -HUP "$daemon_pid"
wait_for 10 grep -q 'configuration reloaded' $work/encvoyd.log
pam_browser walk encvoy-2 alice authenticate acct_mgmt
[ "$pam_status" != 0 ]
ok $? 'SEC-12: who is not allowed is refused by the packaged profile'
pam_answer walk encvoy-2 '' acct_mgmt
is "$(outcome)" 'Permission denied' 'SEC-12: in the account phase alone, too'

# ---- how the lines stand ------------------------------------------------------------------------
stands() { # stands PHASE WHERE-TO FIRST-LINE
  is "$(grep "^$1" $root/etc/pam.d/common-"$1" | sed 's/[[:space:]]\+/ /g; s/ $//' | sed -n "$3,+1p" | tr '\n' ';')" \
    "$1 [success=1 default=ignore] pam_localuser.so;$1 [success=$2 user_unknown=ignore default=die] pam_encvoy.so;" \
    "$1: local users are led around the module, which stands in line $3"
}
stands auth 2 1
stands account 2 1
stands password 'done' 2 # behind pam_unix, which would otherwise expect a password from somebody else

daemon_stop
idp_stop
done_testing
