#!/bin/bash
# SPDX-License-Identifier: MIT
# What holds when things are broken: dead, hung, killed and misconfigured daemons, a client that
# goes away. Root and local users always log in; an Encvoy user never does by accident.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

conf_write
pam_service shell
pam_service shell-token methods=token
pam_service badarg methods=token no_such_option=1

idp_start
daemon_start

login_works() { # login_works NAME
  pam_answer shell-token encvoy-2 "$(host_token 2)" authenticate acct_mgmt
  is "$pam_status" 0 "$1"
}
locals_work() { # locals_work WHEN
  pam_answer shell localjoe joes-password authenticate acct_mgmt open_session close_session
  is "$pam_status" 0 "SEC-46: a local user logs in $1"
  pam_answer shell root roots-password authenticate acct_mgmt open_session close_session
  is "$pam_status" 0 "SEC-46: root logs in $1"
}
encvoy_refused() { # encvoy_refused WHEN [WORDS]: by our module, in all phases
  pam_answer shell-token encvoy-2 "$(host_token 2)"
  [ "$pam_status" != 0 ]
  ok $? "SEC-46: an Encvoy user does not log in $1"
  [ $# = 1 ] || like "$pam_text" "$2" "and PAM says why"
  pam_answer shell-token encvoy-2 x acct_mgmt
  [ "$pam_status" != 0 ]
  ok $? "SEC-12: nor passes the account phase $1"
}
millis() { date +%s%3N; }

# A module alone, so that the time of pam_unix does not count.
cat >/etc/pam.d/only-us <<'EOF'
auth    required pam_encvoy.so
account required pam_encvoy.so
EOF

login_works 'a login while all is well'
is "$(id -u encvoy-2)" 1879048194 'and its user is served'

# ---- the client goes away ----------------------------------------------------------------------
control /device '{"enabled":true,"interval":1}' >/dev/null
kill -HUP "$daemon_pid"
sleep 1
log_mark
pam_begin shell encvoy-2
pam_address >/dev/null
sleep 2.5
kill -9 $pam_pid
pam_end 2>/dev/null
sleep 1
before=$(control /stats | json 'paths./oidc/token.count')
sleep 3
after=$(control /stats | json 'paths./oidc/token.count')
[ "$before" -ge 1 ]
ok $? "the device login was polling ($before times)"
is "$after" "$before" 'a client killed at an open prompt: the polling ended within 1 s'
like "$(log_since)" 'reason=cancelled' 'and the log says cancelled'
control /device '{"enabled":false}' >/dev/null
kill -HUP "$daemon_pid"
sleep 1

# ---- kill -9 of either process -----------------------------------------------------------------
for victim in listener online; do
  for moment in 0 0.05 0.3 1; do
    pam_begin shell encvoy-2
    sleep $moment
    kill -9 "$(${victim}_pid)"
    sleep 0.2
    printf 'x\nx\nx\nx\n' >&9 2>/dev/null
    pam_end
    [ "$pam_status" != 0 ]
    ok $? "SEC-47: $victim killed $moment s into a login: the login fails"
    wait_for 6 daemon_ready
    ok $? 'and the daemon is back'
    login_works 'and the next login works'
    is "$(id -u encvoy-2)" 1879048194 'and the user is still served'
  done
done
daemon_stop
is "$(sqlite3 /var/lib/encvoy/identity.db 'pragma integrity_check' 2>&1)" ok 'SEC-33: the database is whole'
is "$(sqlite3 /var/lib/encvoy/identity.db 'select count(*) from ledger' 2>&1)" 1 'SEC-19: and the ledger has one entry for one person'
daemon_start

# ---- daemon hung -------------------------------------------------------------------------------
pid=$(listener_pid)
kill -STOP "$pid"
start=$(millis)
pamtester only-us encvoy-2 authenticate </dev/null >$work/out 2>&1
took=$(($(millis) - start))
like "$(cat $work/out)" 'cannot retrieve authentication info' 'SEC-40: daemon hung: PAM_AUTHINFO_UNAVAIL'
[ $took -ge 900 ] && [ $took -lt 5000 ]
ok $? "SEC-40: after 1 s ($took ms with pamtester's start)"
is "$(getent passwd encvoy-2 | cut -d: -f3)" 1879048194 'daemon hung: a known user is answered from the map'
locals_work 'with the daemon hung'
kill -CONT "$pid"
login_works 'a login after it goes on'

# ---- daemon away -------------------------------------------------------------------------------
daemon_stop
ok $? 'encvoyd ends on SIGTERM with status 0'
start=$(millis)
pamtester only-us encvoy-2 authenticate </dev/null >$work/out 2>&1
took=$(($(millis) - start))
like "$(cat $work/out)" 'cannot retrieve authentication info' 'SEC-40: daemon stopped: PAM_AUTHINFO_UNAVAIL'
echo "# pamtester took $took ms in all"
strace -f pamtester only-us encvoy-2 authenticate </dev/null 2>$work/trace >/dev/null
like "$(grep -A1 'encvoy/socket' $work/trace | tr '\n' ' ')" 'connect.*ENOENT.* close\([0-9]+\) += 0 $' \
  'SEC-40: the module connects once and waits for nothing'
is "$(getent passwd encvoy-2 | cut -d: -f3)" 1879048194 'daemon stopped: getent passwd encvoy-2 answers from the map'
is "$(id -un 1879048194)" encvoy-2 'and by uid'
getent passwd encvoy-4711 >/dev/null
[ $? != 0 ]
ok $? 'and an unknown one is not invented'
locals_work 'with the daemon stopped'
encvoy_refused 'with the daemon stopped'

# ---- wrong configurations ----------------------------------------------------------------------
cp /etc/encvoy/encvoy.conf $work/good.conf
broken() { # broken NAME: encvoyd must refuse to start and say why
  encvoyd -d >$work/out 2>&1 &
  local p=$!
  wait_for 5 not_running $p
  ok $? "encvoyd does not start with $1"
  kill $p 2>/dev/null
  wait $p 2>/dev/null
  like "$(cat $work/out)" "$2" 'and names the place'
  locals_work "with $1"
  encvoy_refused "with $1"
}
not_running() { ! kill -0 "$1" 2>/dev/null; }
echo 'no_such_key = 1' >>/etc/encvoy/encvoy.conf
broken 'an unknown key' 'encvoy.conf:5.*no_such_key'
cp $work/good.conf /etc/encvoy/encvoy.conf
sed -i 's/^allow.*/allow = user:/' /etc/encvoy/encvoy.conf
broken 'an unparsable allow' 'encvoy.conf:4.*allow'
sed 's/^issuer.*/issuer = http:\/\/id.encvoy.test:8443/' $work/good.conf >/etc/encvoy/encvoy.conf
broken 'an http issuer' 'encvoy.conf:1.*issuer'
rm /etc/encvoy/encvoy.conf
broken 'no configuration' 'encvoy.conf'
cp $work/good.conf /etc/encvoy/encvoy.conf
chown localjoe /etc/encvoy/encvoy.conf
broken 'SEC-34: a foreign-owned configuration' 'encvoy.conf'
rm /etc/encvoy/encvoy.conf
cp $work/good.conf /etc/encvoy/real.conf
ln -s real.conf /etc/encvoy/encvoy.conf
broken 'SEC-34: a linked configuration' 'encvoy.conf'
rm /etc/encvoy/encvoy.conf
cp $work/good.conf /etc/encvoy/encvoy.conf
chmod 666 /etc/encvoy/encvoy.conf
broken 'SEC-34: a configuration that others may write' 'encvoy.conf'
chmod 644 /etc/encvoy/encvoy.conf

# empty allow is no error: it admits nobody
sed -i '/^allow/d' /etc/encvoy/encvoy.conf
daemon_start
log_mark
encvoy_refused 'with an empty allow'
like "$(log_since)" 'reason=not-allowed' 'SEC-13: an empty allow admits nobody'
locals_work 'with an empty allow'

# a bad reload keeps what was
cp $work/good.conf /etc/encvoy/encvoy.conf
kill -HUP "$daemon_pid"
sleep 0.5
login_works 'SIGHUP brings the new configuration'
echo 'bad line' >>/etc/encvoy/encvoy.conf
kill -HUP "$daemon_pid"
sleep 0.5
login_works 'SIGHUP with a bad configuration keeps the old one'
like "$(cat $work/encvoyd.log)" 'encvoy.conf:5' 'and says what is wrong with it'
cp $work/good.conf /etc/encvoy/encvoy.conf

# ---- the PAM line itself -----------------------------------------------------------------------
log_mark
pam_answer badarg localjoe joes-password authenticate acct_mgmt
is "$pam_status" 0 'SEC-46: unknown argument: a local user logs in'
pam_answer badarg encvoy-2 "$(host_token 2)"
[ "$pam_status" != 0 ]
ok $? 'SEC-46: unknown argument: an Encvoy user does not'
pam_answer badarg encvoy-2 x acct_mgmt
[ "$pam_status" != 0 ]
ok $? 'SEC-46: unknown argument: nor in the account phase'

module=$(find /usr/lib -name pam_encvoy.so | head -1)
mv "$module" "$module.away"
locals_work 'with the module file missing'
encvoy_refused 'with the module file missing'
mv "$module.away" "$module"

# ---- the provider ------------------------------------------------------------------------------
idp_stop
log_mark
pam_begin shell encvoy-2
sleep 0.5
printf '\n\n\n' >&9 2>/dev/null
pam_end
[ "$pam_status" != 0 ]
ok $? 'provider away: no login'
like "$(log_since)" 'reason=provider-unreachable' 'and the reason is provider-unreachable'
is "$(getent passwd encvoy-2 | cut -d: -f3)" 1879048194 'SEC-37: provider away: look-ups go on'
locals_work 'with the provider away'

daemon_stop
done_testing
