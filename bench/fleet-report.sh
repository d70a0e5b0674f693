# SPDX-License-Identifier: MIT
# Part of fleet.sh: tables and arithmetic from $work/one, $work/phases and $work/events.
#
# shellcheck shell=bash disable=SC2154

phase() { awk -F'|' -v p="$1" -v c="$2" '$1 == p { print $c }' $work/phases; } # phase NAME COLUMN
count() { awk -v p="$1" -v w="${2:-}" '$1 == p && (w == "" || $4 == w) { n++ } END { print n + 0 }' $work/events; }
busiest() { # busiest PHASE SECONDS: the most passes that began within so long, by the fleet's clock
  awk -v p="$1" -v s="$2" '$1 == p { n = ++c[int($2 / 1000 / s)]; if (n > max) max = n } END { print max + 0 }' $work/events
}
# Until how many of a hundred hosts had their first pass with this word, in seconds of the fleet's clock.
within() { # within PHASE WORD PERCENT
  local start
  start=$(phase_start "$1")
  awk -v p="$1" -v w="$2" -v s="$start" '$1 == p && $4 == w && !(($3, FILENAME) in seen) { seen[$3, FILENAME] = 1
    printf "%.0f\n", ($2 - s) / 1000 }' $work/events.[0-9]* | sort -n |
    awk -v n="$hosts" -v q="$3" '{ v[NR] = $1 } END { k = int(n * q / 100 + 0.999); print (k > NR ? "never" : v[k]) }'
}
phase_start() { # the clock when it began: the spans before it
  awk -F'|' -v p="$1" '$1 == p { print s * 1000; exit } { s += $2 }' $work/phases
}
row() { # row TEXT PHASE
  local n
  n=$(awk -v p="$2" '$1 == p { n++ } END { print n + 0 }' $work/events)
  echo "$1|$(phase "$2" 2)|$n|$(count "$2" unchanged)|$(count "$2" taken)|$(count "$2" provider-unreachable)|$(
    )$(calc "$n / ($(phase "$2" 2) + ($(phase "$2" 2) == 0))")|$(busiest "$2" 1)|$(calc "$(phase "$2" 4) / 1048576" 1)"
}

fleet_report() {
  local same new cpu scale=100000
  same=$(calc "$(phase steady 4) / $(count steady)" 0)
  new=$(calc "$(phase published 4) / $(count published taken)" 0)
  cpu=$(calc "$(phase steady 3) * 1000 / $(count steady)")
  cat <<E2
# A fleet and its roster

\`make bench-fleet FLEET_HOSTS=$hosts FLEET_PEOPLE=$people FLEET_SIZES="$sizes"\`, $(date -u +%F), $(nproc) cores
($(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)), load $load at the start and
$(cut -d' ' -f1 /proc/loadavg) at the end; $(nginx -v 2>&1 | sed 's/.*: //'), TLS 1.3 with a P-256 certificate, over loopback.

## The server's side: $hosts hosts, a roster of $people people ($(calc "$large / 1048576" 1) MiB)

Each host is the code of encvoyd's directory child (roster source, verification, HTTPS client, spans between passes)
with a memory and connections of its own, in $crew processes. Every pass is made for real, with a new TLS connection;
only the time between passes is not waited for: the clock jumps to the next host. So counts, bytes and the seconds on
that clock are the fleet's; how fast one server answers many at once is not measured here, but its CPU time is.
directory_interval is 5 minutes.

E2
  {
    echo 'what|seconds|passes|nothing new (304)|took a roster|no server|passes/s|busiest second|MiB on the wire'
    row 'enrolled within a minute (1,000 people)' enrolled
    row 'an hour behind that: steady' steady
    row "a new roster of $people" published
    row 'all start anew in one second' restarted
    row 'half an hour behind that' after-restart
    row 'no server for 10 minutes' outage
    row 'it is back' recovered
    row 'no server for 30 s' blink
    row 'it is back' after-blink
  } | table
  cat <<E2

- A new roster has reached half of the hosts after $(within published taken 50) s, 99 % after $(within published taken 99) s, all after
  $(within published taken 100) s: the interval and its spread of 20 %.
- Behind an outage of 10 minutes half of the hosts had asked again after $(within recovered unchanged 50) s, all after $(within recovered unchanged 100) s; the busiest
  second saw $(busiest recovered 1) of $hosts. (Behind 30 s: half after $(within after-blink unchanged 50) s.)
- After all hosts were started in the same second they ask within 120 s in the first round (busiest second:
  $(busiest after-restart 1) of $hosts), and the spread grows with each round; in the steady hour the busiest second saw $(busiest steady 1), the
  mean being $(calc "$hosts / $interval" 1).
- A restart fetches the manifest and no people: $(calc "$(phase restarted 4) / $(count restarted) / 1024" 1) KiB a host.
- A pass without news costs $(calc "$same / 1024" 1) KiB on the wire, handshake included, and $cpu ms of nginx's CPU time. A new
  roster costs $(calc "$new / 1048576" 1) MiB a host.

## The host's side: the real daemon

CPU seconds of encvoyd and encvoyd-online, and their peak memory (encvoyd; the directory child), for one pass:

E2
  {
    echo 'people|pass|encvoyd, s|encvoyd-online, s|until done, s|encvoyd, MiB|child, MiB|KiB on the wire'
    cat $work/one
  } | table
  cat <<E2

## At 100,000 hosts, behind a CDN

Every host asks once in $interval s: $(calc "$scale / $interval" 0) requests a second, at $(calc "$same / 1024" 1) KiB each $(calc "$scale / $interval * $same * 8 / 1e6" 1) Mbit/s, and $(calc "$scale / $interval * $cpu / 1000")
of a core of nginx here: one small server carries the fleet while nothing changes, and any CDN without noticing. If the
CDN keeps the manifest for a minute, each of its places asks the origin once a minute with If-None-Match, whatever the
number of hosts. A new roster of $people people is $(calc "$new / 1048576" 1) MiB for each host, $(calc "$new * $scale / 1e12" 2) TB in all, spread over about
6 minutes: $(calc "$new * $scale * 8 / 360 / 1e9" 1) Gbit/s. That is what the CDN is for: the file of people is named by its digest and never changes, so
each place fetches it once. It also says how often to publish: the file only changes when somebody in it does (a
manifest made anew over the same people costs a host a few hundred bytes), so a fleet of that size gathers changes,
say hourly: $(calc "$new * $scale * 24 / 1e12" 0) TB a day at most; and a block that cannot wait is published at once. A fleet of $hosts hosts and 10,000
people, by the same arithmetic, moves about $(calc "$new * 10000 / $people * $hosts / 1e9" 1) GB with each change.
E2
}
