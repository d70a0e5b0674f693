/* SPDX-License-Identifier: MIT */
/* The configuration: one option table serves encvoy.conf, its drop-ins, [service NAME] sections
 * and PAM arguments, so that a line of the file equals an argument. Pure on bytes; sys/conffile
 * reads the files. Grammar: "key = value" lines, "[service NAME]" headers, "#" comments on lines
 * of their own. An unknown key or a bad value is an error with file and line, never a guess. */
#ifndef ENCVOY_COMMON_CONF_H
#define ENCVOY_COMMON_CONF_H

#include "common/buf.h"
#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

enum method {
	METHOD_DEVICE = 1,
	METHOD_BROWSER = 2,
	METHOD_TOKEN = 4,
	METHOD_PASSPHRASE = 8, /* only with the option passphrase */
};
#define METHODS_MAX 4

/* The word of one method ("device" ...), or "none". */
const char *method_word(unsigned method);

enum rule_kind {
	RULE_EVERYONE,
	RULE_SUB,
	RULE_USER,
	RULE_ROLE,
	RULE_GROUP,
};

/* One allow rule and where it was written. */
struct rule {
	enum rule_kind kind;
	char *value; /* NULL for everyone */
	char *file;
	unsigned line;
};

struct rules {
	struct rule *v;
	size_t n;
};

/* What may differ from service to service. All pointers are owned by the struct. */
struct service_conf {
	char *client_id;
	char *client_secret_file;
	char *redirect_uri;
	char *user_name; /* template */
	struct rules allow;
	unsigned methods[METHODS_MAX]; /* in order of preference, 0-terminated when fewer */
	bool token_reuse;
	uint64_t verdict_ttl;   /* how long a verdict on a reusable token counts */
	uint64_t login_timeout; /* seconds, as all durations */
	uint64_t auth_max_age;  /* 0: not asked of the provider */
	uint64_t token_max_age;
	uint64_t full_login_max_age; /* 0: not given, and a directory tells who is blocked */
	uint64_t sudo_grace;         /* 0: sudo always asks; see service_is_sudo */
};

/* For people of whom no directory speaks. */
#define FULL_LOGIN_MAX_AGE 604800

/* One raw line of a [service NAME] section. */
struct setting {
	char *section;
	char *key;
	char *value;
	char *file;
	unsigned line;
};

/* A [group NAME] section. Members: who has one of the roles, or any role in the application, or is
 * listed. */
struct group_conf {
	char *name;
	uint32_t gid;
	char *roles;        /* a list, or NULL */
	char *application;  /* or NULL */
	struct rules users; /* RULE_SUB and RULE_USER only */
	char *file;
	unsigned line;
};

/* What people are called where nothing names them. */
#define NAME_BY_SUB "encvoy-%{sub}"

struct conf {
	char *issuer;
	char *ca_file;
	char *proxy;
	char *host_name; /* NULL: what the kernel says */
	char *algorithms;
	char *allowed_origins;
	char *endpoint_authorization;
	char *endpoint_token;
	char *endpoint_introspection;
	char *endpoint_userinfo;
	char *endpoint_jwks;
	char *endpoint_par;
	char *endpoint_device;
	char *directory; /* login, roster or api */
	uint64_t directory_interval;
	char *roster;      /* path or https address of the manifest */
	char *roster_keys; /* list of files */
	char *roster_fleet;
	uint64_t roster_grace;
	uint64_t roster_max_size; /* bytes of the line records */
	char *break_glass;        /* names that an expired roster does not lock out */
	char *api_url;            /* NULL: the issuer's /api/v1 */
	char *api_applications;   /* client ids; the first one's roles go by their bare name, too */
	char *api_client_id;      /* the provider's own "system" client */
	char *api_redirect_uri;   /* NULL: the issuer's /code */
	char *api_user;
	char *api_password_file;
	uint64_t api_parallel;
	char *ssh_key_field;  /* custom field of the REST directory; "": keys are not served */
	bool ssh_key_options; /* keep options in front of a key */
	char *shell_field;    /* custom field, "": none */
	char *home_field;
	char *allowed_shells; /* what a field may choose from */
	char *allowed_homes;  /* below which directories a field may choose */
	bool on_block;        /* sessions and processes of blocked users are ended */
	bool enumerate;
	char *local_user;  /* list of SUB:NAME */
	char *local_group; /* list of ROLE:GROUP */
	char *home;
	char *shell;
	char *gecos;
	char *reserved_names;
	char *login_clients;
	bool passphrase; /* people may set one on this host */
	uint64_t passphrase_max_age;
	uint64_t passphrase_cost; /* yescrypt's, see crypt(5) */
	uint64_t uid_base;
	bool require_numeric_sub;
	bool user_name_given;          /* else the directory decides (conf_finish) */
	bool full_login_max_age_given; /* also where the directory decides */
	struct service_conf service;   /* what holds where no section says otherwise */
	struct setting *settings;
	size_t n_settings;
	struct group_conf *groups;
	size_t n_groups;
};

/* Where and why a configuration was refused. */
struct conf_error {
	char file[256];
	unsigned line;
	char text[256];
};

/* Sets every option to its default. Returns ERR_NOMEM or ERR_OK; conf_free in both cases. */
enum err conf_init(struct conf *c);
void conf_free(struct conf *c);
/* Adds a file's content. Stops at the first error, described in *e; the struct is then only good
 * for conf_free. */
enum err conf_parse(
    struct conf *c, const char *text, size_t len, const char *file, struct conf_error *e);
/* The checks that need the whole: issuer and client_id present, templates against directory,
 * every [service] section's values. */
enum err conf_finish(struct conf *c, struct conf_error *e);

/* The settings for one service: defaults, then its section, then arguments in "key=value" or bare
 * "key" form (NULL for none). The caller frees with service_conf_free in all cases. */
enum err conf_service(const struct conf *c, const char *service, const char *const *args,
    size_t n_args, struct service_conf *ret, struct conf_error *e);
void service_conf_free(struct service_conf *s);
/* Whether a service is sudo's: no other one is ever spared its question by sudo_grace. */
bool service_is_sudo(const char *service);
bool service_has_method(const struct service_conf *s, unsigned method);

/* Checks PAM arguments by themselves, before and without any configuration. *ret_methods gets the
 * set of methods that they name, 0 without a methods argument. */
enum err conf_check_args(
    const char *const *args, size_t n_args, unsigned *ret_methods, struct conf_error *e);

/* One line per option for tests of the manual: name, scope letters, default. */
void conf_describe(struct buf *out);

#define AUTO_CONF CLEANUP(conf_free)
#define AUTO_SERVICE CLEANUP(service_conf_free)

#endif
