#!/bin/bash
# SPDX-License-Identifier: MIT
# Installations and removals that stop half-way: local users are served at each point (SEC-46), and what
# apt and dpkg offer for repair repairs it.
# shellcheck source=tests/packages/lib.sh disable=SC2034
. "$(dirname "$0")/lib.sh"

mapfile -t debs < <(all_debs)
settings() { (cd $root/etc && sha256sum nsswitch.conf pam.d/*); }
settings >$work/settings
dpkg() { in_root dpkg "$@" >>$work/apt.log 2>&1; }
status_of() { in_root dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null; }
fail_with() { # fail_with PROGRAM: it fails from now on
  mv "$root$1" "$root$1.real"
  printf '#!/bin/sh\necho "no space left on device" >&2\nexit 1\n' >"$root$1"
  chmod 755 "$root$1"
}
mend() { mv "$root$1.real" "$root$1"; }

# ---- unpacked, not configured --------------------------------------------------------------------
dpkg --unpack "${debs[@]}"
locals_work 'with the packages unpacked only'
is "$(settings)" "$(cat $work/settings)" 'nothing has been changed yet'
apt -f install
ok $? 'apt -f install goes on'
is "$(status_of libpam-encvoy) $(status_of libnss-encvoy)" 'installed installed' 'to the end'
apt purge encvoyd libpam-encvoy libnss-encvoy libsubid-encvoy
is "$(settings)" "$(cat $work/settings)" 'and back'

# ---- a postinst that fails -----------------------------------------------------------------------
fail_with /usr/sbin/pam-auth-update
apt install "${debs[@]}"
[ $? != 0 ]
ok $? 'pam-auth-update fails: so does the installation'
is "$(status_of libpam-encvoy)" half-configured 'which dpkg knows'
locals_work 'with libpam-encvoy half configured'
mend /usr/sbin/pam-auth-update
dpkg --configure -a
is "$(status_of libpam-encvoy)" installed 'dpkg --configure -a repairs it'

# ---- an upgrade that fails with the profile enabled ----------------------------------------------
idp_start
enrol
daemon_start
enable_profile
token_service
pam_answer token encvoy-2 "$(host_token 2)" authenticate acct_mgmt
is "$pam_status" 0 'a login'
cp $root/etc/pam.d/token $work/token
fail_with /usr/sbin/pam-auth-update
apt install --reinstall "${debs[@]}"
[ $? != 0 ]
ok $? 'a postinst fails in an upgrade'
locals_work 'with the upgrade stuck'
pam_answer token encvoy-2 "$(host_token 2)" authenticate acct_mgmt
is "$pam_status" 0 'Encvoy users log in, too'
mend /usr/sbin/pam-auth-update
dpkg --configure -a
is "$(status_of libpam-encvoy)" installed 'dpkg --configure -a repairs it'

# ---- a removal that fails ------------------------------------------------------------------------
settings >$work/enabled
fail_with /usr/sbin/pam-auth-update
apt remove libpam-encvoy
[ $? != 0 ]
ok $? 'a prerm fails: the package stays'
[ -e "$(find $root/usr/lib -name pam_encvoy.so)" ]
ok $? 'and so does the module'
locals_work 'with the removal stuck'
mend /usr/sbin/pam-auth-update
dpkg --configure -a
apt remove libpam-encvoy
ok $? 'removed at the second attempt'
is "$(grep -l encvoy $root/etc/pam.d/common-*)" '' 'with its lines'
locals_work 'after that'
apt install "${debs[@]}"
enable_profile

# ---- files that are gone -------------------------------------------------------------------------
rm -f $root/usr/lib/*/security/pam_encvoy.so $root/usr/lib/*/libnss_encvoy.so.2*
locals_work 'with both modules deleted'
pam_answer token encvoy-2 "$(host_token 2)"
[ "$pam_status" != 0 ]
ok $? 'and an Encvoy user is refused'
rm -f $root/usr/sbin/encvoyd $root/usr/libexec/encvoyd-online
apt install --reinstall "${debs[@]}"
pam_answer token encvoy-2 "$(host_token 2)" authenticate acct_mgmt
is "$pam_status" 0 'apt --reinstall repairs it'
rm $root/etc/nsswitch.conf
apt remove libnss-encvoy libsubid-encvoy
ok $? 'without any nsswitch.conf libnss-encvoy can be removed'
[ ! -e $root/etc/nsswitch.conf ]
ok $? 'and makes none'
locals_work 'without nsswitch.conf'

# ---- a profile that the administrator has edited ------------------------------------------------
# pam-auth-update keeps its hands off such files, so that the lines stay when the module goes
sed -i 's/^account.*pam_unix.so.*/& # by hand/; 1i # edited' $root/etc/pam.d/common-account
sed -i 's/^auth.*pam_unix.so.*/auth [success=1 default=ignore] pam_unix.so try_first_pass/' $root/etc/pam.d/common-auth
apt purge libpam-encvoy
locals_work 'after a removal from PAM files that were edited'

daemon_stop
idp_stop
done_testing
