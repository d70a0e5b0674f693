/* SPDX-License-Identifier: MIT */
#include "userdb/request.h"

#include "common/str.h"
#include "oidc/json.h"

#include <string.h>

#define METHOD_MAX 256
#define ID_MAX 0xfffffffeU

static const char invalid[] = "org.varlink.service.InvalidParameter";
static const char no_method[] = "org.varlink.service.MethodNotFound";
static const char bad_service[] = "io.systemd.UserDatabase.BadService";

static const struct {
	const char *name;
	enum userdb_method method;
	const char *id; /* what the method calls it */
} methods[] = {
    {"io.systemd.UserDatabase.GetUserRecord", USERDB_USER, "uid"},
    {"io.systemd.UserDatabase.GetGroupRecord", USERDB_GROUP, "gid"},
    {"io.systemd.UserDatabase.GetMemberships", USERDB_MEMBERSHIPS, NULL},
};
#define N_METHODS (sizeof(methods) / sizeof(methods[0]))

/* A name too long is a name, and nobody's. */
static bool get_name(const struct json *p, const char *key, bool *has, char *dst)
{
	const char *name = NULL;
	enum err e = json_get_str(p, key, REQUEST_NAME_MAX - 1, &name);

	*has = e != ERR_NOT_FOUND;
	if (e == ERR_OK)
		(void)str_copy(dst, REQUEST_NAME_MAX, name);
	return e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_RANGE;
}

static bool get_id(const struct json *p, const char *key, struct userdb_request *q)
{
	int64_t id = 0;
	enum err e = json_get_int(p, key, 0, ID_MAX, &id);

	q->has_id = e == ERR_OK;
	q->id = (uint32_t)id;
	return e == ERR_OK || e == ERR_NOT_FOUND;
}

/* Who asks for all records of another service must not get ours. */
static const char *check_service(const struct json *p)
{
	const char *service = NULL;
	enum err e = json_get_str(p, "service", METHOD_MAX, &service);

	if (e == ERR_BAD_JSON)
		return invalid;
	return e == ERR_OK && strcmp(service, USERDB_SERVICE) == 0 ? NULL : bad_service;
}

/* Newer callers filter by these, too, and do so themselves when told that we do not. */
static bool has_filter(const struct json *p)
{
	static const char *const filters[] = {
	    "fuzzyNames", "dispositionMask", "uidMin", "uidMax", "gidMin", "gidMax"};

	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (json_has(p, filters[i]))
			return true;
	return false;
}

static const char *get_parameters(const struct json *p, const char *id, struct userdb_request *q)
{
	bool takes_user = q->method != USERDB_GROUP, takes_group = q->method != USERDB_USER;

	if ((takes_user && !get_name(p, "userName", &q->has_user, q->user)) ||
	    (takes_group && !get_name(p, "groupName", &q->has_group, q->group)) ||
	    (id && !get_id(p, id, q)) || has_filter(p))
		return invalid;
	return check_service(p);
}

static bool get_flag(const struct json *j, const char *name, bool *ret)
{
	enum err e = json_get_bool(j, name, ret);

	return e == ERR_OK || e == ERR_NOT_FOUND;
}

enum err userdb_request_parse(const void *bytes, size_t len, struct userdb_request *ret)
{
	AUTO_JSON struct json *j = NULL;
	struct userdb_request q = {.fault = no_method};
	const struct json *parameters = NULL;
	const char *method = NULL;
	enum err e = json_parse_object(bytes, len, REQUEST_MAX, &j);

	if (e != ERR_OK)
		return e;
	if (json_get_str(j, "method", METHOD_MAX, &method) != ERR_OK ||
	    !get_flag(j, "more", &q.more) || !get_flag(j, "oneway", &q.oneway))
		return ERR_PROTOCOL;
	e = json_get_object(j, "parameters", &parameters);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return ERR_PROTOCOL;
	for (size_t i = 0; i < N_METHODS; i++) {
		if (strcmp(method, methods[i].name) != 0)
			continue;
		q.method = methods[i].method;
		q.fault = parameters ? get_parameters(parameters, methods[i].id, &q) : invalid;
	}
	*ret = q;
	return ERR_OK;
}
