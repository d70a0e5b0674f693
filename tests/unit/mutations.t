#!/bin/sh
# SPDX-License-Identifier: MIT
# A few mutations for "make check"; "make mutations" runs a million of each algorithm.
exec "${top_builddir:-.}/tests/unit/mutate_jws" "${ENCVOY_MUTATIONS:-20000}"
