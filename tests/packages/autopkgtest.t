#!/bin/bash
# SPDX-License-Identifier: MIT
# debian/tests by autopkgtest itself, with the test's Debian as the testbed: no systemd is process 1 there.
# shellcheck source=tests/packages/lib.sh disable=SC2034
. "$(dirname "$0")/lib.sh"

# The clone that the packages were built from, as a source tree; with the provider's packages, since there
# is no network here.
mkdir $root/source
(cd "$packages/first/nss-pam-encvoy" && git ls-files -z | tar -c --null -T -) | tar -x -C $root/source
cp -a "$top/tests/idp/node_modules" $root/source/tests/idp/
touch $root/source/tests/idp/node_modules/.package-lock.json # newer than the lock file of the clone
apt install autopkgtest dpkg-dev || die "autopkgtest: $(tail -5 $work/apt.log)"
mapfile -t debs < <(all_debs)
# What it asks for beyond a chroot it has: this machine has network and processes of its own, and goes.
in_root autopkgtest --ignore-restrictions=isolation-container,breaks-testbed --no-built-binaries \
  --output-dir=/tmp/autopkgtest "${debs[@]}" /source -- null >$work/autopkgtest.out 2>&1
status=$?
grep -hE '^(not )?ok |^Bail' $root/tmp/autopkgtest/*-stdout | sed 's/^/# /'
is "$status" 0 'autopkgtest: every test of debian/tests has passed' || tail -60 $work/autopkgtest.out | sed 's/^/# /'
is "$(cat $root/tmp/autopkgtest/summary)" 'login                PASS' 'none was skipped'
done_testing
