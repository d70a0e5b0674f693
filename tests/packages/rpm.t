#!/bin/bash
# SPDX-License-Identifier: MIT
# The RPMs: rpmbuild makes them from the tarball of the clone that build.sh has built, with Debian's
# folders, so that authselect.t can install them. Their files, scripts and the SELinux policy are looked at.
# shellcheck disable=SC2034
own_machine=1 ENCVOY_SANDBOX=1
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
packages=${ENCVOY_PACKAGES:?}
tree=$packages/first/nss-pam-encvoy
out=$packages/rpm
rm -rf "$out"
mkdir -p "$out" $work
: >$work/encvoyd.log
[ -e "$tree/Makefile" ] || die "nothing is built in $tree: run tests/packages/check.sh"
version=$(sed -n 's/^AC_INIT(\[[^]]*\], \[\([^]]*\)\].*/\1/p' "$tree/configure.ac")
name=nss-pam-encvoy-$version
libdir=/usr/lib/$(gcc -print-multiarch)

# ---- build ---------------------------------------------------------------------------------------
make -s -C "$tree" dist >"$out/dist.log" 2>&1
ok $? 'make dist' || tail -20 "$out/dist.log" | sed 's/^/# /'
rpmbuild -ta --nodeps --define "_topdir $out" --define "_libdir $libdir" "$tree/$name.tar.xz" >"$out/build.log" 2>&1
ok $? "rpmbuild -ta $name.tar.xz" || tail -40 "$out/build.log" | sed 's/^/# /'
mapfile -t rpms < <(find "$out/RPMS" -name '*.rpm' | sort)
is "$(rpm -qp --qf '%{NAME} %{VERSION} ' "${rpms[@]}" 2>/dev/null | sed "s/ $version / /g")" \
  'encvoyd-selinux encvoyd libsubid-encvoy nss-encvoy pam-encvoy ' "the packages, of version $version" ||
  printf '# %s\n' "${rpms[@]}"
[ -e "$out/SRPMS/$name-1.src.rpm" ]
ok $? 'and the source package'

# ---- files ---------------------------------------------------------------------------------------
rpm -qp --qf '[%{FILEMODES:perms} %{FILEUSERNAME}:%{FILEGROUPNAME} %{FILENAMES}\n]' "${rpms[@]}" >"$out/files"
is "$(grep -E '^.{3,9}[sStT]' "$out/files")" '' 'nothing is setuid, setgid or sticky'
is "$(grep -E '^[^l].{4}w|^[^l].{7}w' "$out/files")" '' 'or written by others than its owner'
is "$(grep -v ' root:root ' "$out/files")" 'drwxr-xr-x encvoy:encvoy /var/cache/encvoy
drwx------ encvoy:encvoy /var/lib/encvoy' 'all is root'\''s but the folders of encvoyd' || sed 's/^/# /' "$out/files"
# rpmbuild -ta takes its own tree away
make -s -C "$tree" install DESTDIR="$out/installed" systemdsystemunitdir=/usr/lib/systemd/system >/dev/null 2>&1
ours='/\.build-id/|/share/authselect/|/share/selinux/|/share/licenses/|/var/lib/selinux/|man8/(encvoyd-|encvoy-userdbd)|/encvoy.conf$'
not_there="\\.la$|^/etc/apparmor.d/|^/usr/share/pam-configs/|^$libdir/libnss_encvoy.so$"
is "$(diff <(cd "$out/installed" && find . ! -type d | sed 's/^\.//' | grep -vE "$not_there" | sort) \
  <(grep -v '^d' "$out/files" | cut -d' ' -f3- | sed '/\/man\//s/\.gz$//' | grep -vE "$ours" | sort -u) | grep '^[<>]')" '' \
  'the packages have what make install installs'
is "$(rpm -qpl "${rpms[@]}" | grep -E '/share/authselect/' | sed 's|.*/||' | sort | tr '\n' ' ')" \
  "$( (cd "$top/rpm/authselect" && ls; echo encvoy) | LC_ALL=C sort | tr '\n' ' ')" 'and the authselect profile'
is "$(rpm -qpc "${rpms[@]}" | tr '\n' ' ')" '/etc/encvoy/encvoy.conf /etc/fail2ban/filter.d/encvoyd.conf ' 'configuration files'
is "$(rpm -qp --requires "$out"/RPMS/*/{nss,pam,libsubid}-encvoy-*.rpm | grep -E 'curl|ssl|sqlite|json')" '' \
  'the modules need neither network nor database libraries'

# ---- scripts -------------------------------------------------------------------------------------
n=0
bad=
for f in "${rpms[@]}"; do
  for tag in PREIN POSTIN PREUN POSTUN PRETRANS POSTTRANS; do
    rpm -qp --qf "%{$tag}" "$f" >"$out/script"
    [ "$(cat "$out/script")" != '(none)' ] || continue
    n=$((n + 1))
    sh -n "$out/script" 2>&1 && shellcheck -s sh -S warning "$out/script" && ! grep -nE '%[{a-z_]' "$out/script" ||
      bad+=" $(basename "$f"):$tag"
  done
done
[ $n -ge 8 ] && [ -z "$bad" ]
ok $? "$n scripts are valid, without a macro left over" || echo "#$bad"
rpmlint -c "$top/tests/packages/rpmlint.toml" "$top/rpm/nss-pam-encvoy.spec" "${rpms[@]}" >"$out/rpmlint.log" 2>&1
ok $? 'rpmlint finds no error' || sed 's/^/# /' "$out/rpmlint.log"

# ---- SELinux -------------------------------------------------------------------------------------
# linked with all of Debian's policy, whose assertions it must not break
se=$out/selinux
mkdir "$se" "$se/debian"
(cd "$se" && rpm2cpio "$out"/RPMS/noarch/encvoyd-selinux-*.rpm | cpio -id --quiet) &&
  dpkg-deb -x "$packages"/selinux-policy-default_*.deb "$se/debian"
find "$se" -name '*.pp.bz2' -exec bunzip2 {} +
mapfile -t modules < <(find "$se/debian" -name '*.pp' ! -name base.pp)
semodule_link -o "$se/linked" "$se"/debian/usr/share/selinux/default/base.pp "${modules[@]}" \
  "$se"/usr/share/selinux/packages/targeted/encvoy.pp >"$se/log" 2>&1 && semodule_expand "$se/linked" "$se/policy" >>"$se/log" 2>&1
ok $? 'the SELinux module fits into a policy' || tail -5 "$se/log" | sed 's/^/# /'
may() { # may SOURCE TARGET CLASS PERMISSION: rules that allow it, of the domains that are confined
  sesearch -A ${1:+-s "$1"} ${2:+-t "$2"} -c "$3" -p "$4" "$se/policy" 2>&1 | grep -vE '^$|unconfined_domain_type'
}
for domain in sshd_t local_login_t sudodomain httpd_t; do
  [ -n "$(may $domain encvoy_cache_t file map)" ] && [ -n "$(may $domain encvoyd_t unix_stream_socket connectto)" ]
  ok $? "$domain reads the map and reaches encvoyd"
done
for domain in encvoyd_t encvoyd_evict_t encvoy_userdbd_t; do
  is "$(may $domain '' tcp_socket name_connect)" '' "SEC-36: $domain has no network"
done
[ -n "$(may encvoyd_online_t http_port_t tcp_socket name_connect)" ]
ok $? 'encvoyd_online_t has'
is "$(may encvoyd_online_t encvoy_var_lib_t file read)" '' 'SEC-36: but not the database'
is "$(may encvoyd_online_t encvoy_cache_t file write)" '' 'nor may it write the map'
is "$(may '' encvoyd_online_t unix_stream_socket connectto | grep -v encvoyd_t)" '' 'to which encvoyd alone may talk'
is "$(sesearch -A -t encvoy_var_lib_t -dt -c file -p write "$se/policy" | cut -d' ' -f2)" encvoyd_t 'the database is written by encvoyd'
done_testing
