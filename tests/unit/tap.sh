# SPDX-License-Identifier: MIT
# TAP for the unit tests that are shell scripts.
#
# shellcheck shell=bash

n=0
bad=0
ok() { # ok STATUS NAME
  n=$((n + 1))
  [ "$1" = 0 ] && echo "ok $n - $2" && return 0
  bad=1
  echo "not ok $n - $2"
  return 1
}
is() { # is GOT WANT NAME
  [ "$1" = "$2" ]
  ok $? "$3" || printf '# got  %s\n# want %s\n' "${1@Q}" "${2@Q}"
}
like() { # like GOT REGEX NAME
  [[ $1 =~ $2 ]]
  ok $? "$3" || printf '# got %s\n# not like %s\n' "${1@Q}" "$2"
}
unlike() { # unlike GOT REGEX NAME
  [[ ! $1 =~ $2 ]]
  ok $? "$3" || printf '# got %s\n# like %s\n' "${1@Q}" "$2"
}
done_testing() {
  echo "1..$n"
  exit $bad
}
