#!/bin/bash
# SPDX-License-Identifier: MIT
# make bench-fleet: one roster, served by nginx over TLS, to a fleet of hosts (bench/fleet.c), and what it costs one
# real host (encvoyd and encvoyd-online). Writes FLEET_OUT. Nothing is judged by anybody but the reader.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../tests/system/lib.sh"
# shellcheck source=bench/figures.sh
. "$(dirname "$0")/figures.sh"

hosts=${FLEET_HOSTS:-1000}
people=${FLEET_PEOPLE:-100000}
sizes=${FLEET_SIZES:-1000 10000 100000}
out=${FLEET_OUT:-$top/bench/FLEET-RESULTS.md}
command -v nginx >/dev/null || die 'nginx is not here: tests/packages.sh bench'
load=$(cut -d' ' -f1 /proc/loadavg)
began=$SECONDS
interval=300
crew=$(nproc)
www=$work/www
mkdir -p $www $work/fleet $work/idp
say() { echo "# $((SECONDS - began)) s: $*"; }

# ---- the web server, as docs/fleet.md has it -----------------------------------------------------------
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=bench -keyout $work/idp/ca.key \
  -out $ca 2>/dev/null || die 'no CA'
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=id.encvoy.test -keyout $work/server.key \
  2>/dev/null | openssl x509 -req -days 2 -CA $ca -CAkey $work/idp/ca.key -CAcreateserial -out $work/server.pem \
  -extfile <(echo subjectAltName=DNS:id.encvoy.test) 2>/dev/null || die 'no certificate'
cat >$work/nginx.conf <<E2
user www-data;
worker_processes auto;
pid $work/nginx.pid;
error_log $work/nginx.error;
events { worker_connections 4096; }
http {
  log_format fleet '\$status \$bytes_sent \$uri';
  access_log $work/nginx.log fleet;
  server {
    listen 127.0.0.1:8445 ssl;
    ssl_certificate $work/server.pem;
    ssl_certificate_key $work/server.key;
    root $www;
    keepalive_timeout 5s;
  }
}
E2
answers() { (: <"/dev/tcp/127.0.0.1/8445") 2>/dev/null; }
web_up() {
  nginx -c $work/nginx.conf || die "nginx: $(cat $work/nginx.error)"
  wait_for 10 answers || die 'nginx does not answer'
}
web_down() {
  local pid
  pid=$(<$work/nginx.pid)
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
}
chmod 755 $work $www
encvoyctl roster keygen --out $work/fleet/key >/dev/null || die 'no key'
cp $work/fleet/key.pub /etc/encvoy/roster.pub
publish() { # publish PEOPLE EDITION: everybody, a hundredth of them otherwise named in each edition
  awk -v n="$1" -v e="$2" 'BEGIN { for (i = 1; i <= n; i++) printf "{\"sub\":\"%d\",\"name\":\"user%d\",\"gecos\":\"Person " \
    "Number %d%s\",\"roles\":[\"staff\",\"team-%d\"]}\n", i, i, i, i % 100 ? "" : " " e, i / 100 }' >$work/people
  encvoyctl roster build --key $work/fleet/key --fleet prod --issuer $issuer --out $www --from $work/people \
    --valid 30d >$work/build.out || die "no roster"
}
bytes_of() { stat -c %s $www/*.lines | sort -n | tail -1; }
host_conf() { # host_conf INTERVAL
  conf_write 'directory = roster' 'roster = https://id.encvoy.test:8445/roster.jws' \
    'roster_keys = /etc/encvoy/roster.pub' 'roster_fleet = prod' "directory_interval = $1"
}
wire() { awk -F: '$1 ~ /lo$/ { split($2, f, " "); print f[9] }' /proc/net/dev; } # bytes over loopback, all layers

# ---- one real host, as the roster grows ------------------------------------------------------------
peak() { awk '/^VmHWM/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status"; }
passed() { [ "$(encvoyctl status --json | json directory_result)" = ok ]; }
note_host() { # note_host PEOPLE WHAT, after "mark"
  echo "$1|$2|$(calc "$(cpu_of encvoy) - $cpu_l")|$(calc "$(cpu_of encvoy-online) - $cpu_o")|$(calc "($(date +%s%N) - $t0) / 1e9")|$(
    )$(peak "$(listener_pid)")|$(peak "$(pgrep -u encvoy-online -x encvoyd-dir)")|$(calc "($(wire) - $w0) / 1024" 0)" >>$work/one
}
mark() {
  cpu_l=$(cpu_of encvoy) cpu_o=$(cpu_of encvoy-online) w0=$(wire) t0=$(date +%s%N)
}
fresh() { cpu_l=0 cpu_o=0 w0=$(wire) t0=$(date +%s%N); }
synced() { encvoyctl sync >/dev/null || die "no pass: $(tail -3 $work/encvoyd.log)"; }
one_host() { # one_host PEOPLE
  rm -rf /var/lib/encvoy /var/cache/encvoy
  publish "$1" first
  fresh
  daemon_start
  wait_for 300 passed || die 'no first pass'
  note_host "$1" 'first roster'
  mark
  synced
  note_host "$1" 'nothing new'
  publish "$1" second
  mark
  synced
  note_host "$1" '1 % changed'
  daemon_stop
  fresh
  daemon_start
  wait_for 300 passed || die 'no pass after the restart'
  note_host "$1" 'restart'
  daemon_stop
}
web_up
host_conf 1d
for n in $sizes; do
  say "one host, $n people"
  one_host "$n"
done

# ---- the fleet -------------------------------------------------------------------------------------
host_conf $interval
publish 1000 start
declare -a to from
for ((i = 0; i < crew; i++)); do
  mkfifo $work/to.$i $work/from.$i
  "$build/bench/fleet" $((hosts / crew + (i < hosts % crew))) $work/events.$i <$work/to.$i >$work/from.$i 2>>$work/fleet.err &
  exec {fd}>$work/to.$i && to[i]=$fd
  exec {fd}<$work/from.$i && from[i]=$fd
done
fleet() { # fleet COMMAND SPAN PHASE: all of it, and what it took
  local i answer cpu0 w0 t0 lines0
  cpu0=$(cpu_of www-data) w0=$(wire) t0=$(date +%s%N) lines0=$(wc -l <$work/nginx.log)
  for ((i = 0; i < crew; i++)); do echo "$*" >&"${to[i]}"; done
  for ((i = 0; i < crew; i++)); do
    read -r -u "${from[i]}" answer && [[ $answer = done* ]] || die "the fleet is gone: $(cat $work/fleet.err)"
  done
  echo "$3|$2|$(calc "$(cpu_of www-data) - $cpu0")|$(($(wire) - w0))|$(calc "($(date +%s%N) - $t0) / 1e9")|$(
    )$(($(wc -l <$work/nginx.log) - lines0))" >>$work/phases
  say "$3: $(tail -1 $work/phases)"
}
fleet boot 60 enrolled
fleet run $((12 * interval)) mixing
fleet run 3600 steady
publish "$people" new
large=$(bytes_of)
fleet run 420 published
fleet boot 0 restarted
fleet run 1800 after-restart
web_down
fleet run 600 outage
web_up
fleet run 420 recovered
web_down
fleet run 30 blink
web_up
fleet run 300 after-blink
for ((i = 0; i < crew; i++)); do
  fd=${to[i]}
  exec {fd}>&-
done
wait_gone() { ! pgrep -x fleet >/dev/null; }
wait_for 20 wait_gone
cat $work/events.* >$work/events
web_down

# ---- the report ------------------------------------------------------------------------------------
# shellcheck source=bench/fleet-report.sh
. "$top/bench/fleet-report.sh"
fleet_report >"$out"
cat "$out"
ok 0 'measured'
done_testing
