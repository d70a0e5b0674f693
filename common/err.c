/* SPDX-License-Identifier: MIT */
#include "common/err.h"

#include <stddef.h>

static const char *const words[ERR_COUNT] = {
#define ERR_WORD(name, word, text) [ERR_##name] = (word),
    ERR_TABLE(ERR_WORD)
#undef ERR_WORD
};

static const char *const texts[ERR_COUNT] = {
#define ERR_TEXT(name, word, text) [ERR_##name] = (text),
    ERR_TABLE(ERR_TEXT)
#undef ERR_TEXT
};

enum err err_from_wire(unsigned value)
{
	return value < ERR_COUNT ? (enum err)value : ERR_INTERNAL;
}

const char *err_word(enum err e)
{
	return words[err_from_wire((unsigned)e)];
}

const char *err_text(enum err e)
{
	return texts[err_from_wire((unsigned)e)];
}
