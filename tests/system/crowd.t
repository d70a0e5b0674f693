#!/bin/bash
# SPDX-License-Identifier: MIT
# Many people waiting at consoles at once, while their codes are approved, denied, used by somebody
# else or left alone, and while the provider fails: CROWD of them (20; `make crowd`: 1000), the
# provider's polling interval CROWD_INTERVAL seconds.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

n=${CROWD:-20}
interval=${CROWD_INTERVAL:-2}
crowd=$build/tests/unit/online_crowd
socket=/run/encvoy/socket
make -s -C "$build" tests/unit/online_crowd >$work/crowd.make 2>&1 || die "$(cat $work/crowd.make)"

default_allow='allow = everyone'
conf_write 'login_timeout = 300' 'methods = device' '[service typed]' 'methods = token'
idp_start
control /device "{\"enabled\":true,\"interval\":$interval}" >/dev/null
control /users/populate "{\"count\":$n,\"first\":1000}" >/dev/null
daemon_start
# whom this host knows: slots are kept for them (SEC-22)
seq 1000 $((999 + n)) | sed 's/.*/& user&/' >$work/people
encvoyctl user import $work/people >/dev/null 2>&1 || die 'no users'
pam_service typed methods=token

daemons() { { echo "$daemon_pid"; pgrep -P "$daemon_pid"; pgrep -u encvoy,encvoy-online; } | sort -u; }
pss() { # MiB of all the daemon's processes, shared pages counted once
  local p
  for p in $(daemons); do cat "/proc/$p/smaps_rollup"; done 2>/dev/null |
    awk '/^Pss:/ { s += $2 } END { printf "%.1f", s / 1024 }'
}
available() { awk '/^MemAvailable:/ { printf "%.0f", $2 / 1024 }' /proc/meminfo; }
look() { "$crowd" look $socket 1000 "$n" "${CROWD_LOOKS:-2000}"; }
children() { pgrep -c -x encvoyd-login; }
only_left() { [ "$(children)" -le "$1" ]; } # processes
words() { grep -c "^$1 " $work/crowd.out; }
has() { [ "$(words "$1")" -ge "$2" ]; }

# ---- they come ---------------------------------------------------------------------------------
idle_pss=$(pss) idle_available=$(available)
idle_look=$(look)
like "$idle_look" 'wrong 0$' 'idle: everybody is found by NSS and by the socket'
mkfifo $work/crowd.in
"$crowd" login $socket 1000 "$n" <$work/crowd.in >$work/crowd.out 2>$work/crowd.err &
crowd_pid=$!
exec 8>$work/crowd.in
begin=$SECONDS
wait_for 280 has CODE "$n"
is "$(words CODE)" "$n" "SEC-22: $n people of as many places have a code each"
is "$(words RESULT)" 0 'and none of them is through'
is "$(awk '/^CODE/ { print $3 }' $work/crowd.out | sort -u | wc -l)" "$n" 'no two have the same'
came=$((SECONDS - begin))

# ---- they wait ---------------------------------------------------------------------------------
sleep "$interval" # each has asked the provider once
crowd_pss=$(pss) crowd_available=$(available)
is "$(children)" "$n" 'a process for each'
awk "BEGIN { exit !($crowd_pss <= 1536.0 * ($n > 1000 ? $n / 1000 : 1)) }"
ok $? "all together need at most 1.5 GiB ($crowd_pss MiB)"
busy_look=$(look)
like "$busy_look" 'wrong 0$' 'SEC-37: while they wait everybody is found by NSS and by the socket'
pam_answer typed user1000 "$(host_token 1000)" authenticate acct_mgmt
is "$pam_status" 0 'and who has a token gets in at once'
is "$(words RESULT)" 0 'while all of them wait'

# ---- they go -----------------------------------------------------------------------------------
# Of ten: one denies, for one somebody else signs in, one leaves, two meet an outage, five sign in.
fate() { # fate DIGITS: "USER CODE" of whose numbers end in one of these
  awk -v d="[$1]\$" '/^CODE/ && $2 ~ d { print $2, $3 }' $work/crowd.out
}
everybody=$(fate 0-9 | wc -l)
late=$(fate 34 | wc -l)
fate 2 | sed 's/^\([^ ]*\).*/leave \1/' >&8
{
  fate 0 | sed 's/^user\([0-9]*\) .*/& deny \1/'
  fate 1 | sed 's/$/ approve alice/'
  fate 5-9 | sed 's/^user\([0-9]*\) .*/& approve \1/'
} | node "$top/tests/system/approve.js" $control >$work/approved || ok 1 'browsers'
wait_for 60 has RESULT $((everybody - late - $(fate 2 | wc -l)))
sleep 1 # nobody else has a reason to end
reasons() { # reasons DIGITS: how those ended
  awk -v d="[$1]\$" '$1 != "CODE" && $2 ~ d { print($1 == "LEFT" ? "left" : $3) }' $work/crowd.out |
    sort | uniq -c | awk '{ printf("%s%s %d", NR > 1 ? ", " : "", $2, $1) }'
}
is "$(reasons 5-9)" "ok $(fate 5-9 | wc -l)" 'who approves is in'
is "$(reasons 0)" "access-denied $(fate 0 | wc -l)" 'who denies is not'
is "$(reasons 1)" "wrong-user $(fate 1 | wc -l)" "SEC-01: nor who lets alice sign in"
is "$(reasons 2)" "left $(fate 2 | wc -l)" 'who leaves has left'
is "$(reasons 34)" '' 'and who has not decided waits'
wait_for 20 only_left "$late"
is "$(children)" "$late" 'with a process, as nobody else'

# from the approval to the result
awk 'NR == FNR { at[$1] = $2; next }
  $1 == "RESULT" && $3 == "ok" && $2 in at { print ($4 - at[$2]) / 1000 }' \
  $work/approved $work/crowd.out | sort -g >$work/delays
delay=$(awk '{ v[NR] = $1 } END { printf "%.2f (median), %.2f (longest)", v[int((NR + 1) / 2)], v[NR] }' $work/delays)

# ---- the provider fails ------------------------------------------------------------------------
control /fault "{\"path\":\"/oidc/token\",\"kind\":\"status\",\"status\":503,\"count\":$late}" >/dev/null
fate 34 | sed 's/^user\([0-9]*\) .*/& approve \1/' | node "$top/tests/system/approve.js" $control >/dev/null ||
  ok 1 'browsers'
wait_for 120 has RESULT $((everybody - $(fate 2 | wc -l)))
is "$(reasons 34)" "ok $late" 'who meets an outage is in when it is over'
exec 8>&-
wait $crowd_pid
is $? 0 'no conversation was broken off'
is "$(cat $work/crowd.err)" '' 'and no message out of place'
wait_for 20 only_left 0
is "$(children)" 0 'no process is left behind'
unlike "$(cat $work/encvoyd.log)" 'internal|ended by signal|broke the protocol' 'no error is logged'

# ---- figures -----------------------------------------------------------------------------------
figure() { printf '# %-46s %s\n' "$1" "$2"; }
micros() { awk '{ printf "%s/%s by NSS, %s/%s by the socket", $2, $3, $5, $6 }' <<<"$1"; }
figure 'conversations at once' "$n, of which the last began after $came s ($(nproc) cores)"
figure 'memory (PSS) of all processes, idle, MiB' "$idle_pss"
figure 'the same while all wait' "$crowd_pss"
figure 'memory of the machine taken meanwhile, MiB' "$((idle_available - crowd_available)) (with the provider's and the test's)"
figure 'look-up, median/99th percentile, idle, us' "$(micros "$idle_look")"
figure 'the same while all wait' "$(micros "$busy_look")"
figure 'from the approval to the result, s' "$delay; interval $interval"
daemon_stop
done_testing
