# SPDX-License-Identifier: MIT
# For the shell tests of encvoyctl: TAP, and a private mount namespace in which the directories
# that are compiled in are empty and ours.
#
# shellcheck shell=bash disable=SC2034
set -u -o pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=tests/unit/tap.sh
. "$top/tests/unit/tap.sh"
build=$(cd "${top_builddir:-$top/build}" && pwd)
ctl=$build/encvoyctl
# half the time that a sanitized program takes is its search for leaks: the tests in C do that
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0}

# private: re-executes the calling script as root in a namespace of its own, or skips all of it.
private() {
  [ -z "${ENCVOY_CTL_PRIVATE:-}" ] || return 0
  if [ "$(id -u)" != 0 ] || ! unshare --mount --propagation private true 2>/dev/null; then
    echo "1..0 # SKIP needs root for a private mount namespace"
    exit 0
  fi
  ENCVOY_CTL_PRIVATE=1 exec unshare --mount --pid --fork --kill-child \
    --mount-proc --propagation private -- \
    "$BASH" "$0" "$@"
}

# What is written below DIR from now on stays here.
overlaid=()
overlay() { # overlay DIR
  local id=$work/layers/${1//\//_} d
  for d in "${overlaid[@]}"; do
    [[ $1/ != "$d"/* ]] || return 0
  done
  overlaid+=("$1")
  mkdir -p "$id.up" "$id.work"
  mount -t overlay overlay -o "lowerdir=$1,upperdir=$id.up,workdir=$id.work" "$1" ||
    skip_all "no overlayfs over $1"
}

# Makes DIR ours and empty, whether it exists or not.
cover() { # cover DIR
  local d=$1
  if [ -d "$d" ]; then
    mount -t tmpfs -o mode=755 tmpfs "$d" || skip_all "no tmpfs"
    return
  fi
  while [ ! -d "$d" ]; do d=$(dirname "$d"); done
  overlay "$d"
  mkdir -p "$1"
}

skip_all() {
  echo "1..0 # SKIP $*"
  exit 0
}

# A clone may lie in root's home: what runs as nobody has to get there.
open_up() { # open_up DIR
  [ "$1" = / ] && return
  open_up "$(dirname "$1")"
  (($(stat -c %a "$1") % 2)) || overlay "$1"
}

private_dirs() { # sets conf_dir, run_dir, cache_dir and work, an empty folder
  work=$(mktemp -d) && mount -t tmpfs -o mode=755 tmpfs "$work" || skip_all "no tmpfs"
  trap 'cd /; umount -l "$work" && rmdir "$work"' EXIT
  open_up "$build"
  { read -r conf_dir && read -r run_dir && read -r cache_dir; } < <("$build/tests/unit/ctl_fake" paths)
  overlay /etc
  cover "$conf_dir"
  cover "$run_dir"
  cover "$cache_dir"
}

# run ARGS...: encvoyctl with nothing on standard input; sets out, err and rc.
run() {
  out=$("$ctl" "$@" 2>"${work:-/tmp}/err.$$" </dev/null)
  rc=$?
  err=$(<"${work:-/tmp}/err.$$")
  [ -n "${work:-}" ] || rm -f "/tmp/err.$$"
}

idp=$top/tests/idp
# The test provider, on free ports: sets idp_pid, issuer, control, ca.
idp_start() { # idp_start [options of server.js]
  command -v node >/dev/null && command -v curl >/dev/null || skip_all "needs node and curl"
  [ -d "$idp/node_modules/oidc-provider" ] || skip_all "needs the provider: make idp"
  mkdir -p "$work/idp"
  node "$idp/server.js" --port 0 --control-port 0 --state-dir "$work/idp" "$@" \
    >"$work/idp.out" 2>"$work/idp.log" &
  idp_pid=$!
  wait_for 30 test -s "$work/idp/ready.json" || { echo "Bail out! no provider"; exit 99; }
  issuer=$(sed 's/.*"issuer":"\([^"]*\)".*/\1/' "$work/idp/ready.json")
  control=http://127.0.0.1:$(sed 's/.*"control":\([0-9]*\).*/\1/' "$work/idp/ready.json")
  ca=$work/idp/ca.pem
}
control() { # control PATH [JSON]
  curl -sS ${2:+-H content-type:application/json -d "$2"} "$control$1"
}

wait_for() { # wait_for SECONDS COMMAND...: until it succeeds; asked often at first, then less so
  local end=$((SECONDS + $1)) pause=20
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep "0.$(printf %03d $pause)"
    [ $pause -gt 200 ] || pause=$((pause * 5 / 4))
  done
}
