#!/bin/bash
# SPDX-License-Identifier: MIT
# Shows the main job on a local provider: people of an Encvoy ID log in to Linux. Installs what it
# needs, builds, and runs everything on loopback inside private namespaces; the machine's own /etc
# is not touched. Exit status 0 only when everything shown was as expected.
#
#   ./demo.sh                 the whole demonstration
#   ./demo.sh --interactive   stops at a prompt with address and QR code, to be tried by hand
here=$(cd "$(dirname "$0")" && pwd)

if [ -z "${ENCVOY_SANDBOX:-}" ]; then
  set -eu
  [ "$(id -u)" = 0 ] || { echo "demo.sh: must be run as root" >&2; exit 1; }
  cd "$here"
  echo "== Packages (Debian's, and npm's for the test provider)"
  tests/packages.sh demo
  echo "== Build"
  tests/idp/install.sh & # waits for the network while the compiler works
  npm_pid=$!
  if [ ! -x build/config.status ]; then
    autoreconf -fi >/dev/null 2>&1
    mkdir -p build
    (cd build && CONFIG_SHELL=/bin/dash /bin/dash ../configure -q --prefix=/usr --sysconfdir=/etc --localstatedir=/var \
      --runstatedir=/run --libdir="/usr/lib/$(gcc -print-multiarch)")
  fi
  make -C build -s -j"$(nproc)"
  wait $npm_pid
fi

# shellcheck source=tests/system/lib.sh
. "$here/tests/system/lib.sh"

failures=0
headline() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
show() { sed 's/^/   /'; }
expect() { # expect STATUS TEXT
  if [ "$1" = 0 ]; then
    printf '   \033[32mas expected\033[0m: %s\n' "$2"
  else
    printf '   \033[31mNOT AS EXPECTED\033[0m: %s\n' "$2"
    failures=$((failures + 1))
  fi
}
decision() { log_since | grep -oE '(login|account) id=.*result=.*' | tail -1; }
granted() { # granted WHAT
  [ "$pam_status" = 0 ]
  expect $? "$1"
  decision | show
}
refused() { # refused REASON WHAT
  [ "$pam_status" != 0 ] && decision | grep -q "result=refused reason=$1\b"
  expect $? "$2 -> $1"
  decision | show
}

services() {
  pam_service login-demo
  pam_service token-demo methods=token
  pam_service cloud methods=token
  printf 'nextcloud-secret' >/etc/encvoy/nextcloud.secret
  chown encvoy-online /etc/encvoy/nextcloud.secret
  chmod 600 /etc/encvoy/nextcloud.secret
  mkdir -p /etc/encvoy/encvoy.conf.d
  cat >/etc/encvoy/encvoy.conf.d/cloud.conf <<'EOF'
# Nextcloud behind a web server: its own client id, tokens typed as password, used again and again
[service cloud]
client_id = nextcloud
client_secret_file = /etc/encvoy/nextcloud.secret
redirect_uri = https://cloud.example.test/cb
token_reuse = yes
methods = token
EOF
}

idp_start
echo "   provider: $issuer (no device flow, as Encvoy ID is)"

headline "Enrolment: encvoyctl enroll"
encvoyctl enroll $issuer --client-id host --ca-file $ca --allow "sub:2 sub:3 sub:5" 2>&1 | show
[ "${PIPESTATUS[0]}" = 0 ] && [ -s /etc/encvoy/encvoy.conf ]
expect $? "the provider was checked and encvoy.conf written"
services
: >>$work/encvoyd.log
daemon_start

if [ "${1:-}" = --interactive ]; then
  control /device '{"enabled":true}' >/dev/null
  headline "Try it: sign in at the address as alice, password \"password\""
  echo "   (the provider's certificate is its own: $ca; device flow is on)"
  encvoyctl login encvoy-2
  exit
fi

headline "Browser login with a pasted address, provider without device flow: pamtester login-demo encvoy-2"
log_mark
pam_browser login-demo encvoy-2 alice authenticate acct_mgmt open_session
show <$work/pam.out
granted "alice signed in at the provider and is encvoy-2 here"

headline "The user exists now: getent passwd encvoy-2, id encvoy-2"
getent passwd encvoy-2 | show
id encvoy-2 | show
[ "$(id -u encvoy-2)" = 1879048194 ]
expect $? "uid = 1879048192 + sub, the same on every host"

headline "Device login (RFC 8628), provider with device flow: pamtester login-demo encvoy-3"
control /device '{"enabled":true,"interval":1}' >/dev/null
encvoyctl flush && kill -HUP "$daemon_pid" && sleep 1
log_mark
pam_begin login-demo encvoy-3
device_decide bob 2>&1 | show
pam_end
show <$work/pam.out
granted "bob approved in his browser; the console needed no Enter"
control /device '{"enabled":false}' >/dev/null
encvoyctl flush && kill -HUP "$daemon_pid" && sleep 1

headline "An ID token made for this host: encvoyctl token --for host1.example.test | pamtester token-demo"
encvoyctl token --for host1.example.test --issuer $issuer --client-id host --ca-file $ca \
  --no-browser >$work/token 2>$work/token.err &
ctl_pid=$!
wait_for 10 grep -q 'https://' $work/token.err
curl -sS "$(browse alice "$(grep -oE 'https://[^ ]+' $work/token.err | head -1)")" >/dev/null
wait $ctl_pid
token=$(cat $work/token)
echo "   a token of ${#token} bytes, scope openid only"
log_mark
pam_answer token-demo encvoy-2 "$token"
granted "the token was accepted once"

headline "A Nextcloud-like service with a pasted access token: pamtester cloud encvoy-2"
access=$(token_for alice access_token --client nextcloud --secret nextcloud-secret \
  --redirect https://cloud.example.test/cb --scope openid)
log_mark
pam_answer cloud encvoy-2 "$access" authenticate acct_mgmt
granted "introspected, userinfo agrees"
log_mark
pam_answer cloud encvoy-2 "$access"
granted "and again, as a web client sends it with every request"

headline "Refusals, each with its reason word"
log_mark
pam_answer token-demo encvoy-2 "$token"
refused used-token "the same host token a second time"

log_mark
pam_answer token-demo encvoy-2 "$(host_token 3)"
refused wrong-user "bob's token for alice"
log_mark
pam_answer token-demo encvoy-2 "$(host_token 2 '' '' other)"
refused wrong-audience "a token of another client"
log_mark
past=$(($(date +%s) - 7200))
pam_answer token-demo encvoy-2 "$(host_token 2 '' ",\"iat\":$past,\"exp\":$((past + 1800))")"
refused expired "an expired token"
log_mark
pam_answer token-demo encvoy-2 "$(host_token 2 host2.example.test)"
refused wrong-host "a token for another host"
log_mark
pam_answer token-demo encvoy-12 "$(host_token 12)"
refused not-allowed "erin, whom no allow rule names"

log_mark
pam_begin login-demo encvoy-5
url=$(pam_address)
echo "   dave's browser says: $(browse dave "$url" 2>&1)"
printf '\n' >&9
kill $pam_pid
pam_end
[ "$pam_status" != 0 ] && log_since | grep -q 'reason=cancelled'
expect $? "blocked dave cannot sign in, and no login comes of it"
decision | show

headline "Local users are untouched: pamtester login-demo localjoe"
pam_answer login-demo localjoe joes-password authenticate acct_mgmt
[ "$pam_status" = 0 ]
expect $? "a local user logs in by his local password"

daemon_stop
idp_stop
echo
if [ $failures = 0 ]; then
  echo "Everything was as expected."
else
  echo "$failures things were NOT as expected."
  exit 1
fi
