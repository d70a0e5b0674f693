# SPDX-License-Identifier: MIT
# The identity half of encvoyd: database, ledger, names, decisions, publication, administration.
encvoyd_identity_sources = \
	encvoyd/admin.c encvoyd/admin.h \
	encvoyd/db.c encvoyd/db.h \
	encvoyd/decide.c encvoyd/decide.h \
	encvoyd/identity.c encvoyd/identity.h \
	encvoyd/publish.c encvoyd/publish.h
