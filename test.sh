#!/bin/bash
# SPDX-License-Identifier: MIT
# Everything from a bare Debian: installs what is needed, builds, runs every test. The last line is
# "N passed, N failed, N skipped"; the exit status is 0 only when nothing failed.
set -u -o pipefail
cd "$(dirname "$0")" || exit 1
top=$PWD
jobs=$(nproc)
more=$((2 * jobs)) # many tests wait more than they work
export CONFIG_SHELL=/bin/dash # libtool is a shell script: dash runs it in half of bash's time
passed=0
failed=0
skipped=0
times=()
declare -A pid began # of what runs beside the rest

# part NAME COMMAND...: runs it, says how long it took, stops everything when it fails
part() {
  local name=$1 start=$SECONDS
  shift
  echo "== $name"
  if ! "$@"; then
    echo "== $name FAILED after $((SECONDS - start)) s"
    failed=$((failed + 1))
    kill "${pid[@]}" 2>/dev/null # what was started beside it
    finish
  fi
  times+=("$(printf '%5d s  %s' $((SECONDS - start)) "$name")")
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

# A test run whose failures are counted, not fatal. Two may run beside each other: their tests wait
# more than they work. start DIR MAKE-ARGUMENTS..., and later ended NAME DIR.
start() {
  local dir=$1
  shift
  find "$dir" -name '*.trs' -delete
  began[$dir]=$SECONDS
  make -C "$dir" -s -j$more "$@" >"$dir/suite.out" 2>&1 &
  pid[$dir]=$!
}
ended() {
  local name=$1 dir=$2 before=$failed rc=0 trs
  echo "== $name"
  wait "${pid[$dir]}" || rc=$?
  mapfile -t trs < <(find "$dir" -name '*.trs')
  count "${trs[@]}"
  if [ "$rc" != 0 ]; then
    grep -hE '^(FAIL|ERROR|XPASS)' "$dir/suite.out" || tail -30 "$dir/suite.out"
    explain "$dir"
    [ "$failed" != "$before" ] || failed=$((failed + 1))
  fi
  times+=("$(printf '%5d s  %s' $((SECONDS - began[$dir])) "$name")")
}

# The provider's own tests: it must behave as Encvoy ID does.
provider_tests() {
  local start=$SECONDS p f
  echo "== tests of the test provider"
  (cd tests/idp && node --test test) >build/provider.out 2>&1
  p=$(sed -nE 's/^(# |ℹ )pass ([0-9]+)$/\2/p' build/provider.out | tail -1)
  f=$(sed -nE 's/^(# |ℹ )fail ([0-9]+)$/\2/p' build/provider.out | tail -1)
  passed=$((passed + ${p:-0})) failed=$((failed + ${f:-1}))
  [ "${f:-1}" = 0 ] || tail -60 build/provider.out
  times+=("$(printf '%5d s  %s' $((SECONDS - start)) 'tests of the test provider')")
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

build() { make -C "$1" -s -j"$jobs" "${@:2}"; }

# Builds from the tarball, runs the unit tests there, installs and removes everything. automake
# prints the sums only, and keeps the logs when something failed.
start_distcheck() {
  began[distcheck]=$SECONDS
  ENCVOY_VECTORS=${ENCVOY_VECTORS:-$top/../shared/vectors} \
    make -C build -j$more distcheck >build/distcheck.out 2>&1 &
  pid[distcheck]=$!
}
distcheck_ended() {
  local out=build/distcheck.out name='make distcheck: unit tests, style, corpora' rc=0 p f s
  echo "== $name"
  wait "${pid[distcheck]}" || rc=$?
  p=$(summary PASS $out) f=$(($(summary FAIL $out) + $(summary XPASS $out) + $(summary ERROR $out)))
  s=$(summary SKIP $out)
  [ "$rc" = 0 ] || { explain build; [ "$f" != 0 ] || { tail -40 $out; f=1; }; }
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  times+=("$(printf '%5d s  %s' $((SECONDS - began[distcheck])) "$name")")
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
part 'configure (clang, ASan+UBSan)' configure_in build-asan --enable-werror --enable-asan CC=clang
part 'build (clang, ASan+UBSan)' build build-asan check TESTS=
distcheck_ended
start build-asan check
start build check-system
ended 'system tests' build
ended 'unit tests under ASan+UBSan' build-asan
part 'git status is empty' clean_tree
finish
