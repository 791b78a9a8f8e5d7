/* SPDX-License-Identifier: BSD-2-Clause */
/* How a run is put together: blocks and lines as they arrive; then what is missing, and the verdict. */
#ifndef TOOLS_LOG_RUN_BUILD_H
#define TOOLS_LOG_RUN_BUILD_H

#include "tools/log/arena.h"
#include "tools/log/run.h"

/* Room for one more element at the end of a growing array. */
#define GROW(array, count, room)                                      \
	((count) < (room) ? (void)0                                   \
			  : (void)((room) = (room) ? 2 * (room) : 16, \
				   (array) = must_realloc((array), (room) * sizeof(*(array)))))

/* A result of the closing blocks. */
struct sum {
	uint32_t n;
	char letter; /* 'p', 'c' (a check that passed), 'f', 's' */
	uint16_t id; /* half the CRC-32 of the test's id */
	uint64_t number;
};

/* A VTDL-RESULT or KTAP line: what people and monitors read. */
struct said {
	struct span id;
	char verdict; /* 'p', 'f', 's' */
	uint32_t n;   /* KTAP's number; 0: none */
	bool used;
};

struct lines {
	uint32_t from, to, block;
	bool is_end; /* of what is left of the closing block */
};

struct seen_block {
	uint32_t sequence, crc;
};

struct builder {
	struct run run;
	struct arena arena;
	uint32_t next_block; /* one more than the last intact one */
	struct run_test *tests;
	size_t test_count, test_room;
	struct sum *sums;
	size_t sum_count, sum_room;
	struct said *said;
	size_t said_count, said_room;
	struct lines *gaps; /* block numbers that were passed over */
	size_t gap_count, gap_room;
	struct lines *bad;
	size_t bad_count, bad_room;
	struct seen_block *blocks; /* intact ones, in order */
	size_t block_room;
	size_t problem_room;
	struct run_test *open; /* the test whose block is being read */
	uint32_t words_from, words_to;
	size_t words_at, words_bytes;
	char end_line;		 /* verdict of VTDL-END */
	size_t longest, so_long; /* characters of the longest line; lines that have as many */
};

void build_begin(struct builder *b, const char *path, unsigned number);
void build_words(struct builder *b, uint32_t from, size_t at, uint32_t to, size_t bytes);
void build_block(struct builder *b, uint16_t tag, uint32_t sequence, uint32_t crc);
bool blocks_have(const struct seen_block *blocks, size_t count, uint32_t sequence, uint32_t crc);
bool build_has_block(const struct builder *b, uint16_t tag, uint32_t sequence, uint32_t crc);
void build_line(struct builder *b, struct span line); /* of an intact block, from its kind on */
void build_bad_block(struct builder *b, uint32_t sequence, uint32_t from, uint32_t to, bool is_end);
void build_flat(struct builder *b, struct span line);
void build_ktap(struct builder *b, struct span line);
void build_end_line(struct builder *b, struct span line);
void build_measure(struct builder *b, size_t characters); /* of any line */
void build_free(struct builder *b);
__attribute__((format(printf, 2, 3))) void build_problem(struct builder *b, const char *format,
							 ...);

/* One for each kind of record: build_run.c, build_test.c, build_costs.c, build_bits.c. The line begins after the kind. */
void take_run(struct builder *b, struct span line); /* and machine, cpu, platform */
void take_sim(struct builder *b, struct span line);
void take_sequence(struct builder *b, struct span line);
void take_dmar(struct builder *b, struct span line);
void take_unit(struct builder *b, struct span line);
void take_device(struct builder *b, struct span line);
void take_pair(struct builder *b, struct span line);
void take_traits(struct builder *b, struct span line);
void take_plan(struct builder *b, struct span line);
void take_end(struct builder *b, struct span line);
void take_test(struct builder *b, struct span line);
void take_tally(struct builder *b, struct span line);
void take_fault(struct builder *b, struct span line);
void take_walks(struct builder *b, struct span line);
void take_costs(struct builder *b, struct span line);
void take_invalidations(struct builder *b, struct span line);
void take_bit(struct builder *b, struct span line);
void take_dirty(struct builder *b, struct span line);
void take_sum(struct builder *b, struct span line);

/* What the run comes to, once all that arrived is in it (judge.c). */
void judge(struct builder *b);

#endif
