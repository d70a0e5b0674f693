# SPDX-License-Identifier: MIT
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
dist_zshcompletion_DATA = %D%/_encvoyctl
EXTRA_DIST += %D%/encvoyctl.bash
nodist_bashcompletion_DATA = %D%/encvoyctl
CLEANFILES += %D%/encvoyctl
%D%/encvoyctl: %D%/encvoyctl.bash
	$(AM_V_GEN)$(MKDIR_P) $(@D) && cat $(srcdir)/%D%/encvoyctl.bash >$@
