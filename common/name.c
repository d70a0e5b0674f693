/* SPDX-License-Identifier: MIT */
#include "common/name.h"

#include "common/str.h"

#include <string.h>

/* Names that carry power somewhere: base-passwd, systemd's sysusers, and groups that sudoers,
 * polkit or a daemon treats as a right. By first letter, in rows of one width, because every NSS
 * look-up asks. */
#define ROWS 20
#define ROW_SIZE 16
static const char reserved['z' - '_' + 1][ROWS][ROW_SIZE] = {
    ['_' - '_'] = {"_apt", "_rpc", "_ssh"},
    ['a' - '_'] = {"adm", "admin", "administrator", "audio", "avahi"},
    ['b' - '_'] = {"backup", "bin"},
    ['c' - '_'] = {"cdrom", "crontab"},
    ['d' - '_'] = {"daemon", "dialout", "dip", "disk", "docker"},
    ['e' - '_'] = {"encvoy", "encvoy-online"},
    ['f' - '_'] = {"fax", "floppy", "ftp", "fuse"},
    ['g' - '_'] = {"games", "gnats"},
    ['h' - '_'] = {"halt"},
    ['i' - '_'] = {"incus", "incus-admin", "input", "irc"},
    ['k' - '_'] = {"kmem", "kvm"},
    ['l' - '_'] = {"libvirt", "libvirt-qemu", "list", "lock", "lp", "lpadmin", "lxd"},
    ['m' - '_'] = {"mail", "man", "messagebus", "mysql"},
    ['n' - '_'] = {"netdev", "news", "nobody", "nogroup", "ntp"},
    ['o' - '_'] = {"operator"},
    ['p' - '_'] = {"plugdev", "polkitd", "postfix", "postgres", "proxy"},
    ['r' - '_'] = {"render", "root"},
    ['s' - '_'] = {"sambashare", "sasl", "scanner", "sgx", "shadow", "shutdown", "src", "ssh",
	"sshd", "ssl-cert", "staff", "sudo", "sync", "sys", "systemd"},
    ['t' - '_'] = {"tape", "toor", "tss", "tty"},
    ['u' - '_'] = {"ubuntu", "users", "utmp", "uucp", "uuidd"},
    ['v' - '_'] = {"vboxusers", "video", "voice"},
    ['w' - '_'] = {"wheel", "wireshark", "www-data"},
};

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

bool name_reserved_len(const char *name, size_t len)
{
	unsigned first = (unsigned char)name[0] - (unsigned)'_';

	if (len == 0 || first > 'z' - '_')
		return false;
	for (size_t i = 0; len < ROW_SIZE && i < ROWS; i++) {
		const char *row = reserved[first][i];

		if (!row[0])
			break;
		/* the second and the last letter tell most names apart */
		if (row[1] == name[1] && row[len - 1] == name[len - 1] && row[len] == 0 &&
		    memcmp(row, name, len) == 0)
			return true;
	}
	return name[0] == 's' && str_starts(name, "systemd-");
}

bool name_reserved(const char *name)
{
	return name_reserved_len(name, strlen(name));
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
