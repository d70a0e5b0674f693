/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/flow.h"

#include "common/str.h"

enum err flow_identify(struct login *l, enum method method, const char *sub, uint64_t auth_time)
{
	struct msg_identity m = {.method = method, .full = true, .auth_time = auth_time};

	if (!str_copy(m.issuer, sizeof(m.issuer), provider_issuer(l->idp.provider)) ||
	    !str_copy(m.sub, sizeof(m.sub), sub))
		return ERR_TOO_LONG;
	l->identity = m;
	return ERR_OK;
}

void flow_keep_refresh(struct login *l, struct token_reply *tokens)
{
	if (!l->idp.offline || !tokens->refresh_token)
		return;
	secret_free(l->refresh_token);
	l->refresh_token = TAKE_PTR(tokens->refresh_token);
}

struct occasion flow_occasion(const struct login *l)
{
	return (struct occasion){
	    .host = l->host,
	    .service = l->job.service,
	    .user = l->job.user,
	    .rhost = l->job.rhost,
	};
}
