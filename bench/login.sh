#!/bin/bash
# SPDX-License-Identifier: MIT
# make bench-login: sign-ins by token and by passphrase through apache2, beside pam_permit and pam_unix
# with yescrypt, asked in turns in one run. Writes LOGIN_OUT. Nothing is judged by anybody but the reader.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../tests/system/lib.sh"
# shellcheck source=bench/figures.sh
. "$(dirname "$0")/figures.sh"

rounds=${LOGIN_ROUNDS:-9}
requests=${LOGIN_REQUESTS:-3000}
out=${LOGIN_OUT:-$top/bench/LOGIN-RESULTS.md}
command -v ab >/dev/null || die 'ab is not here: tests/packages.sh bench'
load=$(cut -d' ' -f1 /proc/loadavg)

conf_write 'login_clients = www-data:nextcloud' 'client_secret_file = /etc/encvoy/host-secret.secret' \
  'redirect_uri = https://hosts.example.test/cb' 'passphrase = yes' 'methods = browser' \
  '[service nextcloud]' 'client_id = nextcloud' 'client_secret_file = /etc/encvoy/nextcloud.secret' \
  'methods = token,passphrase' 'token_reuse = yes' 'verdict_ttl = 1h'
sed -i 's/^client_id = host$/client_id = host-secret/' /etc/encvoy/encvoy.conf
for c in host-secret nextcloud; do
  printf '%s-secret' $c >/etc/encvoy/$c.secret
  chown encvoy-online /etc/encvoy/$c.secret
  chmod 600 /etc/encvoy/$c.secret
done
both() { printf '%s required %s\n' auth "$1" account "$1"; }
recipe() { # recipe MODULE...: the stack of docs/apache.md around a module
  local type
  for type in auth account; do
    echo "$type [success=1 default=ignore] pam_localuser.so"
    echo "$type [success=done default=die] $*"
    echo "$type required pam_deny.so"
  done
}
recipe pam_encvoy.so methods=token,passphrase token_reuse >/etc/pam.d/nextcloud
recipe pam_permit.so >/etc/pam.d/recipe
echo 'password required pam_encvoy.so methods=browser' >/etc/pam.d/passwd
both pam_permit.so >/etc/pam.d/permit
both pam_unix.so >/etc/pam.d/unix
# pam_unix can check other users' passwords only where it may read the hashes
usermod -aG shadow www-data
grep -q '^localjoe:\$y\$' /etc/shadow || die 'localjoe has no yescrypt hash'
idp_start
daemon_start
passphrase='correct horse battery staple 7'
set_passphrase encvoy-2 alice "$passphrase"
[ "$pam_status" = 0 ] || die "no passphrase: $pam_text"
cost_of() { grep -oE '^\$y\$[^$]+'; }
yescrypt=$(awk -F: '$1 == "localjoe" { print $2 }' /etc/shadow | cost_of)

a2enmod -q authnz_pam auth_basic mpm_event >/dev/null
a2dissite -q 000-default >/dev/null
mkdir -p /var/www/bench/{none,permit,recipe,encvoy,pass,unix}
for d in none permit recipe encvoy pass unix; do echo ok >/var/www/bench/$d/index.html; done
cat >/etc/apache2/conf-enabled/bench.conf <<'E2'
ServerName localhost
Listen 127.0.0.1:8090
StartServers 1
ServerLimit 1
ThreadLimit 10
ThreadsPerChild 10
MaxRequestWorkers 10
MaxKeepAliveRequests 0
KeepAliveTimeout 60
<VirtualHost 127.0.0.1:8090>
    DocumentRoot /var/www/bench
</VirtualHost>
E2
for s in permit:permit recipe:recipe encvoy:nextcloud pass:nextcloud unix:unix; do
  cat >>/etc/apache2/conf-enabled/bench.conf <<E2
<Location "/${s%:*}/">
    AuthType Basic
    AuthName bench
    AuthBasicProvider PAM
    AuthPAMService ${s#*:}
    Require valid-user
</Location>
E2
done
mkdir -p /run/lock
apache2ctl start 2>&1 | sed 's/^/# /'
listens() { (: <"/dev/tcp/127.0.0.1/8090") 2>/dev/null; }
wait_for 20 listens || die 'no apache'

token=$(control /mint '{"client_id":"nextcloud","claims":{"sub":"2"}}' | json id_token)
declare -A credentials=([none]="encvoy-2:$token" [permit]="encvoy-2:$token" [recipe]="encvoy-2:$token"
  [encvoy]="encvoy-2:$token"
  [pass]="encvoy-2:$passphrase" [unix]=localjoe:joes-password)

run() { # run CONTENDER N CONCURRENT: requests in a second, and ms of one
  local answer header
  header="Authorization: Basic $(printf %s "${credentials[$1]}" | base64 -w0)"
  # -l: of a connection that apache closes after an answer ab miscounts the bytes
  answer=$(ab -q -k -l -n "$2" -c "$3" -H "$header" "http://127.0.0.1:8090/$1/index.html" 2>&1) &&
    awk '/^(Failed requests|Non-2xx responses)/ && $3 { bad = 1 } /^Requests per second/ { r = $4 }
      /^Time per request/ && /\(mean\)/ { t = $4 } END { if (bad || !r) exit 1; print r, t }' <<<"$answer" &&
    return
  printf '%s\n' "$answer" | sed 's/^/# /' >&2
  tail -n 3 /var/log/apache2/error.log | sed 's/^/# /' >&2
  return 1
}
note() { # note CONTENDER KIND N CONCURRENT
  local figures before
  before=$(cpu_of www-data,encvoy,encvoy-online)
  figures=$(run "$1" "$3" "$4") || die "$1: requests failed"
  echo "$1 $2 $figures $(calc "($(cpu_of www-data,encvoy,encvoy-online) - $before) * 1000 / $3")" >>$work/figures
}

for c in none permit recipe encvoy pass unix; do run $c 20 10 >/dev/null || die "$c: requests failed"; done
for ((i = 0; i < rounds; i++)); do
  for c in none permit recipe encvoy unix; do
    n=$requests
    [ $c = unix ] && n=$((requests / 30 + 10))
    note $c rate $n 10
    note $c one $((n / 3 + 1)) 1
  done
done
median() { # median CONTENDER KIND COLUMN
  awk -v c="$1" -v k="$2" -v col="$3" '$1 == c && $2 == k { print $col }' $work/figures | sort -g |
    awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# pam_authenticate itself, as apache2's user
install "$build/bench/authenticate" /usr/local/bin/
authenticate() { # authenticate SERVICE [PAUSE] <ANSWERS: ms of one, and of the slowest but one in twenty
  setpriv --reuid www-data --regid www-data --init-groups /usr/local/bin/authenticate "$1" encvoy-2 ${2:+"$2"}
}
pam() { # pam CONTENDER SERVICE [PAUSE] <ANSWERS
  local figures
  figures=$(authenticate "${@:2}") || die "$1: a login failed"
  echo "$1 pam $figures" >>$work/figures
}
repeat() { printf "%.0s$token\\n" $(seq "$1"); } # repeat N
# first sign-ins, each with an ID token of its own
first_n=${LOGIN_FIRST:-25}
fresh() {
  for ((j = 0; j < first_n; j++)); do
    control /mint "{\"client_id\":\"nextcloud\",\"claims\":{\"sub\":\"2\",\"nonce\":\"$i-$1-$j\"}}" | json id_token
  done
}
for ((i = 0; i < rounds; i++)); do
  pam recipe recipe < <(repeat $((requests / 10 + 10)))
  pam known nextcloud < <(repeat $((requests / 10 + 10)))
  fresh dense >$work/tokens
  cpu=$(cpu_of encvoy,encvoy-online)
  pam dense nextcloud <$work/tokens
  echo "dense cpu $(calc "($(cpu_of encvoy,encvoy-online) - $cpu) * 1000 / $first_n")" >>$work/figures
  fresh apart >$work/tokens
  pam apart nextcloud 200 <$work/tokens
done

# what a child costs that does nothing
cpu_empty=$(cpu_of encvoy-online)
"$build/bench/empty" /run/encvoy/online 100 || die 'encvoyd-online does not answer'
cpu_empty=$(calc "($(cpu_of encvoy-online) - $cpu_empty) * 1000 / 100")
# what any program costs on this machine
spawned=$("$build/bench/spawn" 500 /bin/true) || die 'spawn'

# passphrases: with the provider there, then without, so that its round trip is left out
slow=${LOGIN_PASSPHRASES:-30}
passphrases() { # passphrases KIND
  for ((i = 0; i < rounds; i++)); do
    note pass "$1" "$slow" 1
    note unix "$1" "$slow" 1
  done
}
passphrases there
idp_stop
passphrases away
daemon_stop
stored=$(sqlite3 /var/lib/encvoy/identity.db 'SELECT setting FROM passphrase' | cost_of)
[ "$stored" = "$yescrypt" ] || die "yescrypt's costs differ: $stored and $yescrypt"

# ---- the report --------------------------------------------------------------------------------
ratio=$(calc "$(median encvoy rate 3) / $(median recipe rate 3)")
extra=$(calc "$(median known pam 3) - $(median recipe pam 3)" 3)
apart=$(median apart pam 3)
passed=$(calc "$(median pass away 4) / $(median unix away 4)")
verdict() { awk "BEGIN { exit !($1) }" && echo reached || echo missed; }
row() { # row NAME CONTENDER
  echo "$1|$(median "$2" rate 3)|$(median "$2" one 4)|$(median "$2" rate 5)|$(calc "$(median "$2" rate 3) / $(median permit rate 3)")"
}
slow_row() { # slow_row NAME KIND
  echo "$1|$(median pass "$2" 4)|$(median unix "$2" 4)|$(calc "$(median pass "$2" 4) / $(median unix "$2" 4)")"
}
{
  cat <<E2
# Sign-ins through apache2

\`make bench-login\`, $(date -u +%F), $(nproc) cores, load $load at the start and $(cut -d' ' -f1 /proc/loadavg) at the end; medians of
$rounds rounds in turns, $requests requests each (pam_unix $((requests / 30 + 10)), passphrases $slow); apache2
$(apache2 -v | sed -nE 's,.*Apache/([0-9.]+).*,\1,p'), event MPM, ten threads, mod_authnz_pam; each request is one authentication and one account call.

E2
  table <<E2
goal|figure|
cached verdict: at least 0.6 of pam_permit's request rate in the same stack|$ratio|$(verdict "$ratio >= 0.6")
cached verdict: pam_authenticate at most 0.5 ms beyond pam_permit's in the same stack|$extra ms|$(verdict "$extra <= 0.5")
first sign-in by ID token, keys at hand: pam_authenticate at most 5 ms|$apart ms|$(verdict "$apart <= 5")
passphrase: at most 1.2 of pam_unix's time (provider aside)|$passed|$(verdict "$passed <= 1.2")
E2
  echo
  table <<E2
|requests/s, ten at a time|ms, one at a time|ms of CPU, apache2 and daemon|rate : pam_permit
$(row 'no authentication' none)
$(row 'pam_permit alone' permit)
$(row 'pam_permit in that stack' recipe)
$(row 'pam_encvoy, verdict known' encvoy)
$(row 'pam_unix, yescrypt' unix)
E2
  cat <<E2

First sign-ins, $first_n in each round, each with a token of its own, 200 ms apart: pam_authenticate takes $apart ms, and
$(median apart pam 4) ms at most but for one in twenty, the whole conversation with the daemon included. One upon the other they
find no child that waits for them, and take $(median dense pam 3) ms and $(median dense pam 4) ms; their CPU, in encvoyd and encvoyd-online, is
$(median dense cpu 3) ms each, of which $cpu_empty ms are what a process for nothing costs, started and ended by encvoyd-online. The
measure of this machine: fork, exec and wait of /bin/true take $spawned ms (0.58 to 0.76 where the goal of 5 ms comes from).

Passphrases, one at a time, both sides with yescrypt of the same cost (\`$yescrypt\`):

E2
  table <<E2
provider|passphrase, ms|pam_unix, ms|passphrase : pam_unix
$(slow_row 'cannot be reached' away)
$(slow_row 'asked each time' there)
E2
} >"$out"
cat "$out"
ok 0 'measured'
done_testing
