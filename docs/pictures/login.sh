#!/bin/bash
# SPDX-License-Identifier: MIT
# make pictures: a first ssh login as it really went, with sshd, ssh and the test provider in private
# namespaces, drawn as docs/pictures/login.svg. As root.
# shellcheck source-path=SCRIPTDIR source=../../tests/system/lib.sh
. "$(dirname "$0")/../../tests/system/lib.sh"

out=/dev/fd/8 # opened by make: in here, another tree may lie over the path
host=host1.example.test

ssh_keys $host
: >/etc/motd
rm -f /etc/update-motd.d/*
conf_write
idp_start
control /device '{"enabled":true,"interval":1}' >/dev/null
daemon_start
encvoyctl user add 2 alice >/dev/null || die 'alice cannot be added'
sed -i '1i auth [success=done user_unknown=ignore default=die] pam_encvoy.so methods=device' /etc/pam.d/sshd
sed -i '1i account [success=done user_unknown=ignore default=die] pam_encvoy.so' /etc/pam.d/sshd
echo 'session required pam_mkhomedir.so umask=0077' >>/etc/pam.d/sshd
/usr/sbin/sshd -D -p 2222 -o ListenAddress=127.0.0.1 -o KbdInteractiveAuthentication=yes -o PrintLastLog=no \
  -E $work/sshd.log &
sshd_pid=$!
wait_for 10 grep -q 'Server listening' $work/sshd.log || die 'no sshd'

mkfifo $work/typed
: >$work/pam.out
TERM=dumb script -qfec "ssh -tt -p 2222 -o UserKnownHostsFile=$work/known_hosts alice@$host" /dev/null \
  <$work/typed >$work/pam.out 2>&1 &
ssh_pid=$!
exec 9>$work/typed
shows() { wait_for 20 grep -qE "$1" $work/pam.out || die "not seen: $1 $(<$work/pam.out)"; }
types() { printf '%s\n' "$1" >&9; }
shows 'Press Enter when done'
device_decide alice >$work/device.out 2>&1 || die "$(<$work/device.out)"
sleep 4 # until the provider has been asked again
types ''
shows 'alice@host1:'
types id
shows 'uid='
types 'ls -ld ~'
shows 'drwx'
types exit
wait "$ssh_pid"
kill "$sshd_pid"
{ echo "\$ ssh alice@host1" && cat $work/pam.out; } | node "$(dirname "$0")/terminal-svg.mjs" >&8
[ -s $out ] || die 'nothing drawn'
