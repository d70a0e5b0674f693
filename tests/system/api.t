#!/bin/bash
# SPDX-License-Identifier: MIT
# A host that reads Encvoy ID's REST directory: from the provider's pages to `id`, with people renamed,
# blocked, deleted and given roles there, and with the provider failing meanwhile.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

system_client=sys-00000000-0000-4000-8000-000000000001
idp_start
printf 'password' >/etc/encvoy/api.password
chown encvoy-online /etc/encvoy/api.password
chmod 600 /etc/encvoy/api.password

default_allow='allow = role:USER'
conf_write 'directory = api' 'api_applications = host' "api_client_id = $system_client" \
  'api_user = hostsvc' 'api_password_file = /etc/encvoy/api.password' 'directory_interval = 1h' \
  'ssh_key_field = sshPublicKey' '[group crew]' 'gid = 2147287040' 'roles = EDITOR' \
  '[group app]' 'gid = 2147287041' 'application = host'
pam_service shell methods=token

synced() { encvoyctl sync >$work/sync.out 2>&1; }
try_login() {
  log_mark
  pam_answer shell "$1" "$(host_token "$2")" authenticate acct_mgmt
}
refused() { # refused REASON NAME: the last login, by us and for this reason
  if [ "$pam_status" = 0 ]; then ok 1 "$2"; else like "$(log_since)" "reason=$1" "$2"; fi
}
uid_of() { getent passwd "$1" | cut -d: -f3; }
questions() { control /stats | json 'paths./api/v1/clients/host/users.count'; }

daemon_start
wait_for 30 getent passwd alice >/dev/null
ok $? 'people are there soon after the start'
is "$(uid_of alice)" 1879048194 'named by login, numbered by sub'
is "$(uid_of Marie.Dupont)" '' 'SEC-15: a login with capitals is no name here'
like "$(cat $work/encvoyd.log)" 'bad-name' 'and the log says so'
is "$(getent passwd root | wc -l)" 1 'SEC-16: the administrator root of the provider is nobody here'
is "$(uid_of dave)" 1879048197 'SEC-14: a blocked user stays resolvable'
try_login alice 2
is "$pam_status" 0 'alice logs in by her role in the application'
try_login dave 5
refused blocked 'SEC-14: dave does not'
try_login carol 4
[ "$pam_status" != 0 ]
ok $? 'SEC-14: nor does carol, who deleted her account'
try_login bob 3
refused not-allowed 'bob, who has no role, is not allowed'
like "$(getent group app)" '^app:\*:2147287041:.*alice' 'a group of the members of an application'
unlike "$(getent group app)" 'bob|dave|carol' 'without who is blocked, deleted, or has no role'
is "$(control /stats | json 'paths./api/v1/users/me.count')" undefined '/users/me is never asked'

# ---- changes at the provider -------------------------------------------------------------------
control /role '{"client_id":"host","user":2,"role":"EDITOR"}' >/dev/null
synced
ok $? "a pass: $(tail -1 $work/sync.out)"
like "$(id -nG alice)" crew 'a role given is a group after the next pass'
try_login alice 2
refused not-allowed 'and the rule for another role does not admit her any more'
control /role '{"client_id":"host","user":2,"role":"USER"}' >/dev/null
synced
unlike "$(id -nG alice)" crew 'a role taken is a group less'
control /user '{"sub":"2","blocked":true}' >/dev/null
synced
try_login alice 2
refused blocked 'SEC-14: blocked at the provider: refused after the next pass'
pam_answer shell alice x acct_mgmt
[ "$pam_status" != 0 ]
ok $? 'SEC-14: in the account phase, too (SSH keys, cron)'
control /user '{"sub":"2","blocked":false}' >/dev/null

# a login renamed, and taken by somebody else (SEC-17)
control /user '{"sub":"2","login":"alicia"}' >/dev/null
control /user '{"sub":"50","login":"alice","email":"alice50@example.test"}' >/dev/null
control /role '{"client_id":"host","user":50,"role":"USER"}' >/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13; do synced; done
is "$(uid_of alice)" 1879048194 'SEC-17: the same sub renamed keeps name and uid'
is "$(getent passwd 1879048242)" '' 'SEC-17: a new sub under an old login is not served'
like "$(cat $work/encvoyd.log)" 'name-taken' 'and the log says why'
try_login alice 50
[ "$pam_status" != 0 ]
ok $? 'SEC-17: nor gets anything of hers'
encvoyctl user map 50 alice-two >/dev/null 2>&1
is "$(uid_of alice-two)" 1879048242 'until an administrator gives it a name'

# ---- somebody new, between two passes ----------------------------------------------------------
control /user '{"sub":"60","login":"zoe","email":"zoe@example.test"}' >/dev/null
control /role '{"client_id":"host","user":60,"role":"USER"}' >/dev/null
is "$(uid_of zoe)" 1879048252 'a name that is not known yet is asked for'
before=$(questions)
many=300 # 2,000 with ENCVOY_TEST_LONG
[ -z "${ENCVOY_TEST_LONG:-}" ] || many=2000
# all of them wait behind a gate until the last one is there
: >$work/gate
exec 7<$work/gate
flock -x 7
for _ in $(seq $many); do
  (flock -s 8 && exec getent passwd nobody-of-that-name >/dev/null) 7<&- 8<$work/gate &
done
waiting() { [ "$(pgrep -c -x flock)" -ge $many ]; }
wait_for 300 waiting || die 'not everybody is at the gate'
flock -u 7
while pgrep -x 'flock|getent' >/dev/null; do sleep 0.2; done
is "$(($(questions) - before))" 1 "$many processes asking for the same unknown name are one question"
getent passwd nobody-of-that-name
is "$(($(questions) - before))" 1 'the daemon remembers that there is nobody'

# ---- 10,000 people, and a provider that fails meanwhile ----------------------------------------
control /users/populate '{"count":10000,"first":1000}' >/dev/null
control /fault '{"path":"/api/v1/*","kind":"status","status":503,"count":40,"every":97}' >/dev/null
control /fault '{"path":"/api/v1/*","kind":"truncate","bytes":30,"count":20,"every":211}' >/dev/null
control /fault '{"path":"/api/v1/*","kind":"reset","count":20,"every":307}' >/dev/null
start=$SECONDS
synced || synced || synced
ok $? "10,000 people with faults injected: $((SECONDS - start)) s, $(tail -1 $work/sync.out)"
wrong=$(for n in $(seq 1000 37 10999); do echo "user$n"; done | xargs getent passwd |
  awk -F: '{ n = substr($1, 5); if ($3 != 1879048192 + n || $4 != $3) print }' | wc -l)
is "$wrong" 0 'no wrong record among them'
is "$(for n in $(seq 1000 37 10999); do echo "user$n"; done | xargs getent passwd | wc -l)" 271 'and nobody missing'
control /fault '{"path":"/api/v1/*","kind":"garbage","bytes":200,"count":-1}' >/dev/null
! synced
ok $? 'a pass that fails'
is "$(uid_of user5000)" 1879053192 'changes nothing'
control /reset '{}' >/dev/null
daemon_stop
idp_stop
done_testing
