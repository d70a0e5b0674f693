#!/bin/bash
# SPDX-License-Identifier: MIT
# docs/fleet.md, word for word: the roster is made, verified, copied and served by nginx and by apache2 as written there;
# a host is set up as cloud-init would; a key is exchanged; what is watched is there.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/document.sh
. "$top/tests/system/document.sh"

srv=$work/srv
document=$work/fleet.md
sed -e "s,https://www.example.com,https://id.encvoy.test:8445,g" -e "s,www.example.com:/srv/www,$work/copy,g" \
  -e "s,/srv/www,$srv,g" -e "s,https://id.example.com,$issuer,g" -e 's,8ba7cd63,host,g' \
  -e "s,--allow role:staff --yes,& --ca-file $ca," -e 's,listen 443,listen 127.0.0.1:8445,; s,VirtualHost \*:443,VirtualHost 127.0.0.1:8446,' \
  "$top/docs/fleet.md" >$document
mkdir -p $srv/roster $work/copy/roster
chmod 755 $work
idp_start

# ---- the machine that makes the roster -----------------------------------------------------------
runs sh 'keygen' 'two keys'
cat >/root/people <<'E2'
{"sub":"2","name":"alice","roles":["staff"]}
{"sub":"3","name":"bob","roles":["staff"]}
{"sub":"12","name":"erin"}
E2
runs sh '--from' 'a roster of a file'
runs sh 'roster verify' 'what a host would say of it'
runs sh 'rsync' 'and its copy'
diff -r $srv/roster $work/copy/roster
ok $? 'is whole'

# ---- served by both ---------------------------------------------------------------------------------
cp $work/idp/server.pem /etc/ssl/certs/roster.pem
cp $work/idp/server.key /etc/ssl/private/roster.key
web() { curl -sS --cacert $ca "$@"; }
served() { # served ADDRESS NAME: headers and conditions of both files
  local head tag lines
  head=$(web -I "$1/roster/roster.jws")
  like "$head" '200.*max-age=60' "$2: the manifest for a minute"
  tag=$(sed -nE 's/^etag: (.*)\r$/\1/Ip' <<<"$head")
  is "$(web -o /dev/null -w '%{http_code}' -H "If-None-Match: $tag" "$1/roster/roster.jws")" 304 "$2: its tag"
  lines=$(basename $srv/roster/*.lines)
  like "$(web -I "$1/roster/$lines")" '200.*immutable' "$2: the people for ever"
  head=$(web -I "$1/roster/")
  unlike "$head" ' 200' "$2: and no list of files"
}
block nginx 'ssl_certificate' >$work/site
printf 'events {}\nuser www-data;\npid %s;\nerror_log %s;\nhttp {\naccess_log %s;\ninclude %s;\n}\n' \
  $work/nginx.pid $work/nginx.error $work/nginx.log $work/site >$work/nginx.conf
nginx_up() {
  nginx -c $work/nginx.conf || die "nginx: $(cat $work/nginx.error)"
}
nginx_up
served https://id.encvoy.test:8445 nginx
a2dissite -q 000-default >/dev/null
a2enmod -q ssl headers >/dev/null
{
  printf 'ServerName localhost\nListen 127.0.0.1:8446\n'
  block apache 'SSLEngine' | sed 's/ServerName .*/ServerName id.encvoy.test/'
} >/etc/apache2/sites-enabled/roster.conf
sed -i 's/^Listen/#Listen/' /etc/apache2/ports.conf
mkdir -p /run/lock
apache2ctl start 2>&1 | sed 's/^/# /'
listens() { (: <"/dev/tcp/127.0.0.1/8446") 2>/dev/null; }
wait_for 20 listens || die "no apache: $(tail -3 /var/log/apache2/error.log)"
served https://id.encvoy.test:8446 apache2
apache2ctl stop 2>&1 | sed 's/^/# /'

# ---- a host, as cloud-init would ---------------------------------------------------------------------
yaml() { # yaml PATH: the content of a file of write_files
  block yaml 'cloud-config' | awk -v path="$1" '$0 == "  - path: " path { on = 1; next } /^  - |^[a-z]/ { on = 0 }
    on && /^      / { print substr($0, 7) }'
}
mkdir -p /etc/encvoy/encvoy.conf.d
cp /root/roster.key.pub /etc/encvoy/
yaml /etc/encvoy/encvoy.conf.d/50-fleet.conf >/etc/encvoy/encvoy.conf.d/50-fleet.conf
[ -s /etc/encvoy/encvoy.conf.d/50-fleet.conf ]
ok $? 'the drop-in of cloud-init'
printf 'ca_file = %s\nmethods = token\n' $ca >/etc/encvoy/encvoy.conf.d/10-test.conf # the test's own CA
mkdir -p /run/sshd
ssh-keygen -A >/dev/null
cp "$top/debian/libpam-encvoy.pam-configs" /usr/share/pam-configs/encvoy
export DEBIAN_FRONTEND=noninteractive
pam-auth-update --force --package 2>/dev/null
while read -r line; do
  case $line in
    # no systemd in here: tests/packages has that
    *'restart encvoyd'*) daemon_start ;;
    systemctl*) ;;
    *)
      sh -c "$line" >$work/run.out 2>&1
      ok $? "runcmd: ${line:0:60}" || sed 's/^/# /' $work/run.out
      ;;
  esac
done < <(block yaml 'cloud-config' | sed -n '/^runcmd:/,$s/^  - //p')
is "$(getent passwd alice | cut -d: -f3)" 1879048194 'the people are there'
grep -q pam_encvoy.so /etc/pam.d/common-auth
ok $? 'and PAM knows'
runs sh 'encvoyctl enroll.*--yes' 'enroll again'
like "$(cat $work/block.out)" 'encvoy.conf: unchanged' 'changes nothing'

printf '@include common-auth\n@include common-account\n' >/etc/pam.d/shell
logs_in() { pam_answer shell "$1" "$(host_token "$2")" authenticate acct_mgmt; [ "$pam_status" = 0 ]; }
logs_in alice 2
ok $? 'alice logs in'
! logs_in erin 12
ok $? 'erin, who has no role, does not'

# ---- the people whom encvoyd knows; somebody is blocked ------------------------------------------------
runs sh 'roster build --key /root/roster.key --fleet prod --out [^ ]*\n$' 'a roster of those whom encvoyd knows'
sed -i '/"bob"/s/}$/,"blocked":true}/' /root/people
runs sh '--from' 'bob is blocked' && encvoyctl sync >/dev/null
! logs_in bob 3
ok $? 'and out, after a sync'

# ---- a new key ---------------------------------------------------------------------------------------
cp /root/roster-next.key.pub /etc/encvoy/
block ini 'roster_keys' >/etc/encvoy/encvoy.conf.d/50-fleet.conf
encvoyd -t >/dev/null
ok $? 'the drop-in of a host with both keys'
kill -HUP "$daemon_pid"
runs sh 'roster-next.key --fleet' 'the first roster by the new key'
synced() { encvoyctl sync >$work/sync.out 2>&1; }
wait_for 20 synced
ok $? 'is taken' || sed 's/^/# /' $work/sync.out
block sh 'roster build --key /root/roster.key --fleet prod --out [^ ]*\n$' >$work/block.sh
like "$(bash $work/block.sh 2>&1; echo " status $?")" 'another key.* status 1' 'the old key is not gone back to by accident'

# ---- an outage, and what is watched -------------------------------------------------------------------
cron() { block cron "$1" | sed -E 's/^([^ ]+ ){5}root //'; }
mkdir -p /var/lib/prometheus/node-exporter
sh -c "$(cron 'prometheus')"
ok $? 'the figures by cron'
for figure in $(sed -nE '/^\| figure/,/^$/s/^\| (`encvoy_.*`) \|.*/\1/p' "$top/docs/fleet.md" | tr -d '`,'); do
  grep -qE "^$figure [0-9]" /var/lib/prometheus/node-exporter/encvoy.prom
  ok $? "$figure is one"
done
encvoyctl doctor --json >$work/doctor.json
[ $? -lt 2 ]
ok $? 'doctor: nothing keeps people out' || sed 's/^/# /' $work/doctor.json
kill "$(<$work/nginx.pid)"
! synced
ok $? 'without a web server there is no pass'
like "$(cat $work/sync.out)" 'provider-unreachable' 'and it says why'
logs_in alice 2
ok $? 'but logins, by the last roster'
nginx_up
log_mark
passed() { log_since | grep -q 'directory result=ok'; }
wait_for 30 passed
ok $? 'a server that is back is found without being told, long before the interval is over'
idp_stop
encvoyctl doctor >/dev/null
is $? 2 'doctor: Encvoy ID is away'

# ---- a host that goes ----------------------------------------------------------------------------------
block sh 'disable encvoy' | head -1 >$work/block.sh
bash -e $work/block.sh && ! grep -q pam_encvoy /etc/pam.d/common-auth
ok $? "$(cat $work/block.sh)"
kill "$(<$work/nginx.pid)"
daemon_stop
done_testing
