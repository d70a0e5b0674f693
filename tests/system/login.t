#!/bin/bash
# SPDX-License-Identifier: MIT
# Every way to sign in, and every refusal that a person can meet, through the real chain: pamtester,
# PAM module, daemon, TLS provider, sign-in pages.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

mkdir -p /etc/encvoy/encvoy.conf.d
conf_write
cat >/etc/encvoy/encvoy.conf.d/cloud.conf <<'E2'
[service cloud]
client_id = nextcloud
client_secret_file = /etc/encvoy/nextcloud.secret
redirect_uri = https://cloud.example.test/cb
token_reuse = yes
methods = token
[service strict]
allow = sub:3
E2
printf 'nextcloud-secret' >/etc/encvoy/nextcloud.secret
chown encvoy-online /etc/encvoy/nextcloud.secret
chmod 600 /etc/encvoy/nextcloud.secret
pam_service shell
pam_service shell-device methods=device
pam_service shell-token methods=token
pam_service cloud methods=token
pam_service strict
pam_service everyone-arg methods=token allow=everyone

idp_start
daemon_start

reason() { log_since | grep -E '(login|account) .*result=' | grep -oE 'reason=[^ ]+' | tail -1; }

# ---- browser -----------------------------------------------------------------------------------
log_mark
pam_browser shell encvoy-2 alice authenticate acct_mgmt open_session close_session
is "$pam_status" 0 'browser: alice logs in by pasting the address'
like "$pam_text" 'host1.example.test' 'SEC-22: the text names the host'
like "$pam_text" 'shell' 'SEC-22: the text names the service'
like "$pam_text" 'encvoy-2' 'SEC-22: the text names the requested user'
like "$pam_text" '[Nn]ever enter a code that somebody sent you' 'SEC-22: the anti-phishing line'
like "$pam_text" 'cannot be reached|can.t be reached' 'browser: says beforehand that the last page cannot be reached'
like "$pam_text" 'request_uri=urn' 'browser: the address is short, by PAR'
like "$(log_since)" 'login id=[a-z0-9]+ .*user=encvoy-2 .*sub=2 .*service=shell .*method=browser .*result=granted' \
  'log: one line with id, user, sub, service, method, result'
like "$(log_since)" 'rule=[^ ]*sub:2.* at=/etc/encvoy/encvoy.conf:4' 'log: the rule that decided, with file and line'
is "$(getent passwd encvoy-2)" 'encvoy-2:*:1879048194:1879048194::/home/encvoy-2:/bin/bash' 'nss: getent passwd by name'
is "$(getent passwd 1879048194 | cut -d: -f1)" encvoy-2 'nss: getent passwd by uid'
is "$(getent group encvoy-2)" 'encvoy-2:*:1879048194:' 'nss: getent group by name'
is "$(getent group 1879048194 | cut -d: -f1)" encvoy-2 'nss: getent group by gid'
is "$(id encvoy-2)" 'uid=1879048194(encvoy-2) gid=1879048194(encvoy-2) groups=1879048194(encvoy-2)' 'nss: id'

log_mark
pam_begin shell encvoy-2
url=$(pam_address)
last=$(browse alice "$url")
pam_says 10 Paste
printf '%s\n' "${last#http://}" >&9
pam_end
is "$pam_status" 0 'browser: the address without scheme is understood'

pam_begin shell encvoy-2
url=$(pam_address)
last=$(browse alice "$url")
code=${last#*code=}
pam_says 10 Paste
printf '%s\n' "${code%%&*}" >&9
pam_end
is "$pam_status" 0 'browser: the bare code is understood'

log_mark
pam_browser shell encvoy-2 bob
is "$pam_status" 1 'SEC-01: bob signing in does not become alice'
is "$(reason)" reason=wrong-user 'SEC-01: reason wrong-user'
is "$(getent passwd encvoy-3)" '' 'SEC-17: a refused login leaves no user behind'

log_mark
pam_browser shell encvoy-12 erin
isnt_granted=$pam_status
[ "$isnt_granted" != 0 ]
ok $? 'allow: erin, whom no rule names, is refused'
is "$(reason)" reason=not-allowed 'allow: reason not-allowed'
is "$(getent passwd encvoy-12)" '' 'allow: and does not exist afterwards'

log_mark
pam_browser strict encvoy-2 alice
is "$(reason)" reason=not-allowed 'allow: a [service] section replaces the rules'
log_mark
pam_browser strict encvoy-3 bob
is "$pam_status" 0 'allow: bob is in that section'
like "$(log_since)" 'at=/etc/encvoy/encvoy.conf.d/cloud.conf:8' 'log: the rule of the section with its file and line'

# three bad pastes end it, each with a fresh address
log_mark
pam_begin shell encvoy-2
for i in 1 2 3; do
  pam_says 10 'Paste' && : >$work/pam.out
  printf 'nonsense-%s\n' $i >&9
  sleep 0.3
done
pam_end
[ "$pam_status" != 0 ]
ok $? 'browser: three bad pastes end the conversation'
like "$(reason)" 'bad-code|bad-state' 'browser: with the reason'

# somebody else's answer address (other state)
pam_begin shell encvoy-2
first=$(pam_address)
stolen=$(browse alice "$first")
kill $pam_pid
pam_end
log_mark
pam_begin shell encvoy-2
pam_address >/dev/null
pam_says 10 Paste
printf '%s\n' "$stolen" >&9
sleep 0.5
like "$(tail -c 4000 $work/pam.out)" 'Paste' 'SEC-24: an address of another sign-in is not taken'
kill $pam_pid
pam_end

# ---- blocked and deleted -----------------------------------------------------------------------
pam_begin shell encvoy-5
url=$(pam_address)
like "$(browse dave "$url" 2>&1)" 'blocked' 'blocked: dave cannot sign in at the provider'
kill $pam_pid
pam_end
pam_begin shell encvoy-3
url=$(pam_address)
like "$(browse carol "$url" 2>&1)" 'not found' 'deleted: carol cannot sign in'
kill $pam_pid
pam_end

# ---- device ------------------------------------------------------------------------------------
log_mark
pam_answer shell-device encvoy-2 ''
[ "$pam_status" != 0 ]
ok $? 'device: refused where the provider has no device flow'
is "$(reason)" reason=no-method 'device: reason no-method'

control /device '{"enabled":true}' >/dev/null
kill -HUP "$daemon_pid"
sleep 1
control /stats/reset '{}' >/dev/null
log_mark
pam_begin shell encvoy-3
pam_address >/dev/null
like "$(cat $work/pam.out)" '▀|▄|█' 'device: a QR code is shown'
like "$(cat $work/pam.out)" '[A-Z]{4}-?[A-Z]{4}' 'device: the code is shown'
sleep 11
polls=$(control /stats | json 'paths./oidc/token.count')
[ "${polls:-9}" -ge 1 ] && [ "${polls:-9}" -le 3 ]
ok $? "SEC-23: without an interval the provider is asked every 5 s (${polls} times in 11 s)"
device_decide bob >/dev/null 2>&1
pam_end
is "$pam_status" 0 'device: bob approves in his browser and is in, without Enter'
like "$(log_since)" 'method=device .*result=granted' 'device: logged'

control /device '{"enabled":true,"interval":1}' >/dev/null
log_mark
pam_begin shell encvoy-3
device_decide bob --deny >/dev/null 2>&1
pam_end
[ "$pam_status" != 0 ]
ok $? 'device: a denial in the browser refuses'
is "$(reason)" reason=access-denied 'device: reason access-denied'
log_mark
pam_begin shell encvoy-3
device_decide alice >/dev/null 2>&1
pam_end
is "$(reason)" reason=wrong-user "SEC-01: alice's approval of bob's login: wrong-user"
control /device '{"enabled":false}' >/dev/null
kill -HUP "$daemon_pid"
sleep 1

# ---- a token for this host ---------------------------------------------------------------------
token=$(host_token 2)
log_mark
pam_answer shell-token encvoy-2 "$token" authenticate acct_mgmt
is "$pam_status" 0 'token: an ID token made for this host is accepted'
log_mark
pam_answer shell-token encvoy-2 "$token"
is "$(reason)" reason=used-token 'SEC-10: once'
kill -9 "$(listener_pid)"
wait_for 5 daemon_ready
log_mark
pam_answer shell-token encvoy-2 "$token"
is "$(reason)" reason=used-token 'SEC-10: the store of used ones survives kill -9'

try() { # try WANT-REASON NAME TOKEN [USER [SERVICE]]
  log_mark
  pam_answer "${5:-shell-token}" "${4:-encvoy-2}" "$3"
  [ "$pam_status" != 0 ] || echo "# granted!"
  is "$pam_status/$(reason)" "1/reason=$1" "$2"
}
now=$(date +%s)
try wrong-user "SEC-01: bob's token for alice" "$(host_token 3)"
try wrong-host 'SEC-10: a token for another host' "$(host_token 2 host2.example.test)"
try wrong-nonce 'SEC-10: a token for no host' "$(control /mint '{"client_id":"host","claims":{"sub":"2","nonce":"abc"}}' | json id_token)"
try wrong-audience 'SEC-02: a token of another client' "$(host_token 2 host1.example.test '' other)"
try expired 'SEC-07: an expired token' "$(host_token 2 '' ",\"iat\":$((now - 4000)),\"exp\":$((now - 400))")"
try token-too-old 'SEC-10: a token older than token_max_age' "$(host_token 2 '' ",\"iat\":$((now - 900)),\"exp\":$((now + 900))")"
try bad-algorithm 'SEC-04: alg none' "$(control /mint "{\"client_id\":\"host\",\"alg\":\"none\",\"claims\":{\"sub\":\"2\",\"nonce\":\"$(host_nonce)\"}}" | json id_token)"
try wrong-issuer 'SEC-07: another issuer' "$(host_token 2 '' ',"iss":"https://id.encvoy.test:8444"')"
access=$(token_for alice access_token --client host --scope openid)
try wrong-token-kind 'SEC-10: an access token in a login service' "$access"
tampered=$(host_token 2)
try bad-signature 'SEC-09: a changed signature' "${tampered:0:-6}AAAAAA"
for n in 511 1022 1023 1024 4094 4095; do
  try looks-cut-off "SEC-11: an answer of exactly $n bytes" "$(printf 'a%.0s' $(seq $n))"
done
control /stats/reset '{}' >/dev/null
log_mark
pam_answer shell-token encvoy-2 $'\b\n\r\177INCORRECT'
is "$pam_status/$(reason)" 1/ "sshd's junk password: refused, and encvoyd does not hear of it"
is "$(control /stats | json 'paths./oidc/token/introspection.count')" undefined 'and costs no network'

# ---- Nextcloud-like ----------------------------------------------------------------------------
access=$(token_for alice access_token --client nextcloud --secret nextcloud-secret --redirect https://cloud.example.test/cb --scope openid)
for i in 1 2; do
  log_mark
  pam_answer cloud encvoy-2 "$access" authenticate acct_mgmt
  is "$pam_status" 0 "token_reuse: an access token, introspected ($i)"
done
try token-inactive 'SEC-02: an access token of another client' \
  "$(token_for alice access_token --client host --scope openid)" encvoy-2 cloud
try wrong-user "SEC-01: alice's access token for bob" "$access" encvoy-3 cloud
control /user '{"sub":"2","blocked":true}' >/dev/null
log_mark
pam_answer cloud encvoy-2 "$access"
is "$pam_status" 0 'a blocked user keeps the tokens (the provider says active): bounded by their life, as documented'
control /user '{"sub":"2","blocked":false}' >/dev/null

# ---- names -------------------------------------------------------------------------------------
log_mark
for u in Encvoy-2 'encvoy-2 ' -rf .. a:b alice 'encvoy-02' encvoy-999999999999 encvoy-; do
  pam_answer shell-token "$u" "$(host_token 2)"
  [ "$pam_status" != 0 ]
  ok $? "SEC-15: ${u@Q} is nobody here"
done
try wrong-user 'allow=everyone as PAM argument still needs the right person' "$(host_token 3)" encvoy-12 everyone-arg
log_mark
pam_answer everyone-arg encvoy-12 "$(host_token 12)"
is "$pam_status" 0 'allow=everyone as PAM argument admits erin'
like "$(log_since)" 'rule=[^ ]*everyone' 'and the log names the rule'

# ---- local users -------------------------------------------------------------------------------
pam_answer shell localjoe joes-password authenticate acct_mgmt
is "$pam_status" 0 'SEC-46: a local user logs in with the local password'
pam_answer shell root roots-password authenticate acct_mgmt
is "$pam_status" 0 'SEC-46: root logs in with the local password'
pam_answer shell localjoe wrong
is "$pam_status" 1 'and not with a wrong one'

# ---- names given by an administrator -----------------------------------------------------------
encvoyctl user map 3 bobby >/dev/null
is $? 0 'user map'
log_mark
pam_answer shell-token bobby "$(host_token 3)" authenticate acct_mgmt
is "$pam_status" 0 'the mapped name logs in'
try unknown-user 'the template name does not any more' "$(host_token 3)" encvoy-3
is "$(id -u bobby)" 1879048195 'SEC-17: same uid'
encvoyctl user rename bobby robert >/dev/null
is "$(id -u robert)" 1879048195 'SEC-17: the uid stays after a rename'
encvoyctl user map 2 bobby >/dev/null 2>&1
[ $? != 0 ]
ok $? 'SEC-17: the old name is not for another sub'

daemon_stop
done_testing
