#!/bin/bash
# SPDX-License-Identifier: MIT
# vlock, a screen locker of Debian, on a terminal: as it is installed (set-uid root), and running as
# the user itself, as graphical lockers do. By the recipe in docs/screen-locker.md.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

good='correct horse battery staple 7'
vlock=/usr/sbin/vlock-main
[ -u $vlock ] || die "$vlock is not here, or not set-uid: tests/packages.sh test"

write_conf() { # write_conf METHODS
  {
    echo "issuer = $issuer"
    echo "ca_file = $ca"
    echo 'client_id = host-secret'
    echo 'client_secret_file = /etc/encvoy/host.secret'
    echo 'redirect_uri = https://hosts.example.test/cb'
    echo 'allow = sub:2 sub:3'
    echo 'passphrase = yes'
    echo 'passphrase_cost = 3'
    printf '[service vlock]\nmethods = %s\n' "$1"
  } >/etc/encvoy/encvoy.conf
}

awk '/^    (auth|account)/ {sub(/^    /, ""); print}' "$top/docs/screen-locker.md" >/etc/pam.d/vlock
[ -s /etc/pam.d/vlock ] || die 'docs/screen-locker.md shows no lines for /etc/pam.d'
printf 'host-secret-secret' >/etc/encvoy/host.secret
chown encvoy-online /etc/encvoy/host.secret
chmod 600 /etc/encvoy/host.secret
cat >/etc/pam.d/passwd <<'E2'
password [success=1 default=ignore] pam_localuser.so
password [success=done user_unknown=ignore default=die] pam_encvoy.so methods=browser
password required pam_unix.so
E2

line() { log_since | grep -E 'login .*result=' | tail -1; }
reload() {
  log_mark
  kill -HUP "$daemon_pid"
  wait_for 10 reloaded || die 'no reload'
}
reloaded() { log_since | grep -q 'configuration reloaded'; }

# Locks USER's terminal; the person answers each question in turn, by fd 9.
lock() { # lock USER
  local uid
  uid=$(id -u "$1")
  rm -f $work/pam.in
  mkfifo $work/pam.in
  : >$work/pam.out
  log_mark
  script -qfec "setpriv --reuid $uid --regid $uid --clear-groups env USER=$1 $vlock" /dev/null \
    <$work/pam.in >>$work/pam.out 2>&1 &
  pam_pid=$!
  exec 9>$work/pam.in
  wait_for 20 pgrep -x vlock-main >/dev/null
  # it asks when a key is pressed, and drops what was pressed before it listened
  until [ -s $work/pam.out ]; do
    echo >&9
    wait_for 3 test -s $work/pam.out || { unlocked && break; }
  done
}
unlocked() { ! pgrep -x vlock-main >/dev/null; }
types() { # types REGEX TEXT: when that is asked
  pam_says 20 "$1" || return 1
  : >$work/pam.out
  printf '%s\n' "$2" >&9
}
give_up() { # the lock stays: end it from outside
  pkill -KILL -x vlock-main
  pam_end
}

write_conf passphrase,device
idp_start
control /device '{"enabled":true,"interval":1}' >/dev/null
daemon_start
set_passphrase encvoy-2 alice "$good"
is "$pam_status" 0 'alice has a passphrase'

try() { # try ACCESS
  lock encvoy-2
  types Passphrase 'not the passphrase'
  wait_for 20 eval 'log_since | grep -q reason=bad-passphrase'
  ok $? "$1: a wrong passphrase is refused"
  unlocked
  [ $? != 0 ]
  ok $? "$1: and the terminal stays locked"
  give_up
  lock encvoy-2
  types Passphrase "$good"
  wait_for 20 unlocked
  ok $? "$1: alice unlocks by her passphrase"
  pam_end
  is "$pam_status" 0 "$1: and the locker ends well"
  like "$(line)" "user=encvoy-2 .*service=vlock .*access=$1 .*method=passphrase result=granted" "$1: the log says by whom it was asked"
  lock encvoy-2
  types Passphrase ''
  device_decide bob >/dev/null 2>&1
  wait_for 20 eval 'log_since | grep -q reason=wrong-user'
  ok $? "SEC-01: $1: bob's approval is not alice's"
  unlocked
  [ $? != 0 ]
  ok $? "SEC-01: $1: and opens nothing"
  give_up
  lock encvoy-2
  types Passphrase ''
  device_decide alice >/dev/null 2>&1
  wait_for 20 unlocked
  ok $? "$1: an empty line, and she unlocks in her browser"
  pam_end
}

try root
chmod u-s $vlock
try self

# ---- who may ask for whom ----------------------------------------------------------------------
uid=$(id -u encvoy-2)
pam_text=$(printf '%s\n' "$good" | setpriv --reuid "$uid" --regid "$uid" --clear-groups \
  timeout 60 pamtester vlock encvoy-3 authenticate 2>&1 | tr -d '\0')
like "$pam_text" 'Insufficient credentials|denied' 'SEC-31: alice may not ask for bob'
pam_text=$(printf '%s\n' "$good" | setpriv --reuid 65533 --regid 65533 --clear-groups \
  timeout 60 pamtester vlock encvoy-2 authenticate 2>&1 | tr -d '\0')
like "$pam_text" 'Insufficient credentials|denied' 'SEC-31: nor a stranger for alice'
unlike "$pam_text" 'Passphrase' 'SEC-31: who is not even asked'

# ---- the provider is away ----------------------------------------------------------------------
idp_stop
lock encvoy-2
types Passphrase 'not the passphrase'
wait_for 20 eval 'log_since | grep -q reason=bad-passphrase'
ok $? 'outage: a wrong passphrase is refused'
give_up
lock encvoy-2
types Passphrase "$good"
wait_for 40 unlocked
ok $? 'outage: the right one unlocks, up to passphrase_max_age'
pam_end
lock encvoy-2
types Passphrase ''
wait_for 40 eval 'log_since | grep -q reason=provider-unreachable'
ok $? 'outage: the browser does not'
unlocked
[ $? != 0 ]
ok $? 'outage: and the terminal stays locked'
give_up
write_conf device
reload
lock encvoy-2
wait_for 40 eval 'log_since | grep -q reason=provider-unreachable'
ok $? 'outage: without a passphrase it stays locked'
give_up
daemon_stop
lock encvoy-2
sleep 1
unlocked
[ $? != 0 ]
ok $? 'SEC-40: without the daemon it stays locked'
give_up
lock localjoe
types '[Pp]assword' joes-password
wait_for 20 unlocked
ok $? 'SEC-46: a local user unlocks by the local password'
pam_end
done_testing
