#!/bin/bash
# SPDX-License-Identifier: MIT
# The units under a real systemd: it boots the test's Debian as process 1 of a container with a
# cgroup of its own.
# shellcheck source=tests/packages/lib.sh disable=SC2034
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/packages/boot.sh
. "$(dirname "$0")/boot.sh"

mapfile -t debs < <(all_debs)
apt install "${debs[@]}" || die "the packages: $(tail -5 $work/apt.log)"
boot || die "systemd does not boot: $(tail -20 $work/console)"

# ---- not configured ------------------------------------------------------------------------------
is "$(inside systemctl --failed --plain --no-legend | grep encvoy)" '' 'unconfigured: nothing of ours has failed'
is "$(inside systemctl is-active encvoyd.socket encvoyd encvoy-userdbd | sort -u)" inactive 'and nothing has started'
is "$(inside systemctl is-enabled encvoyd.socket encvoyd-online.socket encvoyd encvoy-userdbd | sort -u)" enabled 'though it is enabled'
locals_work 'under systemd, unconfigured'

# ---- enrolled ------------------------------------------------------------------------------------
idp_start
enrol
ok $? 'encvoyctl enroll' || sed 's/^/# /' $work/enroll.out
mkdir -p $root/etc/credstore
printf 'nextcloud-secret' >$root/etc/credstore/encvoy.client-secret
chmod 600 $root/etc/credstore/encvoy.client-secret
cat >$root/etc/encvoy/encvoy.conf.d/cloud.conf <<'EOF'
[service cloud]
client_id = nextcloud
client_secret_file = /run/credentials/encvoyd-online.service/encvoy.client-secret
redirect_uri = https://cloud.example.test/cb
token_reuse = yes
methods = token
EOF
start=$SECONDS
inside systemctl restart encvoyd encvoy-userdbd
ok $? 'systemctl restart encvoyd encvoy-userdbd' || inside journalctl -n 30 --no-pager | sed 's/^/# /'
[ $((SECONDS - start)) -lt 20 ]
ok $? "SEC-42: without waiting for each other ($((SECONDS - start)) s)"
is "$(inside systemctl is-active encvoyd.socket encvoyd-online.socket encvoyd encvoyd-evict encvoy-userdbd | sort -u)" active 'all of it runs'
enable_profile
token_service
sed 's/=token/&/' $root/etc/pam.d/token >$root/etc/pam.d/cloud
pam_answer token encvoy-2 "$(host_token 2)" authenticate acct_mgmt
is "$pam_status" 0 'a login, which starts encvoyd-online' || inside journalctl -n 30 --no-pager | sed 's/^/# /'
is_active encvoyd-online.service
ok $? 'which runs from then on'
pam_answer cloud encvoy-2 "$(token_for alice access_token --client nextcloud --secret nextcloud-secret \
  --redirect https://cloud.example.test/cb --scope openid)" authenticate acct_mgmt
is "$pam_status" 0 'a client secret that systemd keeps as a credential' || inside journalctl -n 10 --no-pager | sed 's/^/# /'
is "$(inside id -u encvoy-2)" 1879048194 'look-ups'
like "$(inside userdbctl user encvoy-2)" '1879048194' 'userdbctl user encvoy-2'
locals_work 'under systemd'
inside systemctl reload encvoyd
ok $? 'systemctl reload encvoyd'
pam_answer token encvoy-2 "$(host_token 2)"
is "$pam_status" 0 'and a login after it'
is "$(inside ps -o user:20= -C encvoyd,encvoyd-online,encvoyd-evict,encvoy-userdbd | sort -u | tr '\n' ' ')" 'encvoy encvoy-online encvoy-userdb root ' 'who runs what'
is "$(inside sh -c "grep -h CapBnd /proc/$(main_pid encvoyd)/status /proc/$(main_pid encvoyd-online)/status /proc/$(main_pid encvoyd-evict)/status" | cut -f2 | tr '\n' ' ')" \
  '0000000000000000 0000000000000000 0000000000000020 ' 'SEC-36: with no capability, but for CAP_KILL of encvoyd-evict'

# ---- it dies, it hangs ---------------------------------------------------------------------------
before=$(main_pid encvoyd)
inside kill -9 "$before"
again() { [ "$(main_pid encvoyd)" != "$before" ] && [ "$(main_pid encvoyd)" != 0 ] && is_active encvoyd; }
wait_for 15 again
ok $? 'killed, it is there again'
pam_answer token encvoy-2 "$(host_token 2)"
is "$pam_status" 0 'and a login works'
mkdir -p $root/etc/systemd/system/encvoyd.service.d
printf '[Service]\nWatchdogSec=3\n' >$root/etc/systemd/system/encvoyd.service.d/test.conf
inside systemctl daemon-reload
inside systemctl restart encvoyd
before=$(main_pid encvoyd)
sleep 5
is "$(main_pid encvoyd)" "$before" 'watched every 3 s, it says that it is alive'
inside kill -STOP "$before"
is "$(inside id -u encvoy-2)" 1879048194 'SEC-40: hung: look-ups go on'
wait_for 20 again
ok $? 'and the watchdog brings it back'
rm -r $root/etc/systemd/system/encvoyd.service.d
inside systemctl daemon-reload

# ---- a configuration that is refused, units that are masked ---------------------------------------
echo 'no_such_key = 1' >>$root/etc/encvoy/encvoy.conf
inside systemctl restart encvoyd 2>/dev/null
sleep 3
like "$(inside systemctl show -p ExecMainStatus encvoyd)" '=78' 'a refused configuration: status 78, and no second attempt'
locals_work 'with a configuration that is refused'
pam_answer token encvoy-2 "$(host_token 2)"
[ "$pam_status" != 0 ]
ok $? 'and an Encvoy user does not log in'
sed -i '/no_such_key/d' $root/etc/encvoy/encvoy.conf
inside systemctl restart encvoyd
ok $? 'repaired, it starts'
inside systemctl mask --now encvoyd.socket encvoyd encvoy-userdbd >/dev/null 2>&1
locals_work 'with everything masked'
is "$(inside id -u encvoy-2)" 1879048194 'masked: known users are served from the map'
inside systemctl unmask encvoyd.socket encvoyd encvoy-userdbd >/dev/null 2>&1
inside systemctl start encvoyd encvoy-userdbd
ok $? 'unmasked, it starts'

# ---- the provider away; reinstall, remove --------------------------------------------------------
late=$(host_token 2)
idp_stop
inside systemctl restart encvoyd
pam_answer token encvoy-2 "$late"
[ "$pam_status" != 0 ]
ok $? 'no login without the provider'
before=$(main_pid encvoyd)
apt install --reinstall "${debs[@]}"
ok $? 'a reinstallation under systemd' || tail -20 $work/apt.log | sed 's/^/# /'
again && is_active encvoy-userdbd && is_active encvoyd-evict
ok $? 'has restarted the services'
locals_work 'after it'
apt purge encvoyd libpam-encvoy libnss-encvoy libsubid-encvoy
ok $? 'a purge under systemd' || tail -20 $work/apt.log | sed 's/^/# /'
is "$(inside sh -c 'ps -eo args | grep -E "^/usr/(sbin|libexec)/encvoy"; ls -d /run/encvoy /run/systemd/userdb/*encvoy* 2>/dev/null; systemctl --all --plain --no-legend list-units | grep "encvoy.* loaded"')" '' \
  'no process, socket or unit of ours is left'
locals_work 'after the purge'

shut_down
done_testing
