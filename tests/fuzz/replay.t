#!/bin/sh
# SPDX-License-Identifier: MIT
# Each fuzz target over its corpus, with whatever compiler built it.
bin=${top_builddir:-.}/tests/fuzz
corpus=${top_srcdir:-.}/tests/fuzz/corpus
n=0
bad=0
for dir in "$corpus"/*/; do
  name=$(basename "$dir")
  n=$((n + 1))
  if [ ! -x "$bin/fuzz_$name" ]; then
    echo "ok $n - corpus of $name # SKIP the target is not built here"
  elif "$bin/fuzz_$name" -runs=0 "$dir" >"$bin/fuzz_$name.replay" 2>&1; then
    echo "ok $n - corpus of $name: $(tail -n 1 "$bin/fuzz_$name.replay")"
  else
    bad=1
    echo "not ok $n - corpus of $name"
    tail -n 30 "$bin/fuzz_$name.replay" | sed 's/^/# /'
  fi
done
echo "1..$n"
exit $bad
