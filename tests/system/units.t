#!/bin/bash
# SPDX-License-Identifier: MIT
# The units: what systemd's own tools say of them, and the real programs behind sockets that
# somebody else has opened, as the users that the units name.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

units=/usr/lib/systemd/system
services=(encvoyd encvoyd-online encvoyd-evict encvoy-userdbd)

# ---- what systemd says -------------------------------------------------------------------------
conf_write
out=$(systemd-analyze verify --man=no "$units"/encvoy*.service "$units"/encvoy*.socket 2>&1)
is "$?:$(grep encvoy <<<"$out")" 0: 'systemd-analyze verify: nothing to say about our units'
for s in "${services[@]}"; do
  out=$(systemd-analyze security --offline=true --threshold=15 "$units/$s.service" 2>&1)
  ok $? "SEC-36: systemd-analyze security: $s.service is below 1.5"
  grep -oE 'Overall exposure.*' <<<"$out" | sed 's/^/# /'
done
is "$(grep -lE '^PrivateUsers=(yes|true|1)' "$units"/encvoy*)" '' 'SEC-36: no PrivateUsers, which hides who asks'
is "$(grep -lE 'network-online|network\.target|remote-fs' "$units"/encvoy*)" '' 'no unit waits for the network'
like "$(cat $units/encvoyd.service)" $'\nBefore=nss-user-lookup.target' 'encvoyd is there before users are looked up'
is "$(grep -LE '^ConditionPathExists=/etc/encvoy/encvoy.conf$' "$units"/encvoy*)" '' 'unconfigured, nothing starts'
is "$(grep -hE '^(User|DynamicUser)=' $units/encvoyd{,-online,-evict}.service | tr '\n' ' ')" \
  'User=encvoy User=encvoy-online User=root ' 'each has its own user'
unlike "$(cat $units/encvoy-userdbd.service)" $'\n(User|DynamicUser)=' 'SEC-42: systemd need not ask the user database for the user of userdbd'
like "$(cat $units/encvoy-userdbd.service)" 'setpriv --reuid=encvoy-userdb ' 'SEC-42: which is none that encvoyd does not answer'

# ---- users and directories ---------------------------------------------------------------------
mkdir -p $work/empty/etc
out=$(systemd-sysusers --root=$work/empty - </usr/lib/sysusers.d/encvoyd.conf 2>&1)
ok $? 'systemd-sysusers makes the users'
like "$(cat $work/empty/etc/passwd)" 'encvoy:x:.*:/nonexistent:/usr/sbin/nologin.*encvoy-online:x:.*encvoy-userdb:x:' 'who have no home and no shell'
systemd-tmpfiles --create /usr/lib/tmpfiles.d/encvoyd.conf
ok $? 'systemd-tmpfiles makes the directories'
is "$(stat -c '%U %a' /run/encvoy /var/lib/encvoy /var/cache/encvoy | tr '\n' ',')" \
  'root 755,encvoy 700,encvoy 755,' 'SEC-34: with the owners and modes the programs want'

# ---- the programs behind foreign sockets -------------------------------------------------------
activate() { # activate KIND SOCKET USER PROGRAM [OPTIONS...]: as the unit of that socket would, pid in $!
  local kind=$1 path=$2 user=$3
  shift 3
  # strace -D and setpriv keep the process id, which LISTEN_PID names
  systemd-socket-activate "$kind" --listen="$path" -E NOTIFY_SOCKET=$work/notify -E WATCHDOG_USEC=400000 \
    strace -D -f -qq -e trace=sendto -s 64 -o "$work/calls.$user" \
    setpriv --reuid="$user" --regid="$user" --clear-groups --no-new-privs "$@" 2>>$work/encvoyd.log &
  wait_for 10 test -S "$path"
}
told() { grep -q "sendto(.*\"$2\"" "$work/calls.$1"; }
gone() { ! kill -0 "$1" 2>/dev/null; }
idp_start
: >>$work/encvoyd.log
activate --seqpacket /run/encvoy/online encvoy-online /usr/libexec/encvoyd-online -d
online=$!
chown encvoy /run/encvoy/online
chmod 600 /run/encvoy/online
activate --seqpacket /run/encvoy/socket encvoy /usr/sbin/encvoyd -d
listener=$!
chmod 666 /run/encvoy/socket
pam_service units methods=token
pam_answer units encvoy-2 "$(host_token 2)" authenticate acct_mgmt
is "$pam_status" 0 'a login starts both and is granted'
pam_answer units encvoy-2 "$(host_token 3)"
[ "$pam_status" != 0 ]
ok $? "SEC-01: a refusal: bob's token for alice"
is "$(stat -c '%U' /proc/$listener/environ /proc/$online/environ | tr '\n' ' ')" 'root root ' 'SEC-35: their memory is nobody'"'"'s to read'
is "$(awk '/^Uid:/ { print $2 }' /proc/$listener/status /proc/$online/status | tr '\n' ' ')" \
  "$(id -u encvoy) $(id -u encvoy-online) " 'they run as their users'
told encvoy READY=1 && told encvoy-online READY=1
ok $? 'both tell systemd that they are ready'
wait_for 5 told encvoy WATCHDOG=1 && wait_for 5 told encvoy-online WATCHDOG=1
ok $? 'and that they are alive'
kill -HUP $listener $online
wait_for 5 told encvoy 'RELOADING=1.*' && wait_for 5 told encvoy-online 'RELOADING=1.*'
ok $? 'and that they read the configuration anew'

mkdir -p /run/systemd/userdb
activate --fdname=userdb /run/systemd/userdb/io.encvoy.UserDatabase localjoe /usr/libexec/encvoy-userdbd
userdb=$!
chmod 666 /run/systemd/userdb/io.encvoy.UserDatabase
like "$(userdbctl --output=classic user encvoy-2 2>&1)" '^encvoy-2:' 'userdbctl finds the user through encvoy-userdbd'
kill $userdb

# ---- the provider is away, then a configuration that is refused -------------------------------
late=$(host_token 2)
idp_stop
kill -HUP $online
pam_answer units encvoy-2 "$late"
[ "$pam_status" != 0 ]
ok $? 'provider away: no login'
is "$(id -u encvoy-2)" 1879048194 'SEC-37: and look-ups go on'
kill $listener $online
wait $listener
is $? 0 'encvoyd ends by SIGTERM with status 0'
wait $online
is $? 0 'so does encvoyd-online'
told encvoy STOPPING=1 && told encvoy-online STOPPING=1
ok $? 'and both have told systemd'
echo 'no_such_key = 1' >>/etc/encvoy/encvoy.conf
rm -f /run/encvoy/socket /run/encvoy/online
activate --seqpacket /run/encvoy/socket encvoy /usr/sbin/encvoyd -d
encvoyctl status >/dev/null 2>&1
wait $!
is $? 78 'a refused configuration has the status that the unit does not restart for'

# ---- AppArmor ----------------------------------------------------------------------------------
if command -v apparmor_parser >/dev/null; then
  for p in encvoyd encvoyd-online; do
    out=$(apparmor_parser --skip-kernel-load --skip-cache "/etc/apparmor.d/$p" 2>&1)
    is "$?:$(grep -v '^Cache ' <<<"$out")" 0: "apparmor_parser takes the profile $p"
  done
else
  skip 'AppArmor profiles' 'apparmor_parser is not here'
fi
done_testing
