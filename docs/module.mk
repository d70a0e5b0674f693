# SPDX-License-Identifier: MIT
# Recipes for administrators.
dist_doc_DATA = \
	%D%/leaver.md
