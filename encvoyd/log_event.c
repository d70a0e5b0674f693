/* SPDX-License-Identifier: MIT */
#include "encvoyd/log_event.h"

#include <stddef.h>

const char *log_event_id(enum log_event event)
{
	static const char *const ids[EVENT_COUNT] = {
	    [EVENT_LOGIN_GRANTED] = "373a780a22154ae5938023cb4ee132d0",
	    [EVENT_LOGIN_REFUSED] = "34dfd09d2a434b5385836cb0527e87ea",
	    [EVENT_LOGIN_FAILED] = "9824be1434674f018df9cbeb8e485ba4",
	    [EVENT_ACCOUNT_GRANTED] = "00df56245d9b4319843aefafb671d6f2",
	    [EVENT_ACCOUNT_REFUSED] = "6aad33f6814e45f789c0ea1e4ded0681",
	    [EVENT_BLOCKED_ENDED] = "c21ce0366f694e2f95eb3c1385d0d704",
	    [EVENT_BLOCKED_LEFT] = "a199766e07bc4fc7ab16c2dae1d4708c",
	    [EVENT_DIRECTORY_FAILED] = "02ae437fb1c84449b156019174368904",
	    [EVENT_PERSON_NOT_SERVED] = "81c489284c564756a426de323b7186d2",
	    [EVENT_PROVIDER_SILENT] = "28378953aecf43c094c43c59741b47ab",
	    [EVENT_CONF_REFUSED] = "c4fab908ed7040c28eb7c4d6388f71dc",
	    [EVENT_MAP_FAULT] = "5d20a2745858417a878862daf5d088f8",
	    [EVENT_DATABASE_FAULT] = "02b0c53411104cc380efb238168a66d3",
	    [EVENT_ONLINE_FAULT] = "657bc8db8e3341889f16d8201e51a26d",
	    [EVENT_ADMIN] = "f2b25cec7b73488f9fb5d2bd3120f38b",
	};

	return ids[event];
}
