#!/bin/bash
# SPDX-License-Identifier: MIT
# polkit: its daemon, its agent on a terminal and its set-uid helper, which asks PAM. Started by hand
# over a message bus of their own: they need no systemd.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

[ -u /usr/lib/polkit-1/polkit-agent-helper-1 ] || die 'no polkitd: tests/packages.sh test'

conf_write
cp /usr/lib/pam.d/polkit-1 /etc/pam.d/polkit-1
sed -i \
  -e "/^@include common-auth/i auth    [success=1 default=ignore] pam_localuser.so\nauth    [success=done user_unknown=ignore default=die] pam_encvoy.so methods=device" \
  -e "/^@include common-account/i account [success=1 default=ignore] pam_localuser.so\naccount [success=done user_unknown=ignore default=die] pam_encvoy.so methods=device" \
  /etc/pam.d/polkit-1
grep -q pam_encvoy.so /etc/pam.d/polkit-1 || die 'the file of polkit-1 is another one'
idp_start
control /device '{"enabled":true,"interval":1}' >/dev/null
daemon_start
pam_service first methods=token
pam_answer first encvoy-2 "$(host_token 2)" authenticate acct_mgmt
is "$pam_status" 0 'alice is known to the host'

administrator() { # administrator USER: whom polkit asks to authenticate
  echo "polkit.addAdminRule(function(action, subject) { return ['unix-user:$1']; });" \
    >/etc/polkit-1/rules.d/10-test.rules
  chmod 644 /etc/polkit-1/rules.d/10-test.rules
  [ -z "${polkitd_pid:-}" ] || kill "$polkitd_pid"
  /usr/lib/polkit-1/polkitd --no-debug >>$work/polkit.log 2>&1 &
  polkitd_pid=$!
  wait_for 20 pkaction --action-id org.freedesktop.policykit.exec >/dev/null 2>&1
}
mkdir -p /run/dbus /etc/polkit-1/rules.d
chmod 755 /etc/polkit-1 /etc/polkit-1/rules.d
dbus-daemon --system --nofork --nopidfile 2>$work/dbus.log &
wait_for 20 test -S /run/dbus/system_bus_socket || die "no message bus: $(cat $work/dbus.log)"
administrator encvoy-2

# A program asks whether it may run another as root, on a terminal with an agent.
cat >$work/asks <<'E2'
mkfifo "$1"
pkttyagent --process $$ --notify-fd 3 3>"$1" &
read -r _ <"$1" # it has closed its end: it is registered
pkcheck --action-id org.freedesktop.policykit.exec --process $$ --allow-user-interaction
echo "pkcheck=$?"
kill %1
E2
chmod 755 $work $work/asks
ask_n=0
ask() { # ask USER
  local uid
  uid=$(id -u "$1")
  ask_n=$((ask_n + 1))
  install -d -o "$uid" $work/asks.$ask_n
  rm -f $work/pam.in
  mkfifo $work/pam.in
  : >$work/pam.out
  log_mark
  script -qfec "setpriv --reuid $uid --regid $uid --clear-groups bash $work/asks $work/asks.$ask_n/ready" \
    /dev/null <$work/pam.in >$work/pam.out 2>&1 &
  pam_pid=$!
  exec 9>$work/pam.in
}
answered() { # answered STATUS NAME: what pkcheck says
  wait_for 60 grep -qE 'pkcheck=[0-9]' $work/pam.out
  exec 9>&-
  wait "$pam_pid"
  is "$(grep -oE 'pkcheck=[0-9]+' $work/pam.out)" "pkcheck=$1" "$2"
}

ask encvoy-2
device_decide alice >/dev/null 2>&1
answered 0 'polkit: granted when alice approves in her browser'
like "$(log_since)" 'login .*user=encvoy-2 .*service=polkit-1 .*method=device result=granted' 'polkit: which the log says'
ask encvoy-2
device_decide bob >/dev/null 2>&1
answered 1 "SEC-01: polkit: bob's approval is not alice's"
like "$(log_since)" 'service=polkit-1 .*reason=wrong-user' 'SEC-01: which the log says'
ask encvoy-2
device_decide alice --deny >/dev/null 2>&1
answered 1 'polkit: denied in the browser, denied here'
ask localjoe
device_decide alice >/dev/null 2>&1
answered 0 'polkit: who is asked need not be who asks'

# ---- the provider is away ----------------------------------------------------------------------
idp_stop
daemon_stop
daemon_start
ask encvoy-2
answered 1 'polkit: refused while the provider is away'
like "$(log_since)" 'service=polkit-1 .*reason=provider-unreachable' 'polkit: with the reason in the log'
daemon_stop
ask encvoy-2
answered 1 'SEC-40: polkit: without the daemon as well'
administrator localjoe
ask localjoe
pam_says 20 'Password'
printf 'joes-password\n' >&9
answered 0 'SEC-46: polkit: a local administrator by the local password'
done_testing
