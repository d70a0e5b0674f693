#!/bin/bash
# SPDX-License-Identifier: MIT
# A fleet's host: names, roles, groups, blocks and SSH keys come from a signed roster on a web server.
# Everything is real: the roster is built and signed by encvoyctl, fetched over TLS, and seen through
# getent, id, pamtester and the other programs that people look with.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

www=$work/www
fleet=$work/fleet
mkdir -p $www $fleet
idp_start

person() { # person SUB NAME GECOS ROLES-JSON [further members]
  printf '{"sub":"%s","name":"%s","gecos":"%s","roles":%s%s}\n' "$1" "$2" "$3" "$4" "${5:-}"
}
publish() { # publish [further arguments]: signs $work/people as the next roster
  encvoyctl roster build --key $fleet/key --fleet prod --issuer $issuer --out $www \
    --from $work/people "$@" >$work/build.out 2>&1
}
synced() { encvoyctl sync >$work/sync.out 2>&1; }
refused() { # refused REASON NAME: the last login, by us and for this reason
  if [ "$pam_status" = 0 ]; then ok 1 "$2"; else like "$(log_since)" "reason=$1" "$2"; fi
}
try_login() { pam_answer shell "$1" "$(host_token "$2")" authenticate acct_mgmt; }

is "$(encvoyctl roster keygen --out $fleet/key >/dev/null 2>&1; stat -c %a $fleet/key)" 600 \
  'keygen: the private key is for its owner'
encvoyctl roster keygen --out $fleet/key2 >/dev/null 2>&1
cp $fleet/key.pub /etc/encvoy/roster.pub
cp $fleet/key2.pub /etc/encvoy/roster2.pub

ssh-keygen -q -t ed25519 -N '' -C alice@laptop -f $work/alice.key
{
  person 2 alice 'Alice Anderson' '["staff","wheelers"]' ",\"ssh_keys\":[\"$(cat $work/alice.key.pub)\"]"
  person 3 bob 'Bob Brown' '["staff"]'
  person 5 dave 'Dave Dunn' '["staff"]' ',"blocked":true'
  person 12 erin 'Erin Evans' '[]'
  person 20 root 'A Root' '["staff"]'
  person 21 localjoe 'Another Joe' '["staff"]'
  person 22 encvoy-17 'A Squatter' '[]'
} >$work/people
publish
ok $? "roster build: $(tail -1 $work/build.out)"
encvoyctl roster verify $www/roster.jws --key $fleet/key.pub --issuer $issuer --fleet prod >/dev/null 2>&1
ok $? 'roster verify: the key fits'
encvoyctl roster verify $www/roster.jws --key $fleet/key2.pub --issuer $issuer --fleet prod >/dev/null 2>&1
[ $? = 1 ]
ok $? 'SEC-48: and another does not'
web_start

default_allow='allow = role:staff'
roster_conf() {
  conf_write 'directory = roster' 'roster = https://id.encvoy.test:8445/roster.jws' \
    'roster_keys = /etc/encvoy/roster.pub /etc/encvoy/roster2.pub' 'roster_fleet = prod' \
    'directory_interval = 1h' 'ssh_key_field = keys' 'local_group = wheelers:plugdev' "$@" \
    '[group crew]' 'gid = 2147287040' 'roles = staff' '[group few]' 'gid = 2147287041' 'users = user:alice'
}
roster_conf
echo plugdev >/etc/encvoy/local-groups
pam_service shell methods=token
daemon_start
wait_for 20 getent passwd alice >/dev/null
ok $? 'the roster is there soon after the start'

# ---- the same truth everywhere -----------------------------------------------------------------
is "$(getent passwd alice)" 'alice:*:1879048194:1879048194:Alice Anderson:/home/alice:/bin/bash' 'getent passwd'
is "$(getent passwd 1879048195 | cut -d: -f1)" bob 'by uid'
is "$(getent group crew)" 'crew:*:2147287040:alice,bob' 'getent group: members by role; a blocked one is none'
is "$(getent group 2147287041)" 'few:*:2147287041:alice' 'listed users'
like "$(id alice)" 'uid=1879048194\(alice\) gid=1879048194\(alice\) groups=.*(crew|few).*(crew|few)' 'id'
like "$(groups alice)" 'plugdev' 'local_group: a role counts as member of a local group'
unlike "$(groups bob)" 'plugdev|few' 'and who has not the role is none'
unlike "$(getent group plugdev)" 'alice' 'SEC-20: /etc/group says nothing of it'
touch $work/hers && chown alice:crew $work/hers
like "$(ls -l $work/hers)" ' alice +crew ' 'chown and ls -l know the names'
is "$(setpriv --reuid=alice --regid=alice --init-groups sh -c 'sg crew "id -gn"' 2>&1)" crew 'newgrp (sg)'
is "$(getent passwd dave | cut -d: -f3)" 1879048197 'SEC-14: a blocked user stays resolvable'
for name in root localjoe; do
  is "$(getent passwd $name | wc -l)" 1 "SEC-16: $name is the local one alone"
  unlike "$(getent passwd $name)" '18790' 'under the local uid'
done
is "$(getent -s encvoy passwd encvoy-17)" '' 'SEC-16: nobody squats the template name of another sub'
like "$(cat $work/encvoyd.log)" 'root.*name-reserved|name-reserved.*root' 'the log names the reserved one'
like "$(cat $work/encvoyd.log)" 'localjoe.*local-user|local-user.*localjoe' 'and the local one'
is "$(encvoyctl authorized-keys alice)" "$(cut -d' ' -f1-2 $work/alice.key.pub) alice@laptop" 'SSH keys'
is "$(encvoyctl authorized-keys dave)" '' 'SEC-14: none of a blocked user'
is "$(encvoyctl authorized-keys nobody-at-all; echo $?)" 0 'nor of an unknown one'
is "$(getent passwd | grep -c 18790)" 0 'enumeration is off'

# ---- logins ------------------------------------------------------------------------------------
try_login alice 2
is "$pam_status" 0 'alice logs in by her role'
log_mark
try_login erin 12
refused not-allowed 'erin has no role'
log_mark
try_login dave 5
refused blocked 'SEC-14: dave is blocked'
like "$(encvoyctl why alice --service shell)" 'role:staff' 'why: the rule by role'

# ---- changes -----------------------------------------------------------------------------------
bytes() { awk -v s="$1" '$1 == s' $work/web.log | wc -l; }
before=$(bytes 304)
synced
ok $? 'encvoyctl sync'
[ "$(encvoyctl status --json | json provider_requests:directory)" -ge 2 ]
ok $? 'status counts the requests of passes'
[ "$(bytes 304)" -gt "$before" ]
ok $? 'an unchanged roster costs an If-None-Match'

sed -i -e 's/"staff","wheelers"/"staff"/' -e '/"sub":"3"/d' $work/people
publish && synced
unlike "$(groups alice)" 'plugdev' 'a role removed is a group removed after the next sync'
is "$(getent passwd bob | cut -d: -f3)" 1879048195 'somebody dropped stays resolvable'
is "$(getent group crew)" 'crew:*:2147287040:alice' 'but is no member any more'
log_mark
try_login bob 3
refused dropped 'SEC-14: and does not log in'

sed -i 's/"name":"alice"/"name":"alicia"/' $work/people
person 30 alice 'Alice Newman' '["staff"]' >>$work/people
publish && synced
is "$(getent passwd alice | cut -d: -f3,5)" '1879048194:Alice Anderson' 'SEC-17: a rename changes no name here'
is "$(getent passwd alicia)" '' 'the new one is nobody'
is "$(getent passwd 1879048222)" '' 'SEC-17: a new sub under an old login waits'
log_mark
try_login alice 30
[ "$pam_status" != 0 ]
ok $? 'SEC-17: and gets nothing of hers'
encvoyctl user map 30 alice-n >/dev/null 2>&1
is "$(getent passwd alice-n | cut -d: -f3)" 1879048222 'until an administrator gives a name'

# ---- a roster that must not be taken (SEC-48) ---------------------------------------------------
cp -a $www $work/good
person 40 mallory 'Mallory' '["staff"]' >>$work/people
not_taken() { # not_taken REASON NAME
  ! synced && grep -q "$1" $work/sync.out
  ok $? "SEC-48: $2 ($(tail -1 $work/sync.out | cut -c1-100))"
  is "$(getent passwd mallory)" '' 'the last good one stays'
  getent passwd alice >/dev/null
  ok $? 'with everybody in it'
  rm -rf $www.bad && mv $www $www.bad && cp -a $work/good $www
}
encvoyctl roster keygen --out $fleet/foreign >/dev/null 2>&1
forge() { # forge KEY FLEET ISSUER SERIAL: puts another roster into the place of the good one
  rm -rf $www.new
  mkdir $www.new
  encvoyctl roster build --key "$1" --fleet "$2" --issuer "$3" --serial "$4" --out $www.new \
    --from $work/people >$work/build.out 2>&1 || die "$(cat $work/build.out)"
  cp $www.new/* $www
}
later=$(($(date +%s) + 1000))
forge $fleet/foreign prod $issuer $later
not_taken bad-signature 'another key'
forge $fleet/key dev $issuer $later
not_taken wrong-fleet 'another fleet'
forge $fleet/key prod https://other.example $later
not_taken wrong-issuer 'another issuer'
forge $fleet/key prod $issuer 1
not_taken old-serial 'a lower serial'
publish
for f in "$www"/*.lines; do sed -i 's/Mallory/Malloru/' "$f"; done
not_taken bad-digest 'records that were changed'
publish
echo truncate >$www/.fault
not_taken . 'a transfer that is cut'
publish
echo 500 >$www/.fault
not_taken provider 'a server that fails'
forge $fleet/key2 prod $issuer $later
synced
is "$(getent passwd mallory | cut -d: -f3)" 1879048232 'SEC-48: the second key is good for rotation'

# ---- expiry and grace --------------------------------------------------------------------------
forge $fleet/key prod $issuer $((later + 1)) && publish --valid 1s && synced
sleep 2
try_login alice 2
is "$pam_status" 0 'expired, within the grace: logins go on'
daemon_stop
roster_conf 'roster_grace = 0' 'break_glass = mallory'
daemon_start
log_mark
try_login alice 2
refused directory-expired 'SEC-48: beyond the grace: refused'
getent passwd alice >/dev/null
ok $? 'look-ups go on'
try_login mallory 40
is "$pam_status" 0 'a break-glass user logs in'
publish && synced
try_login alice 2
is "$pam_status" 0 'a fresh roster ends it'

# ---- without daemon, with nscd, in a container ---------------------------------------------------
daemon_stop
is "$(getent passwd alice | cut -d: -f3)" 1879048194 'a dead daemon: the map answers'
getent passwd nobody-at-all
is $? 2 'and knows who is not there'
if command -v nscd >/dev/null; then
  mkdir -p /run/nscd /var/cache/nscd
  nscd
  sleep 0.5
  is "$(getent passwd alice | cut -d: -f3)" 1879048194 'through nscd'
  is "$(getent group crew | cut -d: -f3)" 2147287040 'groups, too'
  nscd -K
else
  skip 'through nscd' 'not installed'
fi
mkdir -p $work/box
unshare --mount --propagation private sh -c "
  mount --bind / $work/box && mount --rbind /usr $work/box/usr && mount --rbind /etc $work/box/etc &&
  mkdir -p $work/boxcache && cp -a /var/cache/encvoy/. $work/boxcache && mount --rbind /var $work/box/var &&
  mount --bind -o ro /var/cache/encvoy $work/box/var/cache/encvoy && mount -o remount,bind,ro $work/box/var/cache/encvoy &&
  chroot $work/box getent passwd alice" >$work/box.out 2>&1
is "$(cut -d: -f3 $work/box.out)" 1879048194 'a container with the map mounted read-only'

# ---- many people, and a web server that fails meanwhile ------------------------------------------
many=10000 # 100,000 with ENCVOY_TEST_LONG
[ -z "${ENCVOY_TEST_LONG:-}" ] || many=100000
roster_conf 'enumerate = yes'
daemon_start
everybody() { getent -s encvoy passwd | sort; }
wait_for 20 eval '[ -n "$(everybody)" ]'
everybody >$work/before
touch $work/watching
while [ -e $work/watching ]; do
  [ "$(getent passwd alice 1879048195 | cut -d: -f1,3)" = $'alice:1879048194\nbob:1879048195' ] || echo wrong
done >$work/wrong 2>&1 &
watcher=$!
awk -v many=$many 'BEGIN { for (n = 1001; n <= 1000 + many; n++)
  printf "{\"sub\":\"%d\",\"name\":\"user%d\",\"gecos\":\"User %d\",\"roles\":[%s]}\n",
    n, n, n, n % 10 ? "" : "\"staff\"" }' >>$work/people
publish --serial $((later + 100))
for fault in truncate 500 changed truncate; do
  if [ $fault = changed ]; then
    cp -a $www $work/kept && sed -i 's/User 7777/User 7778/' $www/*.lines
  else
    echo $fault >$www/.fault
  fi
  ! synced && everybody | cmp -s - $work/before
  ok $? "$many people, $fault: nothing changes ($(tail -1 $work/sync.out | cut -c1-80))"
  [ $fault != changed ] || cp $work/kept/*.lines $www
  rm -f $www/.fault
done
start=$SECONDS
synced
ok $? "$many people in $((SECONDS - start)) s: $(tail -1 $work/sync.out)"
awk -v many=$many 'BEGIN { for (n = 1001; n <= 1000 + many; n++)
  printf "user%d:*:%d:%d:User %d:/home/user%d:/bin/bash\n", n, 1879048192 + n, 1879048192 + n, n, n
  }' | sort - $work/before >$work/expected
everybody | cmp - $work/expected
ok $? 'no wrong record, and nobody missing'
is "$(getent group crew | tr ':,' '\n' | grep -c '^user')" $((many / 10)) 'a tenth of them is in the group of their role'
rm $work/watching
wait $watcher
is "$(<$work/wrong)" '' 'and nobody saw anything wrong meanwhile'
daemon_stop

kill $web_pid
idp_stop
done_testing
