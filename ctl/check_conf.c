/* SPDX-License-Identifier: MIT */
#include "ctl/checks.h"

#include "common/str.h"
#include "encvoyd/paths.h"
#include "sys/conffile.h"
#include "sys/file.h"
#include "sys/localdb.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static void check_dir(struct findings *f)
{
	struct stat st;

	if (lstat(ENCVOY_SYSCONFDIR, &st) != 0)
		found(f, FOUND_FAILURE, "conf-dir", "run encvoyctl enroll", "%s: %s",
		    ENCVOY_SYSCONFDIR, strerror(errno));
	else if (!S_ISDIR(st.st_mode) || st.st_uid != 0 || (st.st_mode & 022))
		found(f, FOUND_FAILURE, "conf-dir",
		    "chown root " ENCVOY_SYSCONFDIR " && chmod 0755 " ENCVOY_SYSCONFDIR,
		    "%s is no directory that only root can write to", ENCVOY_SYSCONFDIR);
}

void check_secret_file(struct findings *f, const char *path)
{
	struct local_user online = {0};
	struct stat st;
	bool known = localdb_user(ONLINE_USER, &online) == ERR_OK;

	if (lstat(path, &st) != 0) {
		found(f, FOUND_FAILURE, "secret-file",
		    "run encvoyctl enroll with --client-secret-file", "the client secret %s: %s",
		    path, strerror(errno));
		return;
	}
	if (!S_ISREG(st.st_mode) || (st.st_mode & 077) ||
	    (st.st_uid != 0 && (!known || st.st_uid != online.uid))) {
		found(f, FOUND_FAILURE, "secret-file",
		    "chown " ONLINE_USER
		    " FILE && chmod 0600 FILE; and change the secret in Encvoy "
		    "ID if others could read it",
		    "the client secret %s can be read or written by others", path);
		return;
	}
	if (known && st.st_uid != online.uid) {
		found(f, FOUND_FAILURE, "secret-file", "chown " ONLINE_USER " FILE",
		    "the client secret %s cannot be read by " ONLINE_USER, path);
		return;
	}
	found_ok(f, "secret-file", "the client secret %s is private", path);
}

static void check_secrets(struct findings *f, const struct conf *conf)
{
	if (conf->service.client_secret_file)
		check_secret_file(f, conf->service.client_secret_file);
	for (size_t i = 0; i < conf->n_settings; i++)
		if (strcmp(conf->settings[i].key, "client_secret_file") == 0)
			check_secret_file(f, conf->settings[i].value);
}

/* Allow rules of sections count too: they may be the only ones. */
static bool allows_somebody(const struct conf *conf)
{
	if (conf->service.allow.n)
		return true;
	for (size_t i = 0; i < conf->n_settings; i++)
		if (strcmp(conf->settings[i].key, "allow") == 0 && *conf->settings[i].value)
			return true;
	return false;
}

static void check_rules(struct findings *f, const struct conf *conf)
{
	if (!allows_somebody(conf)) {
		found(f, FOUND_FAILURE, "allow",
		    "write for example \"allow = sub:17 sub:23\" (encvoy.conf(5))",
		    "there is no allow rule: nobody can log in");
		return;
	}
	for (size_t i = 0; i < conf->service.allow.n; i++) {
		const struct rule *r = &conf->service.allow.v[i];

		if (r->kind != RULE_EVERYONE)
			continue;
		found(f, FOUND_WARNING, "allow-everyone",
		    "name people by sub: or user:; in Encvoy ID anybody may be able to register",
		    "%s:%u: every person of this Encvoy ID may log in", r->file, r->line);
		return;
	}
	found_ok(f, "allow", "who may log in is said by %zu rule%s", conf->service.allow.n,
	    conf->service.allow.n == 1 ? "" : "s");
}

void check_ca(struct findings *f, const struct conf *conf)
{
	struct stat st;

	if (!conf->ca_file)
		return;
	if (stat(conf->ca_file, &st) != 0)
		found(f, FOUND_FAILURE, "ca", "put the file there or remove ca_file",
		    "ca_file %s: %s", conf->ca_file, strerror(errno));
	else if (st.st_uid != 0 || (st.st_mode & 022))
		found(f, FOUND_FAILURE, "ca", "chown root FILE && chmod 0644 FILE",
		    "ca_file %s can be written by others", conf->ca_file);
	else if (!(st.st_mode & 004))
		found(f, FOUND_WARNING, "ca", "chmod 0644 FILE",
		    "ca_file %s may not be readable by " ONLINE_USER, conf->ca_file);
}

bool check_configuration(struct findings *f, struct conf *ret)
{
	struct conf_error e = {0};
	enum err code;

	check_dir(f);
	code = conffile_load(ENCVOY_SYSCONFDIR, ret, &e);
	if (code != ERR_OK) {
		found(f, FOUND_FAILURE, "conf",
		    code == ERR_NOT_FOUND     ? "run encvoyctl enroll"
		    : code == ERR_UNSAFE_FILE ? "the file must be a regular one, owned by root and "
						"writable by nobody else"
					      : "correct the line; encvoy.conf(5) has all options",
		    "%s:%u: %s", e.file, e.line, e.text);
		return false;
	}
	found_ok(f, "conf", ENCVOY_SYSCONFDIR "/encvoy.conf is valid, for %s", ret->issuer);
	check_secrets(f, ret);
	check_ca(f, ret);
	check_rules(f, ret);
	return true;
}
