#!/bin/bash
# SPDX-License-Identifier: MIT
# What the packages do to a machine, from a clean clone to the purge: make check-packages. As root.
# check.sh OUT [TEST...]: everything goes below OUT; with tests named, only these, with the packages
# and the Debian that are there already.
set -u -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(mkdir -p "$1" && cd "$1" && pwd) || exit 1
shift
[ "$(id -u)" = 0 ] || { echo "check-packages: must be run as root" >&2; exit 1; }
bad=0
times=()

part() { # part NAME COMMAND...
  local name=$1 start=$SECONDS rc=0
  shift
  echo "== $name"
  "$@" || rc=$?
  times+=("$(printf '%5d s  %s' $((SECONDS - start)) "$name")")
  return $rc
}

if [ $# = 0 ]; then
  part 'packages' "$here/../packages.sh" packages &&
    part 'test provider (npm)' "$here/../idp/install.sh" &&
    part 'build twice, compare, lintian' "$here/build.sh" "$out" &&
    part 'debootstrap' "$here/root.sh" "$out" || exit 1
  set -- life walk failures boot readme role source autopkgtest rpm authselect
fi
run_test() { ENCVOY_PACKAGES=$out "$here/$1.t" | tee "$out/$1.log"; }
for t in "$@"; do
  part "$t" run_test "$t" || bad=1
  times+=("  $(grep -c '^ok' "$out/$t.log") ok, $(grep -c '^not ok' "$out/$t.log") not ok in $t")
done
echo "== seconds each part took"
printf '%s\n' "${times[@]}"
[ $bad = 0 ] && echo 'check-packages: all is well' || { echo 'check-packages: FAILED'; exit 1; }
