#!/bin/bash
# SPDX-License-Identifier: MIT
# Debian's sshd and ssh, by the recipe in docs/ssh.md: who comes in by device or browser, who never was
# here before, what people see, what a key still needs, and how many connections become one.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

recipe=$top/docs/ssh.md
host=host1.example.test
client=(ssh -n -p 2222 -o StrictHostKeyChecking=no -o "UserKnownHostsFile=$work/known_hosts"
  -o NumberOfPasswordPrompts=1 -o ConnectTimeout=20)
asked=(-o PreferredAuthentications=keyboard-interactive)

code() { # code WORD: the lines of docs/ssh.md's code block that begins with WORD
  awk -v word="$1" '!on { at = match($0, /[^ ]/); on = at > 4 && index($0, word) == at }
    on && !match($0, /[^ ]/) { exit }
    on { print substr($0, at) }' "$recipe"
}
pam_sshd() { # pam_sshd [arguments]: /etc/pam.d/sshd with the recipe's lines
  local phase lines
  cp $work/pam.sshd /etc/pam.d/sshd
  for phase in auth account; do
    lines=$(code "$phase " | sed -e "/pam_encvoy/s/\$/ $*/" -e 's/$/\\/')
    [ -n "$lines" ] || die "docs/ssh.md has no lines for $phase"
    sed -i "/^@include common-$phase/i ${lines%\\}" /etc/pam.d/sshd
  done
}
sshd_start() { # sshd_start [options of sshd]
  /usr/sbin/sshd -D -p 2222 -o ListenAddress=127.0.0.1 -E $work/sshd.log -o LogLevel=DEBUG3 "$@" &
  sshd_pid=$!
  wait_for 10 grep -q 'Server listening' $work/sshd.log || die "no sshd: $(tail -3 $work/sshd.log)"
}
sshd_stop() {
  kill "$sshd_pid"
  wait "$sshd_pid" 2>/dev/null
  : >$work/sshd.log
}

begin() { # begin USER [options]: asks for a shell's word on a terminal; answers go to fd 9
  local user=$1
  shift
  rm -f $work/pam.in
  mkfifo $work/pam.in
  : >$work/pam.out
  # shellcheck disable=SC2016 # for the shell over there
  timeout 80 script -qfec "${client[*]} ${asked[*]} $* $user@$host 'echo I-am-\$(id -un)'" /dev/null \
    <$work/pam.in >$work/pam.out 2>&1 &
  pam_pid=$!
  exec 9>$work/pam.in
}
end() { # waits for ssh's own end, then as pam_end
  wait "$pam_pid"
  pam_status=$?
  exec 9>&-
  pam_text=$(tr -d '\r' <$work/pam.out)
}
enter() { printf '\n' >&9; }
enters() { # at each question, until ssh has ended
  local n
  n=$(grep -o 'Press Enter when done' $work/pam.out | wc -l)
  while kill -0 "$pam_pid" 2>/dev/null; do
    asks $n 'Press Enter when done' && enter && n=$((n + 1))
    sleep 0.2
  done
}
asks() { # asks N TEXT: N times so far
  [ "$(grep -o "$2" "$work/pam.out" | wc -l)" = "$1" ]
}
by_device() { # by_device USER SIGNS_IN [options]
  local user=$1 who=$2
  shift 2
  begin "$user" "$@"
  pam_says 20 'Press Enter when done' && device_decide "$who" >$work/device.out 2>&1
  enters
  end
}
by_key() { # by_key USER KEY
  # shellcheck disable=SC2016 # for the shell over there
  pam_text=$("${client[@]}" -o BatchMode=yes -o IdentitiesOnly=yes -i "$2" "$1@$host" 'echo I-am-$(id -un)' 2>&1)
  pam_status=$?
}
is_in() { # is_in USER NAME
  like "$pam_text" "I-am-$1" "$2"
}
refused() { # refused REASON NAME
  unlike "$pam_text" 'I-am' "$2"
  like "$(log_since)" "reason=$1" "$2: the reason is in the log"
}
asked_provider() { control /stats | node -e 'let n = 0; const s = JSON.parse(require("fs").readFileSync(0));
  for (const p of Object.values(s.paths)) n += p.count; console.log(n)'; }
forget() { control /stats/reset '{}' >/dev/null; }
waiting_are() { [ "$(pgrep -u encvoy-online -x encvoyd-login | wc -l)" = "$1" ]; }

ssh_keys $host
cp /etc/pam.d/sshd $work/pam.sshd
default_allow='allow = sub:2 sub:3 sub:6 sub:12 sub:13'
conf_write
idp_start
control /device '{"enabled":true,"interval":1}' >/dev/null
daemon_start
pam_sshd methods=device

# ---- enroll --ssh --------------------------------------------------------------------------------
state() { # of what it may touch, as bytes; pam-auth-update also notes which profiles it has met
  (cd / && find etc/ssh etc/pam.d var/lib/pam -type f ! -name seen -exec sha256sum {} + | sort)
}
state >$work/before
out=$(encvoyctl enroll --ssh 2>&1)
like "$?|$out" '^1.*nobody has signed in' 'enroll --ssh: not before a login was tried'
is "$(state)" "$(<$work/before)" 'enroll --ssh: nothing was touched'
like "$(encvoyctl doctor)" 'failure +sshd-kbdint: .*KbdInteractiveAuthentication' 'doctor: what is missing in sshd'
log_mark
: >$work/pam.out
encvoyctl login encvoy-3 >$work/pam.out 2>&1 &
login_pid=$!
device_decide bob >/dev/null 2>&1
wait $login_pid
is $? 0 'the login that is tried first'
echo 'KbdInteractiveAuthentication no' >/etc/ssh/sshd_config.d/01-mine.conf
state >$work/with_mine
out=$(encvoyctl enroll --ssh 2>&1)
like "$?|$out" '^1.*has no effect' 'enroll --ssh: an earlier file that says otherwise is told'
is "$(state)" "$(<$work/with_mine)" 'enroll --ssh: and all is as it was'
echo 'NoSuchThing yes' >/etc/ssh/sshd_config.d/01-mine.conf
out=$(encvoyctl enroll --ssh 2>&1)
like "$?|$out" '^1.*01-mine.conf.*NoSuchThing' 'enroll --ssh: what sshd says of its settings is told'
rm /etc/ssh/sshd_config.d/01-mine.conf
is "$(state)" "$(<$work/before)" 'enroll --ssh: nothing was written'
out=$(encvoyctl enroll --ssh 2>&1)
is $? 0 "enroll --ssh" || sed 's/^/# /' <<<"$out"
is "$(sshd -T | grep -xE 'logingracetime 300|usepam yes|kbdinteractiveauthentication yes' | wc -l)" 3 'what sshd then says holds'
like "$(</etc/pam.d/common-session)" 'session[[:space:]]+optional[[:space:]]+pam_mkhomedir.so umask=0077' 'homes are made at the first login'
like "$(encvoyctl doctor)" 'ok +sshd: ' 'doctor: and that it is there'
state >$work/after
out=$(encvoyctl enroll --ssh 2>&1)
like "$?|$out" '^0.*10-encvoy.conf: unchanged.*pam_mkhomedir: unchanged' 'enroll --ssh, again: nothing to do'
is "$(state)" "$(<$work/after)" 'enroll --ssh: and nothing done'
sshd_start

# ---- by device -----------------------------------------------------------------------------------
begin encvoy-3
pam_says 20 'Press Enter when done'
ok $? 'ssh: the prompt is there by itself'
like "$(<$work/pam.out)" 'enter this code: [A-Z0-9-]+.*█.*Press Enter' 'ssh: with the code and the QR code before it'
is "$(grep -c 'sshpam_thread_conv entering' $work/sshd.log)" 2 'ssh: text and QR code are one message, the question is the other'
enter
wait_for 10 asks 1 'Not signed in yet'
ok $? 'ssh: an early Enter asks again at once'
device_decide bob >/dev/null 2>&1
enters
end
is_in encvoy-3 'ssh: in, after the approval'
is "$(stat -c '%a %U' /home/encvoy-3)" '700 encvoy-3' 'ssh: the home is there, for its owner alone'
like "$(log_since)" "user=encvoy-3 sub=3 service=sshd rhost=127.0.0.1 .*method=device result=granted" 'ssh: logged with service and remote host'

# ---- who was never seen before -------------------------------------------------------------------
is "$(getent passwd encvoy-2)" '' 'alice was never here'
is "$(encvoyctl user list | grep -c encvoy-2)" 0 'nor is she on any list'
log_mark
by_device encvoy-2 bob
refused wrong-user "SEC-01: ssh: bob's approval does not let encvoy-2 in"
like "$pam_text" 'as somebody else' 'SEC-01: and the person is told'
is "$(getent passwd encvoy-2)$(encvoyctl user list | grep encvoy-2)" '' 'SEC-22: an attempt leaves no trace'
by_device encvoy-2 alice
is_in encvoy-2 'ssh: the first login of somebody whom nothing but the form of the name tells of'
is "$(getent passwd encvoy-2 | cut -d: -f1,3)" 'encvoy-2:1879048194' 'and now everybody sees her'
is "$(stat -c '%a %u' /home/encvoy-2)" '700 1879048194' 'her home is hers'
encvoyctl user add 12 erin >/dev/null
by_device erin erin
is_in erin 'ssh: somebody added by hand'
encvoyctl user add 6 >/dev/null && encvoyctl user map 6 marie >/dev/null
by_device marie Marie.Dupont
is_in marie 'ssh: somebody whose name was mapped by hand'

# ---- who cannot come in costs nothing ------------------------------------------------------------
forget
log_mark
for user in nobody-here encvoy-99 encvoy-013; do
  begin $user
  pam_says 20 'Password:'
  ok $? "ssh: $user, whom NSS does not know, is asked for a password like any stranger"
  printf 'x\n' >&9
  end
  unlike "$pam_text" 'I-am' "ssh: $user: refused"
done
asked=(-o PreferredAuthentications=password)
begin nobody-here
pam_says 20 'password:' && printf 'x\n' >&9
end
is "$pam_status" 255 'ssh: nor by the password method'
asked=(-o PreferredAuthentications=keyboard-interactive)
sshd_stop
sshd_start -o DenyUsers=encvoy-3
pam_sshd methods=token
begin encvoy-3
pam_says 20 'Token:' && printf 'something\n' >&9
end
is "$pam_status" 255 "ssh: somebody whom sshd's own settings deny"
is "$(asked_provider)" 0 'ssh: nobody of them cost a question to the provider'
unlike "$(log_since)" 'user=encvoy-3 ' "ssh: sshd's junk in place of an answer goes nowhere"
sshd_stop
sshd_start

# ---- by browser ----------------------------------------------------------------------------------
pam_sshd methods=browser
begin encvoy-2
pam_says 20 'Paste the code' || true
last=$(browse alice "$(pam_address)")
printf '%s\n' "$last" >&9
end
is_in encvoy-2 'ssh: by browser, pasting the last address'
log_mark
begin encvoy-2
pam_says 20 'Paste the code'
last=$(browse bob "$(pam_address)")
printf '%s\n' "$last" >&9
end
refused wrong-user 'SEC-01: ssh: by browser, as somebody else'

# ---- too long, and gone --------------------------------------------------------------------------
pam_sshd methods=device login_timeout=10
log_mark
begin encvoy-2
wait_for 20 eval 'log_since | grep -q "reason=timeout"'
ok $? 'ssh: login_timeout ends the wait, long before sshd would'
enter
end
like "$pam_text" 'took too long; start again\. \(login [a-z2-7]{8}\)' 'ssh: and the last message says so'
pam_sshd methods=device
log_mark
begin encvoy-2
pam_says 20 'Press Enter when done'
wait_for 10 waiting_are 1
ok $? 'a process waits for the approval'
pkill -P "$pam_pid" -f 'ssh -n' || kill "$pam_pid"
wait_for 10 waiting_are 0
ok $? 'ssh: a client that leaves takes it along'
like "$(log_since)" 'user=encvoy-2 .*result=refused reason=cancelled' 'ssh: which the log says'
end

# ---- many connections ----------------------------------------------------------------------------
log_mark
begin encvoy-2
pam_says 20 'Press Enter when done'
first_out=$work/first.out
mv $work/pam.out $first_out # still written to
first_pid=$pam_pid
exec 8>&9
begin encvoy-2
pam_says 20 'Press Enter when done'
like "$(log_since)" 'reason=superseded' 'ssh: a second attempt from the same place takes over'
printf '\n' >&8
wait_for 20 grep -q 'Permission denied' $first_out
ok $? 'ssh: the first one ends'
like "$(<$first_out)" 'A newer sign-in of the same user' 'ssh: and says why'
is "$(grep -c 'enter this code' $first_out)" 1 'ssh: without another try that would end the second'
device_decide alice >/dev/null 2>&1
enters
end
exec 8>&-
wait $first_pid
is_in encvoy-2 'ssh: which lets in'

install -d -m 700 /root/.ssh
code Host >/root/.ssh/config
sed -i 's/\*\.example\.org/host1.example.test/' /root/.ssh/config
by_device encvoy-3 bob
is_in encvoy-3 'ControlMaster: the first connection'
forget
log_mark
is "$("${client[@]}" -o BatchMode=yes encvoy-3@$host id -un 2>&1)" encvoy-3 'ControlMaster: the next one needs no sign-in'
echo content >$work/file
scp -q -P 2222 -o BatchMode=yes -o UserKnownHostsFile=$work/known_hosts $work/file encvoy-3@$host:copied
is "$(cat /home/encvoy-3/copied)" content 'ControlMaster: nor does scp'
rsync -e "ssh -p 2222 -o BatchMode=yes -o UserKnownHostsFile=$work/known_hosts" $work/file encvoy-3@$host:synced 2>&1
is "$(cat /home/encvoy-3/synced)" content 'ControlMaster: nor rsync'
echo "get copied $work/edited" |
  sftp -q -b - -P 2222 -o UserKnownHostsFile=$work/known_hosts encvoy-3@$host >/dev/null 2>&1
is "$(cat $work/edited)" content 'ControlMaster: nor sftp, as editors use it'
"${client[@]}" encvoy-3@$host 'git init -q repository && cd repository && git -c user.name=b -c user.email=b@example.test commit -q --allow-empty -m first' 2>&1
GIT_SSH_COMMAND="ssh -o UserKnownHostsFile=$work/known_hosts" git clone -q ssh://encvoy-3@$host:2222/home/encvoy-3/repository $work/cloned 2>$work/git.err
is "$(git -C $work/cloned log --format=%s 2>&1)" first 'ControlMaster: nor git'
is "$(asked_provider)$(log_since)" 0 'ControlMaster: nobody was asked anything'
"${client[@]}" -O exit encvoy-3@$host 2>/dev/null
rm /root/.ssh/config

# ---- keys, and the provider away -----------------------------------------------------------------
ssh-keygen -q -t ed25519 -N '' -f $work/key
has_key() { # has_key USER
  install -d -m 700 -o "$1" -g "$1" "/home/$1/.ssh"
  install -m 600 -o "$1" -g "$1" $work/key.pub "/home/$1/.ssh/authorized_keys"
}
has_key encvoy-3
log_mark
by_key encvoy-3 $work/key
is_in encvoy-3 'ssh: by a key of ~/.ssh/authorized_keys'
like "$(log_since)" 'account .*user=encvoy-3 .*service=sshd.*result=granted' 'ssh: after the account phase'
idp_stop
daemon_stop
daemon_start
log_mark
begin encvoy-2
end
refused provider-unreachable 'ssh: no login by device while the provider is away'
like "$pam_text" 'cannot be reached' 'ssh: which is said'
by_key encvoy-3 $work/key
is_in encvoy-3 'ssh: keys work meanwhile'

# ---- people of a roster --------------------------------------------------------------------------
idp_start
control /device '{"enabled":true,"interval":1}' >/dev/null
control /user '{"sub":20,"login":"rosa","email":"rosa@example.test"}' >/dev/null
fleet=$work/fleet
mkdir -p $fleet
encvoyctl roster keygen --out $fleet/key >/dev/null 2>&1
cp $fleet/key.pub /etc/encvoy/roster.pub
ssh-keygen -q -t ed25519 -N '' -f $work/rosas
publish() { # publish [further members of rosa's]
  printf '{"sub":"20","name":"rosa","gecos":"","roles":["staff"],"ssh_keys":["%s"]%s}\n' \
    "$(<$work/rosas.pub)" "${1:-}" >$work/people
  encvoyctl roster build --key $fleet/key --fleet prod --issuer $issuer --out $fleet --from $work/people \
    >$work/build.out 2>&1 || die "roster build: $(<$work/build.out)"
}
publish
daemon_stop
default_allow='allow = role:staff'
conf_write 'directory = roster' "roster = $fleet/roster.jws" 'roster_keys = /etc/encvoy/roster.pub' \
  'roster_fleet = prod' 'directory_interval = 1h' 'ssh_key_field = keys'
daemon_start
wait_for 20 getent passwd rosa >/dev/null || die "no roster: $(tail -3 $work/encvoyd.log)"
encvoyctl enroll --ssh --force >$work/enroll.out 2>&1
is $? 0 'enroll --ssh --force: where the directory has keys, sshd is to ask for them'
like "$(sshd -T)" 'authorizedkeyscommand /usr/bin/encvoyctl authorized-keys %u' 'which it says it does'
sshd_stop
sshd_start
by_device rosa rosa
is_in rosa 'ssh: the first login of somebody of the roster'
by_key rosa $work/rosas
is_in rosa "ssh: by the directory's key"
by_key rosa $work/key
is "$pam_status" 255 'ssh: and no other'
has_key rosa
by_key rosa $work/key
is_in rosa 'ssh: until it is in her file'
publish ',"blocked":true'
encvoyctl sync >/dev/null
by_key rosa $work/rosas
is "$pam_status" 255 "SEC-14: ssh: the directory has no key for somebody blocked"
log_mark
by_key rosa $work/key
refused blocked 'SEC-14: ssh: the right key does not let somebody blocked in'
like "$pam_text" 'not admitted' 'SEC-14: ssh: which is said'

# ---- people of the REST directory ----------------------------------------------------------------
printf 'password' >/etc/encvoy/api.password
chown encvoy-online /etc/encvoy/api.password
chmod 600 /etc/encvoy/api.password
daemon_stop
default_allow='allow = role:USER'
conf_write 'directory = api' 'api_applications = host' 'api_user = hostsvc' \
  'api_client_id = sys-00000000-0000-4000-8000-000000000001' 'api_password_file = /etc/encvoy/api.password' \
  'directory_interval = 1h'
daemon_start
wait_for 30 getent passwd alice >/dev/null || die "no directory: $(tail -3 $work/encvoyd.log)"
by_device alice alice
is_in alice 'ssh: the first login of somebody of the REST directory'
control /user '{"sub":21,"login":"nora","email":"nora@example.test"}' >/dev/null
control /role '{"client_id":"host","user":21,"role":"USER"}' >/dev/null
by_device nora nora
is_in nora 'ssh: of somebody who came there after the last pass'
is "$(stat -c '%a %u' /home/nora)" '700 1879048213' 'ssh: with a home of her own'
control /user '{"sub":21,"blocked":true}' >/dev/null
encvoyctl sync >/dev/null
log_mark
has_key nora
by_key nora $work/key
refused blocked 'SEC-14: ssh: nobody who is blocked there'

# ---- local users, and back -----------------------------------------------------------------------
begin localjoe
pam_says 20 'Password:' && printf 'joes-password\n' >&9
end
is_in localjoe 'SEC-46: ssh: a local user by the local password'
sshd_stop
out=$(encvoyctl enroll --ssh --undo 2>&1)
is $? 0 'enroll --ssh --undo' || sed 's/^/# /' <<<"$out"
pam_sshd methods=device
is "$(state)" "$(<$work/before)" 'enroll --ssh --undo: all is as it was before'
like "$(sshd -T)" 'kbdinteractiveauthentication no' "and sshd's settings are Debian's again"
out=$(encvoyctl enroll --ssh --undo 2>&1)
like "$?|$out" '^0.*not there.*not turned on' 'enroll --ssh --undo, again: nothing to do'

daemon_stop
done_testing
