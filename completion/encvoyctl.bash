# SPDX-License-Identifier: MIT
# bash: the words that encvoyctl knows, as it tells them itself.
# shellcheck shell=bash

_encvoyctl_verbs() { encvoyctl help 2>/dev/null | sed -nE 's/^  ([a-z-]+( [a-z-]+)?) +[A-Z].*/\1/p'; }

# The lines of a verb's help that name an option: "--name WHAT ...".
_encvoyctl_options() { encvoyctl "$@" --help 2>/dev/null | sed -nE 's/^  (--.*)/\1/p'; }

_encvoyctl() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} verbs verb what
  verbs=$(_encvoyctl_verbs)
  COMPREPLY=()
  if [ "$COMP_CWORD" = 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W "$(cut -d' ' -f1 <<<"$verbs" | sort -u) --help --version" -- "$cur")
    return
  fi
  verb=${COMP_WORDS[1]}
  if grep -q "^$verb " <<<"$verbs"; then
    if [ "$COMP_CWORD" = 2 ]; then
      mapfile -t COMPREPLY < <(compgen -W "$(sed -n "s/^$verb //p" <<<"$verbs")" -- "$cur")
      return
    fi
    verb+=" ${COMP_WORDS[2]}"
  fi
  if [ "$verb" = help ]; then
    mapfile -t COMPREPLY < <(compgen -W "$(cut -d' ' -f1 <<<"$verbs" | sort -u)" -- "$cur")
    return
  fi
  # shellcheck disable=SC2086 # a verb may be two words
  what=$(_encvoyctl_options $verb | awk -v o="$prev" '$1 == o && $2 ~ /^[A-Z]+$/ { print $2 }')
  case $what in
    FILE) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    DIR) mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
    '')
      # shellcheck disable=SC2086
      [[ $cur != -* ]] ||
        mapfile -t COMPREPLY < <(compgen -W "$(_encvoyctl_options $verb | cut -d' ' -f1) --help" -- "$cur")
      ;;
  esac
}

complete -o bashdefault -o default -F _encvoyctl encvoyctl
