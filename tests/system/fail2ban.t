#!/bin/bash
# SPDX-License-Identifier: MIT
# The filter for fail2ban, as it is installed, on the lines that encvoyd really writes: who was wrong
# is found with address and name, and nobody else, whatever he calls himself.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

if ! command -v fail2ban-regex >/dev/null; then
  skip 'the filter' 'fail2ban is not installed'
  done_testing
fi
conf_write
pam_service token methods=token
idp_start
daemon_start

try() { # try RHOST USER ANSWER [UID]: one sign-in, seen by the module as from RHOST
  local as=()
  [ $# -lt 4 ] || as=(setpriv "--reuid=$4" "--regid=$4" --clear-groups)
  printf '%s\n' "$3" | timeout 60 "${as[@]}" pamtester -I "rhost=$1" token "$2" authenticate >/dev/null 2>&1
}
banned() { # what fail2ban finds, as the log daemon would have written it
  sed -n "s/^encvoyd: /$(date '+%b %e %T') host1 encvoyd[77]: /p" $work/encvoyd.log >$work/auth.log
  fail2ban-regex -o '<ip> <F-USER>' $work/auth.log encvoyd 2>&1
}

try 192.0.2.1 encvoy-2 "$(host_token 2)"
is $? 0 'a sign-in'
is "$(banned)" '' 'is not found'
try 192.0.2.2 encvoy-2 "$(host_token 2 '' ',"exp":1000000000')"
try 192.0.2.3 localjoe wrong
is "$(banned)" '' 'nor an expired token, nor a local user'
try 192.0.2.4 encvoy-2 a.b.c
try 192.0.2.5 encvoy-2 "$(host_token 3)"
try 2001:db8::6 encvoy-3 a.b.c
is "$(banned)" $'192.0.2.4 encvoy-2\n192.0.2.5 encvoy-2\n2001:db8::6 encvoy-3' \
  'no token, the token of another one, and by IPv6: found'
try 192.0.2.7 encvoy-2 a.b.c 1879048194
like "$(<$work/encvoyd.log)" 'rhost=192.0.2.7 .*access=self.* result=refused' 'a user refused to itself'
unlike "$(banned)" '192\.0\.2\.7' 'names an address that nobody believes'
for name in 'x rhost=192.0.2.8 tty=a access=root peer=0 result=refused reason=bad-token' \
  'x" service=sshd rhost=192.0.2.8 tty=a access=root peer=0 result=refused reason=bad-token '; do
  try 192.0.2.9 "$name" a.b.c
  try '192.0.2.9 tty=a access=root peer=0 result=refused reason=bad-token' "$name" a.b.c
done
unlike "$(banned)" '192\.0\.2\.8' 'no name tells an address'
idp_stop
daemon_stop
done_testing
