#!/bin/bash
# SPDX-License-Identifier: MIT
# What the shells offer behind "encvoyctl", as the program itself tells it.
set -u -o pipefail
top=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${top_builddir:-$top/build}
# shellcheck source=tests/unit/tap.sh
. "$top/tests/unit/tap.sh"
encvoyctl() { "$build/encvoyctl" "$@"; }
# shellcheck source=completion/encvoyctl.bash
. "$top/completion/encvoyctl.bash"

offers() { # offers WORD...: what may stand for the last one
  COMP_WORDS=(encvoyctl "$@")
  COMP_CWORD=$#
  COMPREPLY=()
  _encvoyctl
  printf '%s\n' "${COMPREPLY[@]}" | paste -sd' '
}

is "$(offers '')" "$(encvoyctl help | sed -nE 's/^  ([a-z-]+)( [a-z-]+)? +[A-Z].*/\1/p' | sort -u | paste -sd' ') --help --version" \
  'bash: all verbs'
is "$(offers sta)" status 'bash: the beginning of one'
is "$(offers user re)" 'rename remove' 'bash: a second word'
is "$(offers roster '')" 'keygen build verify' 'bash: all second words'
is "$(offers status --)" '--json --prometheus --help' 'bash: the options of a verb'
is "$(offers roster build --f)" '--fleet --from' 'bash: of one with two words'
is "$(offers roster build --fleet pr)" '' 'bash: nothing where only the person knows'
is "$(cd "$top" && offers enroll https://id.example.com --ca-file README)" README.md 'bash: a file'
is "$(cd "$top" && offers roster build --out complet)" completion 'bash: a directory'
is "$(offers help 'do')" doctor 'bash: help'
is "$(offers 'no such verb' --)" '--help' 'bash: no such verb'
if command -v zsh >/dev/null; then
  zsh_offers() { # zsh_offers WORD...: the same by zsh, whose own parts only say what they are given
    # shellcheck disable=SC2016 # for the other shell
    BUILD=$build zsh -f -c '
      setopt extendedglob # as compinit does
      words=(encvoyctl "$@") CURRENT=$(($# + 1)) PREFIX=${@[-1]}
      encvoyctl() { $BUILD/encvoyctl "$@" }
      compadd() { [[ $1 != -- ]] || shift; print -- $* }
      _describe() { print -- ${(P)2%%:*} }
      _files() { print -- files $* }
      source '"$top"'/completion/_encvoyctl' - "$@" 2>&1
  }
  is "$(zsh_offers '')" "$(encvoyctl help | sed -nE 's/^  ([a-z-]+)( [a-z-]+)? +[A-Z].*/\1/p' | uniq | paste -sd' ') --help --version" \
    'zsh: all verbs'
  is "$(zsh_offers roster '')" 'keygen build verify' 'zsh: second words'
  is "$(zsh_offers status --)" '--json --prometheus' 'zsh: the options of a verb'
  is "$(zsh_offers roster verify --k)" '--key --issuer --fleet --now' 'zsh: of one with two words'
  is "$(zsh_offers enroll https://id.example.com --ca-file '')" files 'zsh: a file'
  is "$(zsh_offers roster build --out '')" 'files -/' 'zsh: a directory'
else
  n=$((n + 1))
  echo "ok $n - zsh # SKIP zsh is not here"
fi
done_testing
