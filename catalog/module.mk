# SPDX-License-Identifier: MIT
EXTRA_DIST += %D%/encvoy.catalog
if INSTALL_UNITS
catalogdir = $(prefix)/lib/systemd/catalog
catalog_DATA = %D%/encvoy.catalog
endif
