#!/bin/bash
# SPDX-License-Identifier: MIT
# encvoyd-online alone, its listener played by the test: the sign-in methods against the provider,
# and against one that misbehaves.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

player=$build/tests/unit/online_player
online=$(find /usr/libexec /usr/local/libexec /usr/lib /usr/local/lib -name encvoyd-online \
  -type f -print -quit 2>/dev/null)
sock=$work/online.sock
uid=$(id -u encvoy-online)
make -s -C "$build" tests/unit/online_player >"$work/player.log" 2>&1
[ -x "$player" ] && [ -n "$online" ] || die "encvoyd-online or online_player is missing"

interactive=1 sshd=5 silent=0
declare -A input pid

online_start() {
  "$player" listen "$sock" "$uid" "$online" -d 2>>$work/encvoyd.log &
  online_pid=$!
  wait_for 10 test -S "$sock" || die "encvoyd-online did not start"
}

begin() { # begin NAME USER SERVICE FLAGS [arguments]: a login; its dialogue grows in $work/NAME
  local name=$1 fd
  shift
  rm -f "$work/$name.in"
  mkfifo "$work/$name.in"
  "$player" login "$sock" "$@" <"$work/$name.in" >"$work/$name" 2>&1 &
  pid[$name]=$!
  exec {fd}>"$work/$name.in"
  input[$name]=$fd
}

says() { # says NAME REGEX [SECONDS]
  wait_for "${3:-15}" grep -qE -- "$2" "$work/$1"
}

answer() { # answer NAME TEXT
  printf '%s\n' "$2" >&"${input[$1]}"
}

finish() { # finish NAME: waits for the end; last is the last line
  local fd=${input[$1]}
  exec {fd}>&-
  wait "${pid[$1]}"
  last=$(tail -1 "$work/$1")
}

leave() { # leave NAME: as a client that is killed
  local fd=${input[$1]}
  exec {fd}>&-
  kill -9 "${pid[$1]}"
  wait "${pid[$1]}" 2>/dev/null
}

once() { # once USER SERVICE FLAGS [arguments]: a login without questions
  last=$("$player" login "$sock" "$@" </dev/null 2>&1 | tail -1)
}

with_token() { # with_token SERVICE TOKEN
  once encvoy-2 "$1" $silent @answer "$2"
}

address() { # address NAME: the newest one shown
  says "$1" '^SHOW' || return 1
  grep -oE 'https://[^\\ ]+' "$work/$1" | tail -1
}

count_of() { # count_of PATH: requests the provider has seen
  control /stats | json "paths.$1.count" | sed s/undefined/0/
}

mint() { # mint [JSON members]: an ID token for this host
  control /mint "{\"client_id\":\"host\",\"nonce\":\"$(host_nonce)\"${1:+,$1}}" | json id_token
}

children() { pgrep -P "$online_pid" -x encvoyd-login | wc -l; }
no_children() { [ "$(children)" = 0 ]; }
millis() { date +%s%3N; }

conf_write 'login_timeout = 110' '[service cloud]' 'client_id = nextcloud' \
  'client_secret_file = /etc/encvoy/nextcloud.secret' 'redirect_uri = https://cloud.example.test/cb' \
  'token_reuse = yes' 'methods = token' '[service token]' 'methods = token' \
  '[service mixed]' 'methods = browser,token' '[service device]' 'methods = device' \
  '[service page]' 'methods = browser' \
  '[service brief]' 'methods = device' 'login_timeout = 10'
echo nextcloud-secret >/etc/encvoy/nextcloud.secret
chown encvoy-online /etc/encvoy/nextcloud.secret
chmod 600 /etc/encvoy/nextcloud.secret
idp_start
control /device '{"enabled":true,"interval":1}' >/dev/null
online_start

# ---- who it is -----------------------------------------------------------------------------------
is "$(ps -o user= -p "$online_pid" | cut -c1-7)" encvoy- 'it runs without privileges'
LISTEN_FDS=1 LISTEN_PID=$$ "$online" >/dev/null 2>&1
[ $? = 1 ]
ok $? 'without a socket it does not start'
root=$("$player" listen "$work/root.sock" 0 "$online" -d 2>&1)
like "$root" 'must not run as root' 'nor as root'
is "$("$online" -V | cut -d' ' -f1)" encvoyd-online 'it tells its version'
chmod 666 "$sock"
setpriv --reuid nobody --clear-groups "$player" login "$sock" x shell 1 </dev/null >"$work/stranger"
is "$(cat "$work/stranger")" CLOSED 'SEC-31: a stranger is not served'
chmod 600 "$sock"
is "$(stat -c %u /proc/"$online_pid"/environ)" 0 'SEC-35: it is undumpable'
is "$(awk '/core file size/ {print $5}' /proc/"$online_pid"/limits 2>/dev/null || echo 0)" 0 'SEC-35: no core'

# ---- one login that waits a minute, for later -----------------------------------------------------
begin slow encvoy-2 page $interactive
slow_first=$(address slow)
slow_began=$SECONDS

# ---- browser -------------------------------------------------------------------------------------
begin a encvoy-2 page $interactive
url=$(address a)
show=$(grep '^SHOW' "$work/a")
like "$show" 'host1\.example\.test' 'SEC-22: the host is shown'
like "$show" 'encvoy-2' 'SEC-22: the user'
like "$show" 'page' 'SEC-22: the service'
like "$show" 'Never enter a code that somebody sent you' 'SEC-22: the warning'
[ ${#url} -lt 180 ]
ok $? "the address is short (${#url} characters)"
says a '^ASK 2 echo Paste'
ok $? 'the code is asked for'
child=$(pgrep -P "$online_pid" -n -x encvoyd-login)
private=$(awk '/^Private/ {n += $2} END {print n}' "/proc/$child/smaps_rollup")
[ "$private" -lt 2048 ]
ok $? "a waiting child has $private KiB of its own"
is "$(stat -c %u "/proc/$child/environ")" 0 'SEC-35: a child is undumpable'
is "$(tr -d '\0' <"/proc/$child/environ" | wc -c)" 0 'SEC-35: with an empty environment'
answer a ''
wait_for 5 eval "[ \$(grep -c '^ASK' $work/a) = 2 ]"
is "$(grep -c '^ASK' "$work/a") $(grep -c '^SHOW' "$work/a")" '2 1' 'an early Enter only asks again'
landed=$(browse alice "$url")
answer a "$landed"
finish a
like "$last" '^IDENTITY issuer=https://id.encvoy.test:8443 sub=2 method=browser full=1 single_use=0' \
  'SEC-24: the pasted address signs in'
like "$last" 'auth_time=1[0-9]{9} ' 'with the time of the sign-in'

for how in '%s' '%s without scheme' 'code of %s'; do
  begin a encvoy-2 page $interactive
  landed=$(browse alice "$(address a)")
  case $how in
    *scheme) landed=${landed#http://} ;;
    code*) landed=${landed#*code=} landed=${landed%%&*} ;;
  esac
  says a '^ASK'
  answer a "$landed"
  finish a
  like "$last" '^IDENTITY .* sub=2 ' "taken: ${how/\%s/the address}"
done

begin a encvoy-2 page $interactive
for bad in 's/state=/state=x/' 's/iss=https/iss=httpx/' 's/code=/code=x/'; do
  url=$(address a)
  before=$(grep -c '^SHOW' "$work/a")
  landed=$(browse alice "$url" | sed "$bad")
  answer a "$landed"
  wait_for 10 eval "[ \$(grep -c '^SHOW' $work/a) -gt $before ] || grep -q ^RESULT $work/a"
done
finish a
like "$last" '^RESULT bad-code' 'SEC-24: wrong state, wrong iss, wrong code: refused after three'
is "$(grep -oE 'request_uri=[^\\]+' "$work/a" | sort -u | wc -l)" 3 'each attempt has an address of its own'

code=$(control /signin '{"code_only":true}' | json code)
before=$(count_of /oidc/token)
begin a encvoy-2 page $interactive
says a '^ASK'
answer a "$code"
says a 'did not work'
ok $? 'SEC-24: a code of another sign-in is refused (PKCE)'
leave a

begin a encvoy-2 mixed $interactive
says a '^ASK'
answer a "$(mint)"
finish a
like "$last" '^IDENTITY .* method=token .* single_use=1' 'a token may be pasted where tokens are allowed'

# ---- tokens --------------------------------------------------------------------------------------
with_token token "$(mint)"
like "$last" '^IDENTITY .*sub=2 method=token full=1 single_use=1' 'SEC-10: an ID token for this host'
access=$(token_for alice access_token --client host)
control /stats/reset '{}' >/dev/null
with_token token "$(mint "\"nonce\":\"$(host_nonce host2.example.test)\"")"
like "$last" '^RESULT wrong-host ' 'SEC-10: one for another host'
with_token token "$(mint '"nonce":"abc"')"
like "$last" '^RESULT wrong-nonce ' 'SEC-10: one for no host'
now=$(date +%s)
with_token token "$(mint "\"claims\":{\"iat\":$((now - 400))}")"
like "$last" '^RESULT token-too-old ' 'SEC-10: an old one'
with_token token "$(mint '"claims":{"aud":"other"}')"
like "$last" '^RESULT wrong-audience ' 'SEC-10: another client'"'"'s'
with_token token "$access"
like "$last" '^RESULT wrong-token-kind ' 'SEC-10: an access token'
for junk in $'\b\n\r\177INCORRECT' hunter2 'a b c d e f g h i j k l m n' a.b.c; do
  with_token token "$junk"
  like "$last" '^RESULT bad-token ' "no token: ${junk@Q}"
done
with_token cloud 'hunter2'
like "$last" '^RESULT bad-token ' 'a password is shown to nobody'
once encvoy-2 token $silent
like "$last" '^RESULT no-method ' 'without a person and an answer there is no method'
once encvoy-2 shell $silent @answer "$(mint)"
like "$last" '^RESULT no-method ' 'nor where tokens are not allowed'
is "$(control /stats | json paths)" '{}' 'none of that cost the provider a request'
long=$(mint "\"claims\":{\"pad\":\"$(head -c 5400 /dev/zero | tr '\0' x)\"}")
with_token token "$long"
like "$last" '^IDENTITY' "SEC-11: a token of ${#long} bytes"
for n in 511 512 1022 1023 1024 4094 4095; do
  with_token token "${long:0:n}"
  like "$last" '^RESULT looks-cut-off ' "SEC-11: cut at $n"
done

at() { # at CLIENT [FIELD [SCOPE]]
  control /signin "{\"client_id\":\"$1\",\"scope\":\"${3:-openid}\"${4:-}}" | json "${2:-access_token}"
}
access=$(at nextcloud)
with_token cloud "$access"
like "$last" '^IDENTITY .*sub=2 method=token full=1 single_use=0 .*expires=1[0-9]{9}' \
  'SEC-02: an access token of the service'"'"'s client'
with_token cloud "$access"
like "$last" '^IDENTITY' 'it may be used again'
with_token cloud "$(at other)"
like "$last" '^RESULT token-inactive ' 'SEC-02: another client'"'"'s'
with_token cloud "$(at nextcloud refresh_token 'openid offline_access' ',"prompt":"consent"')"
like "$last" '^RESULT wrong-token-kind ' 'SEC-02: a refresh token'
with_token cloud "$(control /mint '{"client_id":"nextcloud"}' | json id_token)"
like "$last" '^IDENTITY .*single_use=0' 'SEC-02: an ID token of the client'
with_token cloud "$(mint)"
like "$last" '^RESULT wrong-audience ' 'SEC-02: another client'"'"'s'
control /fault '{"path":"/oidc/me","kind":"body","body":{"sub":"3"}}' >/dev/null
with_token cloud "$access"
like "$last" '^RESULT sub-mismatch ' 'SEC-02: two subjects'
control /fault '{"path":"/oidc/me","kind":"body","body":{"name":"x"}}' >/dev/null
with_token cloud "$access"
like "$last" '^RESULT bad-claim ' 'SEC-02: none at all'
control /user '{"sub":"3","hard_deleted":true}' >/dev/null
with_token cloud "$(control /signin '{"client_id":"nextcloud","user":"bob"}' | json access_token)"
like "$last" '^RESULT ' 'a deleted user'
control /user '{"sub":"3","hard_deleted":false}' >/dev/null
echo wrong >/etc/encvoy/nextcloud.secret
with_token cloud "$access"
like "$last" '^RESULT bad-client ' 'a wrong client secret'
chmod 644 /etc/encvoy/nextcloud.secret
with_token cloud "$access"
like "$last" '^RESULT bad-configuration ' 'SEC-34: a secret that others can read'
echo nextcloud-secret >/etc/encvoy/nextcloud.secret
chmod 600 /etc/encvoy/nextcloud.secret

# ---- hostile answers, all at once ----------------------------------------------------------------
kinds='endless-body endless-headers drip truncate half-close gzip-bomb redirect hang garbage wrong-type'
for kind in $kinds; do
  control /fault "{\"path\":\"/oidc/token/introspection\",\"kind\":\"$kind\"}" >/dev/null
  begin "h-$kind" encvoy-2 cloud $silent @answer "$access"
  wait_for 3 eval "! control /fault | grep -q '\"$kind\"'"
done
began=$(millis) # what starting them took on a busy machine is nobody's fault
for kind in $kinds; do
  finish "h-$kind"
  like "$last" '^RESULT provider-(error|unreachable) ' "SEC-28: $kind"
done
took=$(($(millis) - began))
[ $took -lt 40000 ]
ok $? "SEC-28: long before the login's own time is up (all in $took ms; 10 s each)"
with_token cloud "$access"
like "$last" '^IDENTITY' 'and then all is well again'

# ---- cancelled while a request hangs --------------------------------------------------------------
control /fault '{"path":"/oidc/token/introspection","kind":"hang"}' >/dev/null
before=$(children)
begin a encvoy-2 cloud $silent @answer "$access"
wait_for 3 eval "[ \$(children) -gt $before ]"
sleep 0.5
leave a
wait_for 5 eval "[ \$(children) -le $before ]"
ok $? 'who leaves ends a hanging request, which would take 9.5 s'

# ---- unknown keys --------------------------------------------------------------------------------
control /stats/reset '{}' >/dev/null
began=$SECONDS
for i in $(seq 1000); do
  echo "$(printf '{"alg":"RS256","kid":"k%s"}' "$i" | basenc --base64url -w0 | tr -d =).e30.AAAA"
done >"$work/tokens"
xargs -P 20 -n 1 "$player" login "$sock" encvoy-2 token 0 @answer <"$work/tokens" >"$work/unknown"
is "$(grep -c '^RESULT unknown-key' "$work/unknown")" 1000 'SEC-30: 1,000 tokens with unknown keys are refused'
fetches=$(count_of /oidc/jwks)
[ "$fetches" -le $((1 + (SECONDS - began) / 30)) ]
ok $? "SEC-30: by $fetches requests for keys in $((SECONDS - began)) s"

# ---- the spare child ------------------------------------------------------------------------------
spare() { pgrep -P "$online_pid" -x encvoyd-spare; }
another_than() { # another_than PID: a spare child
  local now
  now=$(spare) && [ "$now" != "$1" ]
}
wait_for 5 spare >/dev/null
first=$(spare)
begin b encvoy-2 page $interactive
says b '^ASK'
is "$(pgrep -P "$online_pid" -n -x encvoyd-login)" "$first" 'a login gets the child that waits for it'
wait_for 5 another_than "$first"
ok $? 'and the next one waits'
leave b
first=$(spare)
kill -9 "$first"
with_token token "$(mint)"
like "$last" '^IDENTITY' 'one that was killed is not missed'
wait_for 5 another_than "$first"
ok $? 'and replaced'

# ---- the keys child -------------------------------------------------------------------------------
keys=$(pgrep -P "$online_pid" -x encvoyd-keys)
first=$(spare)
kill -9 "$keys"
wait_for 5 eval "pgrep -P $online_pid -x encvoyd-keys | grep -vqx $keys"
ok $? 'a keys child that dies is replaced'
wait_for 5 another_than "$first"
ok $? 'and the spare child, which was to ask it'
with_token token "$(mint)"
like "$last" '^IDENTITY' 'and logins go on'
keys_fetched=$SECONDS

# ---- provider away: keys at hand still verify -----------------------------------------------------
token=$(mint)
control /fault '{"path":"/*","kind":"reset","count":-1}' >/dev/null
with_token token "$token"
like "$last" '^IDENTITY' 'SEC-30: while the provider is away the keys at hand serve'
with_token cloud "$access"
like "$last" '^RESULT provider-unreachable ' 'what needs it says so'
control /reset '{}' >/dev/null

# ---- device --------------------------------------------------------------------------------------
control /device '{"enabled":true,"interval":1}' >/dev/null
begin a encvoy-2 shell $interactive
says a '^QR'
ok $? 'the device flow shows a QR code'
show=$(grep '^SHOW' "$work/a")
like "$show" 'host1\.example\.test.*encvoy-2.*shell' 'SEC-22: host, user and service'
like "$show" 'Never enter a code that somebody sent you' 'SEC-22: the warning'
like "$show" 'good for 1[01][0-9] seconds' 'SEC-22: a life within the login'"'"'s'
code=$(grep -oE '[A-Z]{4}-[A-Z]{4}' <<<"$show" | head -1)
control /device/decide "{\"user_code\":\"$code\",\"user\":\"alice\"}" >/dev/null
finish a
like "$last" '^IDENTITY .*sub=2 method=device full=1 .*auth_time=1' 'SEC-23: approved, signed in'

begin a encvoy-2 shell $sshd
says a '^ASK 1 '
ok $? 'on sshd there is a prompt'
answer a ''
says a '^ASK 1 echo Not signed in yet'
ok $? 'an early Enter is asked for again'
code=$(grep -oE '[A-Z]{4}-[A-Z]{4}' "$work/a" | head -1)
control /device/decide "{\"user_code\":\"$code\",\"user\":\"bob\"}" >/dev/null
sleep 2.5
answer a ''
finish a
like "$last" '^IDENTITY .*sub=3 method=device' 'and then it is bob'

begin a encvoy-2 shell $interactive
says a '^SHOW'
code=$(grep -oE '[A-Z]{4}-[A-Z]{4}' "$work/a" | head -1)
control /device/decide "{\"user_code\":\"$code\",\"user\":\"alice\",\"decision\":\"deny\"}" >/dev/null
finish a
like "$last" '^RESULT access-denied ' 'SEC-23: denied'

begin a encvoy-2 brief $interactive
begin b encvoy-2 device $interactive
says b '^SHOW'
sleep 1.2
control /stats/reset '{}' >/dev/null
before=$(children)
leave b
wait_for 5 eval "[ \$(children) -lt $before ]"
ok $? 'who leaves ends the polling'
finish a
like "$last" '^RESULT (timeout|code-expired) ' 'SEC-22: a code ends with its login'

control /device '{"enabled":true,"interval":null}' >/dev/null
control /stats/reset '{}' >/dev/null
begin a encvoy-2 device $interactive
says a '^SHOW'
code=$(grep -oE '[A-Z]{4}-[A-Z]{4}' "$work/a" | head -1)
wait_for 12 eval "[ \$(count_of /oidc/token) -ge 1 ]"
control /device '{"slow_down":1}' >/dev/null
wait_for 15 eval "[ \$(count_of /oidc/token) -ge 2 ]"
control /fault '{"path":"/oidc/token","kind":"status","status":503}' >/dev/null
control /device/decide "{\"user_code\":\"$code\",\"user\":\"alice\"}" >/dev/null
finish a
like "$last" '^IDENTITY' 'SEC-23: slow_down and a 503 are survived'
gaps=$(control /stats | node -e 'let s="";process.stdin.on("data",d=>s+=d).on("end",()=>{
  const p=JSON.parse(s).paths, d=p["/oidc/device/auth"].times[0], t=[d,...p["/oidc/token"].times];
  console.log(t.slice(1).map((x,i)=>Math.floor((x-t[i])/1000)).join(" "))})')
like "$gaps" '^5 5 1[0-9] [0-9]+$' "SEC-23: no interval means 5 s, slow_down 5 s more (seconds between: $gaps)"
control /fault '{"path":"/oidc/device/auth","kind":"body","body":{"device_code":"x","user_code":"\u001b[31mX","verification_uri":"https://id.encvoy.test:8443/d","expires_in":60}}' >/dev/null
once encvoy-2 device $interactive
like "$last" '^RESULT provider-error ' 'SEC-25: an escape sequence in a user code is refused'

# ---- rotation ---------------------------------------------------------------------------------------
control /keys/rotate '{}' >/dev/null
until [ $((SECONDS - keys_fetched)) -ge 31 ]; do sleep 0.5; done
with_token token "$(mint)"
like "$last" '^IDENTITY' 'SEC-30: a rotated key is found'

# ---- a foreign discovery document -----------------------------------------------------------------
reload() {
  log_mark
  kill -HUP "$online_pid"
  wait_for 5 eval "log_since | grep -q 'configuration'" || die 'no reload'
}
bad_discovery() { # bad_discovery JSON REASON NAME
  control /discovery "{\"override\":$1}" >/dev/null
  reload
  once encvoy-2 device $interactive
  like "$last" "^RESULT $2 " "SEC-27: $3"
}
bad_discovery '{"issuer":"https://evil.example.test"}' wrong-issuer 'a foreign issuer'
bad_discovery '{"token_endpoint":"https://evil.example.test/token"}' foreign-endpoint 'a foreign endpoint'
bad_discovery '{"token_endpoint":"http://id.encvoy.test:8443/oidc/token"}' foreign-endpoint 'an http endpoint'
control /discovery '{}' >/dev/null
control /fault '{"path":"/.well-known/openid-configuration","kind":"redirect","location":"/oidc/.well-known/openid-configuration"}' >/dev/null
reload
once encvoy-2 device $interactive
like "$last" '^RESULT provider-error ' 'SEC-27: a redirect'
control /device '{"enabled":false}' >/dev/null
reload
once encvoy-2 device $interactive
like "$last" '^RESULT no-method ' 'no device flow where the provider offers none'
unlike "$(cat "$work/encvoyd.log")" $'\x1b' 'SEC-25: no escape sequence in the log'

# ---- certificates ----------------------------------------------------------------------------------
for kind in wrong-host expired self-signed tls11; do
  control /tls "{\"kind\":\"$kind\"}" >/dev/null
  reload
  once encvoy-2 device $interactive
  like "$last" '^RESULT tls ' "SEC-29: $kind"
done
control /tls '{"kind":"server"}' >/dev/null

# ---- configuration ---------------------------------------------------------------------------------
first=$(spare)
reload
wait_for 5 another_than "$first"
ok $? 'a new configuration has a new spare child'
with_token token "$(mint)"
like "$last" '^IDENTITY' 'with everything in order a login works'
echo 'nonsense = yes' >>/etc/encvoy/encvoy.conf
reload
like "$(log_since)" 'unknown option' 'a bad configuration is named'
with_token token "$(mint)"
like "$last" '^IDENTITY' 'and the old one stays'
sed -i '/^nonsense/d' /etc/encvoy/encvoy.conf

# ---- what takes a minute ---------------------------------------------------------------------------
until [ $((SECONDS - slow_began)) -ge 52 ]; do sleep 0.5; done
if [ $((SECONDS - slow_began)) -lt 105 ]; then
  answer slow ''
  wait_for 5 eval "[ \$(grep -c '^SHOW' $work/slow) = 2 ]"
  ok $? 'an Enter after 50 s brings a fresh address'
  [ "$(address slow)" != "$slow_first" ]
  ok $? 'indeed another'
else
  skip 'an Enter after 50 s brings a fresh address' 'too slow a machine'
fi

# ---- the end ----------------------------------------------------------------------------------------
for secret in "$access" nextcloud-secret "$token"; do
  grep -qF -- "$secret" "$work/encvoyd.log"
  is $? 1 'SEC-35: no secret in the log'
done
strace -qq -e trace=kill -o $work/kills -p "$online_pid" &
wait_for 5 eval "! grep -q 'TracerPid:.0$' /proc/$online_pid/status"
kill "$online_pid"
wait "$online_pid"
is $? 0 'SIGTERM ends it'
like "$(<$work/kills)" 'SIGTERM' 'and its children'
unlike "$(<$work/kills)" 'SIGKILL' 'which need no more than that'
finish slow
like "$last" '^(CLOSED|RESULT)' 'logins under way end with it'
is "$(pgrep -u encvoy-online | wc -l)" 0 'no child stays'
done_testing
