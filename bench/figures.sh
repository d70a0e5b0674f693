# SPDX-License-Identifier: MIT
# What the benchmarks of bench/*.sh that write a report of their own have in common.
#
# shellcheck shell=bash

calc() { awk "BEGIN { printf \"%.${2:-2}f\", $1 }"; } # calc EXPRESSION [DIGITS]

cpu_of() { # cpu_of USER,USER...: seconds of their processes, with all children that have ended
  local p
  for p in $(pgrep -u "$1"); do cat "/proc/$p/stat"; done 2>/dev/null |
    awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); s += $12 + $13 + $14 + $15 } END { print s / hz + 0 }'
}

table() { # lines of fields between bars, the first one the head: a table for people and for Markdown
  awk -F'|' '{ for (i = 1; i <= NF; i++) { f[NR, i] = $i; if (length($i) > w[i]) w[i] = length($i) } n = NF }
    END { for (r = 1; r <= NR; r++) {
      for (i = 1; i <= n; i++) printf "| %-*s ", w[i], f[r, i]
      print "|"
      if (r > 1) continue
      for (i = 1; i <= n; i++) { s = sprintf("%*s", w[i] + 2, ""); gsub(/ /, "-", s); printf "|%s", s }
      print "|" } }'
}
