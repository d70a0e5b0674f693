# SPDX-License-Identifier: MIT
# Reads the raw lines: time TEST USERS NAME P50 MEAN ROUNDS, none TEST USERS NAME REASON, fact ...
# p50[test, users, name] in ns, gap[test, users, name], list["fact ...", i]. Medians where a line
# came more than once.
function median_of(text, v, n, i, j, t) {
	n = split(text, v, " ")
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && v[j - 1] + 0 > v[j] + 0; j--) {
			t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
		}
	return v[int((n + 1) / 2)]
}
function rest(from, i, s) {
	for (i = from; i <= NF; i++)
		s = s (i > from ? " " : "") $i
	return s
}
$1 == "time" {
	all[$2, $3, $4] = all[$2, $3, $4] " " $5
	sizes[$3] = 1
	test_seen[$2] = 1
	next
}
$1 == "none" { gap[$2, $3, $4] = rest(5); gaps[++n_gaps] = $0; sizes[$3 + 0] = $3 > 0; next }
$1 == "fact" && $2 ~ /^(machine|system|command|when|load|peers|commit)$/ { about[$2] = rest(3); next }
$1 == "fact" && $2 == "jws" { bare[$3] = $4; whole[$3] = $5; next }
$1 == "fact" && $2 == "mapbuild" { built[$3] = built[$3] " " $4; sizes[$3] = 1; next }
$1 == "fact" && $2 == "syscalls" { calls[$3, $4, $5] = $6; next }
$1 == "fact" && $2 == "trouble" { trouble[$3, $4, $5] = rest(6); next }
$1 == "fact" && $2 == "restart" { restart[$3] = rest(4); next }
$1 == "fact" && $2 == "change" { change_ms = change_ms " " $4; change_size = $3; if ($5 != "seen") unseen++; next }
$1 == "fact" && $2 == "idle" { idle_pss = $3; idle_rss = $4; idle_switches = $5; next }
function ns(test, users, name) { # 0 when not measured
	return ((test, users, name) in all) ? median_of(all[test, users, name]) + 0 : 0
}
