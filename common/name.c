/* SPDX-License-Identifier: MIT */
#include "common/name.h"

#include "common/str.h"

#include <stdlib.h>
#include <string.h>

/* Names that carry power somewhere: base-passwd, systemd's sysusers, and groups that sudoers,
 * polkit or a daemon treats as a right. Sorted for bsearch. */
static const char *const reserved[] = {"_apt", "_rpc", "adm", "admin", "administrator", "audio",
    "avahi", "backup", "bin", "cdrom", "crontab", "daemon", "dialout", "dip", "disk", "docker",
    "encvoy", "encvoy-online", "fax", "floppy", "ftp", "fuse", "games", "gnats", "halt", "input",
    "irc", "kmem", "kvm", "libvirt", "libvirt-qemu", "list", "lock", "lp", "lpadmin", "lxd", "mail",
    "man", "messagebus", "mysql", "netdev", "news", "nobody", "nogroup", "ntp", "operator",
    "plugdev", "polkitd", "postfix", "postgres", "proxy", "render", "root", "sasl", "scanner",
    "sgx", "shadow", "shutdown", "src", "ssh", "sshd", "staff", "sudo", "sync", "sys", "systemd",
    "systemd-coredump", "systemd-journal", "systemd-network", "systemd-oom", "systemd-resolve",
    "systemd-timesync", "tape", "toor", "tss", "tty", "ubuntu", "users", "utmp", "uucp", "uuidd",
    "video", "voice", "wheel", "wireshark", "www-data"};

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool name_ok(const char *name, size_t len)
{
	if (len == 0 || len > NAME_MAX_LEN)
		return false;
	if (!(name[0] >= 'a' && name[0] <= 'z') && name[0] != '_')
		return false;
	for (size_t i = 1; i < len; i++) {
		if (name[i] == '.') {
			if (i + 1 == len || name[i + 1] == '.')
				return false;
		} else if (!is_name_char(name[i])) {
			return false;
		}
	}
	return true;
}

/* Which second letters and which lengths occur behind each first letter: tells most names apart
 * without a search, for the sake of every NSS look-up. tests/unit/nss_reserved.c keeps it true. */
#define C(letter) (1U << ((letter) - 'a'))
#define N(length) (1U << (length))
static const struct {
	uint32_t seconds;
	uint32_t lengths;
} starts['z' - '_' + 1] = {
    ['a' - '_'] = {C('d') | C('u') | C('v'), N(3) | N(5) | N(13)},
    ['b' - '_'] = {C('a') | C('i'), N(3) | N(6)},
    ['c' - '_'] = {C('d') | C('r'), N(5) | N(7)},
    ['d' - '_'] = {C('a') | C('i') | C('o'), N(3) | N(4) | N(6) | N(7)},
    ['e' - '_'] = {C('n'), N(6) | N(13)},
    ['f' - '_'] = {C('a') | C('l') | C('t') | C('u'), N(3) | N(4) | N(6)},
    ['g' - '_'] = {C('a') | C('n'), N(5)},
    ['h' - '_'] = {C('a'), N(4)},
    ['i' - '_'] = {C('n') | C('r'), N(3) | N(5)},
    ['k' - '_'] = {C('m') | C('v'), N(3) | N(4)},
    ['l' - '_'] = {C('i') | C('o') | C('p') | C('x'), N(2) | N(3) | N(4) | N(7) | N(12)},
    ['m' - '_'] = {C('a') | C('e') | C('y'), N(3) | N(4) | N(5) | N(10)},
    ['n' - '_'] = {C('e') | C('o') | C('t'), N(3) | N(4) | N(6) | N(7)},
    ['o' - '_'] = {C('p'), N(8)},
    ['p' - '_'] = {C('l') | C('o') | C('r'), N(5) | N(7) | N(8)},
    ['r' - '_'] = {C('e') | C('o'), N(4) | N(6)},
    ['s' - '_'] = {C('a') | C('c') | C('g') | C('h') | C('r') | C('s') | C('t') | C('u') | C('y'),
	N(3) | N(4) | N(5) | N(6) | N(7) | N(8) | N(11) | N(15) | N(16)},
    ['t' - '_'] = {C('a') | C('o') | C('s') | C('t'), N(3) | N(4)},
    ['u' - '_'] = {C('b') | C('s') | C('t') | C('u'), N(4) | N(5) | N(6)},
    ['v' - '_'] = {C('i') | C('o'), N(5)},
    ['w' - '_'] = {C('h') | C('i') | C('w'), N(5) | N(8) | N(9)},
    ['_' - '_'] = {C('a') | C('r'), N(4)},
};
#undef C
#undef N

static bool may_be_reserved(const char *name)
{
	unsigned first = (unsigned char)name[0] - (unsigned)'_';
	unsigned second = first <= 'z' - '_' ? (unsigned char)name[1] - (unsigned)'a' : 32;

	return second < 26 && (starts[first].seconds >> second & 1) &&
	       (starts[first].lengths >> strnlen(name, 31) & 1);
}

static int compare_names(const void *key, const void *entry)
{
	return strcmp(key, *(const char *const *)entry);
}

bool name_reserved(const char *name)
{
	size_t n = sizeof(reserved) / sizeof(reserved[0]);

	return may_be_reserved(name) &&
	       bsearch(name, reserved, n, sizeof(reserved[0]), compare_names) != NULL;
}

bool sub_ok(const char *sub, size_t len)
{
	if (len == 0 || len > SUB_MAX_LEN)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = sub[i];

		if (c <= 0x20 || c >= 0x7f || c == ':' || c == '/' || c == '\\')
			return false;
	}
	return true;
}

/* One piece of a template: literal text, or a field (field != 0). */
struct piece {
	const char *text;
	size_t len;
	unsigned field;
};

static unsigned field_of(const char *name, size_t len)
{
	static const struct {
		const char *name;
		unsigned field;
	} fields[] = {{"sub", TEMPLATE_SUB}, {"login", TEMPLATE_LOGIN}, {"user", TEMPLATE_USER},
	    {"uid", TEMPLATE_UID}};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (slice_is((struct slice){name, len}, fields[i].name))
			return fields[i].field;
	return 0;
}

/* Takes the next piece off *tpl. False at the end; a malformed %{ gives a piece without text. */
static bool next_piece(const char **tpl, struct piece *ret)
{
	const char *p = *tpl;
	const char *end;

	if (!*p)
		return false;
	if (*p != '%') {
		size_t len = strcspn(p, "%");

		*ret = (struct piece){p, len, 0};
		*tpl = p + len;
		return true;
	}
	end = p[1] == '{' ? strchr(p, '}') : NULL;
	*ret = (struct piece){NULL, 0, 0};
	if (end)
		ret->field = field_of(p + 2, (size_t)(end - p - 2));
	*tpl = end ? end + 1 : p + strlen(p);
	return true;
}

static bool piece_bad(const struct piece *p)
{
	return !p->text && !p->field;
}

enum err template_check(const char *tpl, unsigned allowed_fields)
{
	struct piece piece;

	while (next_piece(&tpl, &piece))
		if (piece_bad(&piece) || (piece.field & ~allowed_fields))
			return ERR_CONFIG;
	return ERR_OK;
}

bool template_is_sub_only(const char *tpl)
{
	struct piece piece;
	unsigned subs = 0;

	while (next_piece(&tpl, &piece)) {
		if (piece_bad(&piece) || (piece.field && piece.field != TEMPLATE_SUB))
			return false;
		subs += piece.field == TEMPLATE_SUB;
	}
	return subs == 1;
}

static const char *value_of(const struct template_values *v, unsigned field)
{
	switch (field) {
	case TEMPLATE_SUB:
		return v->sub;
	case TEMPLATE_LOGIN:
		return v->login;
	case TEMPLATE_USER:
		return v->user;
	case TEMPLATE_UID:
		return v->uid;
	default:
		return NULL;
	}
}

enum err template_expand(
    const char *tpl, const struct template_values *values, char *dst, size_t size)
{
	struct piece piece;
	struct buf out;

	buf_init_fixed(&out, dst, size);
	while (next_piece(&tpl, &piece)) {
		const char *value = value_of(values, piece.field);

		if (piece.text)
			buf_put(&out, piece.text, piece.len);
		else if (value && *value)
			buf_text(&out, value);
		else
			return ERR_NO_NAME;
	}
	buf_put_u8(&out, 0);
	return out.err;
}

enum err template_match(const char *tpl, const char *name, char *ret_sub, size_t size)
{
	const char *field = strstr(tpl, "%{sub}");
	size_t before, after, name_len = strlen(name);

	if (!field || !template_is_sub_only(tpl))
		return ERR_NOT_FOUND;
	before = (size_t)(field - tpl);
	after = strlen(field + strlen("%{sub}"));
	if (name_len <= before + after || memcmp(name, tpl, before) != 0 ||
	    memcmp(name + name_len - after, field + strlen("%{sub}"), after) != 0)
		return ERR_NOT_FOUND;
	if (name_len - before - after >= size)
		return ERR_TOO_LONG;
	memcpy(ret_sub, name + before, name_len - before - after);
	ret_sub[name_len - before - after] = 0;
	return ERR_OK;
}
