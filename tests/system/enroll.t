#!/bin/bash
# SPDX-License-Identifier: MIT
# The conversation of `encvoyctl enroll` on a terminal, with the real provider and daemon: from nothing to
# a login through PAM by the name that was bound, unattended, and back again.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/terminal.sh
. "$top/tests/system/terminal.sh"

conf=/etc/encvoy/encvoy.conf

untouched() { # untouched NAME
  is "$(ls /etc/encvoy)" '' "$1: nothing is written"
}

idp_start
openssl req -x509 -newkey rsa:2048 -nodes -keyout $work/other.key -out $work/other.pem -subj /CN=other -days 2 2>/dev/null

# ---- what does not work
talk enroll
answer 'Address of Encvoy ID' https://id.encvoy.test:9
sees 'provider-unreachable'
answer 'Address of Encvoy ID' http://id.encvoy.test:8443
answer 'Address of Encvoy ID' ''
ends
like "$rc $text" '^1 .*3 answers that cannot be used.*nothing was written' 'unreachable, without TLS, empty: after three it gives up'
untouched 'no address'
talk enroll
answer 'Address of Encvoy ID' $issuer
answer 'CA of its certificate' $work/other.pem
sees 'Address of Encvoy ID'
like "$(<$screen)" 'failure +tls: ' 'SEC-29: the wrong CA is told'
hangs_up
is "$rc" 1 'and the end of input ends it'
untouched 'the wrong CA'
to_application $ca
answer 'Client ID' nobody
answer 'Client secret' ''
sees 'knows no application "nobody"'
answer 'Client ID \[nobody\]' host
answer 'Client secret' 'not-its-secret'
sees 'does not accept the client id'
hangs_up
like "$rc $text" '^1 .*nothing was written' 'a wrong Client ID and a wrong secret are told; Ctrl-D ends it'
unlike "$text" 'not-its-secret' 'SEC-35: a secret is not echoed'
untouched 'a wrong client'
to_sign_in $ca
answer 'Sign in now' n
answer 'Who may log in:' ''
answer 'Who may log in:' everyone
answer 'really to be let in' ''
answer 'Who may log in:' 'sub:2 nonsense'
ends
like "$rc $text" '^1 .*nothing was written' 'everyone is not written without a yes of its own'
untouched 'everyone declined'
to_application $ca
answer 'Client ID' host
sees 'Client secret'
printf '\003' >&8
ends
like "$rc $text" '^130 .*ended=130 echo' 'Ctrl-C at the secret: the terminal echoes again'
untouched 'Ctrl-C'
to_sign_in $ca
answer 'Sign in now' ''
sees 'https://[^ ]*/oidc/auth'
like "$(<$screen)" 'Ctrl-D' 'a sign-in can be left out'
printf '\004' >&8
answer 'Try that again' n
sees 'Who may log in:'
hangs_up
is "$rc" 1 'the end of input in the middle'
untouched 'the end of input'

# ---- the whole way
to_sign_in $ca
answer 'Sign in now' ''
signs_in alice
sees 'Signed in: number 2, login alice, Alice Anderson'
answer 'Who may log in \[sub:2\]' ''
answer 'Write /etc/encvoy/encvoy.conf' ''
sees 'encvoyd &'
grep -rq pam_encvoy /etc/pam.d
[ $? = 1 ]
ok $? 'PAM knows nothing of it so far'
daemon_start
answer 'Does it run now' ''
answer 'User name for number 2 .*\[alice\]' ''
answer 'Log in as alice' ''
signs_in alice
sees 'granted: alice'
ends
is "$rc" 0 'the whole conversation' || sed 's/^/# /' <<<"$text"
like "$(<$conf)" $'\nallow = sub:2\n' 'who signed in may log in, and nobody else'
like "$text" 'passwd: files encvoy' 'nsswitch.conf as it is'
like "$text" 'no service names pam_encvoy.so yet' 'PAM as it is'
like "$text" $'\n       auth +\[success=1 default=ignore\] +pam_localuser.so' 'the lines that come next'
unlike "$text" 'encvoyctl login' 'a test login is not advised after one'
like "$text" 'docs/fleet.md' 'the roster is recommended'
is "$(sed '/^Encvoy ID sign-in/,/^Paste/d' <<<"$text" | awk 'length($0) > 80' | grep -v '://')" '' \
  '80 columns are enough for all but addresses'
unlike "$(tr -d '\r' <$screen)" $'\x1b' 'without colours'
is "$(getent passwd alice | cut -d: -f3)" 1879048194 'alice is a user of this host'
pam_service enrolled
pam_browser enrolled alice alice authenticate acct_mgmt
is "$pam_status" 0 'and logs in through PAM'
pam_browser enrolled alice bob
[ "$pam_status" != 0 ]
ok $? "SEC-01: not by bob's sign-in"

# ---- again, and unattended
before=$(stat -c %i:%Y:%Z $conf)
talk enroll
answer 'Address of Encvoy ID \[https' ''
answer 'Address of your page \[http' ''
answer 'Client ID \[host\]' ''
answer 'Client secret' ''
answer 'Sign in now' n
answer 'Who may log in \[sub:2\]' ''
answer 'SIGHUP' ''
ends
like "$rc $text" "^0 .*$conf: unchanged" 'Enter all the way changes nothing'
is "$(stat -c %i:%Y:%Z $conf)" "$before" 'not even the time'
like "$text" 'enrolled: auth account session' 'which service has which lines'
unlike "$text" 'Let them log in' 'and these are not advised again'
same=(enroll "$issuer" --client-id host --ca-file "$ca" --allow sub:2)
out=$(encvoyctl "${same[@]}" 2>&1 </dev/null)
like "$? $out" "^0 .*unchanged" 'unattended: the same is unchanged'
is "$(stat -c %i:%Y:%Z $conf)" "$before" 'really'
talk "${same[*]}" --yes
ends
like "$rc $text" '^0 .*unchanged' '--yes: nothing is asked at a terminal either'
talk enroll $issuer --client-id host --ca-file $ca --yes
ends
like "$rc $text" '^2 .*--allow is missing' '--yes: what is missing is named'
idp_stop
out=$(encvoyctl enroll $issuer --client-id host --ca-file $ca --allow sub:3 --force 2>&1 </dev/null)
like "$? $out" '^1 .*provider-unreachable.*nothing was written' 'the provider is away: refused'
out=$(encvoyctl "${same[@]}" 2>&1 </dev/null)
like "$? $out" '^0 .*provider-unreachable.*unchanged' 'but not when it has nothing to change'
idp_start
control /fault '{"path":"/.well-known/openid-configuration","kind":"status","status":503}' >/dev/null
out=$(encvoyctl "${same[@]}" 2>&1 </dev/null)
like "$? $out" '^0 .*status 503.*unchanged' 'nor when a proxy says so'
control /reset '{}' >/dev/null
out=$(encvoyctl "${same[@]}" --client-secret-file <(echo wrong) 2>&1 </dev/null)
[ $? = 1 ]
ok $? 'a secret that is not accepted is another thing'
is "$(stat -c %i:%Y:%Z $conf)" "$before" 'and nothing changed'
talk enroll $issuer --client-id host --ca-file $ca --allow sub:2 --force
answer 'Sign in now' ''
signs_in bob
sees 'Signed in: number 3'
answer 'Add sub:3' y
answer 'Replace' y
answer 'SIGHUP' ''
answer 'User name for number 3' root
sees 'local-user|name-reserved'
answer 'User name for number 3' alice
sees 'name-taken'
answer 'User name for number 3' bob
answer 'Log in as bob' ''
signs_in bob
ends
like "$rc $text" '^0 .*(local-user|name-reserved).*name-taken.*granted: bob' \
  'SEC-16: neither a local name nor a bound one is given'
like "$rc $text" '^0 .*granted: bob' 'a complete command line at a terminal: who signs in can be added and bound'
like "$(<$conf)" $'\nallow = sub:2 sub:3\n' 'which is written'

# ---- back
out=$(encvoyctl enroll --undo 2>&1)
like "$? $out" '^1 .*PAM still asks.*/etc/pam.d/enrolled' '--undo refuses while PAM asks us'
is "$(grep -c 'sub:2 sub:3' $conf)" 1 'and removes nothing'
rm /etc/pam.d/enrolled
out=$(encvoyctl enroll --undo 2>&1)
like "$? $out" '^0 .*encvoy.conf: the former one again.*/var/lib/encvoy' '--undo: the former configuration comes back'
like "$(<$conf)" $'\nallow = sub:2\n' 'which is that one'
out=$(encvoyctl enroll --undo 2>&1)
like "$? $out" '^0 .*encvoy.conf: removed' '--undo, again: and then none'
is "$(ls /etc/encvoy)" '' 'nothing is left'
[ -n "$(find /var/lib/encvoy -name "*.db" -size +0)" ]
ok $? 'but for the ledger'
is "$(getent passwd alice | cut -d: -f3)" 1879048194 'alice keeps her uid'
out=$(encvoyctl enroll --undo 2>&1)
like "$? $out" '^0 .*not there' '--undo without anything'
done_testing
