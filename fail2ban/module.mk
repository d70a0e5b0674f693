# SPDX-License-Identifier: MIT
fail2bandir = $(sysconfdir)/fail2ban/filter.d
dist_fail2ban_DATA = %D%/encvoyd.conf
