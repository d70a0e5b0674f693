#!/bin/bash
# SPDX-License-Identifier: MIT
# The life of the packages on a fresh Debian: install, enrol, log in, upgrade, reinstall, remove,
# purge. Local users are served all the time (SEC-46), and nothing of ours is left at the end.
# shellcheck source=tests/packages/lib.sh disable=SC2034
. "$(dirname "$0")/lib.sh"

settings() { (cd $root/etc && sha256sum nsswitch.conf pam.d/* && stat -c '%n %a %U:%G' nsswitch.conf pam.d/*); }
ours() { # every trace of ours: by name, by owner, in files of /etc
  (cd $root && find . -xdev -name '*encvoy*' -not -path './debs*' -not -path './proc/*' \
    -not -path './var/log/*' -not -path './var/cache/apt/*' -not -path './etc/ssl/encvoy-test-ca.pem')
  (cd $root && find . -xdev -nouser -o -xdev -nogroup | grep -v '^./debs' | head -5)
  grep -rIl encvoy $root/etc --exclude=hosts --exclude=encvoy-test-ca.pem --exclude='*-' 2>/dev/null
  grep -l encvoy $root/var/lib/dpkg/status $root/var/lib/pam/* 2>/dev/null
}

locals_work 'before anything is installed'
settings >$work/settings
(cd $root/etc && sha256sum passwd group >$work/accounts)

# ---- install -----------------------------------------------------------------------------------
mapfile -t debs < <(all_debs)
apt install "${debs[@]}"
ok $? 'apt installs the packages' || tail -30 $work/apt.log | sed 's/^/# /'
locals_work 'with the packages installed and nothing configured'
is "$(cd $root/etc && sha256sum pam.d/* | sort)" "$(grep 'pam\.d/' $work/settings | grep -v ' 644 ' | sort)" \
  'no PAM file has changed: the profile waits for the administrator'
is "$(grep -E '^(passwd|group|subid):' $root/etc/nsswitch.conf | tr -s ' ' | tr '\n' ',')" \
  'passwd: files encvoy,group: files encvoy,subid: encvoy,' 'encvoy stands behind the files in nsswitch.conf'
is "$(stat -c '%U %a' $root/etc/encvoy $root/etc/encvoy/encvoy.conf.d | tr '\n' ',')" 'root 755,root 755,' 'the folder of the configuration'
like "$(in_root getent passwd encvoy encvoy-online encvoy-userdb)" '(/nonexistent:/usr/sbin/nologin.*){3}' 'the three system users'
in_root getent passwd encvoy-2 >/dev/null
is $? 2 'nobody is served'

# ---- enrol, log in -----------------------------------------------------------------------------
idp_start
enrol
ok $? 'encvoyctl enroll checks the provider and writes the configuration' || sed 's/^/# /' $work/enroll.out
daemon_start
locals_work 'with the daemon running'
enable_profile
ok $? 'pam-auth-update --enable encvoy encvoy-passphrase'
locals_work 'with the profile enabled'
token_service
pam_answer token encvoy-2 "$(host_token 2)" authenticate acct_mgmt open_session close_session
is "$pam_status" 0 'pamtester: a token logs alice in through the packaged lines'
is "$(in_root id -u encvoy-2)" 1879048194 'and she is a user'
pam_answer token encvoy-2 "$(host_token 3)"
[ "$pam_status" != 0 ]
ok $? "SEC-01: bob's token does not"
pam_browser login encvoy-2 alice authenticate acct_mgmt open_session close_session
is "$pam_status" 0 'pamtester: a browser login by the profile as it is'

# sshd, keyboard-interactive; the answer to the prompt comes from a program
mkdir -p $root/run/sshd
sed -i 's/^#\?KbdInteractiveAuthentication.*/KbdInteractiveAuthentication yes/' $root/etc/ssh/sshd_config
chroot $root /usr/sbin/sshd -D -e -p 2222 -o ListenAddress=127.0.0.1 2>$work/sshd.log &
sshd_pid=$!
wait_for 10 bash -c 'exec 3<>/dev/tcp/127.0.0.1/2222' 2>/dev/null
by_ssh 2222 encvoy-2 alice
like "$(cat $work/ssh.out)" 'I-am-encvoy-2' 'ssh: alice signs in by her browser' || { cat $work/asked; tail -5 $work/sshd.log; } | sed 's/^/# /'
by_ssh 2222 encvoy-2 bob
unlike "$(cat $work/ssh.out)" 'I-am' 'SEC-01: ssh: bob signing in is not alice'

# sudo
may_sudo encvoy-2
by_sudo alice
became_root 'sudo: alice becomes root by her browser'
by_sudo bob
[ "$pam_status" != 0 ]
ok $? "SEC-01: sudo: not by bob's"

# ---- SEC-12: the account phase ------------------------------------------------------------------
sed -i 's/^allow.*/allow = sub:3/' $root/etc/encvoy/encvoy.conf
kill -HUP "$daemon_pid"
wait_for 10 grep -q 'configuration reloaded' $work/encvoyd.log
for s in login sshd sudo su cron; do
  pam_answer $s encvoy-2 '' acct_mgmt
  [ "$pam_status" != 0 ]
  ok $? "SEC-12: $s: who is not allowed any more is refused by the account phase"
done
by_sudo alice
[ "$pam_status" != 0 ]
ok $? 'SEC-12: and by sudo itself, though she can sign in'
sed -i 's/^allow.*/allow = sub:2 sub:3/' $root/etc/encvoy/encvoy.conf

# ---- an outage, then upgrade and reinstall -----------------------------------------------------
daemon_stop
idp_stop
locals_work 'with daemon and provider away'
idp_start
daemon_start
settings >$work/enabled
newer() { # newer VERSION: the same packages as if of that version
  local deb
  mkdir -p $root/newer
  for deb in "${debs[@]}"; do
    rm -rf $work/unpacked
    dpkg-deb -R "$root$deb" $work/unpacked
    sed -i "s/0\.1\.0/$1/" $work/unpacked/DEBIAN/control
    dpkg-deb -b $work/unpacked $root/newer >/dev/null
  done
}
newer 0.1.1
mapfile -t newer_debs < <(cd $root && printf '/%s\n' newer/*.deb)
apt install "${newer_debs[@]}"
ok $? 'apt upgrades them' || tail -30 $work/apt.log | sed 's/^/# /'
is "$(in_root dpkg-query -W -f '${Version} ' encvoyd libpam-encvoy libnss-encvoy libsubid-encvoy)" '0.1.1 0.1.1 0.1.1 0.1.1 ' 'all of them'
is "$(settings)" "$(cat $work/enabled)" 'and what is enabled stays enabled'
daemon_stop
daemon_start
pam_answer token encvoy-2 "$(host_token 2)" authenticate acct_mgmt
is "$pam_status" 0 'a login after the upgrade'
locals_work 'after the upgrade'
apt install --reinstall "${newer_debs[@]}"
ok $? 'apt reinstalls them'
is "$(settings)" "$(cat $work/enabled)" 'and what is enabled stays enabled'
sed -i -E '/^(passwd|group):/s/ encvoy$//' $root/etc/nsswitch.conf
apt install --reinstall "${newer_debs[@]}"
is "$(grep -cE '^(passwd|group):.*encvoy' $root/etc/nsswitch.conf)" 0 'what an administrator took out of nsswitch.conf stays out'
for l in passwd group; do sed -i -E "s/^($l:.*files)/\\1 encvoy/" $root/etc/nsswitch.conf; done

# ---- remove, come back, purge ------------------------------------------------------------------
pam_begin login encvoy-2 # a login is under way
apt remove encvoyd libpam-encvoy libnss-encvoy libsubid-encvoy
ok $? 'apt removes them' || tail -30 $work/apt.log | sed 's/^/# /'
exec 9>&-
rm $root/etc/pam.d/token
is "$(settings)" "$(cat $work/settings)" 'PAM files and nsswitch.conf are as they were before'
locals_work 'with the packages removed and the old daemon still running'
daemon_stop
locals_work 'with the packages removed'
pam_answer login encvoy-2 x authenticate acct_mgmt
[ "$pam_status" != 0 ]
ok $? 'an Encvoy user does not log in any more'
apt install "${debs[@]}"
ok $? 'they come back'
is "$(grep -cE '^(passwd|group):.* encvoy' $root/etc/nsswitch.conf)" 2 'with their lines'
is "$(in_root getent passwd encvoy-2 | cut -d: -f3)" 1879048194 'and with the users they had'
apt purge encvoyd libpam-encvoy libnss-encvoy libsubid-encvoy
ok $? 'apt purges them' || tail -30 $work/apt.log | sed 's/^/# /'
rm -rf $root/newer $root/etc/sudoers.d/test
is "$(settings)" "$(cat $work/settings)" 'PAM files and nsswitch.conf are as they were before'
is "$(cd $root/etc && sha256sum -c --quiet $work/accounts 2>&1)" '' 'so are passwd and group'
is "$(ours)" '' 'nothing of ours is left: by name, by owner, in /etc'
locals_work 'after the purge'

kill $sshd_pid
idp_stop
done_testing
