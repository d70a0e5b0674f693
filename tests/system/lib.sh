# SPDX-License-Identifier: MIT
# The system tests' ground: a private copy of this machine in which the freshly built programs are
# installed for real. Everything happens in own mount, pid and network namespaces over overlayfs:
# the machine's own /etc is never written, ports never clash, and every process started here ends
# with the namespace. Source this file first; it re-executes the calling script inside.
#
# shellcheck shell=bash disable=SC2034 # what is set here is for those who source it
set -u -o pipefail
export LC_ALL=C.UTF-8 # what people read follows it

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${ENCVOY_BUILD:-${top_builddir:-$top/build}}

if [ -z "${ENCVOY_SANDBOX:-}" ]; then
  if [ "$(id -u)" != 0 ]; then
    echo "1..0 # SKIP needs root for private namespaces"
    exit 0
  fi
  propagation=private
  if ! mountpoint -q /; then
    # In a plain chroot "/" is no mount whose propagation could be changed: then it must not be
    # shared to begin with, or our mounts would show outside.
    propagation=unchanged
    unshare --mount --propagation unchanged mount -t tmpfs encvoy-probe /mnt
    if grep -q ' encvoy-probe ' /proc/self/mountinfo; then
      umount /mnt
      echo "Bail out! mounts made here would be seen outside: bind-mount the chroot onto itself first"
      exit 99
    fi
  fi
  ENCVOY_SANDBOX=1 ENCVOY_BUILD=$build exec unshare --mount --net --pid --uts --fork \
    --kill-child --mount-proc --propagation $propagation -- "$BASH" "$0" "$@"
fi

# ---- TAP ---------------------------------------------------------------------------------------
tap_n=0
tap_bad=0

ok() { # ok STATUS NAME
  tap_n=$((tap_n + 1))
  if [ "$1" = 0 ]; then
    echo "ok $tap_n - $2"
  else
    tap_bad=$((tap_bad + 1))
    echo "not ok $tap_n - $2"
    return 1
  fi
}

is() { # is GOT WANT NAME
  if [ "$1" = "$2" ]; then
    ok 0 "$3"
  else
    ok 1 "$3"
    printf '# got  %s\n# want %s\n' "${1@Q}" "${2@Q}"
  fi
}

like() { # like GOT REGEX NAME
  if [[ $1 =~ $2 ]]; then
    ok 0 "$3"
  else
    ok 1 "$3"
    local got=${1:0:800}
    printf '# got %s\n# not like %s\n' "${got@Q}" "$2"
  fi
}

unlike() { # unlike GOT REGEX NAME
  if [[ $1 =~ $2 ]]; then
    ok 1 "$3"
    local got=${1:0:800}
    printf '# got %s\n# like %s\n' "${got@Q}" "$2"
  else
    ok 0 "$3"
  fi
}

skip() { # skip NAME WHY
  tap_n=$((tap_n + 1))
  echo "ok $tap_n - $1 # SKIP $2"
}

done_testing() {
  echo "1..$tap_n"
  [ "$tap_bad" = 0 ] || { echo "# daemon's log:"; sed 's/^/#   /' "$work/encvoyd.log" | tail -60; }
  [ "$tap_bad" = 0 ]
  exit
}

die() {
  echo "Bail out! $*"
  exit 99
}

# ---- the private machine -----------------------------------------------------------------------
work=/tmp/encvoy-test

# Lays a fresh /tmp, in which source and build stay where they are.
private_tmp() {
  local d kept=()
  for d in "$top" "$build"; do
    [[ $d = /tmp/* ]] && kept+=("$d")
  done
  mount -t tmpfs -o mode=755 tmpfs /mnt || die "cannot mount a tmpfs"
  for d in ${kept[@]+"${!kept[@]}"}; do
    mkdir "/mnt/$d"
    mount --bind "${kept[$d]}" "/mnt/$d" || die "cannot keep ${kept[$d]}"
  done
  mount -t tmpfs -o mode=1777 tmpfs /tmp || die "cannot mount a tmpfs"
  for d in ${kept[@]+"${!kept[@]}"}; do
    mkdir -p "${kept[$d]}"
    mount --bind "/mnt/$d" "${kept[$d]}" || die "cannot keep ${kept[$d]}"
  done
}

# What "make check-system" has installed once for all tests, or this build's own.
put_in_place() {
  local d
  if [ -z "${ENCVOY_INSTALLED:-}" ]; then
    make -s -C "$build" install
    return
  fi
  for d in "$ENCVOY_INSTALLED"/*; do
    [ -d "$work/layers/${d##*/}.up" ] || { echo "$d: not below an overlay"; return 1; }
    cp -a "$d/." "/${d##*/}/" || return
  done
}

sandbox_up() {
  local d
  private_tmp
  mkdir -p $work/layers
  for d in etc usr var root home; do
    mkdir -p "$work/layers/$d.up" "$work/layers/$d.work"
    mount -t overlay overlay -o \
      "lowerdir=/$d,upperdir=$work/layers/$d.up,workdir=$work/layers/$d.work" "/$d" ||
      die "cannot lay an overlay over /$d"
  done
  mount -t tmpfs -o mode=755 tmpfs /run
  hostname host1.example.test
  printf '127.0.0.1 localhost host1.example.test id.encvoy.test\n' >/etc/hosts
  ip link set lo up || die "no loopback"
  put_in_place >$work/install.log 2>&1 || {
    sed 's/^/# /' $work/install.log
    die "installing failed"
  }
  ldconfig
  useradd --system --no-create-home --shell /usr/sbin/nologin encvoy
  useradd --system --no-create-home --shell /usr/sbin/nologin encvoy-online
  useradd --create-home --shell /bin/bash localjoe
  echo 'localjoe:joes-password' | chpasswd
  echo 'root:roots-password' | chpasswd
  sed -i -e 's/^passwd:.*/passwd: files encvoy/' -e 's/^group:.*/group: files encvoy/' /etc/nsswitch.conf
  mkdir -p /etc/encvoy
}

# ---- the provider ------------------------------------------------------------------------------
idp=$top/tests/idp
control=http://127.0.0.1:8444
issuer=https://id.encvoy.test:8443
ca=$work/idp/ca.pem

wait_for() { # wait_for SECONDS COMMAND...: until it succeeds; asked often at first, then less so
  local end=$((SECONDS + $1)) pause=20
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep "0.$(printf %03d $pause)"
    [ $pause -gt 200 ] || pause=$((pause * 5 / 4))
  done
}

idp_start() { # idp_start [options]
  mkdir -p $work/idp
  node "$idp/server.js" --host id.encvoy.test --port 8443 --control-port 8444 \
    --state-dir $work/idp "$@" >$work/idp.out 2>$work/idp.log &
  idp_pid=$!
  wait_for 90 test -s $work/idp/ready.json || die "the provider did not start: $(cat $work/idp.log)"
}

idp_stop() {
  kill "$idp_pid"
  wait "$idp_pid" 2>/dev/null
  rm -f $work/idp/ready.json
}

# The files below $www over TLS, on port 8445; its requests in $work/web.log, its process in web_pid.
web_start() {
  rm -f $work/web.log.ready
  : >>$work/web.log
  node "$top/tests/system/webserver.js" $www 8445 $work/idp/server.pem $work/idp/server.key \
    $work/web.log 2>$work/web.err &
  web_pid=$!
  wait_for 30 test -e $work/web.log.ready || die "no web server: $(cat $work/web.err)"
}

control() { # control PATH [JSON]: GET, or POST of JSON
  if [ $# = 1 ]; then
    curl -sS "$control$1"
  else
    curl -sS -H 'content-type: application/json' -d "$2" "$control$1"
  fi
}

json() { # json PATH: the member of the document on standard input that this names, as a.b.c, or "undefined"
  jq -rc --arg path "$1" 'getpath($path | split(".")) | if . == null then "undefined" else . end'
}

browse() { # browse USER ADDRESS [options]: sign in as a browser would, print the last address
  local user=$1 url=$2
  shift 2
  node "$idp/drive.js" browse --ca $ca --user "$user" "$@" "$url"
}

ssh_keys() { # ssh_keys HOST: sshd gets keys of its own, and $work/known_hosts has them for its port 2222
  local key
  mkdir -p /run/sshd
  ssh-keygen -A >/dev/null
  for key in /etc/ssh/ssh_host_*_key.pub; do printf '[%s]:2222 %s\n' "$1" "$(<"$key")"; done >$work/known_hosts
}

host_nonce() { echo "h1.${1:-host1.example.test}.$(openssl rand 16 | basenc --base64url | tr -d =)"; } # host_nonce [HOST]
host_client=host
host_token() { # host_token SUB [HOST [CLAIMS [CLIENT]]]: an ID token that the provider signs for this host; CLAIMS are ",..."
  control /mint "{\"client_id\":\"${4:-$host_client}\",\"claims\":{\"sub\":\"$1\",\"nonce\":\"$(host_nonce "${2-}")\"${3-}}}" |
    json id_token
}
# The same as `encvoyctl token --for host1.example.test` gets it.
token_for() { # token_for USER FIELD [drive.js options]
  local user=$1 field=$2
  shift 2
  node "$idp/drive.js" token --ca $ca --issuer $issuer --user "$user" "$@" | json "$field"
}

# ---- the daemon --------------------------------------------------------------------------------
default_allow='allow = sub:2 sub:3 sub:5'

conf_write() { # conf_write [further lines...]
  {
    echo "issuer = $issuer"
    echo "client_id = host"
    echo "ca_file = $ca"
    echo "$default_allow"
    [ $# = 0 ] || printf '%s\n' "$@"
  } >/etc/encvoy/encvoy.conf
}

daemon_start() {
  : >>$work/encvoyd.log
  encvoyd -d 2>>$work/encvoyd.log &
  daemon_pid=$!
  wait_for 10 daemon_ready || die "encvoyd did not start: $(tail -5 $work/encvoyd.log)"
}

daemon_ready() {
  encvoyctl status >/dev/null 2>&1
}

daemon_stop() {
  kill "$daemon_pid"
  wait "$daemon_pid" 2>/dev/null
}

log_since() { # the daemon's log behind the mark that log_mark set
  tail -c +$((log_offset + 1)) $work/encvoyd.log
}

log_mark() {
  log_offset=$(stat -c %s $work/encvoyd.log)
}

listener_pid() { pgrep -u encvoy -o -f encvoyd; }
online_pid() { pgrep -u encvoy-online -o -x encvoyd-online; }

# ---- PAM ---------------------------------------------------------------------------------------
# A service with Debian's stack and our lines in front, as the packages will write them.
pam_service() { # pam_service NAME [arguments of pam_encvoy...]
  local name=$1 f=/etc/pam.d/$1
  shift
  cat >"$f" <<EOF
auth    [success=1 default=ignore]                        pam_localuser.so
auth    [success=done user_unknown=ignore default=die]    pam_encvoy.so $*
@include common-auth
account [success=1 default=ignore]                        pam_localuser.so
account [success=done user_unknown=ignore default=die]    pam_encvoy.so $*
@include common-account
@include common-session
session optional                                          pam_encvoy.so $*
EOF
}

# Starts a login in the background; its dialogue grows in $work/pam.out. Answers go to fd 9.
pam_begin() { # pam_begin SERVICE USER [operations...]; pam_env: a variable for PAM's environment
  local service=$1 user=$2
  shift 2
  rm -f $work/pam.in
  mkfifo $work/pam.in
  : >$work/pam.out
  stdbuf -o0 pamtester ${pam_env:+"-E$pam_env"} "$service" "$user" "${@:-authenticate}" \
    <$work/pam.in >$work/pam.out 2>&1 &
  pam_pid=$!
  exec 9>$work/pam.in
}

pam_says() { # pam_says SECONDS REGEX: waits for it in the dialogue
  wait_for "$1" grep -qE -- "$2" $work/pam.out
}

pam_end() { # waits for the end, leaves status in pam_status and the dialogue in pam_text
  exec 9>&-
  wait "$pam_pid"
  pam_status=$?
  pam_text=$(cat $work/pam.out)
}

pam_address() { # the newest address shown, once it is there
  pam_says 10 'https://[^ ]*' || return 1
  grep -oE 'https://[^ ]+' $work/pam.out | tail -1
}

# Approves the device login that is shown, in USER's browser.
device_decide() { # device_decide USER [--deny]
  local url code
  url=$(pam_address) || return 1
  code=$(grep -oE 'enter this code: [^ ]+' $work/pam.out | tail -1)
  node "$idp/drive.js" device --ca $ca --user "$1" --code "${code##* }" ${2:-} "$url"
}

pam_answer() { # pam_answer SERVICE USER ANSWER [operations...]: one question, one answer
  local service=$1 user=$2 answer=$3
  shift 3
  pam_text=$(printf '%s\n' "$answer" |
    timeout 60 pamtester "$service" "$user" "${@:-authenticate}" 2>&1 | tr -d "\0")
  pam_status=$?
}

# A whole browser login: opens the address, signs in as SIGNS_IN, pastes the last address.
pam_browser() { # pam_browser SERVICE USER SIGNS_IN [operations...]
  local service=$1 user=$2 who=$3 url last
  shift 3
  pam_begin "$service" "$user" "${@:-authenticate}"
  url=$(pam_address) || { pam_end; return; }
  last=$(browse "$who" "$url")
  pam_says 10 'Paste'
  printf '%s\n' "$last" >&9
  pam_end
}

# ---- passphrases -------------------------------------------------------------------------------
signs_in() { # signs_in WHO: opens the address that is shown and pastes where it ended
  local last
  last=$(browse "$1" "$(pam_address)")
  pam_says 30 Paste
  printf '%s\n' "$last" >&9
}

new_passphrase() { # new_passphrase NEW [AGAIN]: types it and waits for the end
  pam_says 60 'New passphrase|as somebody else'
  printf '%s\n' "$1" >&9
  pam_says 30 'Again|as somebody else'
  printf '%s\n' "${2:-$1}" >&9
  pam_says 30 'altered|error|same|The passphrase (is|contains)' || true
  pam_end
}

set_passphrase() { # set_passphrase USER WHO NEW [AGAIN]: by /etc/pam.d/passwd, in WHO's browser
  pam_begin passwd "$1" chauthtok
  signs_in "$2"
  new_passphrase "$3" "${4:-$3}"
}

# The tests of the packages bring a machine of their own.
[ -n "${own_machine:-}" ] || sandbox_up
