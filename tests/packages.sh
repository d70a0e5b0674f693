#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what building (build), the demonstration (demo), the tests (test), the measurements
# (bench) or the packages (packages) need on Debian 12 or newer. Each list is complete: nothing
# is taken for granted but the base system and git.
set -eu

build="gcc libc6-dev make autoconf automake libtool pkg-config libpam0g-dev libcurl4-openssl-dev
libssl-dev libjson-c-dev libsqlite3-dev libqrencode-dev libsystemd-dev gettext libcrypt-dev
libpwquality-dev"
run="nodejs npm openssl ca-certificates curl pamtester libpam-modules iproute2 util-linux passwd
procps coreutils jq"
tests="clang libclang-rt-dev clang-format shellcheck strace binutils valgrind xz-utils
systemd libpam-wrapper libnss-wrapper git sqlite3 openssh-client uidmap systemd-userdbd nscd cron sudo
openssh-server vlock polkitd dbus apparmor mandoc
apache2 libapache2-mod-authnz-pam nginx libnginx-mod-http-auth-pam dovecot-imapd chromium-headless-shell
fonts-dejavu-core fail2ban cracklib-runtime zsh rsync"
# the Ansible role (make check-ansible)
ansible="ansible-core"
# building and checking the packages of Debian and Fedora (make check-packages)
packages="debhelper dpkg-dev dh-apparmor lintian debootstrap git openssh-client apparmor shellcheck
rpm rpm2cpio cpio bzip2 rpmlint selinux-policy-dev semodule-utils setools ansible-core"
# the peers are no part of it: make bench fetches them, and installs them in namespaces only
bench="strace iproute2 util-linux passwd procps coreutils apache2 apache2-utils libapache2-mod-authnz-pam nginx
nodejs openssl jq"

case ${1:-build} in
  build) list=$build ;;
  demo) list="$build $run" ;;
  test) list="$build $run $tests" ;;
  ansible) list="$build $run $tests $ansible" ;;
  bench) list="$build $bench" ;;
  packages) list="$build $run $packages" ;;
  *) echo "usage: $0 build|demo|test|ansible|bench|packages [list]" >&2; exit 2 ;;
esac
[ "${2:-}" != list ] || { echo $list; exit 0; }

export DEBIAN_FRONTEND=noninteractive
missing=
for p in $list; do
  case $p in
    libclang-rt-dev)
      # a package of that name exists from Debian 13 on; Debian 12 has it per version
      apt-cache show $p >/dev/null 2>&1 || p=libclang-rt-14-dev ;;
    nodejs) command -v node >/dev/null && continue ;;
    npm) command -v npm >/dev/null && continue ;;
  esac
  dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
if [ -n "$missing" ]; then
  # what comes as a service is not started: the tests start their own
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
  fi
  apt-get update -qq
  # shellcheck disable=SC2086 # a list of words
  apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi
