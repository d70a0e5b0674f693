# SPDX-License-Identifier: MIT
# The identity half of encvoyd: database, ledger, names, decisions, publication, administration.
encvoyd_identity_sources = \
	encvoyd/admin.c encvoyd/admin.h \
	encvoyd/admin_directory.c \
	encvoyd/admin_import.c \
	encvoyd/admin_show.c \
	encvoyd/admin_user.c \
	encvoyd/admin_verbs.h \
	encvoyd/answer.c \
	encvoyd/db.c encvoyd/db.h \
	encvoyd/db_file.c encvoyd/db_file.h \
	encvoyd/db_open.c encvoyd/db_open.h \
	encvoyd/belonging.c \
	encvoyd/blocked.c encvoyd/blocked.h \
	encvoyd/blocked_parse.c \
	encvoyd/decide.c encvoyd/decide.h \
	encvoyd/dirstage.c encvoyd/dirstage.h \
	encvoyd/dirstage_apply.c \
	encvoyd/entry.c encvoyd/entry.h \
	encvoyd/groupcheck.c encvoyd/groupcheck.h \
	encvoyd/grouprules.c encvoyd/grouprules.h \
	encvoyd/groups.c encvoyd/groups.h \
	encvoyd/identity.c encvoyd/identity.h \
	encvoyd/ids.h \
	encvoyd/ledger.c encvoyd/ledger.h \
	encvoyd/locals.c encvoyd/locals.h \
	encvoyd/localuser.c encvoyd/localuser.h \
	encvoyd/names.c encvoyd/names.h \
	encvoyd/passstore.c encvoyd/passstore.h \
	encvoyd/person.c encvoyd/person.h \
	encvoyd/publish.c encvoyd/publish.h \
	encvoyd/publish_change.c \
	encvoyd/publish_groups.c \
	encvoyd/publish_parts.h \
	encvoyd/refusal.c encvoyd/refusal.h \
	encvoyd/repair.c \
	encvoyd/salvage.c \
	encvoyd/schema.c encvoyd/schema.h \
	encvoyd/served.c encvoyd/served.h \
	encvoyd/signin.c \
	encvoyd/sshd.c encvoyd/sshd.h \
	encvoyd/standing.c encvoyd/standing.h \
	encvoyd/used.c encvoyd/used.h
