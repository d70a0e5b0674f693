#!/bin/bash
# SPDX-License-Identifier: MIT
# Whoever is asked who somebody is and which groups he has says the same: getent, id, groups, ls,
# chown, newgrp, a cron job, subordinate ids, systemd's user database; with nscd and without, and in a
# container that has the map and nothing else. Then people change, and all of them follow.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

fleet=$work/fleet
box=$work/box
mkdir -p $fleet $work/cron
chmod 1777 $work/cron

person() { # person SUB NAME ROLES-JSON [further members]
  printf '{"sub":"%s","name":"%s","gecos":"","roles":%s%s}\n' "$1" "$2" "$3" "${4:-}"
}
publish() { # signs $work/people as the next roster
  encvoyctl roster build --key $fleet/key --fleet prod --issuer $issuer --out $fleet \
    --from $work/people >$work/build.out 2>&1 || die "roster build: $(cat $work/build.out)"
}
as() { # as USER COMMAND...: as a login would set it up
  local user=$1
  shift
  setpriv --reuid="$user" --regid="$user" --init-groups env HOME="/home/$user" USER="$user" "$@"
}

# A container's ground: the programs, the map read-only, and neither our socket nor our database.
box_up() {
  local d
  mkdir -p $box
  mount -t tmpfs -o mode=755 tmpfs $box
  mkdir -p $box/{usr,etc,proc,dev,run,tmp,home,root,var/cache/encvoy,var/lib}
  for d in bin sbin lib lib64; do ln -s usr/$d $box/$d; done
  for d in usr etc dev var/cache/encvoy; do
    { mount --bind /$d $box/$d && mount -o remount,bind,ro $box/$d; } || die "cannot bind /$d"
  done
}
in_box() { unshare --mount --pid --fork --mount-proc=$box/proc chroot $box "$@"; }

userdb() { userdbctl --with-nss=no --with-dropin=no --synthesize=no --output=classic "$@" 2>&1; }

group_names() { # of the gids on standard input
  local gid
  while read -r gid; do getent group "$gid" | cut -d: -f1; done
}
sorted() { tr -s ' ' '\n' | sed '/^$/d' | sort -u | paste -sd' '; }

# Which groups USER has, as each of them tells it.
groups_by() { # groups_by SOURCE USER
  case $1 in
    id) id -nG "$2" ;;
    groups) groups "$2" | cut -d: -f2 ;;
    initgroups) getent -s encvoy initgroups "$2" | cut -d' ' -f2- | tr -s ' ' '\n' | sed '/^$/d' | group_names ;;
    session) as "$2" id -nG ;;
    container) in_box id -nG "$2" ;;
    userdb) userdb groups-of-user "$2" | cut -d: -f2 ;;
    cron) tail -1 "$work/cron/$2" ;;
  esac | sorted
}

same_groups() { # same_groups WHEN USER GROUPS...: the private group is the first
  local when=$1 user=$2 by
  shift 2
  for by in id groups session container; do
    is "$(groups_by $by "$user")" "$(echo "$@" | sorted)" "$when: groups of $user by $by"
  done
  # these two leave the private group to the record of the user
  for by in initgroups userdb; do
    is "$( (groups_by $by "$user"; echo "$1") | sorted)" "$(echo "$@" | sorted)" \
      "$when: groups of $user by $by"
  done
}

same_person() { # same_person WHEN USER ID
  local line="$2 $3 $3"
  is "$(getent -s encvoy passwd "$2" | cut -d: -f1,3,4 | tr : ' ')" "$line" "$1: $2 by name"
  is "$(getent -s encvoy passwd "$3" | cut -d: -f1,3,4 | tr : ' ')" "$line" "$1: $2 by uid"
  is "$(getent -s encvoy group "$3" | cut -d: -f1,3)" "$2:$3" "$1: the private group of $2"
  is "$(id -un "$2") $(id -u "$2") $(id -g "$2")" "$line" "$1: $2 by id"
  is "$(in_box id -un "$2") $(in_box id -u "$2") $(in_box id -g "$2")" "$line" "$1: $2 in the container"
  is "$(userdb user "$2" | cut -d: -f1,3,4 | tr : ' ')" "$line" "$1: $2 in the user database"
}

same_members() { # same_members WHEN GROUP GID MEMBERS: separated by commas
  is "$(getent -s encvoy group "$2")" "$2:*:$3:$4" "$1: getent group $2"
  is "$(getent group "$3" | cut -d: -f1,4)" "$2:$4" "$1: and by gid"
  is "$(in_box getent group "$2" | cut -d: -f4)" "$4" "$1: $2 in the container"
  is "$(userdb group "$2" | cut -d: -f3,4)" "$3:$4" "$1: $2 in the user database"
  is "$(userdb users-in-group "$2" | cut -d: -f1 | sorted)" "$(echo "$4" | tr , ' ' | sorted)" \
    "$1: members of $2 in the user database"
}

same_owner() { # same_owner WHEN USER GROUP
  rm -f $work/hers
  touch $work/hers && chown "$2:$3" $work/hers
  like "$(ls -l $work/hers)" " $2 +$3 " "$1: chown and ls -l"
  rm -f $box/tmp/hers
  in_box touch /tmp/hers && in_box chown "$2:$3" /tmp/hers
  like "$(in_box ls -l /tmp/hers)" " $2 +$3 " "$1: in the container"
  is "$(stat -c '%u %g' $box/tmp/hers)" "$(stat -c '%u %g' $work/hers)" "$1: and these are the same ids"
}

# ---- everybody is there --------------------------------------------------------------------------
{
  person 2 alice '["staff","wheelers"]'
  person 3 bob '["staff"]'
  person 6 fay '["staff"]'
} >$work/people
encvoyctl roster keygen --out $fleet/key >/dev/null 2>&1
cp $fleet/key.pub /etc/encvoy/roster.pub
publish
default_allow='allow = role:staff'
mkdir -p $work/idp
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=unused -days 1 \
  -keyout $work/ca.key -out $ca 2>/dev/null
conf_write 'directory = roster' "roster = $fleet/roster.jws" 'roster_keys = /etc/encvoy/roster.pub' \
  'roster_fleet = prod' 'directory_interval = 1h' 'local_group = wheelers:plugdev' \
  '[group crew]' 'gid = 2147287040' 'roles = staff' '[group few]' 'gid = 2147287041' 'users = user:alice'
echo plugdev >/etc/encvoy/local-groups
echo 'subid: encvoy' >>/etc/nsswitch.conf
echo 'localjoe:100000:65536' >/etc/subuid
echo 'localjoe:200000:65536' >/etc/subgid
daemon_start
wait_for 20 getent passwd alice >/dev/null || die "no roster: $(tail -5 $work/encvoyd.log)"
box_up
for user in alice bob fay; do
  install -d -o $user -g $user -m 700 /home/$user $box/home/$user
done
mkdir -p /run/systemd/userdb
/usr/libexec/encvoy-userdbd --socket /run/systemd/userdb/io.encvoy.UserDatabase 2>$work/userdbd.log &
userdbd_pid=$!
wait_for 10 test -S /run/systemd/userdb/io.encvoy.UserDatabase || die "no userdbd: $(cat $work/userdbd.log)"

# Jobs run at the full minute, beside the rows that follow.
crontab_of() { # crontab_of USER
  printf 'MAILTO=""\n* * * * * id -nG >>%s\n' "$work/cron/$1" | crontab -u "$1" -
}
cron_is() { # cron_is USER GROUPS: the last job had these
  [ "$(groups_by cron "$1" 2>/dev/null)" = "$2" ]
}
next_minute() { sleep $((60 - 10#$(date +%S))); }
have_cron=
if command -v cron >/dev/null; then
  have_cron=yes
  sed -i '1i account [success=1 default=ignore] pam_localuser.so\
account [success=ignore user_unknown=ignore default=die] pam_encvoy.so' /etc/pam.d/cron
  crontab_of alice
  ok $? 'crontab: for a directory user'
  crontab_of bob
  like "$(crontab -l -u alice)" 'id -nG' 'crontab -l'
  cron -f 2>$work/cron.log &
  cron_pid=$!
fi

same_all() { # same_all WHEN: as things are at first
  same_person "$1" alice 1879048194
  same_person "$1" bob 1879048195
  same_groups "$1" alice alice crew few plugdev
  same_groups "$1" bob bob crew
  same_members "$1" crew 2147287040 alice,bob,fay
  same_members "$1" few 2147287041 alice
  same_owner "$1" alice crew
}
same_all direct

like "$(userdbctl user alice)" 'alice.*1879048194' 'userdbctl user'
like "$(userdbctl group crew)" 'crew.*2147287040' 'userdbctl group'
for group in crew few plugdev; do
  is "$(echo 'id -gn' | as alice newgrp $group 2>&1)" $group "newgrp $group"
  is "$(as alice sg $group 'id -gn' 2>&1)" $group "sg $group"
done
is "$(as bob sg few 'id -gn' 2>/dev/null </dev/null)" '' 'sg: not a group he is not in'

# ---- subordinate ids -------------------------------------------------------------------------------
# The ranges that getsubids tells, taken by the user itself in a user namespace of its own.
rootless() { # rootless USER: prints "FIRST COUNT" of the uids and of the gids it got
  local uids gids
  uids=$(getsubids "$1" | sed 's/.* \([0-9]* [0-9]*\)$/\1/;q')
  gids=$(getsubids -g "$1" | sed 's/.* \([0-9]* [0-9]*\)$/\1/;q')
  # shellcheck disable=SC2016 # for the inner shell
  as "$1" sh -c 'own=$(readlink /proc/self/ns/user)
    unshare --user sleep 60 & pid=$!
    while [ "$(readlink /proc/$pid/ns/user)" = "$own" ]; do kill -0 $pid || exit 1; sleep 0.05; done
    newuidmap $pid 0 $(id -u) 1 1 $1 && newgidmap $pid 0 $(id -g) 1 1 $2 &&
      sed -n 2p /proc/$pid/uid_map /proc/$pid/gid_map && sed -n 2p /proc/$pid/gid_map
    kill $pid' - "$uids" "$gids" 2>&1
}
mapped() { rootless "$1" | awk '{ print $2, $3 }' | paste -sd' '; }
told() { { getsubids "$1"; getsubids -g "$1"; } | awk '{ print $(NF-1), $NF }' | paste -sd' '; }

is "$(told localjoe)" '100000 65536 200000 65536' 'getsubids: a local user from /etc/subuid and /etc/subgid'
like "$(told alice)" '^([0-9]+ 65536) \1$' 'getsubids: a directory user without a line there'
[ "$(told alice)" != "$(told bob)" ]
ok $? 'and another one has others'
is "$(in_box getsubids alice)" "$(getsubids alice)" 'getsubids in the container'
if unshare --user true 2>/dev/null && as alice unshare --user true 2>/dev/null; then
  is "$(mapped alice)" "$(told alice)" 'newuidmap, newgidmap: a directory user gets them'
  is "$(mapped localjoe)" "$(told localjoe)" 'and so does a local one'
  bobs=$(getsubids bob | awk '{ print $(NF-1) }')
  # shellcheck disable=SC2016 # for the inner shell
  like "$(as alice sh -c 'unshare --user sleep 60 & pid=$!
    newuidmap $pid 0 $1 1; kill $pid' - "$bobs" 2>&1)" 'not allowed' 'newuidmap: not those of another one'
else
  skip 'newuidmap, newgidmap' 'no user namespaces for users here'
fi

# ---- cron, first -----------------------------------------------------------------------------------
if [ -n "$have_cron" ]; then
  cron_is alice 'alice crew few plugdev' || next_minute
  wait_for 130 cron_is alice 'alice crew few plugdev'
  is "$(groups_by cron alice)" 'alice crew few plugdev' 'a cron job has the groups of its user'
  wait_for 10 cron_is bob 'bob crew'
  is "$(stat -c '%U %G' $work/cron/bob) $(groups_by cron bob)" 'bob bob bob crew' 'and so has that of another one'
else
  skip 'cron jobs' 'cron is not installed'
fi

# ---- people change ---------------------------------------------------------------------------------
nscd_up() {
  mkdir -p /run/nscd /var/cache/nscd
  nscd && wait_for 10 test -S /run/nscd/socket
}
have_nscd=
if command -v nscd >/dev/null && nscd_up; then
  have_nscd=yes
  same_all nscd
  same_all 'nscd, again'
else
  skip 'through nscd' 'not installed'
fi

log_mark
sed -i -e 's/"staff","wheelers"/"staff"/' -e '/"sub":"3"/s/}$/,"blocked":true}/' -e '/"sub":"6"/d' $work/people
publish
encvoyctl sync >$work/sync.out 2>&1
ok $? 'alice loses a role, bob is blocked, fay is dropped'

same_changed() { # same_changed WHEN
  local user
  same_groups "$1" alice alice crew few
  same_groups "$1" bob bob
  same_groups "$1" fay fay
  same_person "$1" bob 1879048195
  same_person "$1" fay 1879048198
  same_members "$1" crew 2147287040 alice
  same_owner "$1" bob crew
}
if [ -n "$have_nscd" ]; then
  is "$(groups_by id alice)" 'alice crew few plugdev' 'nscd it is that answers: from what it knew, for an hour'
  for database in passwd group; do nscd -i $database; done
  same_changed 'changed, nscd'
  nscd -K
fi
same_changed changed
is "$(as alice sg plugdev 'id -gn' 2>/dev/null </dev/null)" '' 'changed: sg knows'
if [ -n "$have_cron" ]; then
  next_minute
  wait_for 130 cron_is alice 'alice crew few'
  is "$(groups_by cron alice)" 'alice crew few' 'changed: the next cron job of alice has one group less'
  wait_for 10 grep -q 'service=cron.*reason=blocked' $work/encvoyd.log
  like "$(log_since)" 'service=cron[^
]*reason=blocked' 'SEC-14: no cron job of a blocked user'
  kill "$cron_pid"
fi

# ---- everybody at once -----------------------------------------------------------------------------
everybody() { userdb user | cut -d: -f1 | sorted; }
unlike "$(everybody)" 'alice' 'userdbctl user lists nobody'
sed -i "1i enumerate = yes" /etc/encvoy/encvoy.conf
daemon_stop
daemon_start
is "$(everybody)" "$(getent -s encvoy passwd | cut -d: -f1 | sorted)" 'enumerate = yes: userdbctl user, as getent passwd'
is "$(everybody)" 'alice bob fay' 'which is everybody'
is "$(userdb group | cut -d: -f1 | sorted)" "$(getent -s encvoy group | cut -d: -f1 | sorted)" 'userdbctl group, as getent group'
is "$(userdb groups-of-user | sorted)" 'alice:crew alice:few' 'all memberships'

# ---- without the daemon ----------------------------------------------------------------------------
daemon_stop
same_changed 'no daemon'
kill $userdbd_pid
done_testing
