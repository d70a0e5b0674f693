#!/bin/bash
# SPDX-License-Identifier: MIT
# encvoy-userdbd as systemd's userdbctl asks it, with no daemon of ours.
# shellcheck source=tests/unit/ctl_lib.sh
. "$(dirname "$0")/ctl_lib.sh"
private "$@"
command -v userdbctl >/dev/null || skip_all "needs userdbctl"
private_dirs
cover /run/systemd/userdb
socket=/run/systemd/userdb/io.encvoy.UserDatabase
floor=1879048192
ceiling=2147352575
"$build/tests/unit/map_make" "$cache_dir" <<EOT || { echo "Bail out! no map"; exit 99; }
encvoy-2:$((floor + 2)):Anna "A." Müller,Room 4:/home/encvoy-2:/bin/bash
encvoy-3:$((floor + 3))::/home/encvoy-3:/bin/sh
%team:$ceiling:encvoy-2,encvoy-3
%crew:$((ceiling - 1)):encvoy-2
%empty:$((ceiling - 2)):
EOT
setpriv --reuid 65534 --regid 65534 --clear-groups "$build/encvoy-userdbd" --socket "$socket" 2>"$work/log" &
refused=$!
wait $refused
is "$?" 2 "without the right to the directory it says so"
like "$(<"$work/log")" 'no socket to listen on' "in words"
"$build/encvoy-userdbd" --socket "$socket" &
pid=$!
wait_for 5 test -S "$socket" || { echo "Bail out! it does not start"; exit 99; }
is "$(stat -c %a "$socket")" 666 "everybody may ask"

# only our service is there: no multiplexer of systemd's
db() { out=$(timeout 20 userdbctl --no-pager --with-nss=no --synthesize=no "$@" 2>"$work/err"); rc=$?; err=$(<"$work/err"); }
db user encvoy-2
is "$rc" 0 "userdbctl user NAME" || echo "# $err"
like "$out" 'User name: encvoy-2' "the name"
like "$out" "UID: $((floor + 2))" "the uid"
like "$out" "GID: $((floor + 2)) \(encvoy-2\)" "the gid, by way of the group's record"
like "$out" 'Real Name: Anna "A." Müller' "the real name"
unlike "$out" 'Room' "which is the first part of the GECOS"
like "$out" 'Directory: /home/encvoy-2' "home"
like "$out" 'Shell: /bin/bash' "shell"
like "$out" 'Disposition: regular' "disposition"
like "$out" 'Service: io.encvoy.UserDatabase' "and who says so"
db --output=json user encvoy-2
json=$out
like "$json" 'encvoy-2' "as JSON"
unlike "$json" 'privileged|hashedPassword' "nothing is privileged"
db user $((floor + 3))
like "$out" 'encvoy-3' "by uid"
unlike "$out" 'Real Name: .*Anna' "another user is another one"
db user encvoy-4
is "$rc" 1 "a user that is none"
db user root
is "$rc" 1 "no word about root"
db group team
like "$out" "GID: $ceiling" "userdbctl group NAME"
like "$out" 'encvoy-3' "its members"
db group $((ceiling - 1))
like "$out" 'crew' "by gid"
db group encvoy-2
like "$out" "GID: $((floor + 2))" "a private group"
db --output=classic groups-of-user encvoy-2
is "$(sort <<<"$out")" "encvoy-2:crew
encvoy-2:team" "userdbctl groups-of-user"
db --output=classic users-in-group team
is "$(sort <<<"$out")" "encvoy-2:team
encvoy-3:team" "userdbctl users-in-group"
db --output=classic users-in-group empty
is "$out" "" "a group without members"
db --output=classic user
unlike "$out" 'encvoy' "no enumeration"

# ---- as systemd starts it
kill $pid
wait $pid
is "$?" 0 "SIGTERM ends it well"
rm -f "$socket"
if command -v systemd-socket-activate >/dev/null; then
  systemd-socket-activate -l "$socket" setpriv --reuid 65534 --regid 65534 --clear-groups \
    "$build/encvoy-userdbd" 2>/dev/null &
  pid=$!
  wait_for 5 test -S "$socket"
  chmod 666 "$socket"
  db user encvoy-2
  like "$out" 'User name: encvoy-2' "by socket activation, as nobody"
  kill $pid
else
  n=$((n + 1))
  echo "ok $n - by socket activation # SKIP no systemd-socket-activate"
fi
done_testing
