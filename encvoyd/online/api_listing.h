/* SPDX-License-Identifier: MIT */
/* One application's people, page after page. Pages overlap by one person: when the last one of a
 * page is not the first one of the next, or the total has changed, somebody came or went meanwhile
 * and the listing starts over. So nobody is missed who was there all the time. */
#ifndef ENCVOY_ONLINE_API_LISTING_H
#define ENCVOY_ONLINE_API_LISTING_H

#include "encvoyd/online/api_client.h"
#include "encvoyd/online/api_person.h"

/* Appends everybody. Never a part: on failure what was appended is taken away again.
 * ERR_PROVIDER_ERROR also for an empty listing (an application has an owner) and for one that
 * changes all the time. */
enum err listing_get(struct api *a, unsigned app, const char *application, struct people *people);
/* The one with this login, as the provider compares it: appends one or nobody. */
enum err listing_find(
    struct api *a, unsigned app, const char *application, const char *login, struct people *people);

#endif
