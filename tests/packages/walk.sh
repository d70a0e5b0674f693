# SPDX-License-Identifier: MIT
# Every user in every state of the software in every phase of PAM: what walk.t and authselect.t have in
# common. The PAM service "walk" has the stacks, "token" the same with methods=token.
#
# shellcheck shell=bash disable=SC2034,SC2154
walk_begin() { # with the daemon running, and /etc/pam.d/walk and token there
  pam_answer token encvoy-2 "$(host_token 2)" authenticate acct_mgmt
  [ "$pam_status" = 0 ] || die "alice cannot log in: $pam_text"
  cp -a $root/etc/pam.d $work/pam.d
  cp -a $root/etc/encvoy/encvoy.conf $work/encvoy.conf
  module=$(find $root/usr/lib -name pam_encvoy.so)
}

# ---- the states ----------------------------------------------------------------------------------
enter_up() { :; }
leave_up() { :; }
enter_dead() { daemon_stop; }
leave_dead() { daemon_start; }
enter_hung() { hung=$(listener_pid) && kill -STOP "$hung"; }
leave_hung() { kill -CONT "$hung"; }
enter_argument() { sed -i 's/pam_encvoy.so/& no_such_option=1/' $root/etc/pam.d/*; }
leave_argument() { cp -a $work/pam.d/* $root/etc/pam.d/; }
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

words() {
  case $1 in
    yes) echo yes ;;
    bad) echo 'Authentication failure' ;;
    unknown) echo 'User not known to the underlying authentication module' ;;
    unavailable) echo 'Authentication service cannot retrieve authentication info' ;;
    config) echo 'Error in service module' ;;
    missing) echo 'Module is unknown' ;;
    refused) echo 'Authentication token manipulation error' ;;
    later) echo 'Failed preliminary check by password service' ;;
    *) echo "no such word: $1" ;;
  esac
}

# walk TABLE: rows of state, user, and what is to come out of the phases auth, account, password, session
walk() {
  local state user auth account password session phase now=up
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
  done <<<"$1"
  leave_$now
}

# Afterwards: what the states have left behind is whole again, and a refused account phase is final.
walk_end() {
  pam_answer token encvoy-2 "$(host_token 2)" authenticate acct_mgmt
  is "$pam_status" 0 'and afterwards an Encvoy user logs in as before'
  locals_work 'after all of it'
  sed -i 's/^allow.*/allow = sub:3/' $root/etc/encvoy/encvoy.conf
  kill -HUP "$daemon_pid"
  wait_for 10 grep -q 'configuration reloaded' $work/encvoyd.log
  pam_browser walk encvoy-2 alice authenticate acct_mgmt
  [ "$pam_status" != 0 ]
  ok $? 'SEC-12: who is not allowed is refused by the packaged profile'
  pam_answer walk encvoy-2 '' acct_mgmt
  is "$(outcome)" 'Permission denied' 'SEC-12: in the account phase alone, too'
}
