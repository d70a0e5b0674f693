/* SPDX-License-Identifier: MIT */
#include "ctl/code_page.h"

#include "common/str.h"
#include "ctl/ctl.h"

#include <string.h>

static const unsigned char page[] = {
#include "ctl/code_page_data.h"
};

int code_page_print(const char *redirect_uri)
{
	static const char https[] = "https://";

	if (redirect_uri && (!str_starts(redirect_uri, https) || strchr(redirect_uri, '#'))) {
		complain("enroll: --redirect-uri: the page has an https address without \"#\"");
		return EXIT_USAGE;
	}
	if (fwrite(page, 1, sizeof(page), stdout) != sizeof(page))
		return finish_output(EXIT_REFUSED);
	if (redirect_uri)
		remark("Put this page at %s", redirect_uri);
	else
		remark("Put this page on any web server, for example as "
		       "https://www.example.org/sign-in-code.html");
	remark("and register exactly that address as a redirect URL of the application in Encvoy "
	       "ID.\nThen give it to this host: encvoyctl enroll ... --redirect-uri %s",
	    redirect_uri ? redirect_uri : "ADDRESS");
	return finish_output(EXIT_DONE);
}
