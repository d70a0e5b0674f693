/* SPDX-License-Identifier: MIT */
/* Where a directory pass gets its people from: the roster, or the provider's REST interface. A
 * source lives in the directory child and remembers there what saves work (ETags, tokens,
 * connections). */
#ifndef ENCVOY_ENCVOYD_ONLINE_SOURCE_H
#define ENCVOY_ENCVOYD_ONLINE_SOURCE_H

#include "common/conf.h"
#include "common/proto_directory.h"
#include "encvoyd/online/http.h"

/* Takes a person; an error of its own ends the pass. The person is borrowed. */
struct person_sink {
	enum err (*person)(void *arg, const struct msg_person *p);
	void *arg;
};

struct source;
struct source_ops {
	/* conf and http are borrowed and outlive the source; have is what the listener has. */
	enum err (*open)(const struct conf *conf, struct http *http,
	    const struct msg_directory *have, struct source **ret);
	/* One pass. Fills *end in all cases (end->code is also what is returned); persons given to
	 * the sink count only with ERR_OK. */
	enum err (*sync)(struct source *s, const struct person_sink *sink, struct msg_end *end);
	/* One person by login; NULL where the source cannot be asked. */
	enum err (*find)(struct source *s, const char *login, const struct person_sink *sink,
	    struct msg_end *end);
	void (*close)(struct source *s);
};
extern const struct source_ops source_roster;
extern const struct source_ops source_api;

#endif
