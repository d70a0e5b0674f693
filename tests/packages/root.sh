#!/bin/bash
# SPDX-License-Identifier: MIT
# A fresh Debian with what the tests call there, and with what our packages depend on fetched but not
# installed: from here on no network is needed. root.sh OUT: makes OUT/root; OUT/debs must be there.
set -eu -o pipefail
out=$(cd "$1" && pwd)
root=$out/root
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
tools="pamtester sudo openssh-server uidmap cron procps systemd-standalone-sysusers systemd-standalone-tmpfiles"
here=$(cd "$(dirname "$0")" && pwd)
# for boot.t, readme.t, role.t, source.t, autopkgtest.t and authselect.t
later="systemd libnss-systemd systemd-userdbd dbus
autopkgtest dpkg-dev nodejs npm curl iproute2 openssl
libpam-pwquality cracklib-runtime python3 python3-apt
$("$here/../packages.sh" build list)"

# everything that is mounted here goes with this process
[ -n "${ENCVOY_ROOT_NS:-}" ] || ENCVOY_ROOT_NS=1 exec unshare --mount --pid --fork --kill-child --mount-proc "$0" "$@"

in_root() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }

[ -z "${ENCVOY_KEEP_ROOT:-}" ] && rm -rf "$root"
[ -d "$root/usr/bin" ] || debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" >"$out/debootstrap.log" 2>&1 || {
  tail -20 "$out/debootstrap.log"
  exit 1
}
cp /etc/resolv.conf /etc/hosts "$root/etc/"
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
[ ! -e /etc/apt/apt.conf ] || cp /etc/apt/apt.conf "$root/etc/apt/"
for d in proc sys dev; do
  mount --rbind "/$d" "$root/$d"
done
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
mkdir -p "$root/debs"
cp "$out"/debs/*.deb "$root/debs/"
{
  in_root apt-get update
  # shellcheck disable=SC2086 # a list of words
  in_root apt-get install -y --no-install-recommends $tools
  # shellcheck disable=SC2046,SC2086
  in_root apt-get install -y --no-install-recommends --download-only \
    $(cd "$root" && ls ./debs/*.deb) $later
} >"$out/apt.log" 2>&1 || {
  tail -20 "$out/apt.log"
  exit 1
}
rm -r "$root/debs"
(cd "$out" && rm -f selinux-policy-default_*.deb && apt-get download -q selinux-policy-default) >>"$out/apt.log" 2>&1 # for rpm.t
echo "a fresh $suite in $root"
