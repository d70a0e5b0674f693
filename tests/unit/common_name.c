/* SPDX-License-Identifier: MIT */
#include "common/name.h"
#include "tests/unit/tap.h"

static const char *const good[] = {"a", "_", "alice", "encvoy-2", "marie.dupont", "_x", "a-b_c",
    "a1", "x.1", "a.b.c", "abcdefghijklmnopqrstuvwxyz012345", "a-", "a_", "z.-", "a--b"};

/* Names that people, scripts and attackers come up with: none may be served (SEC-15). */
static const char *const hostile[] = {
    /* shape */
    "", " ", ".", "..", "...", "-", "-rf", "--help", "-1", "+", "+alice", "+@netgroup", "@admins",
    "~", "~root", "1", "0", "0x0", "123", "007alice", "1alice", "4294967295", "-4294967295",
    ".hidden", "alice.", "a..b", ".a.", "a.b.", "a...b", "abcdefghijklmnopqrstuvwxyz0123456",
    "abcdefghijklmnopqrstuvwxyz.abcdefghijklmnopqrstuvwxyz",
    /* case and look-alikes */
    "Alice", "ALICE", "aLice", "Root", "ROOT", "r\xc3\xb6\xc3\xb6t", "\xd0\xb0lice",
    "al\xc4\xb1"
    "ce",
    "\xef\xbd\x81lice",
    "stra\xc3\x9f"
    "e",
    "\xc3\xa9lise", "e\xcc\x81lise", "\xf0\x9f\x98\x80", "alice\xe2\x80\x8b",
    "\xe2\x80\xae"
    "ecila",
    "alice\xc2\xa0",
    "\xef\xbb\xbf"
    "alice",
    /* bad bytes */
    "alice\x80", "\xff",
    "al\xc0\xaf"
    "ice",
    "alice\x7f", "\x1b[31malice", "alice\x08", "\x01",
    /* blanks and lines */
    " alice", "alice ", "al ice", "alice\n", "\nalice", "alice\nroot:x:0:0", "alice\t", "alice\r",
    "alice\v", "alice\f",
    /* separators of files that names get written to */
    "alice:x:0:0:::", ":", "a:b", "a,b", "alice,root", "a=b", "a#b", "#alice", "a!b", "!", "*",
    "alice*", "?", "[a]", "a;b", "a|b", "a&b", "a>b", "a<b", "a\"b", "a'b", "a`id`", "$(id)",
    "${HOME}", "$USER", "a\\b", "a%b", "%{sub}", "%s", "%n%n", "a^b", "(a)", "{a}",
    /* paths and domains */
    "/", "/etc/passwd", "../root", "a/b", "a/../b", "alice@example.org", "DOMAIN\\alice", "alice@",
    "file://x",
    /* the junk that sshd sends for users it does not know */
    "\b\n\r\177INCORRECT",
    /* a UUID begins with a digit more often than not */
    "0b6f0f4e-6a3c-4f6e-9a51-2b6a5d0f7a11"};

static const char *const privileged[] = {"root", "toor", "admin", "administrator", "sudo", "wheel",
    "docker", "adm", "lxd", "incus", "incus-admin", "disk", "shadow", "kmem", "tty", "kvm",
    "libvirt", "libvirt-qemu", "video", "audio", "input", "render", "plugdev", "netdev", "lpadmin",
    "operator", "staff", "src", "utmp", "users", "nogroup", "nobody", "daemon", "bin", "sys",
    "sync", "games", "man", "lp", "mail", "news", "uucp", "proxy", "www-data", "backup", "list",
    "irc", "gnats", "_apt", "_ssh", "ssl-cert", "sshd", "messagebus", "polkitd", "systemd",
    "systemd-network", "systemd-resolve", "systemd-timesync", "systemd-journal", "systemd-coredump",
    "systemd-oom", "wireshark", "tss", "encvoy", "encvoy-online", "halt", "shutdown", "mysql",
    "postgres", "ftp", "sambashare", "vboxusers"};

static void rule(void)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(name_ok(good[i], strlen(good[i])) && !name_reserved(good[i]), "name %s",
		    good[i]);
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++)
		ok(!name_ok(hostile[i], strlen(hostile[i])), "SEC-15: hostile name %zu", i);
	ok(!name_ok("ali\0ce", 6), "SEC-15: a NUL inside");
	ok(!name_ok("alice", 0), "SEC-15: nothing");
}

/* The rule, byte by byte: what may stand first, inside and behind a dot. */
static void every_byte(void)
{
	unsigned first = 0, inside = 0, after_dot = 0;

	for (unsigned c = 0; c < 256; c++) {
		char a[2] = {(char)c, 'x'}, b[3] = {'x', (char)c, 'x'}, d[3] = {'x', '.', (char)c};

		first += name_ok(a, 2);
		inside += name_ok(b, 3);
		after_dot += name_ok(d, 3);
	}
	is_int(first, 27, "a-z and _ may stand first");
	is_int(inside, 39, "a-z, 0-9, _, - and one dot inside");
	is_int(after_dot, 38, "no dot behind a dot");
}

static void reserved(void)
{
	for (size_t i = 0; i < sizeof(privileged) / sizeof(privileged[0]); i++)
		ok(name_reserved(privileged[i]), "SEC-16: %s is reserved", privileged[i]);
	ok(!name_reserved("alice") && !name_reserved("encvoy-2") && !name_reserved(""),
	    "others are not");
	ok(name_reserved("systemd-anything"), "SEC-16: systemd's names, also future ones");
	ok(!name_reserved("systemdx"), "and nothing beside them");
}

static void subs(void)
{
	char longest[SUB_MAX_LEN + 2];

	memset(longest, '7', sizeof(longest));
	ok(sub_ok("2", 1) && sub_ok("0b6f0f4e-6a3c", 13) && sub_ok("a|b", 3), "subs");
	ok(sub_ok(longest, SUB_MAX_LEN), "of the greatest length");
	ok(!sub_ok(longest, SUB_MAX_LEN + 1), "and no longer");
	ok(!sub_ok("", 0), "an empty sub is refused");
	ok(!sub_ok("a b", 3) && !sub_ok("a\n", 2) && !sub_ok("a\0b", 3) && !sub_ok("\x7f", 1),
	    "blanks and controls are refused");
	ok(!sub_ok("a:b", 3) && !sub_ok("a/b", 3) && !sub_ok("a\\b", 3), "and separators");
	ok(!sub_ok("\xc3\xa9", 2), "and what is not ASCII");
}

int main(void)
{
	rule();
	every_byte();
	reserved();
	subs();
	return tap_done();
}
