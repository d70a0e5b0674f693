#!/bin/bash
# SPDX-License-Identifier: MIT
# What encvoyd does with its options and with the process it finds itself in.
set -u
encvoyd=${top_builddir:-build}/encvoyd/encvoyd
n=0
bad=0
out=

ok() { # ok STATUS NAME
  n=$((n + 1))
  if [ "$1" = 0 ]; then
    echo "ok $n - $2"
  else
    bad=1
    echo "not ok $n - $2"
    echo "# it said: $out"
  fi
}

run() { # run WANTED-STATUS REGEX NAME COMMAND...
  local want=$1 regex=$2 name=$3 status
  shift 3
  out=$("$@" 2>&1 </dev/null)
  status=$?
  [ "$status" = "$want" ] && [[ $out =~ $regex ]]
  ok $? "$name"
}

run 0 '^encvoyd [0-9]+\.' '-V prints the version' "$encvoyd" -V
run 2 '^.*usage: encvoyd' 'an unknown option: usage, status 2' "$encvoyd" -x
run 2 'usage: encvoyd' 'an argument: usage, status 2' "$encvoyd" -f word

out=$("$encvoyd" -t 2>&1)
case $? in
  0) [[ $out =~ good ]] ;;
  1) [[ $out =~ /encvoy\.conf ]] ;;
  *) false ;;
esac
ok $? '-t says that the configuration is good, or what is wrong with which file'

if [ "$(id -u)" = 0 ]; then
  dir=$(mktemp -d /tmp/encvoyd.XXXXXX)
  mkdir "$dir/encvoy.conf.d"
  printf 'issuer = https://id.example\nclient_id = host\n' >"$dir/encvoy.conf"
  run 0 'good' '-t DIRECTORY: a candidate' "$encvoyd" -t "$dir"
  echo 'roster_grace = soon' >"$dir/encvoy.conf.d/50-fleet.conf"
  run 1 "$dir/encvoy.conf.d/50-fleet.conf:1.*roster_grace" '-t DIRECTORY: a bad one' "$encvoyd" -t "$dir"
  run 2 'usage' '-t with two directories' "$encvoyd" -t "$dir" "$dir"
  rm -rf "$dir"
  # exec keeps the process id that LISTEN_PID names
  # shellcheck disable=SC2016
  run 1 'does not run as root' 'the listener does not run as root' \
    bash -c 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" -d' "$encvoyd"
  copy=$(mktemp -d /tmp/encvoyd.XXXXXX)
  chmod 755 "$copy"
  cp "$encvoyd" "$copy/encvoyd"
  as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  run 1 'start it as root' 'without socket it must be root' "${as_nobody[@]}" "$copy/encvoyd" -d
  # shellcheck disable=SC2016
  run 1 'no listening socket' 'descriptor 3 must be a listening socket' \
    "${as_nobody[@]}" bash -c 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" -d 3</dev/null' "$copy/encvoyd"
  run 1 'start it as root' 'a LISTEN_PID of somebody else does not count' \
    "${as_nobody[@]}" env LISTEN_FDS=1 LISTEN_PID=1 "$copy/encvoyd" -d
  run 2 'usage' 'standard descriptors may be closed' bash -c '"$0" -x 0<&- 1>&2' "$encvoyd"
  rm -rf "$copy"
fi

echo "1..$n"
exit $bad
