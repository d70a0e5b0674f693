#!/bin/bash
# SPDX-License-Identifier: MIT
# An administrator's path with encvoyctl alone: enroll, doctor, login, status, why, user, token, with
# the real daemon and provider.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

ctl() { # ctl ARGS...: sets out, err, rc
  out=$(encvoyctl "$@" 2>$work/ctl.err </dev/null)
  rc=$?
  err=$(<$work/ctl.err)
}
codes() { # the codes in doctor's output that are not ok
  encvoyctl doctor --json |
    node -e 'let d=JSON.parse(require("fs").readFileSync(0));
      console.log(d.worst+":"+d.findings.filter((f)=>f.severity!=="ok").map((f)=>f.code).sort().join(" "))'
}

idp_start

# ---- enroll and doctor
ctl status
is "$rc" 3 "no daemon: exit status 3"
ctl status --prometheus
like "$rc $out" $'^3 .*\nencvoy_up 0$' "which Prometheus is told"
ctl enroll $issuer --client-id host --ca-file $ca --allow "sub:2 sub:3" --host-name host1.example.test
is "$rc" 0 "enroll"
advice=$out
ctl doctor
is "$rc" 2 "doctor before the daemon runs: failure"
like "$out" 'failure +(rundir|socket): .*' "names the socket"
# the lines that enroll advises, in a service of their own
advised() { # advised SERVICE ARGUMENTS: the PAM file that comes of enroll's advice
  {
    grep -E '^ +(auth|account|session) ' <<<"$advice" | sed -E "s/^ +//; s/(pam_encvoy.so)/\1 $2/"
    echo '@include common-auth'
    echo '@include common-account'
  } >/etc/pam.d/"$1"
}
advised token-demo methods=token
daemon_start
ctl doctor
is "$rc|$(grep -v '^ok' <<<"$out")" "0|" "doctor afterwards: nothing left to do"

# ---- login, status, why
login_begin() { # login_begin USER: waits for the address
  rm -f $work/in
  mkfifo $work/in
  encvoyctl login "$1" <$work/in >$work/out 2>$work/err &
  login_pid=$!
  exec 8>$work/in
  wait_for 10 grep -q 'https://' $work/out || return 1
  url=$(grep -oE 'https://[^ ]+' $work/out | tail -1)
}
login_end() { # login_end ANSWER: sets rc, out, err
  printf '%s\n' "$1" >&8
  exec 8>&-
  wait $login_pid
  rc=$?
  out=$(<$work/out)
  err=$(<$work/err)
}
login_begin encvoy-2
ok $? "login shows an address"
login_end "$(browse alice "$url")"
is "$rc|$err" "0|" "and succeeds with the right person"
like "$out" 'granted: encvoy-2' "which it says"
login_begin encvoy-2
login_end "$(browse bob "$url")"
is "$rc" 1 "another person"
like "$err" 'wrong-user: .*\(login [^ ]+\)' "is refused with reason word and login id"
id=$(sed -E 's/.*\(login ([^ )]+)\).*/\1/' <<<"$err")
grep -q "$id" $work/encvoyd.log
ok $? "and that id is in the log"
ctl login root
is "$rc" 1 "root is no user of ours"
like "$err" 'local-user' "and it says so"

ctl status --json
like "$out" '"logins_granted": ?1' "status counts the login"
like "$out" '"online_reachable": ?true' "and sees encvoyd-online"
ctl status --prometheus
like "$out" $'\nencvoy_logins_total\\{reason="ok"\\} 1\n' "for Prometheus, too"
ctl why encvoy-2 --service sshd
is "$rc" 0 "why: allowed"
like "$out" 'at +/etc/encvoy/encvoy.conf:[0-9]+' "by that line"
ctl why encvoy-12 --service sshd
is "$rc" 1 "why: somebody else is not"
setpriv --reuid localjoe --clear-groups encvoyctl status >/dev/null 2>$work/err
is "$?" 1 "SEC-31: an ordinary user is told nothing"
like "$(<$work/err)" 'permission-denied' "and why"

# ---- users
ctl user list --json
like "$out" '"name": ?"encvoy-2"' "user list"
ctl user add 6 marie "Marie Dupont"
is "$rc" 0 "user add"
is "$(getent passwd marie | cut -d: -f3)" 1879048198 "and NSS knows her"
ctl user rename marie marie.dupont
is "$rc" 0 "user rename"
is "$(getent passwd marie.dupont | cut -d: -f3)" 1879048198 "keeps the uid"
ctl user map 7 root
like "$rc $err" '^1 .*(local-user|name-reserved)' "SEC-16: a local name is refused"
ctl user show sub:6
like "$out" 'name +marie.dupont' "user show"
printf '# new people\n20 gina Gina G.\n\n21 marie.dupont\n22 henry\n' >$work/people
ctl user import $work/people
is "$rc" 1 "user import with a name that is taken"
like "$err" "people:4: name-taken" "names file and line"
is "$(getent passwd gina)" "" "and changes nothing"
sed -i 4d $work/people
ctl user import $work/people
is "$rc" 0 "user import"
is "$(getent passwd gina henry | cut -d: -f1,3 | xargs)" "gina:1879048212 henry:1879048214" "all of them"
ctl user import $work/people
is "$rc" 0 "user import again changes nothing"
ctl user remove henry
is "$rc $(getent passwd henry)" "0 " "user remove"
ctl flush
is "$rc" 0 "flush"

# ---- a token for this host, from an ordinary user
setpriv --reuid localjoe --clear-groups encvoyctl token --for host1.example.test --no-browser \
  >$work/token 2>$work/err </dev/null &
token_pid=$!
wait_for 10 grep -q 'https://' $work/err
last=$(browse alice "$(grep -oE 'https://[^ ]+' $work/err | head -1)")
curl -s "$last" >/dev/null
wait $token_pid
is "$?" 0 "token --for this host"
pam_answer token-demo encvoy-2 "$(<$work/token)"
is "$pam_status" 0 "SEC-10: opens it"
pam_answer token-demo encvoy-2 "$(<$work/token)"
[ "$pam_status" != 0 ]
ok $? "SEC-10: once"
grep -qF "$(cut -d. -f3 $work/token)" $work/encvoyd.log
[ $? != 0 ]
ok $? "SEC-35: the token is in no log"

# ---- what doctor sees when things break
sed -i 's/^passwd:.*/passwd: files/' /etc/nsswitch.conf
is "$(codes)" "failure:nsswitch" "doctor: nsswitch.conf"
sed -i 's/^passwd:.*/passwd: encvoy files/' /etc/nsswitch.conf
is "$(codes)" "warning:nsswitch-order" "doctor: its order"
sed -i 's/^passwd:.*/passwd: files encvoy/' /etc/nsswitch.conf
echo 'intruder:x:1879048200:1879048200::/:/bin/sh' >>/etc/passwd
is "$(codes)" "failure:id-collision" "doctor: a local id in our range"
sed -i '/^intruder/d' /etc/passwd
echo 'auth sufficient pam_encvoy.so' >/etc/pam.d/careless
is "$(codes)" "warning:pam-auth-ignored" "doctor: a careless PAM line"
rm /etc/pam.d/careless
usermod -L root
is "$(codes)" "warning:break-glass" "doctor: nobody could log in without encvoyd"
usermod -aG sudo localjoe
is "$(codes)" "ok:" "a local administrator could"
usermod -U root
truncate -s 500G /var/log/lastlog
is "$(codes)" "remark:sparse-log" "doctor: a log that only seems huge"
encvoyctl doctor >/dev/null
is "$?" 0 "is no reason to fail"
rm -f /var/log/lastlog
mkdir -p /run/nscd
sleep 1000 &
echo $! >/run/nscd/nscd.pid
echo 'enable-cache passwd yes' >/etc/nscd.conf
is "$(codes)" "remark:nscd" "doctor: nscd keeps our answers"
kill $!
wait $! 2>/dev/null
is "$(codes)" "ok:" "it does not when it is gone"
rm -r /run/nscd /etc/nscd.conf
chmod 600 /run/encvoy/socket
is "$(codes)" "warning:socket" "doctor: a socket that is not for everybody"
chmod 666 /run/encvoy/socket
chmod 600 /var/cache/encvoy/users.map
is "$(codes)" "failure:map-rights" "doctor: a map that is not for everybody"
chmod 644 /var/cache/encvoy/users.map
touch -d '+1 hour' /var/cache/encvoy/users.map
is "$(codes)" "warning:map-age" "doctor: a map from the future"
touch /var/cache/encvoy/users.map
chmod 666 $ca
is "$(codes)" "failure:ca ca" "doctor: a CA that others may replace"
chmod 644 $ca
printf 'x' | dd of=/var/cache/encvoy/users.map bs=1 seek=200 conv=notrunc 2>/dev/null
is "$(codes)" "failure:map" "SEC-33: doctor: a damaged map"
encvoyctl flush
is "$(codes)" "ok:" "flush writes it anew"
daemon_stop
like "$(codes)" '^failure:(daemon|rundir|socket)$' "doctor: the daemon is gone"
idp_stop
like "$(codes)" '^failure:provider (daemon|rundir|socket)$' "doctor: the provider is gone"
done_testing
