#!/bin/bash
# SPDX-License-Identifier: MIT
# Web and mail servers: apache2 (event MPM, ten threads), nginx and dovecot from Debian, configured
# by the recipes in docs/ as they stand there, and a client that asks as Nextcloud does.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

for p in apache2 nginx dovecot; do
  command -v $p >/dev/null || die "$p is not here: tests/packages.sh test"
done

# recipe DOCUMENT PATH: puts the block there that the document shows for PATH
recipe() {
  mkdir -p "$(dirname "$2")"
  awk -v path="\`$2\`" '
    index($0, path) { found = 1 }
    found && /^```/ { if (inside) exit; inside = 1; next }
    inside' "$top/docs/$1" >"$2"
  [ -s "$2" ] || die "docs/$1 does not show $2"
}

secret() { # secret NAME: of the client of that name, where the recipes say
  printf '%s-secret' "$1" >"/etc/encvoy/$1.secret"
  chown encvoy-online "/etc/encvoy/$1.secret"
  chmod 600 "/etc/encvoy/$1.secret"
}

conf_write
recipe apache.md /etc/encvoy/encvoy.conf.d/nextcloud.conf
recipe dovecot.md /etc/encvoy/encvoy.conf.d/dovecot.conf
echo 'verdict_ttl = 1h' | tee -a /etc/encvoy/encvoy.conf.d/*.conf >/dev/null
recipe apache.md /etc/pam.d/nextcloud
recipe dovecot.md /etc/pam.d/dovecot
secret nextcloud
secret dovecot
idp_start
control /client '{"client_id":"dovecot"}' >/dev/null
daemon_start

# ---- the servers -------------------------------------------------------------------------------
recipe apache.md /etc/apache2/sites-available/encvoy-auth.conf
mkdir -p /var/www/encvoy-auth
echo ok >/var/www/encvoy-auth/index.html
cat >/etc/apache2/conf-enabled/ten-threads.conf <<'E2'
ServerName localhost
StartServers 1
ServerLimit 1
ThreadLimit 10
ThreadsPerChild 10
MaxRequestWorkers 10
E2
a2enmod -q authnz_pam auth_basic mpm_event >/dev/null
a2dissite -q 000-default >/dev/null
a2ensite -q encvoy-auth >/dev/null
rm -f /var/log/apache2/*
mkdir -p /run/lock
apache2ctl start 2>&1 | sed 's/^/# /'

recipe nginx.md /etc/nginx/sites-available/encvoy-auth
rm -f /etc/nginx/sites-enabled/default
ln -sf ../sites-available/encvoy-auth /etc/nginx/sites-enabled/
nginx 2>&1 | sed 's/^/# /'

recipe dovecot.md /etc/dovecot/conf.d/99-encvoy.conf
sed -i 's/^!include auth-system/#&/' /etc/dovecot/conf.d/10-auth.conf
[ -e /etc/dovecot/private/dovecot.pem ] || # where ssl-cert has made none
  openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 2 \
    -out /etc/dovecot/private/dovecot.pem -keyout /etc/dovecot/private/dovecot.key 2>/dev/null
dovecot >$work/dovecot.out 2>&1

answers() { # answers PORT: somebody listens there
  (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
for port in 8088 8089 143; do
  wait_for 20 answers $port || die "nobody listens on $port: $(tail -n 5 /var/log/apache2/error.log /var/log/nginx/error.log $work/dovecot.out)"
done
apache_child() { pgrep -u www-data -x apache2; }
child=$(apache_child)
is "$(wc -w <<<"$child")" 1 'apache: one process with ten threads serves all'

reloaded() { log_since | grep -q 'configuration reloaded'; }

# ---- asking ------------------------------------------------------------------------------------
login() { # login PORT USER PASSWORD: as Nextcloud's BasicAuth
  printf '%s\n' "$3" | node "$top/tests/system/cloud.js" login "http://127.0.0.1:$1/" "$2"
}
dav() { # dav PORT USER PASSWORD N: as WebDAV clients, ten at a time
  printf '%s\n' "$3" | node "$top/tests/system/cloud.js" dav "http://127.0.0.1:$1/" "$2" "$4"
}
imap() { # imap USER PASSWORD: curl's exit status, 67 for a refused login
  printf 'user = "%s:%s"\n' "$1" "$2" | curl -sS -m 60 -K - imap://127.0.0.1/ >$work/imap.out 2>&1
  echo $?
}
access_token() { # access_token USER [CLIENT]
  token_for "$1" access_token --client "${2:-nextcloud}" --secret "${2:-nextcloud}-secret" \
    --redirect "https://${3:-cloud}.example.test/cb" --scope openid
}
id_token() { # id_token SUB [CLIENT]
  control /mint "{\"client_id\":\"${2:-nextcloud}\",\"claims\":{\"sub\":\"$1\"}}" | json id_token
}
introspected() { control /stats | json 'paths./oidc/token/introspection.count'; }
forget_stats() { control /stats/reset '{}' >/dev/null; }
opaque() { openssl rand -hex 24; }

in='{"canary":401,"in":true,"answers":[200]}'
out='{"canary":401,"in":false,"answers":[401,401]}'

# ---- apache ------------------------------------------------------------------------------------
is "$(login 8088 encvoy-2 "$(id_token 2)")" "$in" 'apache: in by an ID token'
token=$(access_token alice)
forget_stats
is "$(login 8088 encvoy-2 "$token")" "$in" 'apache: in by an access token'
is "$(introspected)" 1 'apache: about which the provider is asked'
is "$(dav 8088 encvoy-2 "$token" 200)" '{"200":200}' 'apache: 200 requests with it, ten at a time'
is "$(introspected)" 1 'SEC-10: and the provider is asked no more'
second=$(access_token alice)
forget_stats
is "$(dav 8088 encvoy-2 "$second" 10)" '{"200":10}' 'apache: ten at once with a token not seen before'
is "$(introspected)" 1 'SEC-10: are one question to the provider'

forget_stats
is "$(login 8088 encvoy-2 "$(opaque)")" "$out" 'apache: not by a wrong token'
is "$(introspected)" 1 'SEC-10: which is tried twice, and asked about once'
forget_stats
is "$(login 8088 encvoy-2 'a wrong password')" "$out" 'apache: not by a password'
is "$(introspected)" undefined 'which nobody but us sees'
encoded=$(id_token 2)
is "$(login 8088 encvoy-2 "${encoded//./%2E}")" '{"canary":401,"in":true,"answers":[401,200]}' \
  "apache: in at the second try, which is urldecoded"
is "$(login 8088 encvoy-3 "$token")" "$out" "SEC-01: not by another one's token"
is "$(login 8088 encvoy-2 "$(access_token alice other other)")" "$out" \
  "SEC-02: not by another client's token"
is "$(login 8088 encvoy-12 "$(id_token 12)")" "$out" 'apache: not without an allow rule'
for name in Encvoy-2 'encvoy-2 ' ' encvoy-2' encvoy-02 alice; do
  is "$(login 8088 "$name" "$token")" "$out" "SEC-15: ${name@Q} is nobody"
done
is "$(login 8088 localjoe joes-password)" "$out" 'SEC-46: local users have no business here'
is "$(login 8088 root roots-password)" "$out" 'SEC-46: nor has root'
forget_stats
is "$(dav 8088 encvoy-2 "$(opaque)" 50)" '{"401":50}' 'apache: 50 wrong ones, ten at a time'
is "$(dav 8088 encvoy-2 "$token" 50)" '{"200":50}' 'SEC-26: while the right one is taken'

fds=$(find "/proc/$child/fd" | wc -l)
is "$(dav 8088 encvoy-2 "$token" 500)" '{"200":500}' 'SEC-44: the module is loaded and unloaded 500 times'
is "$(apache_child)" "$child" 'SEC-44: and the process is still the same'
is "$(find "/proc/$child/fd" | wc -l)" "$fds" 'SEC-41: with as many descriptors'
is "$(grep -c 'r-xp.*/pam_encvoy.so' "/proc/$child/maps")" 1 'SEC-44: and one copy of the module'
unlike "$(cat /var/log/apache2/error.log)" 'exit signal|[Ss]egmentation' 'apache: nothing died'

# what is asked, seen by a program that shows it
for user in root www-data; do
  pam_text=$(printf '%s\n' "$token" | setpriv --reuid $user --regid $user --clear-groups \
    timeout 60 pamtester nextcloud encvoy-2 authenticate acct_mgmt 2>&1 | tr -d '\0')
  is "${pam_text%%pamtester*}" 'Token: ' "$user: one question, and nothing else"
  like "$pam_text" 'successfully authenticated' "$user: which is enough"
done
pam_text=$(opaque | setpriv --reuid www-data --regid www-data --clear-groups \
  timeout 60 pamtester nextcloud encvoy-2 authenticate 2>&1 | tr -d '\0')
like "$pam_text" '^Token: [[:space:]]*pamtester: [^:]*$' 'a refusal shows no text either'
log_mark
pam_text=$(printf '%s\n' "$token" | setpriv --reuid www-data --regid www-data --clear-groups \
  timeout 60 pamtester dovecot encvoy-2 authenticate 2>&1 | tr -d '\0')
like "$(log_since)" 'service=nextcloud .*access=client' \
  'SEC-31: www-data asks as the service nextcloud'
unlike "$(log_since)" 'service=dovecot' 'SEC-31: and as no other'

# ---- a token or a passphrase -------------------------------------------------------------------
good='correct horse battery staple 7'
sed -i 's/methods=token /methods=token,passphrase /' /etc/pam.d/nextcloud
sed -i 's/^methods = token$/methods = token,passphrase/' /etc/encvoy/encvoy.conf.d/nextcloud.conf
secret host-secret
cat >>/etc/encvoy/encvoy.conf <<'E2'
passphrase = yes
passphrase_cost = 3
[service passwd]
client_id = host-secret
client_secret_file = /etc/encvoy/host-secret.secret
redirect_uri = https://hosts.example.test/cb
methods = browser
E2
printf 'password required pam_encvoy.so\n' >/etc/pam.d/passwd
log_mark
kill -HUP "$daemon_pid"
wait_for 10 reloaded || die 'no reload'
set_passphrase encvoy-2 alice "$good"
is "$pam_status" 0 'alice has a passphrase'
is "$(login 8088 encvoy-2 "$good")" "$in" 'apache: in by a passphrase'
is "$(login 8088 encvoy-2 "$token")" "$in" 'apache: and by a token as before'
is "$(login 8088 encvoy-2 'not the passphrase')" "$out" 'apache: not by a wrong passphrase'
is "$(login 8088 encvoy-3 "$good")" "$out" "SEC-01: not by another one's passphrase"
for answer in "$good" "$token"; do
  pam_text=$(printf '%s\n' "$answer" | setpriv --reuid www-data --regid www-data --clear-groups \
    timeout 60 pamtester nextcloud encvoy-2 authenticate acct_mgmt 2>&1 | tr -d '\0')
  is "${pam_text%%pamtester*}" 'Token or passphrase: ' 'one question that takes either, and nothing else'
  like "$pam_text" 'successfully authenticated' 'which is enough'
done
log_mark
control /fault '{"path":"/oidc/token","kind":"status","status":503,"count":1}' >/dev/null
is "$(dav 8088 encvoy-2 "$good" 1)" '{"200":1}' 'apache: in by a passphrase while the provider fails'
like "$(log_since)" 'the passphrase counts alone' 'which the log says'

# ---- nginx -------------------------------------------------------------------------------------
is "$(login 8089 encvoy-2 "$(id_token 2)")" "$in" 'nginx: in by an ID token'
is "$(dav 8089 encvoy-2 "$token" 50)" '{"200":50}' 'nginx: 50 requests, ten at a time'
is "$(login 8089 encvoy-2 "$(opaque)")" "$out" 'nginx: not by a wrong token'
is "$(login 8089 encvoy-3 "$token")" "$out" "nginx: not by another one's"

# ---- dovecot -----------------------------------------------------------------------------------
mail=$(access_token alice dovecot dovecot)
install -d -o "$(id -u encvoy-2)" -g "$(id -g encvoy-2)" -m 700 /home/encvoy-2
forget_stats
is "$(imap encvoy-2 "$mail")" 0 'dovecot: in by an access token'
like "$(cat $work/imap.out)" 'INBOX' 'dovecot: to her own mailbox, by way of NSS'
is "$(imap encvoy-2 "$mail")" 0 'dovecot: again'
is "$(introspected)" 1 'SEC-10: and the provider is asked once'
is "$(imap encvoy-2 "$(id_token 2 dovecot)")" 0 'dovecot: in by an ID token'
is "$(imap encvoy-2 "$(opaque)")" 67 'dovecot: not by a wrong token'
is "$(imap encvoy-2 "$token")" 67 "SEC-02: not by the web server's token"
is "$(imap encvoy-3 "$mail")" 67 "dovecot: not by another one's"
pids=()
for i in 1 2 3 4 5 6 7 8 9 10; do
  (printf 'user = "%s:%s"\n' encvoy-2 "$mail" | curl -sS -m 60 -K - imap://127.0.0.1/ >$work/imap.$i 2>&1) &
  pids+=($!)
done
bad=0
for p in "${pids[@]}"; do wait "$p" || bad=$((bad + 1)); done
is $bad 0 'dovecot: ten at once'

# ---- nobody waits for another's question --------------------------------------------------------
asked() { [ "$(introspected)" = 1 ]; }
# What hangs does so until encvoyd-online gives up: on a slow machine that may be too soon to be seen.
for _ in 1 2 3; do
  stuck=$(access_token alice)
  control /fault '{"path":"/oidc/token/introspection","kind":"hang","count":-1}' >/dev/null
  forget_stats
  dav 8088 encvoy-2 "$stuck" 1 >$work/stuck &
  stuck_pid=$!
  wait_for 10 asked
  others="$(dav 8088 encvoy-2 "$token" 20)$(dav 8089 encvoy-2 "$token" 20)"
  others+=" $(login 8088 encvoy-2 "$(id_token 2)")"
  others+=" $(encvoyctl user show encvoy-2 | awk '$1 == "uid" { print $2 }')"
  hung=$(cat $work/stuck)
  wait $stuck_pid
  control /reset '{}' >/dev/null
  control /client '{"client_id":"dovecot"}' >/dev/null
  [ -n "$hung" ] || break
done
is "$others" "{\"200\":20}{\"200\":20} $in 1879048194" \
  'SEC-37: while one request hangs at the provider, tokens known, a new ID token and a look-up go through'
is "$hung" '' 'SEC-37: before that one has ended'
is "$(cat $work/stuck)" '{"401":1}' 'which is a refusal'

# ---- what was known is decided anew ------------------------------------------------------------
encvoyctl user remove encvoy-2 >/dev/null
forget_stats
is "$(dav 8088 encvoy-2 "$token" 1)/$(introspected)" '{"200":1}/1' \
  'SEC-14: of a user who was removed nothing is known any more'
reload() {
  log_mark
  kill -HUP "$daemon_pid"
  wait_for 10 reloaded || die 'no reload'
}
sed -i 's/^verdict_ttl.*/&\nallow = sub:3/' /etc/encvoy/encvoy.conf.d/nextcloud.conf
reload
is "$(dav 8088 encvoy-2 "$token" 2)" '{"401":2}' 'SEC-13: an allow rule that is gone counts at once'

# ---- the provider is away ----------------------------------------------------------------------
sed -i -e '/^allow/d' -e 's/^verdict_ttl.*/verdict_ttl = 0/' /etc/encvoy/encvoy.conf.d/*.conf
reload
forget_stats
is "$(dav 8088 encvoy-2 "$token" 1)$(dav 8088 encvoy-2 "$token" 1)/$(introspected)" \
  '{"200":1}{"200":1}/2' 'verdict_ttl = 0: the provider is asked each time'
is "$(dav 8089 encvoy-2 "$second" 1)" '{"200":1}' 'nginx: a token is known'
is "$(imap encvoy-2 "$mail")" 0 'dovecot: a token is known'
unseen=$(access_token alice)
unseen_mail=$(access_token alice dovecot dovecot)
idp_stop
is "$(dav 8088 encvoy-2 "$token" 50)" '{"200":50}' 'apache: the provider is away: who was in stays in'
is "$(login 8088 encvoy-2 "$unseen")" "$out" 'apache: a token never seen before is refused'
is "$(dav 8089 encvoy-2 "$second" 20)" '{"200":20}' 'nginx: who was in stays in'
is "$(login 8089 encvoy-2 "$unseen")" "$out" 'nginx: a token never seen before is refused'
is "$(imap encvoy-2 "$mail")" 0 'dovecot: who was in stays in'
[ "$(imap encvoy-2 "$unseen_mail")" != 0 ]
ok $? 'dovecot: a token never seen before is refused'
like "$(log_since)" 'verdict=provider-away' 'the log says by what'
is "$(login 8088 encvoy-3 "$token")" "$out" "SEC-01: another one's token is good for nobody then, either"
daemon_stop
is "$(dav 8088 encvoy-2 "$token" 20)" '{"401":20}' 'SEC-40: without the daemon nobody is in'
is "$(apache_child)" "$child" 'and apache goes on'
done_testing
