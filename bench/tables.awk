# SPDX-License-Identifier: MIT
# The tables of RESULTS.md.
function shown(v) { # ns as text with a unit
	if (v < 1000) return sprintf("%d ns", v)
	if (v < 1e6) return sprintf(v < 1e4 ? "%.2f µs" : "%.1f µs", v / 1e3)
	if (v < 1e9) return sprintf(v < 1e7 ? "%.2f ms" : "%.1f ms", v / 1e6)
	return sprintf("%.2f s", v / 1e9)
}
function cell(test, users, name, v) {
	v = ns(test, users, name)
	if (v) return test ~ /^memory/ ? sprintf("%.1f MB", v / 1024) : \
	    test ~ /^(threads|procs)/ ? sprintf("%.1f M/s", 1e6 / v) : shown(v)
	return ((test, users, name) in gap) || (("all", users, name) in gap) ? "–¹" : "–"
}
function table(title, test, i, j, line, any) {
	for (i = 1; i <= n_names; i++)
		for (j = 1; j <= n_sizes; j++)
			any += ns(test, size[j], names[i])
	if (!any) return
	print "\n### " title "\n"
	line = "| |"
	for (j = 1; j <= n_sizes; j++) line = line " " size[j] " |"
	print line
	gsub(/[^|]+/, "---", line)
	print line
	for (i = 1; i <= n_names; i++) {
		line = ""
		any = 0
		for (j = 1; j <= n_sizes; j++) {
			line = line " " cell(test, size[j], names[i]) " |"
			any += ns(test, size[j], names[i])
		}
		if (any || ((test, size[1], names[i]) in gap))
			print "| " (names[i] == "encvoy" ? "**encvoy**" : names[i]) " |" line
	}
}
function both(title, kind) {
	table(title ", through glibc", "glibc:" kind)
	table(title ", module called directly", "direct:" kind)
}
function head() {
	print "# Results of make bench\n"
	print "Written by `make bench`; do not edit. Medians of the rounds' medians, contenders in turns;"
	print "ratios within one run are what counts. What each word means: HACKING.md (\"Measuring\").";
	print "Sign-ins are in LOGIN-RESULTS.md, a fleet and its roster in FLEET-RESULTS.md.\n";
	print "- machine: " about["machine"]
	print "- system: " about["system"]
	print "- command: `" about["command"] "`, " about["when"] ", commit " about["commit"]
	print "- load when it began: " about["load"]
	print "- peers: " about["peers"]
}
function times() {
	print "\n## Look-ups"
	both("User by name", "pwnam")
	both("User by uid", "pwuid")
	both("Unknown name, a new one each time", "miss")
	both("The same unknown name again", "missagain")
	both("Unknown uid", "missid")
	both("Group by name", "grnam")
	both("Group by gid", "grgid")
	both("Group of 10,000 (all users at 1000), buffer grown by ERANGE", "big")
	both("Groups of a user", "groups")
	both("Enumeration of all users", "enum")
	table("First look-up of a fresh process", "fresh:pwnam")
	table("Memory (PSS) after 400,000 look-ups", "memory:pwnam")
	print "\n## Threads and processes: look-ups per second in all, module called directly"
	for (i = 1; i <= 4; i *= 2) table(i " thread" (i > 1 ? "s" : ""), "threads:" i)
	for (i = 1; i <= 4; i *= 2) table(i " process" (i > 1 ? "es" : ""), "procs:" i)
}
function trouble_row(n, s, w, text, f, c) {
	text = trouble[n, s, w]
	c = split(text, f, " ")
	if (f[1] == "late")
		return "| " n " | " s " | " w " | > " f[2] " s (" f[3] " answered) | | | | | | |"
	return c < 7 ? "| " n " | " s " | " w " | failed | | | | | | |" : \
	    sprintf("| %s | %s | %s | %s | %s | %s | %d | %d | %d | %d |", n, s, w, f[1], f[2], f[3], f[4], f[5], f[6], f[7])
}
function troubles(i, s, w, n_state, states, n_d, d) {
	print "\n## With the daemon alive, hung (SIGSTOP) and dead\n"
	print "Direct calls (nscd: through glibc) by name; µs; every peer's cache filled before.\n"
	print "| | daemon | asked | first | p50 | max | found | not found | unavailable | wrong |"
	print "|---|---|---|---|---|---|---|---|---|---|"
	n_d = split("encvoyd nslcd nscd sssd", d, " ")
	n_state = split("alive hung dead", states, " ")
	for (i = 1; i <= n_d; i++)
		for (s = 1; s <= n_state; s++)
			for (w = 1; w <= 2; w++)
				if ((d[i], states[s], w == 1 ? "hit" : "miss") in trouble)
					print trouble_row(d[i], states[s], w == 1 ? "hit" : "miss")
	print "\nKilled and started again three times while two processes ask for 8 s:\n"
	print "| | hits | misses | hits unavailable | misses unavailable | wrong |\n|---|---|---|---|---|---|"
	for (i = 1; i <= n_d; i++)
		if (d[i] in restart) {
			s = restart[d[i]]
			gsub(/ /, " | ", s)
			print "| " d[i] " | " s " |"
		}
}
function others(i, j, k, kinds, n_k, line) {
	print "\n## System calls per look-up, from the second on (strace, module called directly)\n"
	n_k = split("pwnam pwuid grnam grgid groups miss", kinds, " ")
	print "| | users | pwnam | pwuid | grnam | grgid | groups | miss |\n|---|---|---|---|---|---|---|---|"
	for (i = 1; i <= n_names; i++)
		for (j = 1; j <= n_sizes; j++) {
			if (!((size[j], names[i], "pwnam") in calls)) continue
			line = "| " names[i] " | " size[j] " |"
			for (k = 1; k <= n_k; k++)
				line = line " " (((size[j], names[i], kinds[k]) in calls) ? calls[size[j], names[i], kinds[k]] : "") " |"
			print line
		}
	print "\n## ID token, key known\n\n| | bare EVP_DigestVerify | whole check | ratio |\n|---|---|---|---|"
	n_k = split("RS256 ES256 EdDSA", kinds, " ")
	for (k = 1; k <= n_k; k++)
		if (bare[kinds[k]])
			printf "| %s | %s | %s | %.2f |\n", kinds[k], shown(bare[kinds[k]]), shown(whole[kinds[k]]), whole[kinds[k]] / bare[kinds[k]]
	print "\n## Map and daemon\n"
	for (j = 1; j <= n_sizes; j++)
		if (built[size[j]])
			printf "- map of %d users, with their groups, built and published in %.2f s\n", size[j], median_of(built[size[j]])
	if (change_ms != "")
		printf "- one user more at %d: %.1f ms of daemon time (`encvoyctl user add`)%s\n", change_size, median_of(change_ms), unseen ? ", NOT seen by the next look-up" : ", seen by the next look-up"
	if (idle_pss)
		printf "- all processes of the daemon, idle: %.1f MB PSS, %.1f MB RSS added up; %d context switches in 10 s\n", idle_pss / 1024, idle_rss / 1024, idle_switches
}
function missing(i, f, n, s, j) {
	print "\n## Not measured\n"
	for (i = 1; i <= n_gaps; i++) {
		n = split(gaps[i], f, " ")
		s = ""
		for (j = 5; j <= n; j++) s = s " " f[j]
		print "- " f[4] ", " f[3] " users, " (f[2] == "all" ? "everything" : f[2]) ":" s
	}
	print "\n¹ named above"
}
function prepare(s, i, j, t) {
	n_names = split("encvoy limit nscd sssd nss_db userdb nslcd extrausers files encvoyd", names, " ")
	for (s in sizes)
		if (s + 0 > 0) size[++n_sizes] = s + 0
	for (i = 2; i <= n_sizes; i++)
		for (j = i; j > 1 && size[j - 1] > size[j]; j--) {
			t = size[j]; size[j] = size[j - 1]; size[j - 1] = t
		}
}
END { prepare(); head(); goals(); times(); troubles(); others(); missing() }
