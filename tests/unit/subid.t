#!/bin/bash
# SPDX-License-Identifier: MIT
# SEC-18, SEC-46: libsubid_encvoy.so as getsubids and newuidmap load it, with no daemon at all.
# shellcheck source=tests/unit/ctl_lib.sh
. "$(dirname "$0")/ctl_lib.sh"
private "$@"
for tool in getsubids newuidmap newgidmap setpriv nm; do
  command -v $tool >/dev/null || skip_all "needs $tool"
done
module=$build/.libs/libsubid_encvoy.so
nm -D "$module" | grep -cE '__(asan|tsan|ubsan|sanitizer)_' >/dev/null && skip_all "a sanitizer needs its own programs"
private_dirs
libdir=$(dirname "$(readlink -f "$(ldconfig -p | sed -n 's/.*libsubid\.so\.[0-9]* .*=> //p' | head -1)")")
[ -d "$libdir" ] || skip_all "no libsubid"
overlay "$libdir"
cp "$module" "$build/.libs/libnss_encvoy.so.2" "$libdir/"

sed -i '/^passwd:/d; /^group:/d; /^subid:/d' /etc/nsswitch.conf
printf 'passwd: files encvoy\ngroup: files encvoy\nsubid: encvoy\n' >>/etc/nsswitch.conf
echo 'localanna:x:4242:4242::/:/bin/sh' >>/etc/passwd
echo 'localbert:x:4243:4243::/:/bin/sh' >>/etc/passwd
echo 'shadowed:x:4244:4244::/:/bin/sh' >>/etc/passwd
printf 'localanna:100000:65536\n4243:300000:1000\n4243:301000:1000\nstranger:400000:10\n' >/etc/subuid
printf 'localanna:200000:65536\n' >/etc/subgid
floor=1879048192
people() {
  cat <<EOT
encvoy-0:$floor::/home/encvoy-0:/bin/sh
encvoy-2:$((floor + 2)):Anna:/home/encvoy-2:/bin/sh
encvoy-3:$((floor + 3)):Bert:/home/encvoy-3:/bin/sh
encvoy-32766:$((floor + 32766))::/home/encvoy-32766:/bin/sh
encvoy-32767:$((floor + 32767))::/home/encvoy-32767:/bin/sh
shadowed:$((floor + 9))::/home/shadowed:/bin/sh
EOT
}
people | "$build/tests/unit/map_make" "$cache_dir" || { echo "Bail out! no map"; exit 99; }
is "$(id -u encvoy-2)" "$((floor + 2))" "NSS knows our users"

subs() { getsubids "$@" 2>&1; }
# ---- local users
is "$(subs localanna)" "0: localanna 100000 65536" "a local user's line of /etc/subuid"
is "$(subs -g localanna)" "0: localanna 200000 65536" "and of /etc/subgid"
is "$(subs localbert)" "0: localbert 300000 1000
1: localbert 301000 1000" "lines by uid"
unlike "$(subs -g localbert)" '^0:' "a local user without lines has none"
unlike "$(subs shadowed)" '^0:' "SEC-46: a local user gets nothing of ours of the same name"

# ---- ours
range() { echo "0: encvoy-$1 $((2147483648 + $1 * 65536)) 65536"; }
for i in 0 2 3 32766; do
  is "$(subs encvoy-$i)" "$(range $i)" "SEC-18: user $i has the range that follows from the uid"
  is "$(subs -g encvoy-$i)" "$(range $i)" "and the same of gids"
done
unlike "$(subs encvoy-32767)" '^0:' "SEC-18: behind the last range there is none"
unlike "$(subs encvoy-4)" '^0:' "nor for somebody who does not exist"
unlike "$(subs nobody-at-all)" '^0:' "nor for a stranger"

# ---- mapping for real
# maps USER UID TOOL ARGS...: what the map of a new namespace of this user is after the tool
maps() {
  local uid=$1 file=$2 tool=$3 pid
  shift 3
  setpriv --reuid "$uid" --regid "$uid" --clear-groups unshare --user sleep 30 &
  pid=$!
  wait_for 10 grep -q sleep "/proc/$pid/comm" || return 1
  setpriv --reuid "$uid" --regid "$uid" --clear-groups "$tool" "$pid" "$@" 2>"$work/why"
  rc=$?
  tr -s ' ' <"/proc/$pid/$file" | sed 's/^ //'
  kill "$pid"
  wait "$pid" 2>/dev/null
  return $rc
}
uid=$((floor + 2))
start=$((2147483648 + 2 * 65536))
if setpriv --reuid $uid --regid $uid --clear-groups unshare --user true 2>/dev/null; then
  is "$(maps $uid uid_map newuidmap 0 $uid 1 1 $start 65536)" "0 $uid 1
1 $start 65536" "newuidmap maps our user's range"
  is "$(maps $uid gid_map newgidmap 0 $start 65536)" "0 $start 65536" "newgidmap does"
  is "$(maps $uid uid_map newuidmap 0 $((start + 65536)) 1)" "" "SEC-18: another user's range is refused"
  is "$(maps $uid uid_map newuidmap 0 $((start + 1)) 65536)" "" "SEC-18: so is one id too many"
  is "$(maps $uid uid_map newuidmap 0 100000 1)" "" "SEC-18: and a local user's range"
  is "$(maps $uid uid_map newuidmap 0 0 1)" "" "SEC-18: and root"
  is "$(maps 4242 uid_map newuidmap 0 100000 65536)" "0 100000 65536" "a local user's range is mapped"
  is "$(maps 4243 uid_map newuidmap 0 300500 1500)" "0 300500 1500" "also over two lines"
  is "$(maps 4243 uid_map newuidmap 0 300500 1501)" "" "but not beyond them"
  is "$(maps 4242 uid_map newuidmap 0 $start 1)" "" "SEC-18: no local user gets one of ours"
else
  for what in ours theirs; do
    n=$((n + 1))
    echo "ok $n - newuidmap maps $what # SKIP no user namespaces for users here"
  done
fi

# ---- the administrator's word
echo "encvoy-2:500000:100" >>/etc/subuid
is "$(subs encvoy-2)" "0: encvoy-2 500000 100
$(range 2 | sed 's/^0/1/')" "a line for one of our users comes first"
echo "localbert:$((2147483648 + 3 * 65536 + 65535)):2" >>/etc/subuid
unlike "$(subs encvoy-3)" '^0:' "SEC-18: a range that a line gives to somebody else is not given twice"
is "$(subs -g encvoy-3)" "$(range 3)" "in that file alone"

# ---- the map is away
rm -rf "${cache_dir:?}"/*
unlike "$(subs encvoy-0)" '^0:' "SEC-18: without a map and a daemon nothing of ours is known"
is "$(subs localanna)" "0: localanna 100000 65536" "SEC-46: local users are served all the same"
done_testing
