/* SPDX-License-Identifier: MIT */
#include "common/name.h"

#include "common/str.h"

#include <string.h>

/* Names that carry power somewhere: base-passwd, systemd's sysusers, and groups that sudoers,
 * polkit or a daemon treats as a right. By first letter, each ended by NUL, because every NSS
 * look-up asks. */
static const char *const reserved['z' - '_' + 1] = {
    ['_' - '_'] = "_apt\0_rpc\0_ssh\0",
    ['a' - '_'] = "adm\0admin\0administrator\0audio\0avahi\0",
    ['b' - '_'] = "backup\0bin\0",
    ['c' - '_'] = "cdrom\0crontab\0",
    ['d' - '_'] = "daemon\0dialout\0dip\0disk\0docker\0",
    ['e' - '_'] = "encvoy\0encvoy-online\0",
    ['f' - '_'] = "fax\0floppy\0ftp\0fuse\0",
    ['g' - '_'] = "games\0gnats\0",
    ['h' - '_'] = "halt\0",
    ['i' - '_'] = "incus\0incus-admin\0input\0irc\0",
    ['k' - '_'] = "kmem\0kvm\0",
    ['l' - '_'] = "libvirt\0libvirt-qemu\0list\0lock\0lp\0lpadmin\0lxd\0",
    ['m' - '_'] = "mail\0man\0messagebus\0mysql\0",
    ['n' - '_'] = "netdev\0news\0nobody\0nogroup\0ntp\0",
    ['o' - '_'] = "operator\0",
    ['p' - '_'] = "plugdev\0polkitd\0postfix\0postgres\0proxy\0",
    ['r' - '_'] = "render\0root\0",
    ['s' - '_'] = "sambashare\0sasl\0scanner\0sgx\0shadow\0shutdown\0src\0ssh\0"
		  "sshd\0ssl-cert\0staff\0sudo\0sync\0sys\0systemd\0",
    ['t' - '_'] = "tape\0toor\0tss\0tty\0",
    ['u' - '_'] = "ubuntu\0users\0utmp\0uucp\0uuidd\0",
    ['v' - '_'] = "vboxusers\0video\0voice\0",
    ['w' - '_'] = "wheel\0wireshark\0www-data\0",
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

bool name_reserved(const char *name)
{
	unsigned first = (unsigned char)name[0] - (unsigned)'_';
	const char *p = first <= 'z' - '_' ? reserved[first] : NULL;

	for (; p && *p; p += strlen(p) + 1)
		if (strcmp(p, name) == 0)
			return true;
	return str_starts(name, "systemd-");
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
