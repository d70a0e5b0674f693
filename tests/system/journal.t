#!/bin/bash
# SPDX-License-Identifier: MIT
# What an administrator sees of sign-ins: systemd's journal, the real one, with fields and catalogue; and
# how long the provider takes.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

journald=/lib/systemd/systemd-journald
if ! [ -x $journald ] || ! command -v journalctl >/dev/null; then
  echo "1..0 # SKIP needs systemd-journald"
  exit 0
fi

reads() { # reads ARGUMENTS: journalctl over what journald has here
  journalctl -D /run/log/journal --no-pager -q "$@"
}
field() { # field NAME ARGUMENTS: of the last entry that they find
  local name=$1
  shift
  reads -o json -n 1 "$@" | json "$name"
}
logged() { # logged ARGUMENTS: waits until there is an entry
  wait_for 10 eval "[ -n \"\$(reads -n 1 $*)\" ]"
}
id_of() { sed -nE "s/.*\[EVENT_$1\] = \"([0-9a-f]*)\".*/\1/p" "$top/encvoyd/log_event.c"; }
figure() { encvoyctl status --json | json "$1"; }
[ -s /etc/machine-id ] || openssl rand -hex 16 >/etc/machine-id
# without a cgroup hierarchy, as in a chroot, journald ends
if ! mountpoint -q /sys/fs/cgroup && ! mount -t cgroup2 cgroup2 /sys/fs/cgroup; then
  echo '1..0 # SKIP journald needs /sys/fs/cgroup'
  exit 0
fi
mkdir -p "/run/log/journal/$(</etc/machine-id)" /run/systemd
$journald >$work/journald.log 2>&1 &
journald_pid=$!
wait_for 10 test -S /run/systemd/journal/socket || die "journald does not start: $(<$work/journald.log)"
journalctl --update-catalog || die "no catalogue"

conf_write
pam_service shell
pam_service token methods=token
idp_start
# the daemon's stderr, as a unit's, is what JOURNAL_STREAM speaks of
: >$work/encvoyd.log
JOURNAL_STREAM=$(stat -c %d:%i $work/encvoyd.log)
export JOURNAL_STREAM
daemon_start

# ---- a provider that is slow, and a sign-in that is granted
control /fault '{"path":"/.well-known/openid-configuration","kind":"delay","ms":700}' >/dev/null
token=$(host_token 2)
pam_answer token encvoy-2 "$token" authenticate acct_mgmt
is "$pam_status" 0 'a sign-in by token'
granted=$(id_of LOGIN_GRANTED)
logged MESSAGE_ID="$granted"
ok $? 'is in the journal by its event'
line=$(grep -E '^encvoyd: login .*result=granted' $work/encvoyd.log)
is "encvoyd: $(field MESSAGE MESSAGE_ID="$granted")" "$line" 'with the line that the text log has'
got=
for f in USER SUB SERVICE METHOD RESULT REASON ACCESS RULE AT; do
  got+="$(field ENCVOY_$f MESSAGE_ID="$granted") "
done
is "$got" 'encvoy-2 2 token token granted ok root sub:2 /etc/encvoy/encvoy.conf:4 ' 'and its fields'
is "$(field SYSLOG_IDENTIFIER MESSAGE_ID="$granted") $(field SYSLOG_FACILITY MESSAGE_ID="$granted") $(field \
  PRIORITY MESSAGE_ID="$granted") $(field _UID MESSAGE_ID="$granted")" "encvoyd 10 6 $(id -u encvoy)" \
  'as encvoyd, facility authpriv'
login_id=$(field ENCVOY_LOGIN_ID MESSAGE_ID="$granted")
like "$(reads ENCVOY_LOGIN_ID="$login_id" -o cat)" 'sign-in verified' \
  "encvoyd-online's line has the same id"
is "$(field ENCVOY_USER MESSAGE_ID="$(id_of ACCOUNT_GRANTED)")" encvoy-2 'the account phase is an event of its own'
[ "$(figure provider_max_ms:keys)" -ge 700 ]
ok $? "status: the provider's slowness"
is "$(figure provider_requests:keys) $(figure provider_failed:keys)" '2 0' 'of two requests, none of which failed'
like "$(encvoyctl status --prometheus)" $'\nencvoy_provider_request_seconds_sum\\{kind="keys"\\} [0-9]+\\.[0-9]{3}\n' \
  'as a summary for Prometheus'
is "$(figure provider_requests:device)" undefined 'and nothing of what there was not'

control /fault '{"path":"/oidc/token","kind":"delay","ms":500}' >/dev/null
pam_browser shell encvoy-2 alice
is "$pam_status" 0 'a sign-in by browser'
[ "$(figure provider_max_ms:token)" -ge 500 ]
ok $? "status: what its own requests took"

# ---- refusals
pam_answer token encvoy-2 "$token"
[ "$pam_status" != 0 ]
ok $? 'SEC-10: the token once more is refused'
refused=$(id_of LOGIN_REFUSED)
logged MESSAGE_ID="$refused"
is "$(field ENCVOY_REASON MESSAGE_ID="$refused") $(field ENCVOY_USER MESSAGE_ID="$refused")" 'used-token encvoy-2' \
  'an event with its reason'
pam_answer token 'x ENCVOY_USER=root id=evil' "$token"
is "$(reads -o json ENCVOY_USER=root ENCVOY_LOGIN_ID=evil | wc -l)" 0 "SEC-25: nobody's name adds a field"
like "$(reads -x MESSAGE_ID="$refused")" 'A sign-in of encvoy-2 to token was refused: used-token.*encvoyctl why encvoy-2 --service token' \
  'journalctl -x says what it means and what to do'
grep -qF "$(cut -d. -f3 <<<"$token")" <(reads -o export)
[ $? != 0 ]
ok $? 'SEC-35: the token is in no field'

# ---- configuration and administrators
encvoyctl user map 3 bob >/dev/null
logged MESSAGE_ID="$(id_of ADMIN)" ENCVOY_VERB=\'user map\'
ok $? 'what root tells encvoyd'
echo 'nonsense' >>/etc/encvoy/encvoy.conf
kill -HUP "$daemon_pid"
logged MESSAGE_ID="$(id_of CONF_REFUSED)" _COMM=encvoyd
like "$(field MESSAGE MESSAGE_ID="$(id_of CONF_REFUSED)" _COMM=encvoyd)" '/etc/encvoy/encvoy.conf:5: ' \
  'a configuration that is refused, with file and line'
sed -i '$d' /etc/encvoy/encvoy.conf

# ---- the provider is away
daemon_stop
idp_stop
daemon_start
pam_answer token encvoy-2 "$token"
[ "$pam_status" != 0 ]
ok $? 'the provider is away: no sign-in'
logged MESSAGE_ID="$refused" ENCVOY_REASON=provider-unreachable
ok $? 'which the journal says'
logged MESSAGE_ID="$(id_of PROVIDER_SILENT)"
is "$(field ENCVOY_REASON MESSAGE_ID="$(id_of PROVIDER_SILENT)")" provider-unreachable 'and what could not be fetched'
login_id=$(field ENCVOY_LOGIN_ID MESSAGE_ID="$refused")
like "$(field MESSAGE MESSAGE_ID="$(id_of LOGIN_FAILED)" ENCVOY_LOGIN_ID="$login_id")" 'detail=' \
  "encvoyd-online's detail is found by the sign-in's id"
is "$(figure provider_failed:keys)" "$(figure provider_requests:keys)" 'status: all requests failed'

# ---- the journal is away
kill -STOP $journald_pid
for _ in {1..40}; do
  encvoyctl flush
done
is "$(timeout 10 encvoyctl status --json | json logins_refused)" 1 'a journal that is stopped stops nobody'
kill -CONT $journald_pid
lost() { # until there is room
  encvoyctl flush
  reads -o cat _COMM=encvoyd | grep -q '^log lines lost: [1-9]'
}
wait_for 10 lost
ok $? 'and learns afterwards that lines were lost'
kill $journald_pid
wait $journald_pid 2>/dev/null
encvoyctl flush
is "$?" 0 'nor does one that is gone'
$journald >>$work/journald.log 2>&1 &
wait_for 10 test -S /run/systemd/journal/socket
encvoyctl user rename bob bobby >/dev/null
logged MESSAGE_ID="$(id_of ADMIN)" ENCVOY_VERB=\'user rename\'
ok $? 'and when it comes back it is told again'
done_testing
