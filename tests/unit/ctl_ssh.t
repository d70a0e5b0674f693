#!/bin/bash
# SPDX-License-Identifier: MIT
# encvoyctl enroll --ssh and --undo, with an sshd and a pam-auth-update that do as they are told (the
# real ones are in tests/system/ssh.t).
# shellcheck source=tests/unit/ctl_lib.sh
. "$(dirname "$0")/ctl_lib.sh"
private "$@"
private_dirs
overlay /usr
overlay /var/lib
dropin=/etc/ssh/sshd_config.d/10-encvoy.conf
session=/etc/pam.d/common-session
rm -rf /etc/ssh
mkdir -p /etc/ssh/sshd_config.d /etc/pam.d /var/lib/pam /usr/share/pam-configs
cp "$top/ctl/encvoy-mkhomedir" /usr/share/pam-configs/
rm -f /usr/sbin/sshd /usr/sbin/pam-auth-update

# The first value of a key counts; of "Wrong" it says that it does not know it.
cat >$work/sshd <<EOT
#!/bin/sh
[ ! -e $work/rejects ] || ! grep -qf $work/rejects $dropin 2>/dev/null ||
  { echo "$dropin: line 9: not today" >&2; exit 255; }
! grep -l Wrong /etc/ssh/sshd_config.d/*.conf >&2 2>/dev/null || exit 255
[ "\$1" = -T ] || exit 0
{ cat /etc/ssh/sshd_config.d/*.conf; printf '%s\n' 'KbdInteractiveAuthentication no' 'UsePAM no' \
  'LoginGraceTime 120' 'AuthorizedKeysCommand none'; } 2>/dev/null |
  awk 'NF && !/^#/ { key = tolower(\$1); if (!seen[key]++) { \$1 = key; print } }'
EOT
cat >$work/update <<EOT
#!/bin/sh
[ ! -e $work/edited ] || { echo 'Local modifications to /etc/pam.d/common-*, not updating.' >&2; exit 0; }
case "\$*" in
  '--package --enable encvoy-mkhomedir')
    echo 'session	optional	pam_mkhomedir.so umask=0077' >>$session
    echo 'Module: encvoy-mkhomedir' >>/var/lib/pam/session ;;
  '--package --disable encvoy-mkhomedir')
    sed -i '/pam_mkhomedir.so umask=0077/d' $session
    sed -i '/encvoy-mkhomedir/d' /var/lib/pam/session ;;
  *) echo "what? \$*"; exit 1 ;;
esac
EOT
chmod 755 $work/sshd $work/update
conf() { # conf [further lines...]
  printf '%s\n' 'issuer = https://id.example.org' 'client_id = host' 'allow = sub:2' "$@" >"$conf_dir/encvoy.conf"
}
fresh() {
  rm -f /etc/ssh/sshd_config.d/* $work/rejects $work/edited
  echo 'session	required	pam_unix.so' >$session
  echo 'Module: unix' >/var/lib/pam/session
  state >$work/before
}
places=(/etc/ssh /etc/pam.d /etc/passwd /var/lib/pam)
state() { # what may be touched, and when it was
  find "${places[@]}" -type f -printf '%p %m %U %i %T@\n' | sort
  content
}
content() { find "${places[@]}" -type f -exec sha256sum {} + | sort; }
untouched() { is "$(state)" "$(<$work/before)" "$1: nothing is touched"; }
script=$work/script
people() { printf 'verb user list\nrow bob|1879048195|3|map|no|%s|||no\nresult ok\n' "$1" >"$script"; }

# ---- before there is anything
run enroll --ssh
like "$rc $err" '^1 .*encvoy.conf' 'without a configuration'
conf
run enroll --ssh
like "$rc $err" '^1 .*there is no sshd here' 'without sshd'
cp $work/sshd /usr/sbin/sshd
cp $work/update /usr/sbin/pam-auth-update
fresh
run enroll --ssh
like "$rc $err" '^3 .*encvoyd does not answer' 'without the daemon nobody can say whether somebody has signed in'
untouched 'no daemon'
people 0
"$build/tests/unit/ctl_fake" serve "$script" >$work/heard &
wait_for 5 grep -q ready $work/heard || { echo "Bail out! the fake daemon does not start"; exit 99; }
run enroll --ssh
like "$rc $err" '^1 .*nobody has signed in.*encvoyctl login' 'not before a login was tried'
untouched 'no login yet'
printf 'verb user list\nresult permission-denied\n' >"$script"
run enroll --ssh
is "$rc" 1 'nor when that is not told'
untouched 'not told'
people 1700000000
for words in 'enroll --undo https://id.example.org' 'enroll --undo --allow everyone' 'enroll --undo --dry-run' 'enroll --untested' 'enroll --ssh https://id.example.org' \
  'enroll --ssh --client-id x' 'enroll --ssh --allow everyone' 'enroll --ssh --undo --untested' 'enroll --ssh --ssh' 'enroll --ssh --dry-run'; do
  # shellcheck disable=SC2086
  run $words
  is "$rc" 2 "usage error: $words"
done
out=$(setpriv --reuid 65534 --clear-groups "$ctl" enroll --ssh 2>&1)
like "$? $out" '^1 .*only root' 'for root only'
untouched 'usage errors'

# ---- on, again, and off
run enroll --ssh
is "$rc $err" '0 ' 'enroll --ssh'
is "$(grep -v '^#' $dropin | grep .)" $'KbdInteractiveAuthentication yes\nUsePAM yes\nLoginGraceTime 300' 'the drop-in'
is "$(stat -c '%a %U' $dropin)" '644 root' 'its rights'
like "$(<$session)" 'pam_mkhomedir.so umask=0077' 'homes'
like "$out" 'systemctl reload ssh' 'what is left to do is told'
before=$(state)
run enroll --ssh
is "$rc $err" '0 ' 'again'
is "$(grep -c unchanged <<<"$out")" 2 'both unchanged'
is "$(state)" "$before" 'not a file was touched'
run enroll --ssh --undo
is "$rc $err" '0 ' '--undo'
before=$(content)
fresh
is "$before" "$(content)" 'all is as it was'
run enroll --ssh --undo
is "$rc $err" '0 ' '--undo, again'
untouched '--undo, again'
rm "$conf_dir/encvoy.conf"
run enroll --ssh --undo
is "$rc" 0 '--undo needs no configuration'
conf
kill %1
wait %1 2>/dev/null
run enroll --ssh --untested
is "$rc $err" '0 ' '--untested: without a daemon, for images'
run enroll --ssh --undo
is "$rc $err" '0 ' '--undo'

# ---- what goes into it
fresh
conf '[service sshd]' 'login_timeout = 600'
run enroll --ssh --untested
is "$(grep -c 'LoginGraceTime 615' $dropin)" 1 'LoginGraceTime is longer than login_timeout of sshd'
conf
run enroll --ssh --untested
like "$rc $err" '^1 .*says something else; --force' 'other settings: --force is needed'
run enroll --ssh --untested --force
is "$rc $(grep -c 'LoginGraceTime 300' $dropin)" '0 1' '--force'
rm -f $dropin
conf 'ssh_key_field = keys'
run enroll --ssh --untested
is "$(grep -c '^AuthorizedKeysCommand' $dropin)" 2 'where the directory has keys, sshd asks for them'
before=$(state)
run enroll --ssh --untested
is "$rc $(state)" "0 $before" 'which is no other program on the next run'
rm $dropin
printf 'AuthorizedKeysCommand /opt/keys %%u\n' >/etc/ssh/sshd_config.d/50-mine.conf
run enroll --ssh --untested
is "$rc $(grep -c AuthorizedKeysCommand $dropin)" '0 0' "an administrator's own program for keys stays"

# ---- what sshd does not take
fresh
echo LoginGraceTime >$work/rejects
run enroll --ssh --untested
like "$rc $err" '^1 .*does not take.*line 9: not today.*what they were' 'a check that fails: told in the words of sshd'
untouched 'a check that fails'
rm $work/rejects
run enroll --ssh --untested
conf '[service sshd]' 'login_timeout = 600'
before=$(content)
echo 615 >$work/rejects
run enroll --ssh --untested --force
like "$rc $err" '^1 .*not today.*what they were' 'another drop-in that sshd does not take'
is "$(content)" "$before" 'leaves the former one'
conf
fresh
echo 'Wrong yes' >/etc/ssh/sshd_config.d/50-mine.conf
state >$work/before
run enroll --ssh --untested
like "$rc $err" "^1 .*own settings are not in order.*50-mine.conf" "settings that were not in order before"
untouched 'not in order before'
for line in 'KbdInteractiveAuthentication no' 'UsePAM no' 'LoginGraceTime 30'; do
  fresh
  echo "$line" >/etc/ssh/sshd_config.d/05-mine.conf
  state >$work/before
  run enroll --ssh --untested
  like "$rc $err" '^1 .*has no effect' "an earlier file with $line"
  untouched "an earlier file with $line"
done
fresh
printf '#\x1b[2J\nWrong yes\n' >$'/etc/ssh/sshd_config.d/50-\x1b[2J.conf'
run enroll --ssh --untested
unlike "$err" $'\x1b' 'SEC-25: what sshd says is made printable'

# ---- what is in the way
fresh
echo 'MaxAuthTries 3' >$dropin
state >$work/before
run enroll --ssh --untested
like "$rc $err" '^1 .*says something else' "somebody else's file of that name"
untouched "somebody else's file"
run enroll --ssh --undo
like "$rc $err" '^1 .*was not written by enroll' '--undo leaves it alone'
untouched "--undo of somebody else's file"
rm $dropin
ln -s /etc/passwd $dropin
run enroll --ssh --untested --force
like "$rc $err" '^1 .*unsafe-file' 'SEC-34: a symbolic link is not written through'
run enroll --ssh --undo
like "$rc $err" '^1 .*unsafe-file' 'SEC-34: nor removed'
fresh
rmdir /etc/ssh/sshd_config.d
run enroll --ssh --untested
like "$rc $err" '^1 .*put into sshd_config:.*KbdInteractiveAuthentication yes' 'without sshd_config.d the lines are told'
mkdir /etc/ssh/sshd_config.d

# ---- homes
fresh
echo 'session	optional	pam_mkhomedir.so' >>$session
state >$work/before
run enroll --ssh --untested
like "$rc $out" '^0 .*on already, by a line of yours' "an administrator's own line"
is "$(grep -c pam_mkhomedir $session)" 1 'is not doubled'
run enroll --ssh --undo
like "$rc $out" '^0 .*not turned on by enroll' 'nor removed by --undo'
untouched "an administrator's own line"
fresh
touch $work/edited
run enroll --ssh --untested
like "$rc $err" '^1 .*did not do it.*Local modifications.*by hand: session optional pam_mkhomedir.so umask=0077' \
  'a pam-auth-update that leaves files alone: told, with the line'
fresh
mv /usr/sbin/pam-auth-update $work/away
run enroll --ssh --untested
like "$rc $err" '^1 .*missing; add to the session lines.*umask=0077' 'without pam-auth-update: the line'
done_testing
