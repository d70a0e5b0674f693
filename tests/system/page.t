#!/bin/bash
# SPDX-License-Identifier: MIT
# The browser code page in a real browser: sign-ins on the provider's own pages that end on the page of
# `encvoyctl enroll --code-page`, whose code is pasted. Screenshots stay in tests/system of the build.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

page=https://page.example.test:8445/code-page.html
shots=$build/tests/system
www=$work/www
mkdir -p $www "$shots"
echo '127.0.0.1 page.example.test' >>/etc/hosts
pam_service shell

# ---- the page, from the program to a web server
encvoyctl enroll --code-page --redirect-uri $page >$www/code-page.html 2>$work/page.err </dev/null
is $? 0 'enroll --code-page prints the page'
cmp -s $www/code-page.html "$top/ctl/code-page.html"
ok $? 'byte by byte'
like "$(<$work/page.err)" "register exactly that address" 'and says on standard error what to register'
like "$(<$work/page.err)" "redirect-uri $page" 'and how this host learns it'
is "$(encvoyctl enroll --code-page --redirect-uri http://page.example.test/ 2>&1 >/dev/null; echo $?)" \
  $'encvoyctl: enroll: --redirect-uri: the page has an https address without "#"\n2' 'no page without TLS'

client() { control /client "{\"client_id\":\"host\",\"redirect_uris\":[\"$page\"]}" >/dev/null; }
idp_start
web_start
client
encvoyctl enroll $issuer --client-id host --ca-file $ca --allow 'sub:2 sub:3' --redirect-uri $page \
  >$work/enroll.out 2>&1 </dev/null
is $? 0 'enroll takes the address of the page, after asking the provider about it'
like "$(</etc/encvoy/encvoy.conf)" "redirect_uri = $page" 'and writes it'
daemon_start

coproc BROWSER { exec node "$top/tests/system/chromium.js" $work/chromium 2>$work/chromium.err; }
look() { # look ORDER: what the browser then shows, in $seen
  printf '%s\n' "$1" >&"${BROWSER[1]}"
  seen=
  read -r -t 200 seen <&"${BROWSER[0]}" || die "no browser: $(tail -5 $work/chromium.err)"
}
see() { json "$1" <<<"$seen"; } # see FIELD
last_reason() { log_since | grep -E 'login .*result=' | grep -oE 'reason=[^ ]+' | tail -1; }
asked() { [ "$(grep -o 'Paste the code' "$work"/pam.out | wc -l)" = "$1" ]; }
addresses() { [ "$(grep -c '^https://' $work/pam.out)" = "$1" ]; }
paste() {
  pam_says 20 Paste
  printf '%s\n' "$1" >&9
}

# ---- the code, read from the page
log_mark
pam_begin shell encvoy-2 authenticate acct_mgmt
url=$(pam_address)
like "$(<$work/pam.out)" 'The last page shows a code: paste it here' 'the page is announced'
look "{\"url\":\"$url\",\"user\":\"alice\",\"press\":[\"Enter\"],\"shot\":\"$shots/page-code.png\"}"
like "$(see url)" "^$page\?code=.*state=.*iss=" 'the sign-in ends on the page'
code=$(see code)
like "$code" '^[A-Za-z0-9_-]{20,}$' 'it shows the code'
is "$(see clipboard)" "$code" 'Enter on the button that has the focus copies it'
is "$(see copied)" 'Copied.' 'which is said'
is "$(see issuer)" "Signed in at: $issuer" 'the page says where the sign-in was'
is "$(see alert)" '' 'and complains of nothing'
is "$(see buttons)" '["Copy the code","Copy the whole address"]' 'both buttons have names for a screen reader'
is "$(see headings)" '["Your sign-in code"]' 'and there is one heading'
foreign=$(see requests | node -e 'console.log(JSON.parse(require("fs").readFileSync(0)).filter((u) =>
  !u.startsWith(process.argv[1]) && !u.startsWith(process.argv[2])).join(" "))' "$issuer" "$page?")
is "$foreign" '' 'nothing is loaded but the provider and the page'
is "$(sort -u $work/web.log)" "200 /code-page.html $(stat -c %s $www/code-page.html)" \
  'its web server is asked for the page alone'
paste "$code"
pam_end
is "$pam_status" 0 'the code opens the door'
like "$(log_since)" 'sub=2 .*method=browser .*result=granted' 'logged as browser login'

# ---- the whole address, copied by the second button, in another language; and without its scheme
pam_begin shell encvoy-2
printf '\n' >&9
wait_for 20 asked 2
ok $? 'an early Enter asks again at once'
addresses 1
ok $? 'with the same address'
look "{\"url\":\"$(pam_address)\",\"user\":\"alice\",\"languages\":\"pt,fr-CH,en\",\"press\":[\"Tab\",\"Enter\"],\"shot\":\"$shots/page-fr.png\"}"
is "$(see title)" 'Votre code de connexion' 'the page speaks the first of its languages that the browser asks for'
is "$(see lang)" fr 'and says so to screen readers'
address=$(see clipboard)
is "$address" "$(see url)" 'the second button copies the address'
paste "$address"
pam_end
is "$pam_status" 0 'the whole address opens the door'
pam_begin shell encvoy-2
look "{\"url\":\"$(pam_address)\",\"user\":\"alice\"}"
address=$(see url)
paste "${address#https://}"
pam_end
is "$pam_status" 0 'so does the address without scheme'

# ---- refusals
log_mark
pam_begin shell encvoy-2
look "{\"url\":\"$(pam_address)\",\"user\":\"bob\"}"
paste "$(see code)"
pam_end
is "$pam_status|$(last_reason)" '1|reason=wrong-user' 'SEC-01: the code of bob does not open for alice'

log_mark
pam_begin shell encvoy-2
url=$(pam_address)
paste "$address"
pam_says 20 'Voici une nouvelle adresse|Here is a fresh address'
ok $? 'SEC-24: the address of an earlier sign-in (another state) is not taken'
wait_for 20 addresses 2
[ "$(pam_address)" != "$url" ]
ok $? 'a fresh address is shown'
look "{\"url\":\"$(pam_address)\",\"user\":\"alice\"}"
wait_for 20 asked 2
printf '%s\n' "$(see code)" >&9
pam_end
is "$pam_status" 0 'whose code is taken'

# ---- answers that are no good, on the page as it is hosted and from a file without a network
row() { # row QUERY REGEX NAME
  look "{\"url\":\"$page?$1\"}"
  is "$(see code)" '' "$3: no code"
  like "$(see alert)" "$2" "$3: is said"
  is "$(see alerts)" 1 "$3: as an alert"
}
iss=iss=https%3A%2F%2Fid.encvoy.test%3A8443
row "error=access_denied&state=s&$iss" 'declined' 'declined'
row "error=server_error&error_description=Call+555&state=s" 'server_error' 'an error'
unlike "$seen" 'Call 555"' 'whose description, anybody'\''s text, is not repeated'
row "error=%3Cimg%20src%3Dx%3E" 'reported an error: \?$' 'a word that is none'
row "code=abc&$iss" 'state is missing' 'SEC-24: without state'
row "state=s&$iss" 'no code' 'without code'
row "code=abc&code=def&state=s&$iss" 'twice' 'two codes'
look "{\"url\":\"$page?error=access_denied&state=s\",\"languages\":\"ru\",\"shot\":\"$shots/page-declined.png\"}"
is "$(see title)" 'Войти не удалось' 'a refusal is translated'
look "{\"url\":\"$page?code=abc&state=s\"}"
like "$(see text)" 'iss is missing' 'SEC-24: without iss the page says so'
unlike "$(see text)" 'complete' 'and does not call the answer complete'
for language in en:Your de:Ihr fr:Votre es:Su it:Il ru:Ваш pt:Your; do
  look "{\"url\":\"file://$www/code-page.html?code=abc&state=s&$iss\",\"languages\":\"${language%%:*}\"}"
  like "$(see code)|$(see title)" "^abc\|${language#*:} " "from a file, in ${language%%:*}"
done

# ---- the provider goes away between sign-in and code
log_mark
pam_begin shell encvoy-2
look "{\"url\":\"$(pam_address)\",\"user\":\"alice\"}"
idp_stop
paste "$(see code)"
pam_end
is "$pam_status|$(last_reason)" '1|reason=provider-unreachable' 'outage: no login without the provider'
like "$pam_text" 'cannot be reached' 'outage: said plainly'
idp_start
client
pam_begin shell encvoy-2
look "{\"url\":\"$(pam_address)\",\"user\":\"alice\"}"
paste "$(see code)"
pam_end
is "$pam_status" 0 'outage: and afterwards all is well again'

kill $web_pid "$BROWSER_PID"
daemon_stop
done_testing
