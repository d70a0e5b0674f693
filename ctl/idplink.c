/* SPDX-License-Identifier: MIT */
#include "ctl/idplink.h"

enum err idplink_open(const struct conf *conf, int64_t deadline, struct idplink *ret)
{
	enum err e;

	*ret = (struct idplink){
	    .idp = {.conf = conf, .service = &conf->service, .deadline = deadline}};
	e = http_init();
	if (e == ERR_OK)
		e = trust_load(conf->ca_file, &ret->trust);
	if (e == ERR_OK)
		e = http_new(&ret->trust, conf->proxy, -1, &ret->http);
	if (e != ERR_OK)
		return e;
	ret->idp.network = network_over_http(ret->http);
	ret->documents = (struct documents){conf, &ret->idp.network};
	ret->idp.source = documents_source(&ret->documents);
	return ERR_OK;
}

void idplink_close(struct idplink *l)
{
	idp_close(&l->idp);
	http_free(l->http);
	trust_free(&l->trust);
	l->http = NULL;
}
