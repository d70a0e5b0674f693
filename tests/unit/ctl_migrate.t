#!/bin/bash
# SPDX-License-Identifier: MIT
# encvoyctl migrate --dry-run: what a made-up user owns is found, and nothing is changed.
# shellcheck source=tests/unit/ctl_lib.sh
. "$(dirname "$0")/ctl_lib.sh"
private "$@"
private_dirs
for d in /var/spool/cron /var/lib/systemd/linger /var/mail; do cover "$d"; done
mkdir -p /var/spool/cron/crontabs /var/spool/cron/atjobs "$work/one" "$work/two x" "$work/none"
mount -t tmpfs tmpfs "$work/one"
mount -t tmpfs tmpfs "$work/two x"
mount -t tmpfs tmpfs "$work/none"
mkdir "$work/again" "$work/one/part"
mount --bind "$work/one/part" "$work/again"
uid=47110
gid=47111
cat >>/etc/passwd <<EOT
carla:x:$uid:$gid:Carla:$work/one/home:/bin/sh
Carla2:x:47112:47112::/:/bin/sh
sysacct:x:470:470::/:/bin/sh
EOT
mkdir "$work/one/home"
printf 12345 >"$work/one/home/file"
printf 123 >"$work/one/part/file"
ln -s file "$work/one/home/link"
printf 1234567 >"$work/two x/file"
printf 12 >"$work/two x/group"
printf 1 >"$work/two x/foreign"
chown -hR $uid:$gid "$work/one/home" "$work/one/part/file" "$work/two x/file"
chown 0:$gid "$work/two x/group"
echo '* * * * * true' >/var/spool/cron/crontabs/carla
echo true >/var/spool/cron/atjobs/a0001
chown $uid /var/spool/cron/atjobs/a0001
touch /var/lib/systemd/linger/carla /var/mail/carla
printf 'other:1:1\ncarla:100000:65536\n%s:200000:5\ncarlas:3:1\n' $uid >/etc/subuid
echo "carla:300000:65536" >/etc/subgid
mkdir -p /etc/sudoers.d
printf '# carla ALL\nroot ALL=(ALL) ALL\nadm,carla ALL=(ALL) ALL\n' >/etc/sudoers
printf 'carlas ALL=(ALL) ALL\n#%s ALL = NOPASSWD: ALL\n' $uid >/etc/sudoers.d/web
printf 'carla ALL=(ALL) ALL\n' >/etc/sudoers.d/web.bak
printf 'wheelers:x:4711:root,carla\ncarlas:x:4712:carlas\n' >>/etc/group
setpriv --reuid $uid --regid $gid --clear-groups sleep 600 &
sleeper=$!
wait_for 30 grep -q sleep /proc/$sleeper/comm

state() { find /etc /var/spool/cron /var/lib/systemd /var/mail "$work/one" "$work/two x" -printf '%p %U %G %s %T@ %C@\n' | sort; }
before=$(state)
run migrate carla --dry-run --sub 17
after=$(state)
is "$rc" 0 "the plan is printed"
[ "$before" = "$after" ]
ok $? "and nothing was changed"
like "$out" "User carla: uid $uid, gid $gid, home $work/one/home" "who it is"
like "$out" 'uid and gid 1879048209' "the uid under Encvoy ID"
like "$out" "  $work/one: 4 of the user \(8 bytes\), 4 of the group \(8 bytes\)" "files on one file system"
like "$out" "  $work/two x: 1 of the user \(7 bytes\), 2 of the group \(9 bytes\)" "and on the other"
unlike "$out" "  $work/none:" "none where none are"
unlike "$out" "  $work/again:" "a part mounted again is not counted again"
unlike "$out" '  /(proc|sys)[/:]' "nothing of pseudo file systems"
like "$out" 'crontab +/var/spool/cron/crontabs/carla' "crontab"
like "$out" 'at jobs +1 in /var/spool/cron/atjobs' "at jobs"
like "$out" '/etc/subuid:2: carla:100000:65536' "subordinate uids by name"
like "$out" "/etc/subuid:3: $uid:200000:5" "and by uid"
unlike "$out" '/etc/subuid:[14]:' "not those of others"
like "$out" '/etc/subgid:1: carla' "subordinate gids"
like "$out" '/etc/sudoers:3: adm,carla ALL' "sudoers with file and line"
like "$out" "/etc/sudoers.d/web:2: #$uid" "also by uid"
unlike "$out" '/etc/sudoers:[12]:' "no comments, no others"
unlike "$out" '/etc/sudoers.d/web:1:' "no names that begin so"
unlike "$out" 'web\.bak' "no files that sudo does not read"
like "$out" '/etc/group:[0-9]+: wheelers' "memberships"
unlike "$out" '/etc/group:[0-9]+: carlas' "not those of others"
like "$out" 'lingers +/var/lib/systemd/linger/carla' "lingering"
like "$out" 'mail +/var/mail/carla' "mail"
like "$out" 'processes +1 running' "running processes"
like "$out" 'local_user = 17:carla' "the way that keeps the account"
commands=$(sed -n '/^Second way/,$s/^  //p' <<<"$out")
is "$(sed 's/ .*//' <<<"$commands" | uniq | tr '\n' ' ')" \
  "loginctl crontab loginctl find mv userdel encvoyctl crontab loginctl " "the commands, in order" ||
  sed 's/^/# /' <<<"$commands"
like "$commands" "find '$work/two x' -xdev -uid $uid -exec chown -h 1879048209 \{\} \+" "quoted for the shell"
like "$commands" "encvoyctl user map 17 carla" "the name goes to the sub"
# what it prints does what it says
bash -c "$(grep ^find <<<"$commands")"
is "$(stat -c %u:%g "$work/two x/file" "$work/two x/group" "$work/two x/foreign" "$work/one/home/link" | tr '\n' ' ')" \
  "1879048209:1879048209 0:1879048209 0:0 1879048209:1879048209 " "run by hand, the files change hands"
kill $sleeper

# ---- refusals
run migrate carla
is "$rc$out" 1 "without --dry-run: refused"
like "$err" 'only the plan' "in words"
run migrate nosuchuser --dry-run
is "$rc$out" 1 "unknown user"
like "$err" 'no local user' "in words"
for user in root sysacct nobody; do
  run migrate $user --dry-run
  is "$rc$out" 1 "system account: $user"
  like "$err" 'system account' "in words"
done
run migrate Carla2 --dry-run
is "$rc$out" 1 "a name that cannot be one of Encvoy ID's"
run migrate carla --dry-run --sub 'a b'
is "$rc$out" 2 "a sub that cannot be one"
run migrate carla --dry-run
is "$rc" 0 "without a sub"
like "$out" 'local_user = SUB:carla' "it stands for itself"
like "$out" 'NEWUID stands for' "as does the uid"
run migrate carla --dry-run --sub auth0-x
like "$out" 'from the ledger' "another sub: the ledger gives the uid"
out=$(setpriv --reuid 65534 --regid 65534 --clear-groups "$ctl" migrate carla --dry-run 2>&1)
is "$?" 1 "for root only"
done_testing
