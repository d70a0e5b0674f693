# SPDX-License-Identifier: MIT
# Look-ups while a peer's daemon is alive, hung (SIGSTOP), dead, or restarting under load; what a
# change costs; what the daemon costs when nothing happens. Sourced by run.sh.
#
# shellcheck shell=bash disable=SC2154 # what run.sh and peers.sh set
level_of() { # nscd is in glibc, not in a module
  [ "$1" = nscd ] && echo glibc || echo direct
}

# One line per measurement: fact trouble NAME STATE WHAT FIRST_US P50_US MAX_US OK NOTFOUND UNAVAIL WRONG
probe() { # probe NAME STATE USERS hit|miss COUNT SECONDS
  fact trouble "$1" "$2" "$4" "$(inside "$1" "$b/trouble" -n "$3" -c "$5" -l "$6" \
    "$(level_of "$1")" "$4" "${module[$1]}")"
}

# Hits as programs make them, and of fresh processes: in the tables as NAME-STATE.
hits() { # hits NAME STATE USERS
  "$b/lookup" -n "$3" -r 3 -m 60 -l 5 glibc:pwnam,fresh:pwnam \
    "$1-$2=${holder[$1]}:${module[$1]}" >>"$BENCH_RAW"
}

freeze() { # freeze NAME STOP|CONT
  # shellcheck disable=SC2046 # a list of numbers
  kill "-$2" $(descendants "${daemon[$1]}")
}

misses_tried() { # how many misses a hung daemon is asked: a peer's first one takes a minute
  [ "$1" = encvoyd ] && echo 2000 || echo 1
}

alive_hung_dead() { # alive_hung_dead NAME USERS
  local name=$1 users=$2 i
  probe "$name" alive "$users" hit 2000 20
  probe "$name" alive "$users" miss 500 20
  for i in 1 2 3; do
    # a peer that hangs does so once
    [ "$i" = 1 ] || [ "$name" = encvoyd ] || break
    hits "$name" alive "$users"
    freeze "$name" STOP
    hits "$name" hung "$users"
    freeze "$name" CONT
  done
  freeze "$name" STOP
  probe "$name" hung "$users" hit 500 20
  probe "$name" hung "$users" miss "$(misses_tried "$name")" 65
  freeze "$name" CONT
  sleep 3 # a module that has given up for a while asks again
  for i in 1 2 3; do
    hits "$name" alive-again "$users"
    kill_daemon "$name"
    hits "$name" dead "$users"
    if [ "$i" = 1 ]; then
      probe "$name" dead "$users" hit 2000 20
      probe "$name" dead "$users" miss 2000 65
    fi
    "start_$name"
    wait_for 60 answers "$name" || say "$name does not come back"
    [ "$name" = encvoyd ] || break
  done
}

# Killed and started again all the time while two processes ask.
restarting() { # restarting NAME USERS
  local i out=$work/load.out
  inside "$1" "$b/trouble" -L -n "$2" -l 8 "$(level_of "$1")" - "${module[$1]}" >$out &
  local asking=$!
  for i in 1 2 3; do
    sleep 1
    kill_daemon "$1"
    sleep 0.3
    "start_$1"
  done
  wait "$asking"
  fact restart "$1" "$(cat $out)"
  wait_for 60 answers "$1" || say "$1 does not come back"
}

# --- ours only

cpu_ns() { # of the daemon's processes
  local p
  for p in $(descendants "${daemon[encvoyd]}"); do cat "/proc/$p/schedstat"; done |
    awk '{ n += $1 } END { printf "%.0f", n }'
}

# One more user, by the administrator: daemon time, and whether the next look-up finds it. With a
# file of changes this is where it shows; without, each change writes the whole map.
change() { # change USERS
  local i before seen
  for i in 1 2 3 4 5; do
    before=$(cpu_ns)
    encvoyctl user add "$((2000000 + i))" "newcomer$i" >/dev/null || seen=failed
    inside encvoyd getent passwd "newcomer$i" >/dev/null && seen=${seen:-seen} || seen=missed
    fact change "$1" "$(awk -v a="$before" -v b="$(cpu_ns)" 'BEGIN { printf "%.2f", (b - a) / 1e6 }')" "$seen"
  done
}

idle() {
  local p pids before after
  pids=$(descendants "${daemon[encvoyd]}")
  switches() { for p in $pids; do cat "/proc/$p/status"; done | awk '/ctxt_switches/ { n += $2 } END { print n }'; }
  sleep 3
  before=$(switches)
  sleep 10
  after=$(switches)
  fact idle "$(for p in $pids; do cat "/proc/$p/smaps_rollup"; done |
    awk '/^Pss:/ { p += $2 } /^Rss:/ { r += $2 } END { print p, r }')" "$((after - before))"
}

in_trouble() { # in_trouble USERS
  local n
  why=
  say "encvoyd: importing $1 users"
  if peer_encvoyd "$1"; then
    only nslcd
    chosen+=("encvoyd=${holder[encvoyd]}:encvoy")
    race "$1" direct:miss,direct:missagain
    idle
    change "$1"
  else
    none trouble "$1" encvoyd "$why"
  fi
  for n in encvoyd nslcd nscd sssd; do
    if [ -z "${daemon[$n]:-}" ] || [ -z "${holder[$n]:-}" ]; then
      [ $n = encvoyd ] || none trouble "$1" $n 'its daemon does not run here'
      continue
    fi
    say "$n: alive, hung, dead, restarting"
    alive_hung_dead "$n" "$1"
    restarting "$n" "$1"
  done
  kill_daemon encvoyd
  release encvoyd
}
