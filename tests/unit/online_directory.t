#!/bin/bash
# SPDX-License-Identifier: MIT
# The directory child with the REST directory as its source, against the test provider.
# shellcheck source=tests/unit/ctl_lib.sh
. "$(dirname "$0")/ctl_lib.sh"
people=$build/tests/unit/online_people
work=$(mktemp -d)
idp_pid=
# shellcheck disable=SC2317
clean() {
  [ -z "$idp_pid" ] || kill "$idp_pid"
  rm -rf "$work"
}
trap clean EXIT
idp_start
list=/api/v1/clients/host/users

conf() { # conf [more lines]: writes $work/conf
  printf '%s\n' "issuer = $issuer" 'client_id = host' 'allow = everyone' "ca_file = $ca" \
    'directory = api' 'api_applications = host' 'api_user = hostsvc' \
    'api_client_id = sys-00000000-0000-4000-8000-000000000001' \
    "api_password_file = $work/password" 'ssh_key_field = sshPublicKey' \
    'shell_field = loginShell' 'home_field = homeDirectory' "$@" >"$work/conf"
  chmod 644 "$work/conf"
}
password() {
  printf '%s\n' "$1" >"$work/password"
  chmod 600 "$work/password"
}

begin() { # a child; ask talks to it
  coproc PEOPLE { "$people" child "$work/conf" 2>>"$work/log"; }
  exec {to}>&"${PEOPLE[1]}" {from}<&"${PEOPLE[0]}"
  eval "exec ${PEOPLE[1]}>&- ${PEOPLE[0]}<&-" # else its input would never end
  people_pid=$PEOPLE_PID
  read -r child <&"$from"
}
ask() { # ask COMMAND: persons into $work/got; sets last
  printf '%s\n' "$1" >&"$to"
  : >"$work/got"
  while IFS= read -r last <&"$from"; do
    case $last in
      END*|CLOSED*|LEFT*) return ;;
    esac
    printf '%s\n' "$last" >>"$work/got"
  done
  last=gone
}
finish() {
  exec {to}>&- {from}<&-
  wait "$people_pid" 2>/dev/null
}

# What the provider really has: who is a member of `host`, as the child is to tell it.
wanted() {
  { control /users; control /roles; } | node -e '
    const [users, roles] = require("fs").readFileSync(0, "utf8").trim().split("\n").map((l) => JSON.parse(l));
    for (const u of users.users.sort((a, b) => a.sub - b.sub)) {
      const r = roles.host[u.sub];
      if (!r || u.hard_deleted) continue;
      const name = [u.given_name, u.family_name].filter(Boolean).join(" ") || u.nickname;
      const c = u.custom_fields ?? {};
      const login = Buffer.byteLength(u.login) > 255 ? "" : u.login;
      console.log([u.sub, login, name, [r, `host/${r}`].sort().join("\\n"), c.loginShell ?? "",
        c.homeDirectory ?? "", "", u.blocked ? 1 : 0, u.deleted ? 1 : 0,
        (c.sshPublicKey ?? "").replaceAll("\n", "\\n")].join("\t") + "\t");
    }' >"$work/want"
}
same() { # same NAME: the last pass told exactly that
  wanted
  cmp -s "$work/got" "$work/want"
  ok $? "$1" || { echo "# $last"; diff "$work/got" "$work/want" | head -6 | sed 's/^/# /'; }
}
fault() { # fault PATH KIND [members]
  control /fault "{\"path\":\"$1\",\"kind\":\"$2\"${3:+,$3}}" >/dev/null
}
reset() { control /reset '{}' >/dev/null; }
count_of() { # count_of REGEX: requests seen for such paths
  control /stats | node -e 'const s = JSON.parse(require("fs").readFileSync(0));
    let n = 0;
    for (const [p, e] of Object.entries(s.paths)) if (new RegExp(process.argv[1]).test(p)) n += e.count;
    console.log(n)' "$1"
}
passes() { # passes N: that many
  local i
  for ((i = 0; i < $1; i++)); do ask sync; done
}

# ---- what is there, and how it changes -------------------------------------------------------------
password password
conf
begin
ask sync
is "$last" 'END ok 7 ' 'a pass tells everybody'
same 'exactly what the provider has'
is "$(grep -c $'^2\talice\tAlice Anderson\tUSER\\\\nhost/USER\t/bin/bash\t/home/alice\t' "$work/got")" 1 \
  'with roles, shell and home'
is "$(count_of '^/api/v1/users/me')" 0 '/users/me is never asked'
control /stats/reset '{}' >/dev/null
ask sync
[ "$(count_of "^$list/")" -le 2 ] && [ "$(count_of "^$list\$")" = 1 ]
ok $? 'the next one fetches the details only of those whose turn it is'
same 'and tells the same'
control /user '{"sub":"2","blocked":true}' >/dev/null
control /user '{"sub":"12","deleted":true}' >/dev/null
control /role '{"user":"3","role":"USER"}' >/dev/null
control /role '{"user":"6"}' >/dev/null
control /role '{"user":"7","role":"EDITOR"}' >/dev/null
ask sync
same 'blocked, deleted, a role changed, one gone, one come: all in the next pass'
control /user '{"sub":"3","login":"robert"}' >/dev/null
control /user '{"sub":"2","custom_fields":{"sshPublicKey":"ssh-ed25519 AAAA one\nssh-rsa BBBB two"}}' >/dev/null
passes 12
same 'a renamed login and new keys within twelve passes'
is "$(count_of '/api/interaction/:uid/auth')" 0 'all that with one sign-in'

ask 'find robert'
is "$last" 'END ok 1 ' 'one person by login'
is "$(cut -f1,2 "$work/got")" $'3\trobert' 'is the right one'
ask 'find ROBERT'
is "$last" 'END ok 0 ' 'case counts'
ask 'find x","role":"USER'
is "$last" 'END ok 0 ' 'a login is quoted'
ask 'find -rf'
is "$last" 'END ok 0 ' 'who is not in the application is not found'
control /user '{"sub":"3","login":"a\"\\b ü"}' >/dev/null
ask 'find a"\b ü'
is "$(cut -f1 "$work/got")" 3 'also an odd one'

# ---- texts that people write themselves -----------------------------------------------------------
reset
control /user "{\"sub\":\"3\",\"given_name\":\"\\u001b[31m\",\"nickname\":\"$(printf 'x%.0s' {1..2000})\"}" >/dev/null
control /user "{\"sub\":\"12\",\"login\":\"$(printf '😀%.0s' {1..71})\"}" >/dev/null
control /user '{"sub":"6","custom_fields":{"sshPublicKey":"ssh-rsa A\u001b[2J","loginShell":7}}' >/dev/null
printf '{"sub":"7","custom_fields":{"sshPublicKey":"%s"}}' "$(head -c 300000 /dev/zero | tr '\0' A)" >"$work/long"
control /user "@$work/long" >/dev/null
printf '{"sub":"2","custom_fields":{"loginShell":[0%s]}}' "$(printf ',0%.0s' {1..5000})" >"$work/long"
control /user "@$work/long" >/dev/null
printf '{"sub":"12","custom_fields":{"deep":%s1%s}}' "$(printf '[%.0s' {1..40})" "$(printf ']%.0s' {1..40})" >"$work/long"
control /user "@$work/long" >/dev/null
passes 12
is "$last" 'END ok 7 ' 'SEC-21: nobody stops the directory by his own profile'
is "$(awk -F'\t' '$1 == 3 {print $3}' "$work/got")" Brown 'SEC-25: an unprintable name is none'
is "$(awk -F'\t' '$1 == 12 {print $2}' "$work/got")" '' 'a login that does not fit is none'
is "$(awk -F'\t' '$1 == 6 {print $10 $5}' "$work/got")" '' 'SEC-21: nor are keys with control characters'
reset

# ---- tokens ---------------------------------------------------------------------------------------
control /sessions/end '{"user":"hostsvc"}' >/dev/null
control /stats/reset '{}' >/dev/null
passes 12
same 'a token that is refused is renewed'
is "$(count_of '/api/interaction/:uid/auth')" 1 'by a sign-in, because the refresh token has ended, too'
finish

# ---- whatever fails ends the pass, and the next one is whole ---------------------------------------
begin
ask sync
for kind in status garbage truncate wrong-type redirect reset endless-body gzip-bomb; do
  fault "$list" "$kind" '"count":-1'
  ask sync
  like "$last" '^END (provider-error|provider-unreachable) 0 .' "SEC-28: a listing with $kind all the time fails"
  reset
done
ask sync
same 'and the next pass is whole'
control /role '{"user":"7","role":"USER"}' >/dev/null
fault "$list/7" garbage '"count":-1'
ask sync
like "$last" "^END provider-error 0 .*$list/7" 'a person whose details fail fails the pass'
is "$(cat "$work/got")" '' 'and nobody is told'
reset
control /role '{"user":"7","role":"USER"}' >/dev/null
fault "$list/7" hang '"count":-1'
start=$SECONDS
ask sync
like "$last" "^END timeout 0 .*$list/7: no answer" 'SEC-28: one without any answer'
[ $((SECONDS - start)) -le 24 ]
ok $? "SEC-28: within two deadlines ($((SECONDS - start)) s)"
reset
fault "$list" hang
ask sync
same 'one silence is overcome'
control /role '{"user":"hostsvc","client_id":"sys-00000000-0000-4000-8000-000000000001","role":"USER"}' >/dev/null
passes 12
like "$last" '^END permission-denied 0 .*Access restricted' 'an account without the right: said so'
control /role '{"user":"hostsvc","role":"EDITOR"}' >/dev/null
control /user '{"sub":"12","nickname":"x"}' >/dev/null
passes 12
like "$last" '^END permission-denied 0 .*system application' 'one that sees no logins: said so'
reset
control /user '{"sub":"14","blocked":true}' >/dev/null
ask sync
like "$last" '^END permission-denied 0 .*User is blocked' 'a blocked account: said so'
reset
ask sync
same 'and all is well again'
finish

# ---- the sign-in ----------------------------------------------------------------------------------
refused() { # refused NAME REGEX: a fresh child's first pass
  begin
  ask sync
  like "$last" "$2" "$1"
}
password canary-7d1c
control /stats/reset '{}' >/dev/null
refused 'a wrong password' '^END bad-login 0 .*Invalid credentials'
ask sync
like "$last" '^END bad-login' 'is still wrong'
is "$(count_of '/api/interaction/:uid/auth')" 1 'but tried once a minute only'
finish
chmod 644 "$work/password"
refused 'SEC-34: a password that others may read' '^END bad-configuration 0 .*api_password_file'
finish
password password
fault '/oidc/auth' redirect
refused 'SEC-27: a login page elsewhere' '^END foreign-endpoint'
finish
fault '/api/interaction/*' redirect '"location":"http://localhost/","after":1'
refused 'SEC-27: or without TLS' '^END foreign-endpoint'
finish
fault '/oidc/token' garbage
refused 'a token endpoint that answers nonsense' '^END provider-error'
finish
control /tls '{"kind":"self-signed"}' >/dev/null
refused 'SEC-29: a self-signed certificate' '^END tls'
finish
reset
begin
fault '/oidc/token' hang
ask 'leave 1500'
like "$last" '^LEFT [0-9]{1,3}$' 'SEC-37: a listener that leaves ends the child in the middle of a request'
finish
grep -q canary-7d1c "$work/log"
is $? 1 'SEC-35: no password in the log'

# ---- ten thousand ---------------------------------------------------------------------------------
reset
control /users/populate '{"count":10000}' >/dev/null
fault "$list" status '"every":13,"count":-1,"status":503'
fault "$list" truncate '"every":29,"count":-1'
fault "$list/*" status '"every":97,"count":-1'
fault "$list/*" garbage '"every":389,"count":-1'
fault "$list/*" truncate '"every":397,"count":-1'
fault "$list/*" reset '"every":401,"count":-1'
fault "$list/*" delay '"every":1009,"count":-1,"ms":300'
begin
start=$SECONDS
ask sync
is "$last" 'END ok 10007 ' "10,000 users while answers fail ($((SECONDS - start)) s)"
same 'SEC-28: without a wrong record'
control /fault '{"path":"'$list'","kind":"delay","ms":600,"after":40}' >/dev/null
(sleep 0.5; for i in 1500 1501 1502; do
  control /role "{\"user\":\"$i\"}"
  control /user "{\"sub\":\"$((i + 20))\",\"blocked\":true}"
done) >/dev/null &
changes=$!
ask sync
is "${last% *}" "END ok ${last:7:5}" 'somebody goes while the list is read'
wait "$changes"
before=$(awk '/VmRSS/ {print $2}' "/proc/$child/status")
control /stats/reset '{}' >/dev/null
passes 3
same 'the next passes tell the truth'
fetched=$(count_of "^$list/")
[ "$fetched" -lt 3500 ]
ok $? "with a twelfth of the details each time ($fetched in three passes)"
after=$(awk '/VmRSS/ {print $2}' "/proc/$child/status")
[ "$after" -lt 40000 ] && [ "$after" -le $((before + 1024)) ]
ok $? "SEC-28: memory stays flat ($before, then $after KiB)"
finish
done_testing
