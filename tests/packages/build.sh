#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds the packages twice, each time from a clean clone in another folder, compares the results
# and asks lintian. build.sh OUT: leaves the packages in OUT/debs.
set -eu -o pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
out=$(mkdir -p "$1" && cd "$1" && pwd)

build() { # build FOLDER UMASK
  local dir=$out/$1/nss-pam-encvoy
  rm -rf "${out:?}/$1"
  mkdir -p "$out/$1"
  git clone -q "$top" "$dir"
  (cd "$dir" && umask "$2" && dpkg-buildpackage -us -uc -b) >"$out/$1.log" 2>&1 || {
    tail -40 "$out/$1.log"
    return 1
  }
}

build first 022
build "second-elsewhere" 002
rm -rf "$out/debs"
mkdir "$out/debs"
for deb in "$out"/first/*.deb; do
  cmp "$deb" "$out/second-elsewhere/${deb##*/}" || {
    echo "not reproducible: ${deb##*/}"
    exit 1
  }
done
cp "$out"/first/*.deb "$out/debs"
echo "the same twice: $(cd "$out/debs" && echo *.deb)"
lintian --allow-root --fail-on error,warning --info "$out"/first/*.changes
echo "lintian: no errors or warnings"
