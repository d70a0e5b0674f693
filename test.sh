#!/bin/bash
# SPDX-License-Identifier: MIT
# Everything from a bare Debian: installs what is needed, builds, runs every test. The last line is
# "N passed, N failed, N skipped"; the exit status is 0 only when nothing failed.
set -u -o pipefail
cd "$(dirname "$0")" || exit 1
top=$PWD
jobs=$(nproc)
export CONFIG_SHELL=/bin/dash # libtool is a shell script: dash runs it in half of bash's time
passed=0
failed=0
skipped=0
times=()
distcheck= # the process that runs beside the rest

took() { times+=("$(printf '%5d s  %s' $((SECONDS - $2)) "$1")"); } # took NAME START

# part NAME COMMAND...: runs it, says how long it took, stops everything when it fails
part() {
  local name=$1 start=$SECONDS
  shift
  echo "== $name"
  if ! "$@"; then
    echo "== $name FAILED after $((SECONDS - start)) s"
    failed=$((failed + 1))
    [ -z "$distcheck" ] || kill "$distcheck"
    finish
  fi
  took "$name" $start
}

# Adds up the TAP results below a folder (automake's .trs files).
count() {
  local p f s
  p=$(cat "$@" 2>/dev/null | grep -cE '^:test-result: (PASS|XFAIL)')
  f=$(cat "$@" 2>/dev/null | grep -cE '^:test-result: (FAIL|ERROR|XPASS)')
  s=$(cat "$@" 2>/dev/null | grep -cE '^:test-result: SKIP')
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

# What the failed tests below a folder printed.
explain() {
  local log
  find "$1" -name '*.trs' -exec grep -lE '^:test-result: (FAIL|ERROR|XPASS)' {} + |
    sed 's/trs$/log/' | while read -r log; do
    echo "-- $log"
    grep -vE '^(ok|PASS:) ' "$log" | tail -60
  done
}

# A test run whose failures are counted, not fatal: run NAME DIR TARGET
run() {
  local name=$1 dir=$2 start=$SECONDS before=$failed rc=0 trs
  echo "== $name"
  find "$dir/tests" -name '*.trs' -delete
  make -C "$dir" -s -j"$jobs" "$3" >"$dir/suite.out" 2>&1 || rc=$?
  mapfile -t trs < <(find "$dir/tests" -name '*.trs')
  count "${trs[@]}"
  if [ "$rc" != 0 ]; then
    grep -hE '^(FAIL|ERROR|XPASS)' "$dir/suite.out" || tail -30 "$dir/suite.out"
    explain "$dir/tests"
    [ "$failed" != "$before" ] || failed=$((failed + 1))
  fi
  took "$name" $start
}

# The provider's own tests: it must behave as Encvoy ID does.
provider_tests() {
  local start=$SECONDS p f
  echo "== tests of the test provider"
  (cd tests/idp && node --test test) >build/provider.out 2>&1
  p=$(sed -nE 's/^(# |ℹ )pass ([0-9]+)$/\2/p' build/provider.out | tail -1)
  f=$(sed -nE 's/^(# |ℹ )fail ([0-9]+)$/\2/p' build/provider.out | tail -1)
  passed=$((passed + ${p:-0})) failed=$((failed + ${f:-1}))
  [ "${f:-1}" = 0 ] || grep -A 30 '^not ok' build/provider.out || tail -60 build/provider.out
  took 'tests of the test provider' $start
}

finish() {
  echo "== seconds each part took"
  printf '%s\n' "${times[@]}"
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]
  exit
}

configure_in() { # configure_in DIR OPTIONS...
  local dir=$1
  shift
  mkdir -p "$dir"
  (cd "$dir" && $CONFIG_SHELL "$top/configure" -q --prefix=/usr --sysconfdir=/etc --localstatedir=/var \
    --runstatedir=/run --libdir="/usr/lib/$(gcc -print-multiarch)" "$@")
}

build() { make -C "$1" -s -j"$jobs"; }

# Builds from the tarball, runs the unit tests there, installs and removes everything, while the rest
# goes on. automake prints the sums only, and keeps the logs when something failed.
start_distcheck() {
  distcheck_began=$SECONDS
  ENCVOY_VECTORS=${ENCVOY_VECTORS:-$top/../shared/vectors} make -C build -j"$jobs" distcheck \
    DISTCHECK_CONFIGURE_FLAGS="--enable-werror --enable-asan CC=clang CFLAGS='-O1 -gline-tables-only'" >build/distcheck.out 2>&1 &
  distcheck=$!
}
distcheck_ended() {
  local out=build/distcheck.out rc=0 p f s
  local name='make distcheck (clang, ASan+UBSan): unit tests, style, corpora'
  echo "== $name"
  wait $distcheck || rc=$?
  p=$(summary PASS $out) f=$(($(summary FAIL $out) + $(summary XPASS $out) + $(summary ERROR $out)))
  s=$(summary SKIP $out)
  [ "$rc" = 0 ] || { explain build/nss-pam-encvoy-*; [ "$f" != 0 ] || { tail -40 $out; f=1; }; }
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  took "$name" $distcheck_began
}
summary() { sed -nE "s/^# $1: +([0-9]+)$/\\1/p" "$2" | grep . || echo 0; }

clean_tree() { # what the build leaves behind must be ignored
  local out
  out=$(git status --porcelain 2>/dev/null) || return 0
  [ -z "$out" ] || { echo "$out"; false; }
}

part 'packages' tests/packages.sh test
part 'autoreconf' autoreconf -fi
part 'configure' configure_in build --enable-werror
part 'build (gcc, -Werror)' build build
start_distcheck
part 'test provider (npm)' tests/idp/install.sh
provider_tests
run 'system tests' build check-system
run 'unit tests that a sanitizer would disturb' build check-plain
distcheck_ended
part 'git status is empty' clean_tree
finish
