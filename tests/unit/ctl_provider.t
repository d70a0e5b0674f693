#!/bin/bash
# SPDX-License-Identifier: MIT
# enroll, token and the provider's part of doctor, against the test provider.
# shellcheck source=tests/unit/ctl_lib.sh
. "$(dirname "$0")/ctl_lib.sh"
private "$@"
private_dirs
idp_start
conf=$conf_dir/encvoy.conf

enroll() { # enroll [options]: as the administrator of this test would
  run enroll "$issuer" --client-id host --ca-file "$ca" --allow sub:2 "$@"
}
untouched() { # untouched NAME: nothing was written
  is "$(ls "$conf_dir")" "" "$1: nothing is written"
}
reset() {
  control /reset '{}' >/dev/null
}

# ---- what is refused before anybody is asked
control /stats/reset '{}' >/dev/null
for words in "enroll" "enroll $issuer" "enroll $issuer --client-id host" \
  "enroll $issuer --allow sub:2" "enroll $issuer --client-id host --allow sub:2 --unknown" \
  "enroll $issuer $issuer --client-id host --allow sub:2" \
  "enroll http://localhost --client-id host --allow sub:2" \
  "enroll $issuer/oidc --client-id host --allow sub:2" \
  "enroll localhost --client-id host --allow sub:2" \
  "enroll $issuer --client-id host --allow nobody" \
  "enroll $issuer --client-id host --allow role:staff" \
  "enroll $issuer --client-id host --allow user:Alice" \
  "enroll $issuer --client-id host --allow sub:2 --redirect-uri http://example.org/cb" \
  "enroll $issuer --client-id host --allow sub:2 --ca-file $work/missing" \
  "enroll $issuer --client-id host --allow sub:2 --client-secret-file $work/missing"; do
  # shellcheck disable=SC2086
  run $words
  is "$rc" 2 "usage error: ${words/$issuer/ISSUER}"
done
untouched "usage errors"
run enroll "$issuer" --client-id host --allow sub:2 --host-name $'x\nallow = everyone'
is "$rc" 2 "a line break in a value is refused"
: >"$work/empty"
enroll --client-secret-file "$work/empty"
is "$rc" 2 "an empty secret file is refused"
out=$(setpriv --reuid 65534 --clear-groups "$ctl" enroll "$issuer" --client-id host \
  --ca-file "$ca" --allow sub:2 2>&1)
is "$?" 1 "without root"
like "$out" 'only root can write' "it is said at once"
like "$(control /stats)" '"paths":\{\}' "and the provider was not asked by any of these"

# ---- a good enrolment
enroll --allow sub:3
is "$rc" 0 "enroll"
like "$(<"$conf")" "issuer = $issuer"$'\n' "the issuer is written"
like "$(<"$conf")" $'allow = sub:2 sub:3\n' "and who may log in"
like "$(<"$conf")" "ca_file = $ca" "and the CA"
is "$(stat -c %a:%U "$conf")" 644:root "encvoy.conf is 0644"
is "$(stat -c %a:%U "$conf_dir")" 755:root "its directory 0755"
for what in 'systemctl' 'encvoyctl login' 'passwd: files encvoy' 'pam_localuser.so' \
  'success=done user_unknown=ignore default=die'; do
  like "$out" "$what" "what to do next: $what"
done
before=$(stat -c %i:%Y:%Z "$conf")
enroll --allow sub:3
is "$rc" 0 "the same again"
like "$out" 'unchanged' "is told to be unchanged"
is "$(stat -c %i:%Y:%Z "$conf")" "$before" "and is"
run enroll "$issuer/" --client-id host --ca-file "$ca" --allow sub:2 --allow sub:3
like "$rc $out" '^0 .*unchanged' "a slash behind the address makes no difference"
enroll
is "$rc" 1 "something else"
like "$err" '--force' "needs --force"
is "$(stat -c %i:%Y:%Z "$conf")" "$before" "and changes nothing"
enroll --force --yes
is "$rc" 0 "--force"
like "$(<"$conf_dir/encvoy.conf.old")" 'sub:2 sub:3' "keeps the former one"
like "$(<"$conf")" $'allow = sub:2\n' "and replaces it"
enroll --force --allow everyone
like "$rc $err" '^0 .*allow-everyone' "everyone is written when asked for, with a warning"
ln -sf /etc/passwd "$conf"
enroll --force
like "$rc $err" '^1 .*unsafe-file' "SEC-34: a symbolic link is not written through"
rm -f "$conf_dir"/*

# ---- with what configuration management has put there before
mkdir "$conf_dir/encvoy.conf.d"
cat >"$conf_dir/encvoy.conf.d/50-fleet.conf" <<'EOF'
directory = roster
roster = https://www.example.com/roster.jws
roster_keys = /etc/encvoy/roster.pub
roster_fleet = prod
EOF
fleet_enroll() { run enroll "$issuer" --client-id host --ca-file "$ca" --allow role:staff "$@"; }
fleet_enroll --dry-run
like "$rc $out" '^0 .*encvoy.conf: to be written' "--dry-run says what would be written"
is "$(ls "$conf_dir")" encvoy.conf.d "and writes nothing"
fleet_enroll
is "$rc" 0 "a rule by role, where a drop-in names a directory"
fleet_enroll --dry-run
like "$rc $out" '^0 .*encvoy.conf: unchanged' "--dry-run: the same again"
rm "$conf_dir/encvoy.conf"
echo 'roster_grace = soon' >>"$conf_dir/encvoy.conf.d/50-fleet.conf"
fleet_enroll
like "$rc $err" '^2 .*50-fleet.conf:5' "a drop-in that is refused is named"
[ ! -e "$conf" ]
ok $? "and nothing is written beside it"
rm -r "$conf_dir/encvoy.conf.d"

# ---- with a secret
printf 'host-secret-secret\n' >"$work/secret"
echo 'encvoy-online:x:987:987::/:/usr/sbin/nologin' >>/etc/passwd
secret_enroll() {
  run enroll "$issuer" --client-id host-secret --client-secret-file "$work/secret" \
    --redirect-uri https://hosts.example.test/cb --ca-file "$ca" --allow sub:2 "$@"
}
secret_enroll --dry-run
is "$(grep -c 'to be written' <<<"$out")" 2 "--dry-run: file and secret"
secret_enroll
is "$rc" 0 "a client with a secret"
is "$(stat -c %a:%u "$conf_dir/client.secret")" 600:987 "its file is for encvoyd-online alone"
is "$(<"$conf_dir/client.secret")" host-secret-secret "and holds the secret"
unlike "$out$err$(<"$conf")" 'host-secret-secret' "SEC-35: which is shown nowhere"
secret_enroll
is "$(grep -c unchanged <<<"$out")" 2 "the same again: both unchanged"
secret_enroll --dry-run
is "$(grep -c unchanged <<<"$out")" 2 "and told so by --dry-run"
chown 0 "$conf_dir/client.secret"
secret_enroll
is "$rc $(stat -c %u "$conf_dir/client.secret")" "0 987" "a wrong owner is put right"
printf 'wrong' >"$work/secret"
secret_enroll
is "$rc" 1 "a wrong secret"
like "$err" 'does not accept.*with this secret' "is told in Encvoy ID's terms"
is "$(<"$conf_dir/client.secret")" host-secret-secret "and not written"
rm -f "$conf_dir"/*

# ---- what is wrong at the provider
wrong() { # wrong CODE NAME [options]: enroll refuses with this finding
  local code=$1 name=$2
  shift 2
  enroll "$@"
  like "$rc $err" "^1 .*failure +$code: " "$name"
  untouched "$name"
}
run enroll "$issuer" --client-id nobody --ca-file "$ca" --allow sub:2
like "$rc $err" '^1 .*failure +client: .*knows no application "nobody"' "an unknown client id"
wrong redirect "an unknown redirect address" --redirect-uri http://127.0.0.1/other
control /discovery '{"override":{"pushed_authorization_request_endpoint":null}}' >/dev/null
run enroll "$issuer" --client-id nobody --ca-file "$ca" --allow sub:2
like "$rc $err" '^1 .*failure +client: .*knows no application' "an unknown client id, without PAR"
reset
for member in authorization_endpoint token_endpoint introspection_endpoint userinfo_endpoint \
  jwks_uri pushed_authorization_request_endpoint device_authorization_endpoint; do
  control /discovery "{\"override\":{\"$member\":\"https://evil.example.org/x\"}}" >/dev/null
  wrong endpoint "SEC-27: a foreign $member"
  like "$err" "$member is https://evil.example.org/x" "is named"
done
control /discovery "{\"override\":{\"token_endpoint\":\"${issuer/https/http}/oidc/token\"}}" >/dev/null
wrong endpoint "SEC-27: an endpoint without TLS"
control /discovery '{"override":{"issuer":"https://other.example.org"}}' >/dev/null
wrong issuer "SEC-27: another issuer"
like "$err" 'calls itself https://other.example.org' "is named"
control /discovery '{"override":{"code_challenge_methods_supported":["plain"]}}' >/dev/null
wrong methods "no PKCE with S256"
control /discovery '{"override":{"id_token_signing_alg_values_supported":["HS256"]}}' >/dev/null
wrong algorithms "no algorithm in common"
reset
wk=/.well-known/openid-configuration
control /fault "{\"path\":\"$wk\",\"kind\":\"status\",\"status\":404}" >/dev/null
wrong '(discovery|provider)' "no discovery document"
control /fault "{\"path\":\"$wk\",\"kind\":\"garbage\"}" >/dev/null
wrong '(discovery|provider)' "garbage"
control /fault "{\"path\":\"$wk\",\"kind\":\"redirect\",\"location\":\"$issuer/oidc$wk\"}" >/dev/null
wrong provider "SEC-27: a redirect"
control /fault "{\"path\":\"$wk\",\"kind\":\"status\",\"status\":502}" >/dev/null
wrong provider "a proxy without a provider"
control /fault '{"path":"/oidc/jwks","kind":"body","body":{"keys":[]}}' >/dev/null
wrong keys "no key"
control /fault '{"path":"/oidc/jwks","kind":"body","body":{"keys":[{"kty":"oct","k":"AAAA"}]}}' >/dev/null
wrong keys "a symmetric key"
control /fault "{\"path\":\"$wk\",\"kind\":\"status\",\"status\":200,\"headers\":{\"date\":\"Mon, 01 Jan 2024 00:00:00 GMT\"},\"body\":$(curl -s --cacert "$ca" "$issuer$wk")}" >/dev/null
wrong clock "a clock that is years ahead"
for kind in expired self-signed wrong-host tls11; do
  control /tls "{\"kind\":\"$kind\"}" >/dev/null
  wrong tls "SEC-29: certificate: $kind"
done
reset
run enroll "$issuer" --client-id host --allow sub:2
like "$rc $err" '^1 .*failure +tls: .*ca_file' "SEC-29: a CA that is not known, with the way out"
enroll --ca-file /etc/passwd
like "$rc" '[12]' "a CA file that is none"
run enroll https://localhost:9 --client-id host --ca-file "$ca" --allow sub:2
like "$rc $err" '^1 .*failure +provider: .*provider-unreachable' "nobody listens"
untouched "all of it"

# ---- doctor
enroll
run doctor --json
is "$rc" 2 "doctor: the worst decides the exit status"
node -e '
  const d = JSON.parse(require("fs").readFileSync(0));
  const f = (code) => d.findings.find((x) => x.code === code);
  const bad = [];
  for (const code of ["conf", "discovery", "keys", "clock", "client", "redirect", "allow"])
    if (f(code)?.severity !== "ok") bad.push(code);
  for (const code of ["socket", "system-user", "nsswitch", "pam-absent"])
    if (!f(code) || f(code).severity === "ok" || !f(code).fix) bad.push(code);
  if (d.worst !== "failure") bad.push("worst");
  console.log(bad.join(" "));' <<<"$out" >"$work/bad" 2>&1
is "$(<"$work/bad")" "" "doctor --json: findings by code, with a fix where something is wrong"
mkdir -p "$run_dir"
echo >"$work/script"
"$build/tests/unit/ctl_fake" serve "$work/script" >"$work/heard" &
fake=$!
wait_for 5 grep -q ready "$work/heard"
run doctor
like "$out" 'ok +daemon: ' "doctor: a daemon that answers"
chmod 777 "$run_dir"
run doctor
like "$out" 'failure +rundir: ' "doctor: a run directory open to everybody"
chmod 755 "$run_dir"
kill $fake
wait $fake 2>/dev/null
run doctor
like "$out" 'failure +daemon: ' "doctor: a socket without a daemon"
echo 'proxy = http://me:word@127.0.0.1:9' >>"$conf"
run doctor
like "$out" 'failure +proxy: .*127.0.0.1 .*port 9: ' "doctor: a proxy that is not there is named"
like "$out" 'failure +provider: ' "and so is what follows from it"
unlike "$out" 'me:word' "SEC-35: its password is not shown"
sed -i '$s/=.*/= ftp:\/\/127.0.0.1/' "$conf"
run doctor
like "$out" 'failure +proxy: .*SCHEME' "doctor: a proxy that is none"
sed -i '$d' "$conf"
https_proxy=http://me:word@proxy.example.test:3128 run doctor
like "$out" 'warning +proxy-environment: .*https_proxy .*proxy.example.test' "doctor: a proxy that only the shell has"
unlike "$out" 'me:word' "SEC-35: nor is this one's"
like "$out" 'ok +discovery: ' "which nothing goes through"
echo 'allow = sub:2 nonsense' >>"$conf"
run doctor
like "$rc $out" "^2 failure +conf: $conf:[0-9]+: allow: " "doctor: file and line of a wrong option"
sed -i '$d' "$conf"
chmod 666 "$conf"
run doctor
like "$out" 'failure +conf: .*encvoy.conf' "SEC-34: doctor: a configuration that others may write"
chmod 644 "$conf"
echo 'client_secret_file = '"$conf_dir/client.secret" >>"$conf"
echo x >"$conf_dir/client.secret"
run doctor
like "$out" 'failure +secret-file: .*others' "SEC-34: doctor: a secret that others may read"
rm -f "$conf_dir"/*

# ---- token
visit() { # visit URL: what a browser's last redirect does; prints the answer
  local port path
  port=$(sed -E 's#http://127.0.0.1:([0-9]+)/.*#\1#' <<<"$1")
  path=/${1#http://*/}
  exec 5<>"/dev/tcp/127.0.0.1/$port" || return 1
  printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n\r\n' "$path" "$port" >&5
  cat <&5
  exec 5>&-
}
token_begin() { # token_begin OPTIONS...: sets url, port when it waits
  : >"$work/said"
  "$ctl" token --issuer "$issuer" --client-id host --ca-file "$ca" --no-browser "$@" \
    >"$work/token" 2>"$work/said" </dev/null &
  pid=$!
  wait_for 10 grep -q 'https://' "$work/said"
  url=$(grep -oE 'https://[^ ]+' "$work/said" | head -1)
}
token_end() { # sets rc, token, said
  wait $pid
  rc=$?
  token=$(<"$work/token")
  said=$(<"$work/said")
}
sign_in() { # sign_in USER: prints the address the browser ends on
  node "$idp/drive.js" browse --ca "$ca" --user "$1" "$url"
}
keys() { curl -s --cacert "$ca" "$issuer/oidc/jwks" >"$work/jwks"; }
keys

token_begin --for Host1.example.test
last=$(sign_in alice)
port=$(sed -E 's#http://127.0.0.1:([0-9]+)/.*#\1#' <<<"$last")
exec 6<>"/dev/tcp/127.0.0.1/$port" # a connection that a browser opens and leaves
like "$(visit "http://127.0.0.1:$port/cb?code=x&state=y")" '^HTTP/1.1 400 ' "SEC-24: another state is turned away"
like "$(visit "http://127.0.0.1:$port/cb?error=access_denied")" '^HTTP/1.1 400 ' "so is an error without state"
like "$(visit "http://127.0.0.1:$port/favicon.ico")" '^HTTP/1.1 404 ' "there is nothing else"
page=$(visit "$last")
like "$page" '^HTTP/1.1 200 .*You can close this page' "the browser's return is answered"
token_end
exec 6>&-
is "$rc" 0 "token --for"
like "$token" '^eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$' "the token alone on standard output"
unlike "$said" 'eyJ' "and not on standard error"
[ ${#token} -le 1023 ]
ok $? "SEC-10: it fits what sshd reads (${#token} bytes)"
claims=$(printf %s "$token" | "$ctl" verify-token --issuer "$issuer" --audience host --jwks "$work/jwks" 2>&1)
like "$claims" '"nonce": ?"h1\.host1\.example\.test\.[A-Za-z0-9_-]{22}"' "SEC-10: its nonce names the host"
like "$claims" '"sub": ?"2"' "it is alice's"

token_begin
visit "$(sign_in bob)" >/dev/null
token_end
like "$rc $token" '^0 [A-Za-z0-9_-]{43}$' "token: an access token"
like "$said" 'number 3' "who signed in is told"
token_begin --id-token
visit "$(sign_in bob)" >/dev/null
token_end
printf %s "$token" | "$ctl" verify-token --issuer "$issuer" --audience host --jwks "$work/jwks" >/dev/null
is "$rc $?" "0 0" "token --id-token"

mkfifo "$work/answers"
exec 7<>"$work/answers"
: >"$work/said"
"$ctl" token --issuer "$issuer" --client-id host --ca-file "$ca" --no-browser --paste \
  --for host1.example.test >"$work/token" 2>"$work/said" <&7 7>&- &
pid=$!
wait_for 10 grep -q 'Paste' "$work/said"
url=$(grep -oE 'https://[^ ]+' "$work/said" | head -1)
last=$(sign_in alice)
echo "http://127.0.0.1/cb?code=x&state=wrong" >&7
wait_for 5 grep -q 'bad-state\|another sign-in' "$work/said"
ok $? "SEC-24: --paste: another sign-in's address is refused, and asked again"
echo "${last#http://}" >&7
token_end
like "$rc $token" '^0 eyJ' "--paste: the address without its scheme"
exec 7>&-

control /token-override '{"client_id":"host","claims":{"nonce":"other"}}' >/dev/null
token_begin --for host1.example.test
visit "$(sign_in alice)" >/dev/null
token_end
like "$rc $said$token" '^1 .*wrong-nonce' "an ID token with another nonce is not printed"
control /token-override '{"client_id":"host","claims":{"at_hash":"AAAAAAAAAAAAAAAAAAAAAA"}}' >/dev/null
token_begin
visit "$(sign_in alice)" >/dev/null
token_end
like "$rc $said$token" '^1 .*bad-at-hash' "nor an access token that the ID token does not vouch for"
reset
run token
like "$rc $err" '^2 .*--issuer and --client-id are needed' "token without a configuration"
run token --for 'not a host' --issuer "$issuer" --client-id host
is "$rc" 2 "token --for something that is no host"
enroll
: >"$work/said"
mkdir "$work/bin"
install -d -m 777 "$work/desk"
printf '#!/bin/sh\necho "$# $1" >"%s/desk/opened"\necho noise; echo noise >&2\n' "$work" >"$work/bin/xdg-open"
chmod 755 "$work/bin/xdg-open"
DISPLAY=:0 PATH=$work/bin:$PATH setpriv --reuid 65534 --clear-groups "$ctl" token \
  --for host1.example.test >"$work/token" 2>"$work/said" </dev/null &
pid=$!
wait_for 10 grep -q 'https://' "$work/said"
url=$(grep -oE 'https://[^ ]+' "$work/said" | head -1)
visit "$(sign_in alice)" >/dev/null
token_end
like "$rc $token" '^0 eyJ' "an ordinary user needs no options where encvoy.conf is"
is "$(<"$work/desk/opened")" "1 $url" "the browser is started with the address, and nothing else"
unlike "$said$token" noise "and says nothing where the token goes"
kill "$idp_pid"
done_testing
