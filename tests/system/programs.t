#!/bin/bash
# SPDX-License-Identifier: MIT
# sudo, su, login on a console and cron, Debian's own programs, by the recipes in docs/.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

# The lines of docs/sudo.md, docs/console.md: ours before Debian's.
recipe() { # recipe SERVICE [arguments of pam_encvoy...]
  local f=/etc/pam.d/$1
  shift
  sed -i \
    -e "/^@include common-auth/i auth    [success=1 default=ignore] pam_localuser.so\nauth    [success=done user_unknown=ignore default=die] pam_encvoy.so $*" \
    -e "/^@include common-account/i account [success=1 default=ignore] pam_localuser.so\naccount [success=done user_unknown=ignore default=die] pam_encvoy.so $*" "$f"
}

as() { # as USER COMMAND...: without PAM
  local uid
  uid=$(id -u "$1")
  shift
  setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@"
}

by_sudo() { # by_sudo USER ANSWER [options of sudo]: as Ansible calls it
  local user=$1 answer=$2
  shift 2
  program_text=$(printf '%s\n' "$answer" | as "$user" timeout 60 sudo -k -S "$@" id -u 2>&1)
  program_status=$?
}

conf_write
cat >>/etc/encvoy/encvoy.conf <<'E2'
[service cron]
allow = sub:2
E2
recipe sudo methods=device
cp /etc/pam.d/sudo /etc/pam.d/sudo-token
sed -i 's/methods=device/methods=token/' /etc/pam.d/sudo-token
recipe su methods=token
recipe cron
sed -i "/^auth.*pam_\(localuser\|encvoy\)/d" /etc/pam.d/cron # nobody is asked
recipe login methods=device
printf 'encvoy-2 ALL=(ALL) ALL\nencvoy-3 ALL=(ALL) ALL\nDefaults !lecture\nDefaults passwd_tries=1\nDefaults:encvoy-3 pam_service=sudo-token\n' >/etc/sudoers.d/test
chmod 440 /etc/sudoers.d/test
idp_start
control /device '{"enabled":true,"interval":1}' >/dev/null
daemon_start
pam_service first methods=token
pam_answer first encvoy-2 "$(host_token 2)" authenticate acct_mgmt
is "$pam_status" 0 'alice is known to the host'
pam_answer first encvoy-3 "$(host_token 3)" authenticate acct_mgmt
is "$pam_status" 0 'bob is known to the host'

# ---- sudo --------------------------------------------------------------------------------------
sudo_begin() { # sudo_begin USER: on a terminal of its own, its dialogue grows in $work/pam.out
  local uid
  uid=$(id -u "$1")
  rm -f $work/pam.in
  mkfifo $work/pam.in
  : >$work/pam.out
  timeout 60 script -qfec "setpriv --reuid $uid --regid $uid --clear-groups sudo -k id -u" /dev/null \
    <$work/pam.in >$work/pam.out 2>&1 &
  pam_pid=$!
  exec 9>$work/pam.in
}

sudo_begin encvoy-2
device_decide alice >/dev/null 2>&1
pam_end
is "$pam_status" 0 'sudo: granted when alice approves in her browser'
like "$(tail -1 $work/pam.out | tr -d '\r')" '(^|[^0-9])0$' 'sudo: the command runs as root'
sudo_begin encvoy-2
device_decide bob >/dev/null 2>&1
pam_end
is "$pam_status" 1 "SEC-01: sudo: bob's approval is not alice's"
like "$(cat $work/encvoyd.log)" 'service=sudo.*reason=wrong-user' 'SEC-01: which the log says'
as encvoy-2 sudo -k -n true 2>/dev/null
[ $? != 0 ]
ok $? 'sudo: -n asks nobody and grants nothing'
by_sudo encvoy-3 'no token' -p 'BECOME-SUCCESS-x prompt:'
like "$program_text" 'BECOME-SUCCESS-x prompt:' 'sudo: -p is what it asks with'
unlike "$program_text" '[Tt]oken' 'sudo: and nothing else'
is "$program_status" 1 'sudo: and what is no token opens nothing'

# ---- su ----------------------------------------------------------------------------------------
is "$(su - encvoy-2 -c 'id -un' 2>/dev/null)" encvoy-2 'su: root becomes alice without a question'
as localjoe sh -c "printf '%s\n' '$(host_token 2)' | su encvoy-2 -c 'id -un'" >$work/su.out 2>&1
like "$(cat $work/su.out)" 'encvoy-2$' "su: another user becomes alice with alice's token"
as localjoe sh -c "printf '%s\n' '$(host_token 3)' | su encvoy-2 -c 'id -un'" >$work/su.out 2>&1
[ $? != 0 ]
ok $? "SEC-01: su: not with bob's"

# ---- login -------------------------------------------------------------------------------------
console_begin() { # console_begin USER: login(1) on a terminal of its own
  rm -f $work/pam.in
  mkfifo $work/pam.in
  : >$work/pam.out
  script -qfec "login $1" /dev/null <$work/pam.in >$work/pam.out 2>&1 &
  pam_pid=$!
  exec 9>$work/pam.in
}

console_begin encvoy-3
device_decide bob >/dev/null 2>&1
pam_says 20 '[$] '
ok $? 'login: device login ends by itself after the approval, without Enter'
# shellcheck disable=SC2016 # for the shell on the terminal
printf 'echo I-am-$(id -un)\nexit\n' >&9
pam_says 10 'I-am-encvoy-3'
ok $? 'login: and the shell is the person'"'"'s'
pam_end
console_begin encvoy-3
device_decide bob --deny >/dev/null 2>&1
pam_says 20 'Login incorrect|login:'
ok $? 'login: denied in the browser, denied here'
unlike "$(cat $work/pam.out)" 'I-am|[$] $' 'login: no shell'
kill $pam_pid
pam_end

# ---- the provider is away ----------------------------------------------------------------------
late=$(host_token 2)
idp_stop
daemon_stop
daemon_start
sudo_begin encvoy-2
pam_end
is "$pam_status" 1 'sudo: refused while the provider is away'
like "$(cat $work/encvoyd.log)" 'service=sudo.*reason=provider-unreachable' 'sudo: with the reason in the log'
as localjoe sh -c "printf '%s\n' '$late' | su encvoy-2 -c true" >/dev/null 2>&1
[ $? != 0 ]
ok $? 'su: refused while the provider is away'
is "$(su - encvoy-2 -c 'id -un' 2>/dev/null)" encvoy-2 'su: root still becomes alice'
is "$(printf 'joes-password\n' | as localjoe su localjoe -c 'id -un' 2>/dev/null)" localjoe 'SEC-46: su: a local user by the local password'
console_begin encvoy-3
pam_says 20 'Login incorrect|login:'
ok $? 'login: refused while the provider is away'
kill $pam_pid
pam_end

# ---- cron --------------------------------------------------------------------------------------
mkdir -m 1777 $work/cron
for u in encvoy-2 encvoy-3; do
  echo "* * * * * $u id -un >$work/cron/$u"
done >/etc/cron.d/test
cron -f &
cron_pid=$!
wait_for 130 test -s $work/cron/encvoy-2
ok $? "cron: alice's job runs, also while the provider is away"
wait_for 10 grep -q 'account .*user=encvoy-3 .*service=cron.*refused' $work/encvoyd.log
ok $? 'cron: bob, whom the rules of cron do not name, is refused'
[ ! -e $work/cron/encvoy-3 ]
ok $? 'cron: and his job does not run'
kill $cron_pid

daemon_stop
done_testing
