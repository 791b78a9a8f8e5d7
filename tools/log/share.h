/* SPDX-License-Identifier: BSD-2-Clause */
/* Harm of a test, each kind counted among the DMAs that could show it: the one place where rates come from. */
#ifndef TOOLS_LOG_SHARE_H
#define TOOLS_LOG_SHARE_H

#include "tools/log/run.h"

/* In the order in which they are told. */
enum share_kind {
	SHARE_TORN,	 /* of DMAs that met stores; in logs that do not say which, of all */
	SHARE_TORN_ALL,	 /* of all DMAs: torn, too, while the updater stood between two stores */
	SHARE_STALE,	 /* of those made while the entry was held still */
	SHARE_MISTAGGED, /* of those after which tags were looked at */
	SHARE_BLOCKED,	 /* of all, where the sequence promises that the entry is always present */
	SHARES
};

struct share {
	uint64_t harm, trials;
};

struct share share_of(const struct run_test *t, enum share_kind kind);
void share_add(struct share to[SHARES], const struct share from[SHARES]);

/* The first kind that has harm; SHARE_TORN where none has. */
enum share_kind share_telling(const struct share shares[SHARES]);

/* "torn", and among what: "DMAs that met stores". */
const char *share_word(enum share_kind kind);
const char *share_among(enum share_kind kind);

#endif
