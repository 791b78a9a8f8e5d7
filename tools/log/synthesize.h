/* SPDX-License-Identifier: BSD-2-Clause */
/* Made-up logs: what the parts of synthesize share. */
#ifndef TOOLS_LOG_SYNTHESIZE_H
#define TOOLS_LOG_SYNTHESIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/output/record.h"
#include "tests/litmus/words.h"
#include "tools/log/synthesize_fleet.h"

#define TESTS_MAX 16384
#define TARGETS	  64

struct text {
	char *at;
	size_t bytes, room;
};

struct log {
	const struct kind *kind;
	uint64_t random;
	char machine[80], date[64];
	bool updated, hostile;
	unsigned fault_factor; /* percent: faults of one reason grow with time */
	uint16_t tag;
	struct text out;
	struct {
		char regime[40];
		uint64_t harm;
	} controls[TARGETS];
	/* Of the block at work. */
	uint32_t crc;
	unsigned sequence, lines;
	/* Of the test at work. */
	char id[160];
	uint64_t dmas, exposed, torn, exposed_torn, stale, mistagged;
	bool unsafe, has_model, has_tally, surprise;
	char verdict;
	struct text words; /* lines for people, held back until its counts are known */
	struct {
		uint64_t number;
		char letter;
	} results[TESTS_MAX];
	unsigned count;
};

/* synthesize_line.c: text, chance, and words "key=value" of a line with room for so many bytes. */
void add_bytes(struct text *t, const char *bytes, size_t n);
__attribute__((format(printf, 2, 3))) void add(struct text *t, const char *format, ...);
uint64_t next(uint64_t *state);
unsigned below(struct log *l, unsigned n);
const char *value_of(const char *line, const char *key); /* NULL: it has none */
uint64_t number_in(const char *line, const char *key);
void set(char *line, size_t room, const char *key, const char *value); /* of a key that it has */
void set_number(char *line, size_t room, const char *key, uint64_t value);
void put_number(char *line, size_t room, const char *key, uint64_t value);
void cut(char *line, const char *key);
void set_text(char *line, size_t room, const char *key, const char *value);
const char *hostile(const struct log *l, const char *text); /* what is hard on a page, or `text` */

/*
 * synthesize_test.c: the lines of a test's block get this machine's counts and the verdict that follows from
 * them; its lines for people are written to l->out.
 */
void test_block(struct log *l, char lines[][RECORD_LINE * 2], unsigned count);

#endif
