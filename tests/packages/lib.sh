# SPDX-License-Identifier: MIT
# The ground of the package tests: a Debian of its own (tests/packages/root.sh made it), with an
# overlay on top, so that every test begins with it fresh. The test provider runs outside of it, in
# the same network namespace. Programs of the machine are called by wrappers of their names.
#
# shellcheck shell=bash disable=SC2034 # what is set here is for those who source it
packages=${ENCVOY_PACKAGES:-${top_builddir:-$PWD}/packages}
own_machine=1
# shellcheck source=tests/system/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../system/lib.sh"

root=$work/root
path=/usr/sbin:/usr/bin:/sbin:/bin

in_root() { chroot $root env -i PATH=$path HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"; }

# What lib.sh calls by its name is the machine's.
wrap() { # wrap NAME...
  local name
  for name; do
    printf '#!/bin/sh\nexec chroot %s env -i PATH=%s HOME=/root LC_ALL=C.UTF-8 stdbuf -o0 %s "$@"\n' "$root" "$path" "$name" \
      >"$work/bin/$name"
    chmod 755 "$work/bin/$name"
  done
}

machine_up() {
  [ -d "$packages/root/usr" ] || die "no Debian in $packages/root: run tests/packages/check.sh"
  private_tmp
  mkdir -p $root $work/up $work/lower $work/bin
  mount -t tmpfs tmpfs $work/up
  mkdir $work/up/up $work/up/work
  mount --bind "$packages/root" $work/lower
  mount -t overlay overlay -o "lowerdir=$work/lower,upperdir=$work/up/up,workdir=$work/up/work" $root ||
    die "cannot lay an overlay over the Debian"
  mount -t proc proc $root/proc
  mount --rbind /sys $root/sys
  mount --rbind /dev $root/dev
  mount -t tmpfs -o mode=755 tmpfs $root/run
  hostname host1.example.test
  ip link set lo up || die "no loopback"
  printf '127.0.0.1 localhost host1.example.test id.encvoy.test\n' >$root/etc/hosts
  cp $root/etc/hosts $work/hosts
  mount --bind $work/hosts /etc/hosts
  rm -f $root/usr/sbin/policy-rc.d
  mkdir $root/debs
  mount --bind "$packages/debs" $root/debs
  wrap pamtester encvoyctl encvoyd
  PATH=$work/bin:$PATH
  : >$work/encvoyd.log
  in_root useradd --create-home --shell /bin/bash localjoe
  in_root usermod -aG sudo localjoe
  printf 'localjoe:joes-password\nroot:roots-password\n' | in_root chpasswd
  # no waiting where a refusal is what is expected
  sed -i 's/pam_unix.so nullok/& nodelay/' $root/usr/share/pam-configs/unix
  in_root pam-auth-update --package
  # whoever calls apt says yes, and has only what root.sh has fetched
  printf '%s;\n' 'APT::Get::Assume-Yes "true"' 'APT::Install-Recommends "false"' 'APT::Sandbox::User "root"' \
    'APT::Get::List-Cleanup "false"' 'Dpkg::Use-Pty "0"' >$root/etc/apt/apt.conf.d/99test
}

debs() { (cd "$packages/debs" && printf '/debs/%s\n' "$@"); } # debs NAME_*.deb...
all_debs() { (cd "$packages/debs" && for f in *.deb; do [[ $f = *dbgsym* ]] || echo "/debs/$f"; done); }
apt() { in_root apt-get -q "$@" >>$work/apt.log 2>&1; }

# ---- local users ---------------------------------------------------------------------------------
joe() { # joe COMMAND...: as localjoe, without PAM
  chroot $root setpriv --reuid "$(uid_of localjoe)" --regid "$(uid_of localjoe)" --init-groups \
    env -i PATH=$path HOME=/home/localjoe LC_ALL=C "$@"
}
uid_of() { awk -F: -v n="$1" '$1 == n { print $3 }' $root/etc/passwd; }

local_trouble() { # prints what of a local user's or root's does not work
  local out
  out=$(printf 'joes-password\n' | pamtester login localjoe authenticate acct_mgmt open_session close_session 2>&1) ||
    echo "login localjoe: $out"
  out=$(printf 'roots-password\n' | pamtester login root authenticate acct_mgmt open_session close_session 2>&1) ||
    echo "login root: $out"
  out=$(printf 'joes-password\nJupiter-9-moons\nJupiter-9-moons\n' | joe passwd 2>&1) || echo "passwd: $out"
  out=$(printf 'Jupiter-9-moons\n' | joe sudo -k -S id -u 2>/dev/null)
  [ "$out" = 0 ] || echo "sudo with the new password: $out"
  printf 'localjoe:joes-password\n' | in_root chpasswd || echo "chpasswd"
  out=$(printf 'joes-password\n' | joe su localjoe -c 'id -un' 2>/dev/null)
  [ "$out" = localjoe ] || echo "su localjoe: $out"
  out=$(in_root su - localjoe -c 'id -un' 2>&1)
  [ "$out" = localjoe ] || echo "su by root: $out"
}
locals_work() { # locals_work WHEN
  is "$(local_trouble)" '' "SEC-46: login, passwd, chpasswd, sudo and su of local users work $1"
}

# ---- ours ----------------------------------------------------------------------------------------
# After encvoyctl enroll, as README.Debian says; without systemd encvoyd is its own supervisor.
enrol() {
  cp $work/idp/ca.pem $root/etc/ssl/encvoy-test-ca.pem
  encvoyctl enroll $issuer --client-id host --ca-file /etc/ssl/encvoy-test-ca.pem --allow 'sub:2 sub:3' \
    --yes >$work/enroll.out 2>&1
}
enable_profile() { in_root pam-auth-update --enable encvoy encvoy-passphrase; }
listener_pid() { pgrep -u "$(uid_of encvoy)" -o -x encvoyd; }

# A service that asks for tokens, with the packaged profile's very lines.
token_service() {
  sed 's/pam_encvoy.so/& methods=token/' $root/etc/pam.d/common-auth >$root/etc/pam.d/token
  sed 's/pam_encvoy.so/& methods=token/' $root/etc/pam.d/common-account >>$root/etc/pam.d/token
  printf '@include common-session\n' >>$root/etc/pam.d/token
}

# ---- the programs --------------------------------------------------------------------------------
by_ssh() { # by_ssh PORT USER SIGNS_IN [COMMAND]: by keyboard-interactive; an address is opened in SIGNS_IN's browser
  cat >$work/askpass <<EOF
#!/bin/bash
printf '%s\n' "\$1" >>$work/asked
url=\$(cat $work/asked $work/ssh.out | grep -oE 'https://[^ ]+' | tail -1)
node $idp/drive.js browse --ca $ca --user "\$(cat $work/signs-in)" "\$url"
EOF
  chmod 755 $work/askpass
  rm -f $work/asked
  : >$work/asked
  : >$work/ssh.out
  printf '%s' "$3" >$work/signs-in
  SSH_ASKPASS=$work/askpass SSH_ASKPASS_REQUIRE=force timeout 60 setsid ssh -p "$1" -o StrictHostKeyChecking=no \
    -o UserKnownHostsFile=/dev/null -o PreferredAuthentications=keyboard-interactive \
    -o NumberOfPasswordPrompts=1 "$2@127.0.0.1" "${4:-echo I-am-\$(id -un)}" </dev/null >>$work/ssh.out 2>&1
}
may_sudo() { # may_sudo USER
  echo "$1 ALL=(ALL) ALL" >$root/etc/sudoers.d/test
  chmod 440 $root/etc/sudoers.d/test
}
by_sudo() { # by_sudo SIGNS_IN: encvoy-2's own sudo
  rm -f $work/pam.in
  mkfifo $work/pam.in
  in_root setpriv --reuid 1879048194 --regid 1879048194 --clear-groups env -i PATH=$path LC_ALL=C.UTF-8 \
    timeout 60 sudo -k -S id -u <$work/pam.in >$work/pam.out 2>&1 &
  pam_pid=$!
  exec 9>$work/pam.in
  browse "$1" "$(pam_address)" >&9
  pam_end
}
became_root() { # became_root NAME: of the last by_sudo
  is "$pam_status:$(tail -1 $work/pam.out | grep -o '0$')" 0:0 "$1" || sed 's/^/# /' $work/pam.out
}

machine_up
