#!/bin/bash
# SPDX-License-Identifier: MIT
# Measures every contender at every size and appends lines to $BENCH_RAW (see lookup.c, report).
set -u -o pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../tests/system/lib.sh
. "$here/../tests/system/lib.sh"
# shellcheck source-path=SCRIPTDIR source=peers.sh
. "$here/peers.sh"
# shellcheck source-path=SCRIPTDIR source=trouble.sh
. "$here/trouble.sh"

sizes=${BENCH_SIZES:-1000 10000 100000 1000000}
rounds=${BENCH_ROUNDS:-15}
everybody=${BENCH_CONTENDERS:-encvoy limit nscd sssd nss_db userdb nslcd extrausers files}
most_users=100000 # what every peer can be filled with in reasonable time
at_a_million='encvoy limit nss_db extrausers files'

say() { echo "bench: $*" >&2; }
fact() { echo "fact $*" >>"$BENCH_RAW"; }
none() { # none TEST USERS NAME REASON: a named gap
  echo "none $1 $2 $3 ${*:4}" >>"$BENCH_RAW"
  say "$3, $2 users: not measured ($1): ${*:4}"
}

about_this_machine() {
  local sizes_said=$sizes
  fact machine "$(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo), $(nproc) cores," \
    "$(awk '/^MemTotal/ { printf "%.1f GiB", $2 / 1048576 }' /proc/meminfo)"
  fact system "Debian $(cat /etc/debian_version), Linux $(uname -r), glibc $(ldd --version |
    awk 'NR == 1 { print $NF }')"
  fact command "make bench BENCH_SIZES=\"$sizes_said\" BENCH_ROUNDS=$rounds"
  fact when "$(date -u '+%Y-%m-%d %H:%M UTC')"
  fact load "$(cut -d' ' -f1-3 /proc/loadavg)"
  fact commit "$(git -C "$top" -c safe.directory="$top" describe --always --dirty 2>/dev/null)"
}

versions() {
  # shellcheck disable=SC2086 # a list of words
  fact peers "$(dpkg-query -W -f '${db:Status-Abbrev} ${Package} ${Version}, ' $BENCH_PEERS 2>/dev/null |
    sed -E 's/ii  //g; s/, $//')"
}

# --- one size -----------------------------------------------------------------------------------
racers=() # NAME=PID:MODULE, as lookup takes them
without_sssd=
only() { # only NAME...: those of them that race
  local n r
  chosen=()
  for n; do
    [ "$n" != sssd ] || [ -z "$without_sssd" ] || continue
    for r in "${racers[@]}"; do
      [[ $r != "$n"=* ]] || chosen+=("$r")
    done
  done
}

set_up() { # set_up USERS
  local n
  racers=()
  mkdir -p $work/data
  "$b/fill" passwd "$1" >$work/data/passwd
  "$b/fill" group "$1" >$work/data/group
  for n in $everybody; do
    if [ "$1" -gt $most_users ] && [[ " $at_a_million " != *" $n "* ]]; then
      kill_daemon "$n"
      release "$n"
      none all "$1" "$n" "measured up to $most_users users"
      continue
    fi
    say "$n: filling with $1 users"
    why='could not be set up'
    if "peer_$n" "$1"; then
      racers+=("$n=${holder[$n]}:${module[$n]}")
    else
      none all "$1" "$n" "$why"
    fi
  done
  for n in "${!holder[@]}"; do
    inside "$n" cmp -s /etc/nsswitch.conf "$work/ns/$n/nsswitch.conf" || die "$n: nsswitch.conf is not its own"
  done
}

# nscd and sssd answer quickly what they were asked before; but sssd needs milliseconds for each.
sssd_fills() { # sssd_fills USERS TEST
  [ "$1" -le 1000 ] || { [ "$1" -le 10000 ] && [[ $2 = *pw* || $2 = *miss* ]]; }
}
warm() { # warm USERS
  local n t out
  for n in sssd nscd; do
    only "$n"
    for t in glibc:pwnam glibc:pwuid glibc:grnam glibc:grgid glibc:groups; do
      [ ${#chosen[@]} -gt 0 ] || continue
      [ $n = nscd ] || sssd_fills "$1" $t || { none $t "$1" sssd 'takes too long to fill'; continue; }
      out=$("$b/lookup" -a -r 0 -n "$1" -l 900 "$t" "${chosen[@]}")
      [ -z "$out" ] || none "warm-$t" "$1" "$n" "cache not filled: ${out#none * * * }"
    done
  done
}

race() { # race USERS TEST[,TEST...] [options]: everybody in "chosen"
  local users=$1 tests=$2
  shift 2
  [ ${#chosen[@]} -gt 0 ] || return 0
  say "$users users: $tests"
  "$b/lookup" -n "$users" -r "$rounds" -m 60 "$@" "$tests" "${chosen[@]}" >>"$BENCH_RAW"
}

every_look_up() { # every_look_up USERS
  local t with_module='encvoy limit sssd nss_db userdb nslcd extrausers'
  for t in pwnam,direct:miss pwuid missid missagain grnam grgid groups; do
    without_sssd=
    sssd_fills "$1" $t || without_sssd=yes
    # shellcheck disable=SC2086
    only $with_module
    race "$1" "direct:$t"
    # shellcheck disable=SC2086
    only $everybody
    race "$1" "glibc:${t//direct:/glibc:}"
  done
  without_sssd=
  sssd_fills "$1" big || without_sssd=yes
  for t in direct glibc; do
    # shellcheck disable=SC2086
    only $everybody
    [ $t = glibc ] || only ${with_module}
    race "$1" $t:big
    # shellcheck disable=SC2046
    only $(tr ' ' '\n' <<<"$everybody" | grep -vx -e sssd -e nscd)
    [ $t = glibc ] || only ${with_module/sssd/}
    race "$1" $t:enum -l 30
  done
  none enum "$1" sssd 'enumeration is off by default'
  none enum "$1" nscd 'does not cache it'
}

other_figures() { # other_figures USERS
  without_sssd=
  sssd_fills "$1" pwnam || without_sssd=yes
  # shellcheck disable=SC2086
  only $everybody
  race "$1" fresh:pwnam -m 100
  only encvoy limit sssd nss_db
  race "$1" threads:1,threads:2,threads:4,procs:1,procs:2,procs:4 -m 100
  only encvoy limit sssd nscd
  [ ${#chosen[@]} = 0 ] ||
    "$b/lookup" -n "$1" -r 1 -l 120 memory:pwnam "${chosen[@]}" >>"$BENCH_RAW"
}

# System calls per look-up, from the second on.
traces() { # traces USERS
  local n kind said
  for n in encvoy limit sssd nss_db userdb nslcd extrausers; do
    [ -n "${holder[$n]:-}" ] || continue
    for kind in pwnam pwuid grnam grgid groups miss; do
      [ "$n" = encvoy ] || [ $kind = pwnam ] || continue
      said=$(inside "$n" strace -o $work/trace "$b/lookup" -t -n "$1" direct:$kind "${module[$n]}" \
        2>>$work/trace.log)
      if [ "$said" = ok ]; then
        fact syscalls "$1" "$n" $kind "$(awk '/getppid/ { n++; next } n == 1 { c++ }
          END { printf "%.2f", c / 600 }' $work/trace)"
      else
        none syscalls:$kind "$1" "$n" "${said:-no trace}"
      fi
    done
  done
}

# --- all of it ----------------------------------------------------------------------------------
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
# shellcheck disable=SC2086 # a list of words
for p in $BENCH_PEERS; do peer_install "$p"; done
sed -i -e 's/^passwd:.*/passwd: files/' -e 's/^group:.*/group: files/' /etc/nsswitch.conf
about_this_machine
"$b/jws" >$work/jws.log && sed 's/^/fact /' $work/jws.log >>"$BENCH_RAW"
trouble_size=0
for size in $sizes; do
  set_up "$size"
  [ "$size" -gt $most_users ] || warm "$size"
  every_look_up "$size"
  other_figures "$size"
  traces "$size"
  # in trouble, once, at the largest size that everybody has
  if [ "$size" -le $most_users ] && [ "$size" = "$(tr ' ' '\n' <<<"$sizes" |
    awk -v m=$most_users '$1 <= m && $1 > n { n = $1 } END { print n + 0 }')" ]; then
    trouble_size=$size
    in_trouble "$size"
  fi
done
[ "$trouble_size" != 0 ] || none trouble 0 all "no size up to $most_users"
versions
for n in "${!daemon[@]}"; do kill_daemon "$n"; done
for n in "${!holder[@]}"; do release "$n"; done
exit 0
