#!/bin/bash
# SPDX-License-Identifier: MIT
# enroll: what it says of the machine, answers at a terminal, and --undo. tests/system/enroll.t has the
# whole conversation.
# shellcheck source=tests/unit/ctl_lib.sh
. "$(dirname "$0")/ctl_lib.sh"
private "$@"
private_dirs
overlay /usr
mount -t tmpfs -o mode=755 tmpfs /etc/pam.d
idp_start
conf=$conf_dir/encvoy.conf
screen=$work/screen

enroll() { # enroll [options]: unattended
  run enroll "$issuer" --client-id host --ca-file "$ca" --allow sub:2 "$@"
}
talk() { # talk ARGS...: encvoyctl on a terminal of its own
  rm -f "$work/keys"
  mkfifo "$work/keys"
  : >"$screen"
  seen=0
  script -qfec "'$ctl' $*; echo \"ended=\$? \$(stty -a | grep -oE -- '-?echo ')\"" /dev/null \
    <"$work/keys" >"$screen" 2>&1 &
  talk_pid=$!
  exec 8>"$work/keys"
}
shows() { tail -c +$((seen + 1)) "$screen" | grep -qE -- "$1"; }
sees() { # sees REGEX: waits for it behind what has been answered
  wait_for 20 shows "$1" && return
  sed 's/^/# /' "$screen"
  echo "Bail out! it did not ask: $1"
  exit 99
}
answer() { # answer QUESTION ANSWER
  sees "$1"
  seen=$(stat -c %s "$screen")
  printf '%s\n' "$2" >&8
}
signs_in() { # signs_in WHO: opens the address shown and pastes where it ended
  sees 'https://[^ ]*/oidc/auth[^ ]*'
  local url
  url=$(tail -c +$((seen + 1)) "$screen" | grep -oE 'https://[^ ]*/oidc/auth[^ ]*' | tail -1 | tr -d '\r')
  answer 'paste here|Paste' "$(node "$idp/drive.js" browse --ca "$ca" --user "$1" "$url")"
}
ends() { # waits for the end: sets rc, text
  sees 'ended=[0-9]'
  exec 8>&-
  wait $talk_pid
  text=$(tr -d '\r' <"$screen")
  rc=$(grep -oE 'ended=[0-9]+' <<<"$text" | tail -1)
  rc=${rc#*=}
}

# ---- the machine as it is
printf 'passwd: files\ngroup: files\n' >/etc/nsswitch.conf
enroll
like "$rc $out" '^0 .*encvoyd: does not run' 'encvoyd does not run'
like "$out" $'\n  passwd: files\n  group: files\n' 'nsswitch.conf as it is'
like "$out" 'passwd: files encvoy' 'and as it is to be'
like "$out" 'no service names pam_encvoy.so' 'no PAM line'
printf 'passwd: files systemd encvoy\ngroup: files [NOTFOUND=return] encvoy\n' >/etc/nsswitch.conf
mkdir -p /usr/share/pam-configs
: >/usr/share/pam-configs/encvoy
printf '#!/bin/sh\n' >/usr/sbin/pam-auth-update
chmod 755 /usr/sbin/pam-auth-update
enroll
like "$out" 'group:  files encvoy' 'an action that ends the search is seen'
like "$out" 'pam-auth-update --enable encvoy' 'where the packaged profile is, that is the command'
unlike "$out" 'success=done' 'and no lines are told'
printf 'passwd: files encvoy\ngroup: files encvoy\n' >/etc/nsswitch.conf
printf '# pam_encvoy.so\nauth required pam_unix.so\n' >/etc/pam.d/other
printf 'auth [success=1 default=ignore] pam_localuser.so\nauth \\\n [success=done user_unknown=ignore default=die] pam_encvoy.so\n' \
  >/etc/pam.d/one
ln -s one /etc/pam.d/two
printf '%s\n' '-password optional /lib/security/pam_encvoy.so' 'account sufficient pam_encvoy.so' >/etc/pam.d/three
ln -s gone /etc/pam.d/four
enroll
like "$out" $'\n  one: auth\n  three: account password\n  two: auth\n' 'which services have which lines'
like "$err" 'pam-account-ignored: .*three' 'and what is wrong with them'
unlike "$out" 'Let programs see' 'nsswitch.conf is well'
unlike "$out" 'Let them log in' 'nor are the lines advised once more'

# ---- --undo
state() { find "$conf_dir" -mindepth 1 -printf '%p %i %T@\n' | sort; }
before=$(state)
run enroll --undo
like "$rc $err" '^1 .*still asks.*/one.*/three.*/two' '--undo refuses while PAM files name the module'
unlike "$err" 'other|four' 'and names these only'
is "$(state)" "$before" 'and removes nothing'
out=$(setpriv --reuid 65534 --clear-groups "$ctl" enroll --undo 2>&1)
like "$? $out" '^1 .*only root' '--undo is for root'
rm -f /etc/pam.d/*
enroll --allow sub:3 --force
run enroll --undo
like "$rc $out" '^0 .*former one again.*systemctl reload encvoyd' '--undo: the former configuration'
like "$(<"$conf")" $'\nallow = sub:2\n' 'which said something else'
[ ! -e "$conf.old" ]
ok $? 'is no copy any more'
echo 'sudo_grace = 15m' >>"$conf"
before=$(state)
run enroll --undo
like "$rc $err" '^1 .*changed since.*--force' '--undo: a file that was edited stays'
is "$(state)" "$before" 'as it is'
printf 'auth required pam_encvoy.so\n' >/etc/pam.d/one
run enroll --undo --force
like "$rc $out" '^0 .*encvoy.conf: removed' '--undo --force: in spite of both'
rm /etc/pam.d/one
is "$(ls "$conf_dir")" '' 'nothing is left'
printf 'issuer = %s\nclient_id = host\nallow = sub:2\nca_file = %s\n' "$issuer" "$ca" >"$conf"
run enroll --undo --force
like "$rc $err" '^1 .*was not written by enroll' "--undo: somebody else's stays, also by force"
[ -s "$conf" ]
ok $? 'really'
enroll --force
run enroll --undo
like "$rc $(head -1 "$conf")" '^0 issuer' '--undo: and comes back where enroll replaced it'
ln -sf /etc/passwd "$conf"
run enroll --undo
like "$rc $err" '^1 .*unsafe-file' 'SEC-34: a symbolic link is not removed'
rm "$conf"
mkdir -p /etc/ssh/sshd_config.d
printf '# Written by "encvoyctl enroll --ssh"\n' >/etc/ssh/sshd_config.d/10-encvoy.conf
echo 'auth required pam_encvoy.so' >/etc/pam.d/one
run enroll --undo
[ "$rc" = 1 ] && [ -e /etc/ssh/sshd_config.d/10-encvoy.conf ]
ok $? '--undo: what refuses does so before the part of sshd'
rm /etc/pam.d/one
printf '#!/bin/sh\n' >/usr/sbin/sshd
enroll
run enroll --undo
like "$rc $out" '^0 .*10-encvoy.conf: removed.*encvoy.conf: removed' '--undo: which goes first'

# ---- answers
printf 'host-secret-secret\n' >"$work/secret"
echo 'encvoy-online:x:987:987::/:/usr/sbin/nologin' >>/etc/passwd
secret_talk() { # secret_talk: to the question of the secret
  talk enroll "$issuer" --ca-file "$ca" --redirect-uri https://hosts.example.test/cb
  answer 'Client ID' '  host-secret '
}
secret_talk
answer 'Client secret' ' host-secret-secret	'
answer 'Sign in now' maybe
answer 'Sign in now' N
answer 'Who may log in:' ' sub:2  '
answer "Write $conf" ''
sees 'Does it run now|Start encvoyd'
printf '\004' >&8
ends
like "$rc $text" "^0 .*$conf: written.*client.secret: written" 'with a secret; blanks around answers do not count'
is "$(<"$conf_dir/client.secret")" host-secret-secret 'which is in its file'
is "$(stat -c %a:%u "$conf_dir/client.secret")" 600:987 'for encvoyd-online alone'
unlike "$text" host-secret-secret 'SEC-35: and nowhere on the screen'
like "$text" 'client_secret_file = ' 'the settings are shown before'
like "$text" 'ended=0 echo' 'the terminal echoes'
like "$text" 'Start the daemon:' 'what did not take place is advised'
before=$(state)
secret_talk
answer 'Client secret.*Enter: the present one' ''
answer 'Sign in now' n
answer 'Who may log in \[sub:2\]' ''
sees 'Does it run now|Start encvoyd'
printf '\004' >&8
ends
like "$rc $text" '^0 .*unchanged.*client.secret: unchanged' 'Enter keeps the secret'
is "$(state)" "$before" 'and changes nothing'
talk enroll
answer "Address of Encvoy ID \\[$issuer\\]" "${issuer#https://}/"
answer 'Address of your page \[https://hosts' http://127.0.0.1/cb
answer 'Client ID \[host-secret\]' host
answer 'Client secret' -
answer 'Sign in now' n
answer 'Who may log in \[sub:2\]' everyone
answer 'really to be let in' yes
sees 'allow = everyone'
answer 'Replace' ''
ends
like "$rc $text" '^1 .*nothing was written' 'another configuration is not replaced by an Enter'
is "$(state)" "$before" 'everything is as it was'
run enroll --undo
like "$rc $out" '^0 .*client.secret: removed' '--undo removes the secret'
is "$(ls "$conf_dir")" '' 'nothing is left'
talk enroll "$issuer" --ca-file "$ca" --redirect-uri https://pairwise.example.test/cb
answer 'Client ID' pairwise
answer 'Client secret' pairwise-secret
answer 'Sign in now' ''
signs_in alice
sees 'That is no number.*pseudonym'
printf '\004' >&8
ends
like "$rc $text" '^1 .*pairwise.*nothing was written' "a pairwise application's pseudonyms are told"

# ---- encvoyd, by systemd
cover /run/systemd
mkdir -p /run/systemd/system "$run_dir"
# shellcheck disable=SC2016 # for the other shell
printf '#!/bin/sh\necho "$@" >>%s/systemctl\n[ ! -e %s/fails ] || { echo not today; exit 1; }\n' "$work" "$work" >/usr/bin/systemctl
chmod 755 /usr/bin/systemctl
{
  printf 'verb status\nrow conf_loaded|%s\nresult ok\n' $(($(date +%s) + 3600))
  printf 'verb user show\nresult not-found\nverb user map\nrow name|alice\nrow uid|1879048194\nresult ok\n'
} >"$work/script"
"$build/tests/unit/ctl_fake" serve "$work/script" >"$work/heard" &
fake=$!
wait_for 5 grep -q ready "$work/heard" || { echo "Bail out! the fake daemon does not start"; exit 99; }
to_daemon() { # with alice signed in, to the question about systemd
  talk enroll "$issuer" --client-id host --ca-file "$ca" --allow sub:2
  answer 'Sign in now' ''
  signs_in alice
}
to_daemon
answer "Write $conf" y
answer 'Start encvoyd with it' ''
answer 'User name for number 2 .*\[alice\]' 'Alice'
answer 'User name for number 2' ''
answer 'Log in as alice' n
ends
like "$rc $text" '^0 .*A name is small letters.*alice: number 2, uid 1879048194.*Try a login: +encvoyctl login alice' \
  'the name is bound, and the login that was declined is advised'
is "$(paste -sd, "$work/systemctl")" \
  'enable encvoyd,reload-or-restart encvoyd,is-enabled encvoy-userdbd.socket,start encvoy-userdbd.socket' 'what systemd is told'
is "$(grep -c '^user map|2|alice$' "$work/heard")" 1 'what encvoyd is told'
touch "$work/fails"
to_daemon
answer 'Start encvoyd with it' ''
ends
like "$rc $text" '^0 .*unchanged.*"systemctl enable encvoyd" did not work.*not today.*Start the daemon' \
  'what systemd refuses is told, and advised'
kill $fake
run enroll --undo
is "$rc $(ls "$conf_dir")" '0 ' '--undo'

# ---- trouble
control /fault '{"path":"/oidc/request","kind":"status","status":500}' >/dev/null
talk enroll "$issuer" --ca-file "$ca" --redirect-uri http://127.0.0.1/cb
answer 'Client ID' host
answer 'Client secret' ''
sees 'failure +client'
control /reset '{}' >/dev/null
answer 'Client ID \[host\]' ''
answer 'Client secret' ''
answer 'Sign in now' n
sees 'Who may log in:'
exec 8>&-
ends
like "$rc $text" '^1 .*nothing was written' 'a provider that fails may be asked again; the end of input is an end'
is "$(ls "$conf_dir")" '' 'and leaves nothing'
kill "$idp_pid"
done_testing
