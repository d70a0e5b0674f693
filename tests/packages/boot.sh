# SPDX-License-Identifier: MIT
# The test's Debian booted by a real systemd, as process 1 of a container with a cgroup of its own: boot,
# inside COMMAND..., halt, shut_down. What lib.sh calls is called inside from then on.
#
# shellcheck shell=bash disable=SC2034,SC2154
group=
for g in /sys/fs/cgroup/unified /sys/fs/cgroup; do
  [ "$(stat -f -c %T $g)" = cgroup2fs ] && group=$g/encvoy-test-$RANDOM$RANDOM && break
done
if [ -z "$group" ] || ! mkdir "$group" 2>/dev/null; then
  skip 'the units under systemd' 'no cgroup of version 2 can be made here'
  done_testing
fi
apt install systemd libnss-systemd systemd-userdbd dbus || die "systemd: $(tail -5 $work/apt.log)"

# What the container has of the machine's devices.
devices() {
  local d
  mount -t tmpfs -o mode=755 tmpfs $root/dev
  for d in null zero full random urandom tty; do
    cp -a /dev/$d $root/dev/
  done
  mkdir $root/dev/pts $root/dev/shm
  mount -t devpts -o newinstance,ptmxmode=666 devpts $root/dev/pts
  ln -s pts/ptmx $root/dev/ptmx
}
boot() { # also for the second time, after halt
  echo host1.example.test >$root/etc/hostname
  umount -R $root/sys $root/dev
  mountpoint -q $root/run && umount $root/run $root/proc
  mount -t sysfs -o ro sysfs $root/sys
  devices
  # shellcheck disable=SC2016
  (echo $BASHPID >"$group/cgroup.procs" && exec unshare --cgroup --mount --pid --fork --kill-child bash -c '
    mount --make-rshared "$1" && mount -t cgroup2 cgroup2 "$1/sys/fs/cgroup" && mount -t proc proc "$1/proc" &&
    exec chroot "$1" env -i container=test PATH=/usr/sbin:/usr/bin /lib/systemd/systemd --log-target=journal-or-kmsg' \
    - $root) >$work/console 2>&1 &
  container_pid=$!
  init_pid=
  wait_for 10 find_init && wait_for 60 booted && wrap_inside pamtester encvoyctl
}
find_init() { init_pid=$(pgrep -n -x systemd) && [ -n "$init_pid" ]; }
booted() { [[ $(inside systemctl is-system-running 2>/dev/null) =~ running|degraded ]]; }
wrap_inside() { # wrap_inside NAME...
  local name
  for name; do
    printf '#!/bin/sh\nexec nsenter -t %s -m -p -C -r -w env -i PATH=%s HOME=/root LC_ALL=C.UTF-8 stdbuf -o0 %s "$@"\n' \
      "$init_pid" "$path" "$name" >"$work/bin/$name"
    chmod 755 "$work/bin/$name"
  done
}
halt() { # the container's processes end, as far as they can
  inside systemctl poweroff >/dev/null 2>&1
  wait_for 30 ended || kill -9 "$init_pid" 2>/dev/null
  init_pid=
}
ended() { ! kill -0 "$container_pid" 2>/dev/null; }
shut_down() {
  halt
  wait_for 10 rmdir "$group" 2>/dev/null || { find "$group" -depth -type d -exec rmdir {} +; } 2>/dev/null
}

inside() { nsenter -t "$init_pid" -m -p -C -r -w env -i PATH=$path HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
in_root() { if [ -n "${init_pid:-}" ]; then inside "$@"; else chroot $root env -i PATH=$path HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"; fi; }
joe() {
  inside setpriv --reuid "$(uid_of localjoe)" --regid "$(uid_of localjoe)" --init-groups \
    env -i PATH=$path HOME=/home/localjoe LC_ALL=C "$@"
}
state() { inside systemctl show -P ActiveState -P SubState -P Result "$@" | tr '\n' ' '; }
main_pid() { inside systemctl show -P MainPID "$1"; }
is_active() { [ "$(inside systemctl is-active "$1")" = active ]; }
