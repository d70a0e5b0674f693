#!/bin/bash
# SPDX-License-Identifier: MIT
# README.md, word for word, on a Debian 12 that a real systemd has booted: the packages, enrolment at a terminal, the
# PAM profile, ssh and sudo, a reboot, the directory, everything taken back, and unattended. Only addresses and names are replaced.
# shellcheck source=tests/packages/lib.sh disable=SC2034
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/packages/boot.sh
. "$(dirname "$0")/boot.sh"
# shellcheck source=tests/system/document.sh
. "$top/tests/system/document.sh"
# shellcheck source=tests/system/terminal.sh
. "$top/tests/system/terminal.sh"

conf=$root/etc/encvoy/encvoy.conf
document=$work/README.md
ca_inside=/etc/ssl/encvoy-test-ca.pem
sed -e "s,https://id.example.com,$issuer,g" -e 's,CLIENT,host,g' -e "s,--allow sub:2 --yes,& --ca-file $ca_inside," "$top/README.md" >$document

boot || die "systemd does not boot: $(tail -20 $work/console)"
idp_start
cp $ca $root$ca_inside
mkdir -p $root/root/src/nss-pam-encvoy
cp $root/debs/*.deb $root/root/src/

# ---- installing ----------------------------------------------------------------------------------
block '' 'dpkg-buildpackage' | grep '^apt-get install' >$work/line
inside bash -c "cd /root/src/nss-pam-encvoy && $(cat $work/line)" >$work/apt.out 2>&1
ok $? "$(cat $work/line)" || tail -20 $work/apt.out | sed 's/^/# /'
locals_work 'after the installation'
is "$(inside systemctl --failed --plain --no-legend | grep encvoy)" '' 'nothing of ours has failed'

# ---- encvoyctl enroll, at a terminal -------------------------------------------------------------
is "$(block '' '^encvoyctl enroll')" 'encvoyctl enroll' 'the command'
to_sign_in $ca_inside
answer 'Sign in now' ''
signs_in alice
answer 'Who may log in \[sub:2\]' ''
answer 'Write /etc/encvoy/encvoy.conf' ''
answer 'systemctl enable' ''
answer 'User name for number 2 .*\[alice\]' ''
answer 'Log in as alice' ''
signs_in alice
sees 'granted: alice'
ends
is "$rc" 0 'the whole conversation' || sed 's/^/# /' <<<"$text"
is "$(inside systemctl is-active encvoyd.socket encvoyd-online.socket encvoyd encvoyd-evict | sort -u)" active 'has started everything'
is "$(grep -c encvoy $root/etc/pam.d/common-auth)" 0 'before any PAM file knows of it'
is "$(inside getent passwd alice | cut -d: -f3)" 1879048194 'getent passwd alice'
next=$(grep -oE 'pam-auth-update --enable encvoy' <<<"$text" | head -1)
is "$next" 'pam-auth-update --enable encvoy' 'the command that comes next'
inside bash -c "$next"
ok $? "$next"
locals_work 'with the profile'
pam_browser login alice alice authenticate acct_mgmt
is "$pam_status" 0 'pamtester login alice authenticate acct_mgmt'
pam_browser login alice bob authenticate acct_mgmt
[ "$pam_status" != 0 ]
ok $? "SEC-01: not by bob's sign-in"

# ---- ssh, sudo ------------------------------------------------------------------------------------
inside encvoyctl enroll --ssh >$work/ssh.enroll 2>&1
ok $? 'encvoyctl enroll --ssh' || sed 's/^/# /' $work/ssh.enroll
reload=$(grep -oE 'systemctl reload ssh' $work/ssh.enroll)
is "$reload" 'systemctl reload ssh' 'says how sshd takes it over'
inside systemctl start ssh && inside bash -c "$reload"
ok $? 'systemctl reload ssh'
by_ssh 22 alice alice
like "$(cat $work/ssh.out)" 'I-am-alice' 'ssh alice@host' || inside journalctl -n 20 --no-pager | sed 's/^/# /'
is "$(stat -c '%U %a' $root/home/alice 2>/dev/null)" 'UNKNOWN 700' 'she has a home'
by_ssh 22 alice bob
unlike "$(cat $work/ssh.out)" 'I-am' "SEC-01: not by bob's sign-in"
by_ssh 22 encvoy-3 bob
unlike "$(cat $work/ssh.out)" 'I-am' 'nor bob, whom no rule allows'
may_sudo alice
by_sudo alice
became_root 'sudo'
inside encvoyctl doctor >$work/doctor 2>&1
ok $? 'encvoyctl doctor has nothing to say' || sed 's/^/# /' $work/doctor
like "$(inside journalctl -x ENCVOY_USER=alice --no-pager)" 'alice signed in to sshd' 'journalctl -x ENCVOY_USER=alice'
like "$(inside encvoyctl why alice --service sshd)" 'sub:2.*encvoy.conf' 'encvoyctl why alice --service sshd'

# ---- the host is booted again --------------------------------------------------------------------
halt
boot || die "systemd does not boot again: $(tail -20 $work/console)"
is "$(inside getent passwd alice | cut -d: -f3)" 1879048194 'after a reboot: getent passwd alice'
inside systemctl start ssh
by_ssh 22 alice alice
like "$(cat $work/ssh.out)" 'I-am-alice' 'and ssh alice@host' || inside journalctl -n 20 --no-pager | sed 's/^/# /'
is "$(inside systemctl --failed --plain --no-legend | grep -E 'encvoy|ssh')" '' 'nothing has failed'
locals_work 'after a reboot'

# ---- the directory, a roster, a group ------------------------------------------------------------
sed -i '/^directory = /d' $conf
block '' '^directory = api' >>$conf
printf 'password' >$root/etc/encvoy/api.password
inside chown encvoy-online: /etc/encvoy/api.password
chmod 600 $root/etc/encvoy/api.password
block '' '^.group crew' >>$conf
sed -i 's/^allow = .*/allow = sub:2 group:crew/' $conf
inside systemctl reload encvoyd
ok $? 'directory = api'
inside encvoyctl sync >$work/sync 2>&1
ok $? 'encvoyctl sync' || sed 's/^/# /' $work/sync
like "$(inside encvoyctl status)" 'directory.*api' 'encvoyctl status'
is "$(inside getent group crew | cut -d: -f3)" 2147287040 'getent group crew'
like "$(inside id -Gn alice)" 'crew' 'alice is in it'
inside mkdir -p /srv/www/roster
runs '' 'roster keygen' 'a signed roster' inside
[ -s $root/srv/www/roster/roster.jws ]
ok $? 'is there'

# ---- everything taken back, and unattended --------------------------------------------------------
inside encvoyctl enroll --undo >$work/undo 2>&1
is $? 1 'encvoyctl enroll --undo waits for PAM'
inside pam-auth-update --disable encvoy && inside encvoyctl enroll --ssh --undo >/dev/null
inside encvoyctl enroll --undo >$work/undo 2>&1
is $? 1 'and for a word of its own where the configuration was edited since'
inside encvoyctl enroll --undo --force >$work/undo 2>&1
ok $? 'encvoyctl enroll --undo --force' || sed 's/^/# /' $work/undo
locals_work 'with everything taken back'
[ ! -e $conf ]
ok $? 'no configuration is left'
runs '' 'client-id host --allow sub:2 --yes' 'unattended' inside
before=$(stat -c %i:%Y $conf)
runs '' 'client-id host --allow sub:2 --yes' 'a second time' inside
is "$(stat -c %i:%Y $conf)" "$before" 'which changes nothing'
is "$(inside getent passwd alice | cut -d: -f3)" 1879048194 'alice has her name and uid still'
inside encvoyctl user rename alice anna && talk login anna
signs_in alice
sees 'granted: anna'
ends
is "$rc" 0 'encvoyctl login anna'

idp_stop
shut_down
done_testing
