#!/bin/bash
# SPDX-License-Identifier: MIT
# Passphrases through the real chain: set after a full login by passwd's PAM stack and by encvoyctl,
# used with the provider there, refusing, away and in the middle of a crash.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

good='correct horse battery staple 7'
better='seven purple lanterns over Lisbon'

write_conf() { # write_conf [further lines...]
  mkdir -p /etc/encvoy
  {
    echo "issuer = $issuer"
    echo "ca_file = $ca"
    echo 'client_id = host-secret'
    echo 'client_secret_file = /etc/encvoy/host.secret'
    echo 'redirect_uri = https://hosts.example.test/cb'
    echo 'allow = sub:2 sub:3 sub:6'
    printf '%s\n' "$@"
  } >/etc/encvoy/encvoy.conf
  printf 'host-secret-secret' >/etc/encvoy/host.secret
  chown encvoy-online /etc/encvoy/host.secret
  chmod 600 /etc/encvoy/host.secret
}

on='passphrase = yes
passphrase_cost = 3
methods = passphrase,browser'

pam_service shell
pam_service typed methods=passphrase
cat >/etc/pam.d/passwd <<'E2'
password [success=1 default=ignore] pam_localuser.so
password [success=done user_unknown=ignore default=die] pam_encvoy.so methods=browser
password required pam_unix.so
E2

reason() { log_since | grep -E 'login .*result=' | grep -oE 'reason=[^ ]+' | tail -1; }
line() { log_since | grep -E 'login .*result=' | tail -1; }
tokens() { # how often the token endpoint was asked
  control /stats | json 'paths./oidc/token.count'
}

# ---- off by default ----------------------------------------------------------------------------
write_conf
idp_start --device-flow
daemon_start
log_mark
pam_answer passwd encvoy-2 '' chauthtok
[ "$pam_status" != 0 ]
ok $? 'off by default: passwd sets none'
is "$(reason)" reason=no-method 'off by default: reason no-method'
daemon_stop

write_conf "$on"
daemon_start

# ---- setting -----------------------------------------------------------------------------------
log_mark
set_passphrase encvoy-2 alice alice1
[ "$pam_status" != 0 ]
ok $? 'passwd: a weak passphrase is refused'
like "$pam_text" 'passphrase|password|shorter|similar' 'passwd: with the reason'

cp /etc/security/pwquality.conf $work/pwquality.conf
echo 'dictpath = /nowhere' >>/etc/security/pwquality.conf
log_mark
set_passphrase encvoy-2 alice "$good"
is "$pam_status|$(reason)" '1|reason=bad-configuration' 'passwd: none without the dictionary to judge it by'
like "$(log_since)" 'cannot be judged: libpwquality finds no dictionary' 'which the log says'
echo 'dictcheck = 0' >>/etc/security/pwquality.conf
log_mark
set_passphrase encvoy-2 alice "$good"
is "$pam_status" 0 'but where the administrator wants none'
cp $work/pwquality.conf /etc/security/pwquality.conf

log_mark
set_passphrase encvoy-2 alice "$good" 'not the same'
[ "$pam_status" != 0 ]
ok $? 'passwd: two that differ set nothing'
log_mark
set_passphrase encvoy-2 bob "$good"
[ "$pam_status" != 0 ]
ok $? 'SEC-01: bob signing in sets none for alice'
is "$(reason)" reason=wrong-user 'SEC-01: reason wrong-user'

log_mark
set_passphrase encvoy-2 alice "$good"
is "$pam_status" 0 'passwd: alice sets a passphrase after a full login'
like "$pam_text" 'this host only' 'passwd: the text says where it will be good'

# ---- use ---------------------------------------------------------------------------------------
log_mark
control /stats/reset '{}' >/dev/null
pam_answer shell encvoy-2 "$good" authenticate acct_mgmt
is "$pam_status" 0 'alice logs in with it'
like "$(line)" 'sub=2 .*method=passphrase result=granted' 'log: by passphrase'
is "$(tokens)" 1 'the provider was asked, once'
pam_answer typed encvoy-2 "$good"
is "$pam_status" 0 'and where one question is asked only'

log_mark
control /stats/reset '{}' >/dev/null
pam_answer shell encvoy-2 'something else entirely'
is "$pam_status" 1 'a wrong passphrase is refused'
is "$(reason)" reason=bad-passphrase 'reason bad-passphrase'
is "$(tokens)" undefined 'and the provider hears nothing of it'
log_mark
pam_answer typed encvoy-3 "$good"
[ "$pam_status" != 0 ]
ok $? 'bob has none'

# two at once: one after the other
(printf '%s\n' "$good" | pamtester typed encvoy-2 authenticate >$work/one 2>&1; echo $? >$work/one.rc) &
first=$!
pam_answer typed encvoy-2 "$good"
wait $first
is "$pam_status $(cat $work/one.rc)" '0 0' 'two logins at once both succeed'

# ---- no secrets --------------------------------------------------------------------------------
grep -qF "$good" $work/encvoyd.log /var/lib/encvoy/*
is $? 1 'SEC-35: the passphrase is in no log and no file'
children=$(pgrep -u encvoy encvoyd-pass | wc -l)
ok $((children < 1 || children > 2)) 'at most two children compute'
for p in $(pgrep -u encvoy encvoyd-pass); do
  is "$(grep -E '^Seccomp:' /proc/$p/status | tr -d '[:blank:]')" Seccomp:2 'a child is confined by seccomp'
done

# ---- languages ---------------------------------------------------------------------------------
asked() { [ "$(grep -oE "$2" $work/pam.out | wc -l)" -ge "$1" ]; }
step() { # step N REGEX ANSWER: when that is asked for the Nth time
  wait_for 30 asked "$1" "$2"
  printf '%s\n' "$3" >&9
}
pam_env=LANG=de_DE.UTF-8 pam_begin passwd encvoy-6 chauthtok
last=$(browse Marie.Dupont "$(pam_address)")
pam_says 30 'Adresse hier'
printf '%s\n' "$last" >&9
pam_says 60 'Neue Passphrase: '
ok $? 'passwd: asks in German'
like "$(cat $work/pam.out)" 'gilt nur auf diesem Rechner' 'passwd: and explains in it'
step 1 'Neue Passphrase' "$good"
step 1 'Noch einmal' 'not the same'
pam_says 30 'Die beiden sind nicht gleich'
ok $? 'passwd: says so what was wrong'
step 2 'Neue Passphrase' short
step 2 'Noch einmal' short
pam_says 30 'Die Passphrase ist zu kurz'
ok $? 'passwd: also of the quality'
step 3 'Neue Passphrase' "$good"
step 3 'Noch einmal' "$good"
pam_end
is "$pam_status" 0 'passwd: the third attempt counts'
pam_env=LANG=fr_FR.UTF-8 pam_begin shell encvoy-6
pam_says 10 'Phrase de passe .Entrée pour une autre méthode'
ok $? 'shell: asks in French'
pam_end

# ---- SEC-26 ------------------------------------------------------------------------------------
for _ in 1 2 3; do pam_answer typed encvoy-2 wrong; done
begin=$(date +%s%N)
pam_answer typed encvoy-2 "$good"
ms=$((($(date +%s%N) - begin) / 1000000))
is "$pam_status" 0 'SEC-26: after three failures the right one still counts'
[ $ms -ge 2000 ]
ok $? "SEC-26: but late ($ms ms)"

# ---- the provider is away ----------------------------------------------------------------------
control /fault '{"path":"/oidc/token","kind":"status","status":503,"count":-1}' >/dev/null
log_mark
pam_answer typed encvoy-2 "$good"
is "$pam_status" 0 'outage: the passphrase counts alone'
like "$(log_since)" 'cannot be reached, the passphrase counts alone' 'outage: and the log says so'
control /reset '{}' >/dev/null
idp_stop
pam_answer typed encvoy-2 "$good"
is "$pam_status" 0 'outage: also with nobody there at all'
pam_answer typed encvoy-2 wrong
is "$pam_status" 1 'outage: a wrong one does not'

daemon_stop
write_conf "$on" 'passphrase_max_age = 1800'
daemon_start
encvoyctl status >/dev/null
sqlite_age() { # sets back the last full login, as time would
  daemon_stop
  sqlite3 /var/lib/encvoy/identity.db "UPDATE identity SET last_full_login = last_full_login - $1"
  daemon_start
}
sqlite_age 3600
log_mark
pam_answer typed encvoy-2 "$good"
[ "$pam_status" != 0 ]
ok $? 'outage: refused beyond passphrase_max_age'
is "$(reason)" reason=login-too-old 'outage: reason login-too-old'

# ---- a full login makes it good again ----------------------------------------------------------
idp_start --device-flow
log_mark
pam_answer typed encvoy-2 "$good"
is "$(reason)" reason=login-too-old 'also with the provider there: nothing works without a full login'
log_mark
pam_begin shell encvoy-2
pam_says 10 Passphrase
printf '%s\n' "$good" >&9
signs_in alice
pam_end
is "$pam_status" 0 'the same conversation goes on with a full login'
pam_answer typed encvoy-2 "$good"
is "$pam_status" 0 'after which the passphrase is good again'

# ---- the provider refuses ----------------------------------------------------------------------
control /sessions/end '{"user":"alice"}' >/dev/null
log_mark
pam_answer typed encvoy-2 "$good"
[ "$pam_status" != 0 ]
ok $? 'signed out at the provider: refused'
is "$(reason)" reason=login-too-old 'signed out: a full login is demanded'
control /fault '{"path":"/oidc/token","kind":"reset","count":-1}' >/dev/null
log_mark
pam_answer typed encvoy-2 "$good"
is "$(reason)" reason=login-too-old 'signed out: an outage afterwards does not help'
control /reset '{}' >/dev/null
pam_begin shell encvoy-2
pam_says 10 Passphrase
printf '%s\n' "$good" >&9
signs_in alice
pam_end
is "$pam_status" 0 'signed out: full login'
pam_answer typed encvoy-2 "$good"
is "$pam_status" 0 'signed out: the passphrase was kept'

# ---- rotation ----------------------------------------------------------------------------------
control /client '{"client_id":"host-secret","refresh_token_ttl":20}' >/dev/null
sleep 0.1
set_passphrase encvoy-2 alice "$better"
is "$pam_status" 0 'another passphrase is set'
pam_answer typed encvoy-2 "$good"
is "$pam_status" 1 'the former one is not good any more'
sleep 15
pam_answer typed encvoy-2 "$better"
is "$pam_status" 0 'rotation: a login after 70 % of the life of the token'
pam_answer typed encvoy-2 "$better"
is "$pam_status" 0 'rotation: the new token is used from then on'

# kill -9 between the provider's answer and the disk
sleep 15
log_mark
control /stats/reset '{}' >/dev/null
control /fault '{"path":"/oidc/token","kind":"delay","ms":1500}' >/dev/null
(printf '%s\n' "$better" | pamtester typed encvoy-2 authenticate >$work/killed 2>&1; echo $? >$work/killed.rc) &
victim=$!
wait_for 10 sh -c "[ \"\$(curl -s $control/stats | grep -c '/oidc/token')\" = 1 ]"
l=$(listener_pid)
kill -STOP "$l"
sleep 3
kill -9 "$l"
wait $victim
isnt=$(cat $work/killed.rc)
[ "$isnt" != 0 ]
ok $? 'SEC-03: killed between refresh and store: no grant'
wait_for 20 daemon_ready
log_mark
pam_answer typed encvoy-2 "$better"
[ "$pam_status" != 0 ]
ok $? 'killed: the old token is a replayed one, which the provider refuses'
is "$(reason)" reason=login-too-old 'killed: a full login is demanded'
pam_begin shell encvoy-2
pam_says 10 Passphrase
printf '%s\n' "$better" >&9
signs_in alice
pam_end
is "$pam_status" 0 'killed: full login'
pam_answer typed encvoy-2 "$better"
is "$pam_status" 0 'killed: the passphrase is good again'

control /client '{"client_id":"host-secret","refresh_token_ttl":86400}' >/dev/null

# ---- encvoyctl ---------------------------------------------------------------------------------
cat >$work/ctl.sh <<'E2'
exec script -qec 'encvoyctl passphrase encvoy-3' /dev/null
E2
rm -f $work/pam.in
mkfifo $work/pam.in
stdbuf -o0 sh $work/ctl.sh <$work/pam.in >$work/pam.out 2>&1 &
pam_pid=$!
exec 9>$work/pam.in
signs_in bob
pam_says 60 'New passphrase'
printf '%s\n' "$better" >&9
pam_says 30 'Again'
printf '%s\n' "$better" >&9
pam_says 20 'is set on this host'
pam_end
like "$pam_text" 'The passphrase of encvoy-3 is set on this host' 'encvoyctl passphrase sets one'
pam_answer typed encvoy-3 "$better"
is "$pam_status" 0 'and bob logs in with it'

# ---- by the device method ----------------------------------------------------------------------
control /device '{"enabled":true,"interval":1}' >/dev/null
sed 's/methods=browser/methods=device/' /etc/pam.d/passwd >/etc/pam.d/by-device
log_mark
pam_begin by-device encvoy-2 chauthtok
device_decide alice --deny >/dev/null 2>&1
pam_end
[ "$pam_status" != 0 ]
ok $? 'device: who denies sets none'
is "$(reason)" reason=access-denied 'device: reason access-denied'
pam_begin by-device encvoy-2 chauthtok
device_decide alice >/dev/null
new_passphrase "$good"
is "$pam_status" 0 'device: alice sets another one after approving in her browser'
control /stats/reset '{}' >/dev/null
pam_answer typed encvoy-2 "$good"
is "$pam_status/$(tokens)" 0/1 'device: with a refresh token (offline_access), which the provider takes'
pam_answer typed encvoy-2 "$better"
is "$pam_status" 1 'device: in place of the former one'
control /fault '{"path":"/oidc/token","kind":"status","status":503,"count":-1}' >/dev/null
pam_answer typed encvoy-2 "$good"
is "$pam_status" 0 'device: an outage does not stop it'
control /reset '{}' >/dev/null

# ---- a child dies ------------------------------------------------------------------------------
for p in $(pgrep -u encvoy encvoyd-pass); do kill -9 "$p"; done
pam_answer typed encvoy-3 "$better"
is "$pam_status" 0 'children that died are replaced'

# ---- forgotten ---------------------------------------------------------------------------------
encvoyctl user remove encvoy-3 >/dev/null
log_mark
pam_answer typed encvoy-3 "$better"
[ "$pam_status" != 0 ]
ok $? 'user remove forgets the passphrase'
daemon_stop
is "$(sqlite3 /var/lib/encvoy/identity.db 'SELECT group_concat(sub) FROM (SELECT sub FROM passphrase ORDER BY sub)')" 2,6 'only the others have one left'
daemon_start

# local users are not ours
pam_answer passwd root x 'chauthtok(PAM_PRELIM_CHECK)'
unlike "$(log_since)" 'user=root' 'SEC-46: root never reaches the daemon'

done_testing
