# SPDX-License-Identifier: MIT
# The contenders: how each is filled with the same users, started, and put into a mount namespace
# with an nsswitch.conf of its own. peer_NAME USERS sets them up anew; on failure it says why in
# $why. Sourced by run.sh.
#
# shellcheck shell=bash disable=SC2034,SC2154 # shared with run.sh and lib.sh
b=$build/bench
libdir=/usr/lib/$(gcc -print-multiarch)
declare -A holder=() # NAME: the process whose namespace it is
declare -A daemon=() # NAME: its daemon
declare -A module=([files]=files [extrausers]=extrausers [nss_db]=db [userdb]=systemd [sssd]=sss
  [nslcd]=ldap [nscd]=nscd [limit]=limit [encvoy]=encvoy [encvoyd]=encvoy)

# Installs packages that bench.sh has fetched; nothing starts. All of them go in before the first
# namespace is made: a package that replaces nsswitch.conf takes away the mounts over it.
peer_install() { # peer_install PACKAGE...
  local p missing=0
  for p; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing=1
  done
  [ $missing = 1 ] || return 0
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends --no-download \
    -o Dir::Cache::archives="$BENCH_DEBS" "$@" >>$work/apt.log 2>&1 || {
    why="package $1 cannot be installed: $(grep -m1 '^E:' $work/apt.log)"
    return 1
  }
}

# A namespace with its own nsswitch.conf and bind mounts; ends the one of that name before.
hold() { # hold NAME WORD [SOURCE TARGET]...
  local name=$1 dir=$work/ns/$1
  release "$name"
  mkdir -p "$dir"
  rm -f "$dir/ready"
  printf 'passwd: %s\ngroup: %s\n' "$2" "$2" >"$dir/nsswitch.conf"
  shift 2
  unshare --mount --propagation private -- bash -c '
    dir=$1; shift
    mount --bind "$dir/nsswitch.conf" /etc/nsswitch.conf || exit
    while [ $# -ge 2 ]; do mount --bind "$1" "$2" || exit; shift 2; done
    touch "$dir/ready"
    exec sleep infinity' - "$dir" "$@" 2>"$dir/log" &
  holder[$name]=$!
  wait_for 10 test -e "$dir/ready" || { why="no namespace: $(cat "$dir/log")"; return 1; }
}

release() { # release NAME
  [ -z "${holder[$1]:-}" ] || { kill "${holder[$1]}"; wait "${holder[$1]}"; } 2>/dev/null
  unset "holder[$1]"
}

inside() { # inside NAME COMMAND...
  local name=$1
  shift
  nsenter --mount --target "${holder[$name]}" --wd=/ -- "$@"
}

answers() { inside "$1" getent passwd user000000 >/dev/null; }

descendants() { # descendants PID: it and all below it
  local c
  echo "$1"
  for c in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do descendants "$c"; done
}

# Ends a peer's daemon with all its processes, at once.
kill_daemon() { # kill_daemon NAME
  [ -n "${daemon[$1]:-}" ] || return 0
  # shellcheck disable=SC2046 # a list of numbers
  kill -KILL $(descendants "${daemon[$1]}") 2>/dev/null
  wait "${daemon[$1]}" 2>/dev/null
  unset "daemon[$1]"
}

peer_files() {
  mkdir -p $work/files
  cat /etc/passwd $work/data/passwd >$work/files/passwd
  cat /etc/group $work/data/group >$work/files/group
  hold files files $work/files/passwd /etc/passwd $work/files/group /etc/group
}

peer_extrausers() {
  peer_install libnss-extrausers || return
  mkdir -p /var/lib/extrausers
  cp $work/data/passwd $work/data/group /var/lib/extrausers/
  hold extrausers extrausers
}

make_db() {
  make -s -B -f /var/lib/misc/Makefile -C /var/lib/misc ETC=$work/data DBS='passwd group' \
    VAR_DB=/var/lib/misc >$work/db.log 2>&1 || { why="makedb: $(tail -1 $work/db.log)"; return 1; }
}
peer_nss_db() {
  peer_install libnss-db && make_db && hold nss_db db
}

peer_userdb() {
  [ -e "$libdir/libnss_systemd.so.2" ] || peer_install libnss-systemd || return
  rm -rf $work/userdb
  mkdir -p $work/userdb /etc/userdb
  "$b/fill" userdb "$1" $work/userdb 2>$work/userdb.log || { why=$(tail -1 $work/userdb.log); return 1; }
  hold userdb systemd $work/userdb /etc/userdb
}

peer_limit() {
  cp "$b/.libs/libnss_limit.so.2" "$libdir/"
  mkdir -p /var/lib/limit
  # never rewritten in place: it is mapped
  "$b/limitgen" "$1" /var/lib/limit/new && mv /var/lib/limit/new /var/lib/limit/limit.db &&
    hold limit limit
}

# Ours with a complete map and no daemon.
peer_encvoy() {
  local i
  rm -rf $work/map
  mkdir -p $work/map /var/cache/encvoy /run/encvoy $work/empty
  for i in 1 2 3; do
    echo "fact mapbuild $1 $("$b/mapgen" "$1" $work/map)" >>"$BENCH_RAW"
  done
  hold encvoy encvoy $work/map /var/cache/encvoy $work/empty /run/encvoy
}

start_sssd() {
  sssd -i >>$work/sssd.log 2>&1 &
  daemon[sssd]=$!
}
# Its cache is filled by asking (warm), from the fastest module that has all the functions it wants.
peer_sssd() {
  peer_install libnss-sss sssd-common sssd-proxy libnss-db || return
  kill_daemon sssd
  rm -rf /var/lib/sss/db/* /var/lib/sss/mc/* /run/sssd.pid
  mountpoint -q /var/lib/sss/db || mount -t tmpfs tmpfs /var/lib/sss/db
  make_db || return
  cat >/etc/sssd/sssd.conf <<END
[sssd]
services = nss
domains = bench
[nss]
filter_users = root
memcache_timeout = 36000
entry_cache_nowait_percentage = 0
memcache_size_passwd = $((8 + $1 / 2000))
memcache_size_group = $((8 + $1 / 2000))
memcache_size_initgroups = $((8 + $1 / 2000))
timeout = 1000
[domain/bench]
id_provider = proxy
auth_provider = none
proxy_lib_name = db
entry_cache_timeout = 36000
timeout = 1000
END
  chmod 600 /etc/sssd/sssd.conf
  start_sssd
  hold sssd sss
  wait_for 60 answers sssd || { why="does not start: $(tail -1 $work/sssd.log)"; return 1; }
}

start_slapd() {
  slapd -d 0 -f $work/slapd.conf -h ldapi://%2frun%2fslapd-bench >$work/slapd.log 2>&1 &
  daemon[slapd]=$!
}
start_nslcd() {
  mkdir -p /run/nslcd
  chown nslcd:nslcd /run/nslcd
  nslcd -n >>$work/nslcd.log 2>&1 &
  daemon[nslcd]=$!
}
peer_nslcd() {
  peer_install slapd nslcd libnss-ldapd || return
  kill_daemon nslcd
  kill_daemon slapd
  rm -rf $work/ldap /run/slapd-bench
  mkdir -p $work/ldap
  cat >$work/slapd.conf <<END
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
sizelimit unlimited
sortvals memberUid
database mdb
maxsize 17179869184
suffix dc=bench
directory $work/ldap
dbnosync
index objectClass,uid,uidNumber,gidNumber,memberUid,cn eq
END
  "$b/fill" ldif "$1" | timeout 900 slapadd -q -f $work/slapd.conf >$work/slapadd.log 2>&1 ||
    { why="slapadd: $(tail -1 $work/slapadd.log)"; return 1; }
  printf 'uid nslcd\ngid nslcd\nuri ldapi://%%2frun%%2fslapd-bench\nbase dc=bench\n%s' \
    $'base passwd ou=people,dc=bench\nbase group ou=groups,dc=bench\n' >/etc/nslcd.conf
  start_slapd
  wait_for 10 test -S /run/slapd-bench || { why="slapd: $(tail -1 $work/slapd.log)"; return 1; }
  start_nslcd
  hold nslcd ldap
  wait_for 20 answers nslcd || { why="does not answer: $(tail -1 $work/nslcd.log)"; return 1; }
}

# In front of the fastest module, so that its cache can be filled: a hit does not depend on it.
start_nscd() {
  inside nscd nscd -F -f $work/nscd.conf >>$work/nscd.log 2>&1 &
  daemon[nscd]=$!
}
peer_nscd() {
  local s
  peer_install nscd || return
  kill_daemon nscd
  rm -rf $work/nscd /var/cache/nscd/*
  mkdir -p $work/nscd /run/nscd
  for s in passwd group; do
    printf '%s %s %s\n' enable-cache $s yes positive-time-to-live $s 36000 \
      negative-time-to-live $s 20 suggested-size $s 211 check-files $s no persistent $s no \
      shared $s yes max-db-size $s 1073741824
  done >$work/nscd.conf
  hold nscd limit $work/nscd /run/nscd
  start_nscd
  wait_for 10 test -S $work/nscd/socket || { why="does not start: $(tail -1 $work/nscd.log)"; return 1; }
}

# Ours with the real daemon, whose map is not complete; it needs no provider to answer look-ups.
peer_encvoyd() {
  [ -z "${daemon[encvoyd]:-}" ] || return 0
  printf '%s\n' 'issuer = https://id.bench.invalid' 'client_id = host' 'allow = everyone' \
    >/etc/encvoy/encvoy.conf
  install -d -o encvoy -g encvoy /var/cache/encvoy
  start_encvoyd
  wait_for 20 daemon_ready || { why="does not start: $(tail -1 $work/encvoyd.log)"; return 1; }
  "$b/fill" import "$1" >$work/people
  timeout 600 encvoyctl user import $work/people >$work/import.log 2>&1 ||
    { why="user import: $(tail -1 $work/import.log)"; return 1; }
  # with the directory asked for who is not known, the map is incomplete, and a miss asks the daemon
  kill_daemon encvoyd
  printf '%s\n' 'directory = api' 'api_applications = bench' 'api_client_id = bench' \
    'api_user = bench' 'api_password_file = /dev/null' >>/etc/encvoy/encvoy.conf
  start_encvoyd
  wait_for 20 daemon_ready || { why="does not start again: $(tail -1 $work/encvoyd.log)"; return 1; }
  hold encvoyd encvoy
  wait_for 10 answers encvoyd || { why="does not answer: $(tail -1 $work/encvoyd.log)"; return 1; }
}
start_encvoyd() {
  encvoyd -d 2>>$work/encvoyd.log &
  daemon[encvoyd]=$!
}
