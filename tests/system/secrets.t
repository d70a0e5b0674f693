#!/bin/bash
# SPDX-License-Identifier: MIT
# SEC-35: secrets with known content go through every flow; afterwards they are in no log, argument,
# environment, file or memory of what stays behind.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

conf_write
mkdir -p /etc/encvoy/encvoy.conf.d $work/canary
cat >/etc/encvoy/encvoy.conf.d/cloud.conf <<'E2'
[service cloud]
client_id = nextcloud
client_secret_file = /etc/encvoy/nextcloud.secret
redirect_uri = https://cloud.example.test/cb
token_reuse = yes
methods = token
E2
printf 'nextcloud-secret' >/etc/encvoy/nextcloud.secret
chown encvoy-online /etc/encvoy/nextcloud.secret
chmod 600 /etc/encvoy/nextcloud.secret
pam_service shell
pam_service token methods=token
pam_service cloud methods=token

idp_start
daemon_start

printf 'nextcloud-secret' >$work/canary/client-secret
token_for alice access_token --client nextcloud --secret nextcloud-secret \
  --redirect https://cloud.example.test/cb --scope openid | tr -d '\n' >$work/canary/access-token
host_token 2 | tr -d '\n' >$work/canary/id-token
pam_answer cloud encvoy-2 "$(cat $work/canary/access-token)"
is "$pam_status" 0 'an access token was used'
pam_answer token encvoy-2 "$(cat $work/canary/id-token)"
is "$pam_status" 0 'an ID token was used'

pam_begin shell encvoy-2
url=$(pam_address)
last=$(browse alice "$url")
code=${last#*code=}
printf '%s' "${code%%&*}" >$work/canary/code
pam_says 10 Paste
for p in $(pgrep -u encvoy,encvoy-online) $pam_pid; do
  tr '\0' '\n' <"/proc/$p/cmdline"
  tr '\0' '\n' <"/proc/$p/environ"
done >$work/proc
printf '%s\n' "$last" >&9
pam_end
is "$pam_status" 0 'a code was used'

for c in $work/canary/*; do
  name=${c##*/}
  grep -qFf "$c" $work/encvoyd.log
  is $? 1 "SEC-35: $name is not in the log"
  grep -qFf "$c" $work/proc
  is $? 1 "SEC-35: $name is in no argument or environment"
  grep -rqFf "$c" /var/lib/encvoy /var/cache/encvoy /run/encvoy
  is $? 1 "SEC-35: $name is in no file of ours"
done
for p in $(pgrep -u encvoy,encvoy-online); do
  name=$(cat "/proc/$p/comm")
  is "$(node "$top/tests/system/memory_has.js" "$p" $work/canary/*)" '' \
    "SEC-35: none is in the memory of $name (which stays)"
  is "$(awk '/Max core file size/ { print $5 }' "/proc/$p/limits")" 0 "SEC-35: $name leaves no core"
  is "$(stat -c %u "/proc/$p/mem")" 0 "SEC-35: $name is undumpable"
done
is "$(stat -c '%a %U' /var/lib/encvoy)" '700 encvoy' 'SEC-34: the state is for encvoy alone'
is "$(stat -c '%a' /var/lib/encvoy/identity.db)" 600 'SEC-34: and so is the database'
setpriv --reuid=encvoy-online --clear-groups cat /var/lib/encvoy/identity.db >/dev/null 2>&1
isnt=$?
[ $isnt != 0 ]
ok $? 'SEC-47: the network side cannot open the database'
setpriv --reuid=encvoy-online --clear-groups sh -c 'echo x >>/var/cache/encvoy/users.map' 2>/dev/null
[ $? != 0 ]
ok $? 'SEC-47: nor write the map'

daemon_stop
done_testing
