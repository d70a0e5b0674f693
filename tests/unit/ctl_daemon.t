#!/bin/bash
# SPDX-License-Identifier: MIT
# encvoyctl's questions to the daemon, against one that says what it is told to.
# shellcheck source=tests/unit/ctl_lib.sh
. "$(dirname "$0")/ctl_lib.sh"
private "$@"
private_dirs
script=$work/script
heard=$work/heard

says() { cat >"$script"; }
hears() { # hears WANT NAME: what the daemon was asked since the last time
  is "$(<"$heard")" "$1" "$2"
  : >"$heard"
}

# ---- nobody is there
for verb in status flush "user list" "why alice --service sshd" "user show alice"; do
  # shellcheck disable=SC2086
  run $verb
  is "$rc" 3 "no daemon: $verb ends with 3"
  like "$err" 'daemon-unreachable.*systemctl status encvoyd' "and says so"
done

"$build/tests/unit/ctl_fake" serve "$script" >>"$heard" &
wait_for 5 grep -q ready "$heard" || { echo "Bail out! the fake daemon does not start"; exit 99; }
: >"$heard"

# ---- status
says <<'EOT'
verb status
row version|0.1.0
row issuer|https://id.example.org
row uptime|4711
row online_reachable|yes
row online_heard|0
result ok
EOT
run status
is "$rc $err" "0 " "status"
like "$out" 'issuer +https://id.example.org' "shows its rows"
like "$out" 'online_heard +never' "and times for people"
hears "status" "one question"
run status --json
like "$out" '"uptime": ?4711' "status --json: numbers are numbers"
like "$out" '"online_reachable": ?true' "truth values are such"
like "$out" '"version": ?"0.1.0"' "texts are texts"
ok "$("$build/encvoyctl" status --json | node -e 'JSON.parse(require("fs").readFileSync(0))' 2>/dev/null;
  [ $? = 0 ] || ! command -v node >/dev/null; echo $?)" "and it parses"

# ---- for Prometheus
says <<'EOT'
verb status
row version|0.1.0
row issuer|https://"id".example.org
row directory|login
row uptime|4711
row logins_granted|3
row logins_refused|6
row refused:wrong-user|2
row refused:expired|4
row provider_requests:token|3
row provider_failed:token|1
row provider_ms:token|12034
row provider_last_ms:token|7
row provider_max_ms:token|9500
row provider_requests:keys|2
row provider_ms:keys|45
row directory_passed|-1
result ok
EOT
run status --prometheus
is "$rc $err" "0 " "status --prometheus"
like "$out" $'\nencvoy_up 1\n' "encvoyd answers"
like "$out" $'\nencvoy_logins_total\\{reason="ok"\\} 3\nencvoy_logins_total\\{reason="wrong-user"\\} 2\nencvoy_logins_total\\{reason="expired"\\} 4\n' \
  "sign-ins by their reason"
like "$out" 'encvoy_info\{version="0.1.0",issuer="https://\\"id\\".example.org",directory="login"\} 1' "labels are escaped"
is "$(grep -c '^# TYPE encvoy_provider_request_seconds ' <<<"$out")" 1 "a summary is described once"
unlike "$out" 'directory_success' "what is no number is left out"
like "$out" $'# TYPE encvoy_provider_request_seconds summary\nencvoy_provider_request_seconds_sum\\{kind="token"\\} 12.034\nencvoy_provider_request_seconds_sum\\{kind="keys"\\} 0.045\nencvoy_provider_request_seconds_count\\{kind="token"\\} 3\nencvoy_provider_request_seconds_count\\{kind="keys"\\} 2\n' \
  "what requests took is a summary in seconds, by kind"
like "$out" $'\nencvoy_provider_request_max_seconds\\{kind="token"\\} 9.500\n' "and the longest"
like "$out" $'\nencvoy_provider_requests_failed_total\\{kind="token"\\} 1\n' "and those that failed"
is "$(grep -c '^# TYPE encvoy_logins_total' <<<"$out")" 1 "a metric is described once"
is "$(grep -vE '^# (HELP|TYPE) [a-z_]+ .+$|^[a-z_]+(\{([a-z]+="([^"\\]|\\["\\n])*",?)+\})? [0-9]+(\.[0-9]{3})?$' <<<"$out")" "" \
  "every line is of the format"

run status --json
like "$out" '"provider_max_ms:token": ?9500' "what requests took is a number in JSON"
run status
like "$out" 'provider_max_ms:token +9500' "and stands there for people"

# ---- what a daemon says is untrusted
printf 'verb status\nrow issuer|\033[2Jevil\xe2\x80\xae\nrow \033]0;x|1\nresult ok\n' >"$script"
run status
unlike "$out" $'\033' "SEC-25: no escape sequence reaches the terminal"
like "$out" 'x1b' "it is shown harmless"
run status --json
unlike "$out" $'\033' "SEC-25: nor in JSON"
run status --prometheus
unlike "$out" $'\033' "SEC-25: nor for Prometheus"
echo 'verb status
garbage' >"$script"
run status
is "$rc" 1 "a malformed answer is an error"
like "$err" 'protocol-error|version-mismatch' "and named"
echo 'verb status
row a|b
close' >"$script"
run status
is "$rc|$out" "3|" "a daemon that goes away in the middle: nothing is shown"
echo 'verb status
silence' >"$script"
run status
like "$rc $err" '^1 .*timeout' "a silent daemon: an error after a while"
sleep 4 # until it speaks again

# ---- why
says <<'EOT'
verb why
row user|encvoy-17
row decision|allowed
row reason|ok
row rule|sub:17
row at|/etc/encvoy/encvoy.conf:12
result ok
EOT
: >"$heard"
run why encvoy-17 --service sshd
is "$rc" 0 "why: allowed ends with 0"
like "$out" 'at +/etc/encvoy/encvoy.conf:12' "with file and line"
hears "why|encvoy-17|sshd" "asked by user and service"
sed -i 's/allowed/refused/' "$script"
run why encvoy-17 --service sshd --json
is "$rc" 1 "why: refused ends with 1"
like "$out" '"decision": ?"refused"' "in JSON as well"
run why encvoy-17
is "$rc" 2 "why without a service is a usage error"
echo 'verb why
result permission-denied' >"$script"
run why encvoy-17 --service sshd
like "$rc $err" '^1 .*permission-denied.*root' "somebody else than root is told why not"

# ---- user
says <<'EOT'
verb user list
row encvoy-2|1879048194|2|template|no|0|Alice: A. "Al" \ Anderson
row bob|1879048195|3|map|yes|1700000000|
result ok
verb user show
row name|encvoy-2
row sub|2
row uid|1879048194
result ok
verb user add
result name-reserved the name is reserved here
verb user map
row name|marie
result ok
verb user remove
result ok
verb flush
result ok
verb sync
row persons|7
result ok
EOT
: >"$heard"
run user list
like "$out" 'name +uid +sub +bound_by +blocked +last_login +gecos' "user list: headings"
like "$out" 'encvoy-2 +1879048194 +2 +template +no +never +Alice' "and users"
run user list --json
like "$out" '"sub": ?"2"' "user list --json: a sub is a string"
like "$out" '"uid": ?1879048194' "a uid is a number"
like "$out" '\\"Al\\" \\\\ Anderson' "quotes and backslashes are escaped"
run user show sub:2 --json
like "$out" '"name": ?"encvoy-2"' "user show --json"
run user add 17 alice "Alice Anderson"
is "$rc" 1 "a refused change ends with 1"
like "$err" 'user add: name-reserved: the name is reserved here' "with word and sentence"
run user map 6 marie
is "$rc" 0 "user map"
run user remove marie
is "$rc" 0 "user remove"
run flush
is "$rc|$out" "0|" "flush"
run sync
is "$rc" 0 "sync"
like "$out" 'persons +7' "shows its figures"
hears 'user list
user list
user show|sub:2
user add|17|alice|Alice Anderson
user map|6|marie
user remove|marie
flush
sync' "each asked as typed"
for words in "user map 6 Marie" "user map 6 ../x" "user map a:b marie" "user add 6 marie a:b" \
  "user map 6" "user rename a" "user show" "user remove a b" "user list x" "user" "user sync" \
  "sync now" "roster build" "passphrase a b" "flush --all"; do
  # shellcheck disable=SC2086
  run $words
  is "$rc|$out" "2|" "usage error: $words"
done
hears "" "the daemon was not asked for any of them"

# ---- import
says <<'EOT'
verb user import
result ok
verb user import commit
result ok
EOT
printf '# people\n17 alice Alice Anderson\n\n23 bob\n' >"$work/people"
run user import "$work/people"
is "$rc" 0 "user import"
hears 'user import|17|alice|Alice Anderson
user import|23|bob
user import commit' "line by line, then the commit"
printf '# people\n17 alice\n18 Bob\n19\n17 carol\n' >"$work/people"
run user import "$work/people"
is "$rc" 1 "bad lines"
like "$err" "$work/people:3: has a name" "are told with file and line"
like "$err" "$work/people:4: is not of the form" "every one"
like "$err" "$work/people:5: has the same subject identifier as line 2" "twins too"
like "$err" 'nothing was changed' "and that nothing was changed"
hears "" "the daemon was not even asked"
says <<'EOT'
verb user import
result ok
verb user import commit
result name-reserved line 2 (23 bob): the name is reserved
EOT
printf '# people\n17 alice\n\n\n23 bob\n' >"$work/people"
run user import "$work/people"
is "$rc" 1 "a line that the daemon refuses"
like "$err" "$work/people:5: name-reserved: \(23 bob\): the name is reserved" "file and line"
run user import "$work/nobody"
like "$rc $err" '^1 .*nobody: No such file' "no such file"

# ---- login
says <<'EOT'
verb login
show Sign in as encvoy-17: https://id.example.org/x
ask Paste the code:
result ok
EOT
: >"$heard"
out=$(echo the-code | "$ctl" login encvoy-17 2>"$work/err")
is "$? $(<"$work/err")" "0 " "login: granted ends with 0"
like "$out" 'https://id.example.org/x' "texts are shown"
like "$out" 'Paste the code:' "questions are asked"
hears 'login|encvoy-17|encvoyctl|flags=1
answer|the-code' "as an interactive login of the service encvoyctl"
says <<'EOT'
verb login
result wrong-user another person signed in
EOT
run login encvoy-17 --service sshd
is "$rc" 1 "login: refused ends with 1"
like "$err" 'wrong-user: another person signed in \(login login-1\)' "with reason word and login id"
hears 'login|encvoy-17|sshd|flags=1' "for the service named"
says <<'EOT'
verb login
ask Paste the code:
result ok
EOT
run login encvoy-17
is "$rc" 1 "login: no answer to a question is no login"
: >"$heard"

# ---- whose socket it is
kill %1
wait %1 2>/dev/null
rm -f "$run_dir/socket"
chown 65534 "$run_dir"
setpriv --reuid 65534 --clear-groups "$build/tests/unit/ctl_fake" serve "$script" >"$heard" &
if wait_for 5 grep -q ready "$heard"; then
  says <<'EOT'
verb status
row issuer|https://evil.example.org
result ok
EOT
  run status
  is "$rc|$out" "1|" "SEC-43: a stranger's socket in a stranger's directory is not believed"
  like "$err" 'permission-denied|unsafe-file' "and it is said"
else
  n=$((n + 1))
  echo "ok $n - SEC-43: a stranger's socket # SKIP cannot become another user"
fi
done_testing
