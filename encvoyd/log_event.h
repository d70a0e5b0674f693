/* SPDX-License-Identifier: MIT */
/* What a line of the log is about, as the journal's message catalogue (catalog/encvoy.catalog)
 * knows it. Their ids are for ever: an event that means something else gets a new one. */
#ifndef ENCVOY_ENCVOYD_LOG_EVENT_H
#define ENCVOY_ENCVOYD_LOG_EVENT_H

enum log_event {
	EVENT_NONE,
	EVENT_LOGIN_GRANTED,
	EVENT_LOGIN_REFUSED,
	EVENT_LOGIN_FAILED, /* encvoyd-online: why nobody could be verified */
	EVENT_ACCOUNT_GRANTED,
	EVENT_ACCOUNT_REFUSED,
	EVENT_BLOCKED_ENDED, /* processes of blocked users */
	EVENT_BLOCKED_LEFT,  /* some or all of them go on */
	EVENT_DIRECTORY_FAILED,
	EVENT_PERSON_NOT_SERVED,
	EVENT_PROVIDER_SILENT, /* discovery or keys were not to be had */
	EVENT_CONF_REFUSED,
	EVENT_MAP_FAULT,
	EVENT_DATABASE_FAULT,
	EVENT_ONLINE_FAULT, /* encvoyd-online is away, or breaks the protocol */
	EVENT_ADMIN,
	EVENT_COUNT,
};

/* 32 hexadecimal digits; NULL for EVENT_NONE. */
const char *log_event_id(enum log_event event);

#endif
