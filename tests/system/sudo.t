#!/bin/bash
# SPDX-License-Identifier: MIT
# sudo by passphrase, as Ansible calls it, and sudo_grace in the sessions of login and sshd.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

good='correct horse battery staple 7'
prompt='[sudo via ansible, key=abcdefghij] password:'

write_conf() { # write_conf [further lines...]
  {
    echo "issuer = $issuer"
    echo "ca_file = $ca"
    echo 'client_id = host-secret'
    echo 'client_secret_file = /etc/encvoy/host.secret'
    echo 'redirect_uri = https://hosts.example.test/cb'
    echo 'allow = sub:2 sub:3'
    echo 'passphrase = yes'
    echo 'passphrase_cost = 3'
    [ $# = 0 ] || printf '%s\n' "$@"
  } >/etc/encvoy/encvoy.conf
}

# The lines of docs/sudo.md: ours before Debian's, and for sessions behind them.
recipe() { # recipe SERVICE [arguments of pam_encvoy...]
  local f=/etc/pam.d/$1
  shift
  sed -i \
    -e "/^@include common-auth/i auth    [success=1 default=ignore] pam_localuser.so\nauth    [success=done user_unknown=ignore default=die] pam_encvoy.so $*" \
    -e "/^@include common-account/i account [success=1 default=ignore] pam_localuser.so\naccount [success=done user_unknown=ignore default=die] pam_encvoy.so $*" "$f"
  echo 'session optional pam_encvoy.so' >>"$f"
}

as() { # as USER COMMAND...: without PAM
  local uid
  uid=$(id -u "$1")
  shift
  setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@"
}

line() { log_since | grep -E 'login .*result=' | tail -1; }
host_client=host-secret
printf 'host-secret-secret' >/etc/encvoy/host.secret
chown encvoy-online /etc/encvoy/host.secret
chmod 600 /etc/encvoy/host.secret
recipe sudo methods=passphrase
recipe login methods=device
recipe sshd methods=token
cat >/etc/pam.d/passwd <<'E2'
password [success=1 default=ignore] pam_localuser.so
password [success=done user_unknown=ignore default=die] pam_encvoy.so methods=browser
password required pam_unix.so
E2
printf 'encvoy-2 ALL=(ALL) ALL\nencvoy-3 ALL=(ALL) ALL\nDefaults !lecture\nDefaults passwd_tries=1\n' >/etc/sudoers.d/test
chmod 440 /etc/sudoers.d/test
grace=$'[service sudo]\nsudo_grace = 10m'
write_conf "$grace"
idp_start
control /device '{"enabled":true,"interval":1}' >/dev/null
daemon_start

set_passphrase encvoy-2 alice "$good"
is "$pam_status" 0 'alice has a passphrase'
pam_service first methods=token
pam_answer first encvoy-3 "$(host_token 3)" authenticate acct_mgmt
is "$pam_status" 0 'bob is known to the host'
for u in encvoy-2 encvoy-3; do
  install -d -o "$(id -u $u)" -g "$(id -g $u)" -m 700 /home/$u
done

# ---- Ansible -----------------------------------------------------------------------------------
become() { # become USER PASSPHRASE: the command line of ansible's become plugin
  program_text=$(printf '%s\n' "$2" | as "$1" timeout 60 \
    sudo -k -H -S -p "$prompt" -u root /bin/sh -c 'echo BECOME-SUCCESS-abcdefghij ; id -u' 2>&1)
  program_status=$?
}

log_mark
become encvoy-2 "$good"
is "$program_status" 0 'ansible: in by the passphrase'
like "$program_text" '(BECOME-SUCCESS-abcdefghij.0)$' 'ansible: the command runs as root'
is "${program_text%%BECOME*}" "$prompt" 'ansible: its own prompt is all that is asked and said'
like "$(line)" 'user=encvoy-2 .*service=sudo .*method=passphrase result=granted' 'ansible: which the log says'
log_mark
become encvoy-2 'not the passphrase'
is "$program_status" 1 'ansible: a wrong passphrase is refused'
unlike "$program_text" 'BECOME' 'ansible: and runs nothing'
is "$program_text" "${prompt}sudo: 1 incorrect password attempt" 'ansible: and says nothing of its own'
like "$(line)" 'reason=bad-passphrase' 'ansible: with the reason in the log'
become encvoy-3 "$good"
is "$program_status" 1 "SEC-01: ansible: alice's passphrase is not bob's"
become encvoy-2 ''
is "$program_status" 1 'ansible: nothing typed opens nothing'
as encvoy-2 sudo -k -n true 2>/dev/null
[ $? != 0 ]
ok $? 'sudo -n asks nobody and grants nothing'

# ---- sudo_grace --------------------------------------------------------------------------------
has_audit() { (echo 1 >/proc/self/loginuid && ! grep -qx 4294967295 /proc/self/sessionid) 2>/dev/null; }

types() { printf '%s\n' "$1" >&9; } # to the shell on the terminal
# What sudo does in that shell: its last line, once it is done. Nothing answers, should it ask.
runs() { # runs COMMAND
  local n=$((${runs_n:-0} + 1))
  runs_n=$n
  types "$1; echo done-$n=\$?"
  wait_for 30 grep -q "done-$n=[0-9]" $work/pam.out
  sudo_status=$(grep -oE "done-$n=[0-9]+" $work/pam.out | tail -1)
  sudo_status=${sudo_status#*=}
}
asks='sudo -k -S -p ASK\ED id -u <<<""' # on this terminal, with an empty answer at hand

console_begin() { # console_begin USER: login(1) on a terminal of its own
  rm -f $work/pam.in
  mkfifo $work/pam.in
  : >$work/pam.out
  script -qfec "login $1" /dev/null <$work/pam.in >$work/pam.out 2>&1 &
  pam_pid=$!
  exec 9>$work/pam.in
}

console() {
  console_begin encvoy-2
  device_decide alice >/dev/null 2>&1
  pam_says 20 '[$] '
  log_mark
  runs "$asks"
  is "$sudo_status" 0 'login: sudo goes without a question after a full login'
  unlike "$(cat $work/pam.out)" ASKED 'login: nothing is asked'
  like "$(line)" 'verdict=sudo-grace result=granted' 'login: which the log says'
  like "$(log_since)" 'account .*service=sudo .*result=granted' 'login: the account phase is asked as ever'
  runs "script -qec '$asks' /dev/null"
  [ "$sudo_status" != 0 ]
  ok $? 'login: another terminal in the session has no grace'
  runs "setsid -w $asks"
  [ "$sudo_status" != 0 ]
  ok $? 'login: nor has what has no terminal'
  runs 'sudo -k -n true'
  [ "$sudo_status" != 0 ]
  ok $? 'login: sudo -n asks nobody, not even us'
  idp_stop
  idp_away=1
  runs "$asks"
  is "$sudo_status" 0 'login: the provider is away: the grace does not need it'
  write_conf
  log_mark
  kill -HUP "$daemon_pid"
  wait_for 10 reloaded
  runs "$asks"
  [ "$sudo_status" != 0 ]
  ok $? 'login: off by default'
  write_conf "$grace"
  log_mark
  kill -HUP "$daemon_pid"
  wait_for 10 reloaded
  runs "$asks"
  is "$sudo_status" 0 'login: on again'
  write_conf "$grace" 'allow = sub:3'
  log_mark
  kill -HUP "$daemon_pid"
  wait_for 10 reloaded
  runs "$asks"
  [ "$sudo_status" != 0 ]
  ok $? 'SEC-14: login: who is not admitted any more has none'
  write_conf "$grace"
  daemon_stop
  runs "$asks"
  [ "$sudo_status" != 0 ]
  ok $? 'SEC-03: login: no daemon, no grace'
  daemon_start
  runs "$asks"
  [ "$sudo_status" != 0 ]
  ok $? 'login: a daemon that starts anew knows of no session'
  types exit
  pam_end
}
reloaded() { log_since | grep -q 'configuration reloaded'; }

ssh_up() {
  mkdir -p /run/sshd $work/ssh
  ssh-keygen -q -t ed25519 -N '' -f $work/ssh/host
  ssh-keygen -q -t ed25519 -N '' -f $work/ssh/alice
  cat >$work/ssh/config <<E2
Port 2222
ListenAddress 127.0.0.1
HostKey $work/ssh/host
UsePAM yes
KbdInteractiveAuthentication yes
PasswordAuthentication no
PidFile none
StrictModes no
AuthorizedKeysFile $work/ssh/alice.pub
E2
  chmod 755 $work $work/ssh
  /usr/sbin/sshd -D -e -f $work/ssh/config 2>$work/ssh/log &
  sshd_pid=$!
  wait_for 10 answers
}
answers() { (: </dev/tcp/127.0.0.1/2222) 2>/dev/null; }

ssh_begin() { # ssh_begin METHOD USER [command]: on a terminal
  rm -f $work/pam.in
  mkfifo $work/pam.in
  : >$work/pam.out
  SSH_ASKPASS=$work/ssh/ask SSH_ASKPASS_REQUIRE=force ssh -F none -p 2222 -tt \
    -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
    -o PreferredAuthentications="$1" -i $work/ssh/alice "$2@127.0.0.1" \
    <$work/pam.in >$work/pam.out 2>&1 &
  pam_pid=$!
  exec 9>$work/pam.in
  pam_says 20 '[$] '
}

by_token() { # what ssh's askpass says
  printf '#!/bin/sh\necho %s\n' "$(host_token 2)" >$work/ssh/ask
  chmod 755 $work/ssh/ask
}

by_ssh() {
  ssh_up
  by_token
  ssh_begin keyboard-interactive encvoy-2
  ok $? 'ssh: in by a token'
  log_mark
  runs "$asks"
  is "$sudo_status" 0 'ssh: sudo goes without a question after a full login'
  like "$(line)" 'tty=/dev/pts/[0-9]+ .*verdict=sudo-grace' 'ssh: which the log says'
  runs "script -qec '$asks' /dev/null"
  [ "$sudo_status" != 0 ]
  ok $? 'ssh: another terminal in the session has no grace'
  runs 'su encvoy-2 -c true </dev/null'
  [ "$sudo_status" != 0 ]
  ok $? 'ssh: nor has another program'
  types exit
  pam_end
  ssh_begin publickey encvoy-2
  ok $? 'ssh: in by a key'
  runs "$asks"
  [ "$sudo_status" != 0 ]
  ok $? 'ssh: a session opened by a key has no grace'
  log_mark
  runs "sudo -k -S -p ASK\ED id -u <<<'$good'"
  is "$sudo_status" 0 'ssh: sudo asks there'
  like "$(line)" 'method=passphrase' 'ssh: for the passphrase'
  runs "$asks"
  [ "$sudo_status" != 0 ]
  ok $? 'ssh: each time'
  types exit
  pam_end
  kill "$sshd_pid"
}

if has_audit; then
  by_ssh
  console
else
  skip 'sudo_grace' 'this kernel has no audit sessions: there is never a grace'
fi

# ---- the provider is away ----------------------------------------------------------------------
[ -n "${idp_away:-}" ] || idp_stop
become encvoy-2 "$good"
is "$program_status" 0 'ansible: the provider is away: the passphrase counts alone'
become encvoy-2 'not the passphrase'
is "$program_status" 1 'ansible: a wrong one does not'
daemon_stop
become encvoy-2 "$good"
is "$program_status" 1 'SEC-40: ansible: without the daemon nobody becomes root'
is "$(printf 'joes-password\n' | as localjoe su localjoe -c 'id -un' 2>/dev/null)" localjoe 'SEC-46: a local user still does'
done_testing
