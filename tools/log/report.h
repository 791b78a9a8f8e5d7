/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `vtd-log report`: one page over many runs. Each run is added up into rows and freed; the page is written
 * from the sums alone. The raw lines it shows are read once more from the files at the end.
 */
#ifndef TOOLS_LOG_REPORT_H
#define TOOLS_LOG_REPORT_H

#include "tools/log/arena.h"
#include "tools/log/costs.h"
#include "tools/log/distinct.h"
#include "tools/log/run.h"
#include "tools/log/share.h"

/* What a test says of its sequence, the most telling first; of several tests that counts. */
enum state {
	STATE_FAILURE, /* harm or an outcome that the unit's model rules out, or a unit that breaks the rules */
	STATE_HARM,   /* the model calls it unsafe, and harm was seen: a control */
	STATE_CLEAN,  /* the model calls it safe, no harm, and a control beside it showed some */
	STATE_UNSEEN, /* the model calls it unsafe, and no harm was seen */
	STATE_OPEN,   /* the model calls it safe, no harm, but that proves nothing */
	STATE_ERROR, /* of device, machine or tool, as a device that hangs: it says nothing of the sequence */
	STATE_LOST, /* its record did not arrive; of its verdict at most the closing block tells */
	STATE_UNABLE, /* this unit cannot, or the run does not ask for it */
	STATE_NONE,
	STATE_COUNT = STATE_NONE,
};

/* Outcomes by enum outcome_word; what this tool does not know goes to the last. */
enum { OUT_OTHER = OUT_KNOWN, OUT_COUNT };
_Static_assert(OUT_COUNT <= 16, "a bit of cell.torn_outcomes for each");

/* Where the lines of a test stand. */
struct evidence {
	uint32_t file, line_from, line_to, bytes;
	uint64_t at;
	double weight; /* among those of one state the greatest is shown */
	uint8_t state;
};

/* One sequence under one regime, on the machines of a row. */
struct cell {
	uint32_t tests, of_state[STATE_COUNT];
	struct share proof[SHARES],
		rest[SHARES]; /* with harm or a control beside it; without either */
	bool is_safe,
		is_unsafe; /* what the specification's model says: of some tests this, of others that */
	uint8_t vouched;     /* of safe ones: the kinds of harm that a control vouches for */
	bool unsaid;	     /* of some tests the log does not say which */
	bool harm_only_here; /* harm that this unit's model allows, and the specification's does not */
	uint64_t outcomes[OUT_COUNT];
	uint16_t torn_outcomes; /* bit set of them */
	float least, most;	/* rates of single tests that showed harm; most = 0: none did */
	const char *why;	/* of `best`, if it gives a reason */
	struct evidence best;
	struct cost_sum costs;
};

/* A sequence of a target: what the columns of the maps are. */
struct subject {
	const char *name; /* target.operation.sequence */
	const char *target, *operation, *sequence;
	unsigned target_rank;
	const struct sequence *known; /* NULL: not in this tool's catalogue */
};

enum level { LEVEL_MACHINE, LEVEL_FIRMWARE, LEVEL_SILICON, LEVELS };

struct row {
	struct row *parent;
	size_t rank; /* of silicon: its place in the page */
	enum level level;
	const char *key; /* what tells it from others of its level */
	/* Its own part of the key: machine; or microcode, system, BIOS; or the processor. */
	const char *machine, *microcode, *system, *bios, *silicon, *brand;
	const char *code; /* of silicon, as microcode files are named: "Intel 06-8f-08" */
	bool emulated, many_brands;
	bool unknown; /* its processor did not arrive: no kind of silicon */
	uint32_t machines, runs, of_judgement[JUDGED_COUNT];
	uint64_t lost_verdicts, tests; /* of all its runs: those that did not arrive, of how many */
	uint32_t whole;	       /* runs that lost nothing: what they do not have was not run */
	char from[20], to[20]; /* dates */
	struct cell **
		cells; /* [subject * REGIME_COUNT + regime]; NULL, and rows of other levels: none */
	size_t cell_count;
};

struct table {
	struct entry {
		const char *key;
		void *value;
	} * entries;
	size_t count, room;
};

struct failure {
	const char *id, *why;
	struct row *row;   /* of LEVEL_FIRMWARE */
	const char *class; /* class_word() */
	bool is_error;
	uint32_t tests, machines;
	const char *names[6]; /* of machines, the first ones */
	struct evidence best;
};

struct incomplete {
	const char *path, *machine;
	unsigned number;
	uint32_t line_from, line_to;
	enum judgement judgement;
	const char *problems; /* a line each */
};

/* A remapping unit by its registers. */
struct unit_kind {
	const char *key;
	struct row *silicon, *firmware; /* of several firmwares the first by key */
	uint64_t version, cap, ecap;
	uint32_t runs, firmwares;
	uint64_t units; /* bit set of unit numbers */
};

/* What units of a kind were seen to do by the DMA of one kind of device, and how often walks met a change. */
struct trait_kind {
	const char *key, *device;
	const struct unit_kind *unit;
	uint32_t runs, answers[TRAITS][TRAIT_ANSWERS];
	uint8_t absent_pasid; /* the lowest reason that was given; 0: none */
	bool reasons_differ;
	uint64_t mixtures, of;
	struct share met[REGIME_COUNT]; /* walks that met a change under way, of walks */
};

/* A bit that was changed in live entries, on units of a kind by the DMA of one kind of device. */
struct bit_kind {
	const char *key, *device, *name, *target, *by,
		*why; /* why: it was not tried, in some run */
	const struct unit_kind *unit;
	bool to, absent;
	uint32_t runs, untried;
	uint64_t changes, failed, known, controls,
		none; /* known: of those that failed, known of QEMU */
	uint64_t of[3],
		without[3]; /* context cache, PASID cache, IOTLB: controls, and those it held in */
};

/* A run that came in another file, too. */
struct copy {
	const char *path, *of;
};

struct day {
	int32_t day; /* since 1970-01-01 */
	uint32_t runs;
	uint64_t dmas, faults[256];
};

struct count {
	const char *name;
	uint64_t count;
};

struct report {
	struct arena arena;
	const char *title;
	char **files;		      /* sorted */
	size_t file_count, path_skip; /* so many bytes of each path are common to all */
	uint32_t file;		      /* the one being read */
	uint32_t files_empty, files_bad, runs, broken_runs, of_judgement[JUDGED_COUNT];
	char from[20], to[20];
	uint64_t dmas;
	struct table texts, rows[LEVELS], subjects, builds, failures, machines_of, unit_kinds,
		broken, trait_kinds, bit_kinds;
	struct table given; /* sequences from outside: their texts by their names */
	struct table bad_files, empty_files;
	struct distinct distinct;
	struct copy *copies; /* left out */
	size_t copy_count, copy_room;
	struct table simulated_files;
	uint32_t simulated_runs,
		unexposed_runs; /* unexposed: they do not say which DMAs met stores */
	unsigned any_judgement; /* bit set, of all runs, left out or not */
	struct table machines;	/* their names */
	enum level level;	/* at which cells are kept */
	bool level_fixed;
	struct subject **subject;
	size_t subject_count, subject_room;
	struct incomplete *incomplete;
	size_t incomplete_count, incomplete_room, incomplete_more;
	struct day *days; /* sorted */
	size_t day_count, day_room;

	/* When all is read. */
	size_t *order;	    /* of subjects */
	struct row **shown; /* of `level`, in order of the page */
	size_t shown_count, shown_more;
	struct row **silicon; /* of LEVEL_SILICON, with cells of all of it */
	size_t silicon_count,
		known_count;	 /* known: those that are not `unknown`; they come first */
	struct evidence *quotes; /* sorted by file and place */
	size_t quote_count;
};

/* report_add.c: a run into the sums. */
void report_add(struct report *r, const struct run *run);

/* report_add_units.c: of a run, its remapping units, and what they were seen to do. */
void report_add_units(struct report *r, const struct run *run, struct row *machine);
void report_add_traits(struct report *r, const struct run *run, struct row *silicon);
struct unit_kind *report_unit_kind(struct report *r, const struct unit *u, struct row *silicon);
/* report_bits.c: likewise, bits of live entries that it was seen to go by. */
void report_add_bits(struct report *r, const struct run *run, struct row *silicon);

/* report_subjects.c: a sequence's number, a new one where it is new. */
size_t report_subject(struct report *r, const struct test_name *name);

/* report_evidence.c */
const char *report_path(const struct report *r, uint32_t file);
bool is_more_telling(const struct evidence *a, const struct evidence *b);

/* report_table.c */
struct entry *table_at(struct table *t, const char *key); /* made, with a value of NULL, if new */
/* The same of a key that will not stay where it is. */
struct entry *table_of(struct report *r, struct table *t, const char *key);
struct entry *table_sorted(const struct table *t);	       /* by key; to be freed */
const char *report_intern(struct report *r, const char *text); /* the same text is kept once */

/* report_names.c */
const char *report_machine(struct report *r, const char *path);
const char *report_code(struct report *r, const struct run *run);
const char *row_name(const struct report *r, const struct row *row, char *text, size_t room);

/* report_rows.c: rows and their cells. */
struct row *report_row(struct report *r, const struct run *run);
struct cell *row_cell(struct report *r, struct row *row, size_t subject, enum regime regime);
void report_fold(struct report *r); /* coarser rows where there are too many */
void report_arrange(struct report *r);
const struct cell *cell_of(const struct row *row, size_t subject, enum regime regime);
enum state cell_state(const struct cell *c); /* of NULL: STATE_NONE */
enum state subject_state(const struct row *row, size_t subject, const struct cell **out);

/* The same of what is shown: of rows whose runs are cut, what they do not have may be lost. */
enum state subject_shown(const struct row *row, size_t subject, const struct cell **out);

/* What is to be said of a cell in a number: harm in trials, and its bounds at 95 %. */
struct rate {
	uint64_t harm, trials;
	enum share_kind kind;
	double rate, low, high;
};
struct rate cell_rate(const struct cell *c);

/* report_out.c: the page's text. */
struct out {
	char *text;
	size_t bytes, room;
};
/* As printf, but what %s prints is escaped, for elements and for attributes in quotes. */
__attribute__((format(printf, 2, 3))) void out(struct out *o, const char *format, ...);
void out_raw(struct out *o, const char *text);		       /* as it is */
void out_out(struct out *o, const struct out *other);	       /* made by these functions */
void out_bytes(struct out *o, const char *text, size_t bytes); /* escaped; lines are kept */
char *rate_text(double rate, char text[24]);
char *count_text(uint64_t count, char text[24]);
char *bounds_text(double low, double high, char text[40]);
/* "context.replace.linux-pre7" as an id. */
void out_anchor(struct out *o, const struct subject *s);

/* report_banner.c: a cell's rate with its bounds; whether its harm is by this unit's own model only. */
void out_rate(struct out *o, const struct cell *c);
bool is_only_here(const struct row *row, size_t subject, const struct cell *c);
void report_banner(struct out *o, const struct report *r);

/* The parts of the page, in its order. */
void report_head(struct out *o, const struct report *r);
void report_answer(struct out *o, const struct report *r);
void report_overview(struct out *o, const struct report *r);
void report_maps(struct out *o, const struct report *r);
void report_outcomes(struct out *o, const struct report *r);
void report_costs(struct out *o, const struct report *r);
void report_faults(struct out *o, const struct report *r);
void report_units(struct out *o, const struct report *r);
void report_traits(struct out *o, const struct report *r);
void report_bits(struct out *o, const struct report *r);
void report_failures(struct out *o, const struct report *r);
void report_incomplete(struct out *o, const struct report *r);
void report_sequences(struct out *o, const struct report *r);

/* report_quote.c: lines of the logs. */
void report_choose_quotes(struct report *r);
unsigned report_quote(const struct report *r, const struct evidence *e); /* its number; 0: none */
void report_quotes(struct out *o, const struct report *r);

/* report_text.c: report.css and report.js. */
extern const char report_css[], report_js[];

int report_main(int argc, char **argv);

#endif
