#!/bin/bash
# SPDX-License-Identifier: MIT
# tests/SECURITY-COVERAGE.md lists SEC-01 ... SEC-48: each with its tests, which must exist and name
# the item, or as waiting for a feature, which must then not exist yet.
set -u
cd "${top_srcdir:-$(dirname "$0")/../..}" || exit 99
table=tests/SECURITY-COVERAGE.md
n=0
bad=0
result() { # result STATUS NAME
  n=$((n + 1))
  [ "$1" = 0 ] && echo "ok $n - $2" && return
  bad=1
  echo "not ok $n - $2"
}

for i in $(seq -w 1 48); do
  row=$(grep -E "^\| SEC-$i \|" $table)
  if [ "$(grep -c . <<<"$row")" != 1 ]; then
    result 1 "SEC-$i has exactly one row"
    continue
  fi
  IFS='|' read -r _ _ tests waits _ <<<"$row"
  status=0
  for t in $tests; do
    if [ ! -f "$t" ]; then
      echo "# $t does not exist"
      status=1
    elif ! grep -q "SEC-$i" "$t"; then
      echo "# $t does not name SEC-$i"
      status=1
    fi
  done
  if [[ $waits =~ "not built yet" ]]; then
    feature=$(grep -oE '`[^`]+`' <<<"$waits" | tr -d '`')
    [ -n "$feature" ] || { echo "# names no file of the feature it waits for"; status=1; }
    for f in $feature; do
      [ ! -e "$f" ] || { echo "# $f exists now"; status=1; }
    done
  elif [ -z "${tests// /}" ]; then
    echo "# has no test"
    status=1
  fi
  result $status "SEC-$i: its tests exist, or its feature does not"
done
echo "1..$n"
exit $bad
