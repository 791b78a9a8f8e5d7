/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts of vtd-log json. */
#ifndef TOOLS_LOG_JSON_BITS_H
#define TOOLS_LOG_JSON_BITS_H

#include <jansson.h>

#include "tools/log/run.h"

/* json.c: null for NULL; what is not UTF-8 is made so. */
json_t *json_text(const char *text);

json_t *bits_json(const struct run_test *t);
json_t *dirty_json(const struct run_test *t);

#endif
