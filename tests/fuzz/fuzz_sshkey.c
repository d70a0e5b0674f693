/* SPDX-License-Identifier: MIT */
/* SEC-21, SEC-25: what is accepted is one printable line that reads back as itself. */
#include "common/sshkey.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void written(const struct sshkey *key, bool with_options)
{
	AUTO_BUF struct buf out;
	struct sshkey again;

	buf_init(&out, (size_t)SSHKEY_LINE_MAX * 5);
	sshkey_put(&out, key, with_options);
	MUST(buf_cstr(&out) && text_printable(buf_cstr(&out)) && !memchr(out.data, '\n', out.len));
	if (out.len > SSHKEY_LINE_MAX)
		return;
	MUST(sshkey_parse((struct slice){(char *)out.data, out.len}, &again) == ERR_OK);
	MUST(again.type == key->type && slice_same(again.base64, key->base64));
	MUST(with_options ? slice_same(again.options, key->options) : again.options.len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sshkey key;

	if (sshkey_parse((struct slice){size ? (const char *)data : "", size}, &key) != ERR_OK)
		return 0;
	written(&key, true);
	written(&key, false);
	return 0;
}
