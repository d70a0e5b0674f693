# SPDX-License-Identifier: MIT
# Translations of what people read while they sign in. The catalogues lie as gettext wants them, but
# are read without it (common/catalog.h). A further language: its .po here, and sys/catalogs.c.
po_files = %D%/de.po %D%/es.po %D%/fr.po %D%/it.po %D%/ru.po
po_mo = nss-pam-encvoy.mo
mo_files = \
	%D%/de/LC_MESSAGES/$(po_mo) \
	%D%/es/LC_MESSAGES/$(po_mo) \
	%D%/fr/LC_MESSAGES/$(po_mo) \
	%D%/it/LC_MESSAGES/$(po_mo) \
	%D%/ru/LC_MESSAGES/$(po_mo)

modedir = $(localedir)/de/LC_MESSAGES
nodist_mode_DATA = %D%/de/LC_MESSAGES/$(po_mo)
moesdir = $(localedir)/es/LC_MESSAGES
nodist_moes_DATA = %D%/es/LC_MESSAGES/$(po_mo)
mofrdir = $(localedir)/fr/LC_MESSAGES
nodist_mofr_DATA = %D%/fr/LC_MESSAGES/$(po_mo)
moitdir = $(localedir)/it/LC_MESSAGES
nodist_moit_DATA = %D%/it/LC_MESSAGES/$(po_mo)
morudir = $(localedir)/ru/LC_MESSAGES
nodist_moru_DATA = %D%/ru/LC_MESSAGES/$(po_mo)

EXTRA_DIST += $(po_files) %D%/POTFILES
CLEANFILES += $(mo_files)

msgfmt_one = $(AM_V_GEN)$(MKDIR_P) $(@D) && $(MSGFMT) --endianness=little -c -o $@
%D%/de/LC_MESSAGES/$(po_mo): %D%/de.po
	$(msgfmt_one) $(srcdir)/po/de.po
%D%/es/LC_MESSAGES/$(po_mo): %D%/es.po
	$(msgfmt_one) $(srcdir)/po/es.po
%D%/fr/LC_MESSAGES/$(po_mo): %D%/fr.po
	$(msgfmt_one) $(srcdir)/po/fr.po
%D%/it/LC_MESSAGES/$(po_mo): %D%/it.po
	$(msgfmt_one) $(srcdir)/po/it.po
%D%/ru/LC_MESSAGES/$(po_mo): %D%/ru.po
	$(msgfmt_one) $(srcdir)/po/ru.po

# After texts changed: brings new ones into every .po, untranslated, for somebody to fill in.
XGETTEXT_FLAGS = --from-code=UTF-8 -kT -kN_ --no-wrap --no-location --sort-by-file \
	--package-name=nss-pam-encvoy
.PHONY: update-po
update-po:
	cd $(srcdir) && xgettext $(XGETTEXT_FLAGS) -o po/nss-pam-encvoy.pot -f po/POTFILES && \
	  for f in $(po_files); do \
	    msgmerge -q -U -N --backup=none --no-wrap --no-location $$f po/nss-pam-encvoy.pot; \
	  done; rm -f po/nss-pam-encvoy.pot
