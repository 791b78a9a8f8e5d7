/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads of tables, and page walks: sections 3.6 to 3.8 and 9.7 to 9.9 of the specification. Others act
 * between any two reads of memory.
 */
#include "tests/sim/sim.h"
#include "tests/sim/walk.h"
#include "vtd/entry.h"
#include "vtd/pagetable.h"

#define PS    FIELD(7, 7) /* a large page */
#define LARGE 2		  /* the level of those of 2 MiB; it has no others */

static void fetch_chunk(uint64_t at, unsigned words, uint64_t *out, bool snoop)
{
	unit_pause(sim.fetch_ns);
	memory_load(at, words, out, snoop);
}

/* Chunks of an entry, one after the other, others acting between them. */
static void fetch_chunks(uint64_t at, unsigned count, unsigned chunk, bool halves, uint64_t *out,
			 bool snoop)
{
	unsigned order[8];

	for (unsigned i = 0; i < count; i++)
		order[i] = sim.order == 2 || sim_has(BUG_HALVES_HIGH) ? count - 1 - i : i;
	/* In any order, the first one (with P) first or not. */
	for (unsigned i = count - 1, fixed = sim.order == 1; sim.order & 1 && !halves && i > fixed;
	     i--) {
		unsigned k = fixed + sim_random(i - fixed + 1), t = order[i];

		order[i] = order[k];
		order[k] = t;
	}
	for (unsigned i = 0; i < count; i++) {
		unit_pause(sim.fetch_ns);
		for (unsigned n = sim.linger && i ? sim_random(sim.linger + 1) : 0; n; n--)
			unit_wait();
		memory_load(at + 8 * chunk * order[i], chunk, out + chunk * order[i], snoop);
	}
}

void walk_fetch(uint64_t at, unsigned words, uint64_t *out, bool snoop, enum sim_bug alone)
{
	bool halves = sim_has(BUG_HALVES) || sim_has(BUG_HALVES_HIGH) || sim_has(BUG_QUARTERS) ||
		      (alone != BUG_NONE && sim_has(alone)) ||
		      (sim_has(BUG_HALVES_RARE) && !sim_random(1000));
	unsigned chunk = halves ? 1 : sim.chunk / 64;

	if (chunk >= words)
		fetch_chunk(at, words, out, snoop);
	else
		fetch_chunks(at, words / chunk, chunk, halves, out, snoop);
	/* The upper half of the last word by a read of its own. */
	if (sim_has(BUG_QUARTERS) || (sim_has(BUG_PAGING_HALVES) && words == 1)) {
		uint64_t again;

		fetch_chunk(at + 8 * (words - 1), 1, &again, snoop);
		out[words - 1] = (out[words - 1] & 0xffffffff) | (again & ~0xffffffffull);
	}
	if (sim_has(BUG_FETCH_TWICE) && words > 1)
		fetch_chunk(at + 8, 1, out + 1, snoop);
}

bool walk_has_levels(const struct walk *w, unsigned levels)
{
	return levels >= 3 && levels <= 5 &&
	       (sim_has(BUG_AW_ANY) ||
		field_of(unit_get64(w->u, VTD_CAP), CAP_SAGAW) & 1u << (levels - 2));
}

bool walk_is_beyond(const struct walk *w, uint64_t at, unsigned levels)
{
	unsigned guest = (unsigned)field_of(unit_get64(w->u, VTD_CAP), CAP_MGAW) + 1;
	unsigned width = 12 + 9 * levels;

	width = guest < width ? guest : width;
	if (sim_has(BUG_WIDTH_ANY))
		return false;
	return width < 64 && at >> width;
}

static unsigned index_of(uint64_t at, unsigned level)
{
	unsigned index = vtd_table_index(at, level);

	if (sim_has(BUG_INDEX_TOP) && level == 4)
		return 0;
	if (sim_has(BUG_INDEX_TOP_BIT) && level == 4)
		return index & 0xff;
	return sim_has(BUG_INDEX_CUT) && level == 1 ? index & 0xff : index;
}

/* Where an entry leads. */
static uint64_t cut(uint64_t at, unsigned level)
{
	return level == 1 ? walk_cut(at, BUG_FRAME_CUT, 39) : walk_cut(at, BUG_TABLE_CUT, 32);
}

/* A translation request is for writing, too, where that is allowed (section 4.2.3.1). */
static bool wants_write(const struct walk *w, bool may_write)
{
	return is_write(w->r) || (w->r->access == ACCESS_TRANSLATION && w->may_write && may_write &&
				  !sim_has(BUG_ATS_NO_DIRTY));
}

/* BUG_DIRTY_KEPT: the pages that it has marked, whatever became of the mark. */
static bool was_marked(struct unit *u, uint64_t page)
{
	const unsigned most = sizeof(u->marked) / sizeof(u->marked[0]);

	for (unsigned i = 0; i < most; i++)
		if (u->marked[i] == page)
			return true;
	u->marked[u->marked_count++ % most] = page;
	return false;
}

/* Planted faults that are of the entries of large pages alone. */
static bool is_of_large(enum sim_bug bug, bool is_leaf, unsigned level)
{
	return sim_has(bug) && is_leaf && level > 1;
}

/* The flags that a walk sets in an entry: Accessed, and Dirty where a page is written to. */
static uint64_t flags_of(const struct walk *w, bool marks, uint64_t accessed, uint64_t dirty)
{
	if (!marks)
		return sim_has(BUG_READ_ACCESSED) && w->r->access == ACCESS_READ ? 0 : accessed;
	return sim_has(BUG_DIRTY_KEPT) && was_marked(w->u, w->r->at >> 12) ? accessed
									   : accessed | dirty;
}

/*
 * A second-stage entry; with SSADE its flags are set (section 3.7.2). What a nested walk reads must be writable then,
 * and is marked (section 3.8.1).
 */
static uint8_t read_second(struct walk *w, uint64_t at, unsigned level, bool reads, bool *may_write,
			   uint64_t *entry)
{
	bool scalable = unit_is_scalable(w->u), above = *may_write, is_leaf, marks;
	uint64_t flags = 0;

	do {
		walk_fetch(at, 1, entry, w->snoop, BUG_NONE);
		if (!field_of(*entry, SS_R) && !field_of(*entry, SS_W))
			return scalable				       ? SSS_2
			       : w->r->access != ACCESS_READ && !reads ? LGN_2
								       : LGN_3;
		is_leaf = level == 1 || (field_of(*entry, PS) && !sim_has(BUG_LARGE_AS_TABLE));
		if (!is_leaf && *entry & 1 << 11 && !sim_has(BUG_TABLE_RESERVED))
			return scalable ? SSS_3 : LSS_2;
		if (level > 1 && is_leaf && !(sim.large && level == LARGE) &&
		    !sim_has(BUG_LARGE_PAGES))
			return scalable ? SSS_3 : LSS_2;
		/* A device-TLB is told what is allowed. */
		if (!field_of(*entry, SS_R) && (reads || w->r->access == ACCESS_READ) &&
		    !sim_has(BUG_READ_ALLOWED) && !(sim_has(BUG_READ_LEAF) && !is_leaf) &&
		    !is_of_large(BUG_LARGE_READ, is_leaf, level))
			return walk_no_read(scalable);
		*may_write = (field_of(*entry, SS_W) ||
			      is_of_large(BUG_LARGE_WRITE, is_leaf, level)) &&
			     (above || sim_has(BUG_WRITE_LEAF));
		*may_write |= sim_has(BUG_WRITE_ALLOWED);
		if (is_leaf && !*may_write && (reads ? w->tracks : is_write(w->r))) {
			if (sim_has(BUG_SS_DIRTY_REFUSED) && w->tracks && w->snoop)
				memory_set_bits(at, *entry, field_mask(SS_D));
			return scalable && !sim_has(BUG_REASON_LEGACY) ? SGN_6 : LGN_2;
		}
		if (!w->tracks)
			return 0;
		marks = is_leaf && (reads || wants_write(w, *may_write));
		w->r->is_marked |= marks && !reads;
		flags = flags_of(w, marks, field_mask(SS_A), field_mask(SS_D));
		if (sim_has(BUG_SS_NO_DIRTY) || is_of_large(BUG_SS_LARGE_DIRTY, is_leaf, level))
			flags &= ~field_mask(SS_D);
		if (sim_has(BUG_SS_NO_ACCESSED) ||
		    is_of_large(BUG_SS_LARGE_ACCESSED, is_leaf, level))
			flags &= ~field_mask(SS_A);
		if ((sim_has(BUG_ACCESSED_LAST) && !is_leaf) ||
		    (sim_has(BUG_NESTED_UNMARKED) && reads))
			flags = 0;
		if (!w->snoop && (*entry & flags) != flags)
			return SSS_5;
	} while ((*entry & flags) != flags && !memory_set_bits(at, *entry, flags));
	return 0;
}

/* The frame in a large page (section 3.7). What is nested comes to pages of 4 KiB. */
static uint64_t in_large_page(struct walk *w, uint64_t frame, uint64_t at, unsigned level)
{
	uint64_t within = ((1ull << (3 + 9 * level)) - 1) & ~PAGE_MASK;

	if (!w->second_levels)
		w->r->order = (uint8_t)(9 * (level - 1));
	if (sim_has(BUG_LARGE_FRAME) || (sim_has(BUG_FS_LARGE_FRAME) && w->r->stage == UNIT_FIRST))
		return frame & ~within;
	return (frame & ~within) | (at & within);
}

/* Second stage (sections 3.7 and 9.8). `reads`: what is wanted is read permission alone. */
uint8_t walk_second_stage(struct walk *w, uint64_t table, unsigned levels, uint64_t at, bool reads,
			  uint64_t *to)
{
	bool scalable = unit_is_scalable(w->u), may_read = true, may_write = true;
	unsigned level;

	if (sim_has(BUG_DEPTH_4))
		levels = 4;
	if (walk_is_beyond(w, at, levels))
		return scalable ? SGN_5 : LGN_1;
	w->r->tracks |= w->tracks;
	level = paging_find(w->u, w->r, false, levels, at, &table, &may_read, &may_write);
	if (!may_read && (reads || w->r->access == ACCESS_READ))
		return walk_no_read(scalable);
	for (level = level ? level : levels; level; level--) {
		uint64_t entry;
		uint8_t reason = read_second(w, table + 8 * index_of(at, level), level, reads,
					     &may_write, &entry);

		if (reason)
			return reason;
		may_read &= field_of(entry, SS_R) || sim_has(BUG_READ_ALLOWED) ||
			    (sim_has(BUG_READ_LEAF) && level > 1) ||
			    is_of_large(BUG_LARGE_READ, field_of(entry, PS), level);
		table = cut(entry & field_mask(SS_ADDR), level);
		if (level > 1 && field_of(entry, PS) && !sim_has(BUG_LARGE_AS_TABLE)) {
			table = in_large_page(w, table, at, level);
			break;
		}
		if (level > 1)
			paging_keep(w->u, w->r, false, level - 1, at, table,
				    may_read || sim_has(BUG_PAGING_READ),
				    may_write || sim_has(BUG_PAGING_WRITE));
	}
	w->may_read &= may_read;
	w->may_write &= may_write;
	*to = table | (at & PAGE_MASK);
	return 0;
}

/* Where there is a second stage under the first, first-stage addresses go through it (section 3.8). */
static uint8_t through(struct walk *w, bool reads, uint64_t *at)
{
	uint8_t reason;

	if (!w->second_levels)
		return 0;
	reason = walk_second_stage(w, w->second, w->second_levels, *at, reads, at);
	return reason == SSS_2 && sim_has(BUG_NESTED_REASON) ? SFS_2 : reason;
}

/* A first-stage entry, its Accessed flag set, and Dirty where a page is written to (section 3.6.2). */
static uint8_t read_entry(struct walk *w, uint64_t at, unsigned level, uint64_t *entry)
{
	uint64_t flags;
	bool marks, is_leaf, is_writable;

	do {
		walk_fetch(at, 1, entry, w->snoop, BUG_NONE);
		is_leaf = level == 1 || field_of(*entry, PS);
		is_writable = field_of(*entry, FS_RW) ||
			      is_of_large(BUG_FS_LARGE_RW, is_leaf, level);
		marks = is_leaf && wants_write(w, field_of(*entry, FS_RW));
		w->r->is_marked |= marks;
		flags = flags_of(w, marks, field_mask(FS_A) | (w->extended ? field_mask(FS_EA) : 0),
				 sim_has(BUG_NO_DIRTY) ? 0 : field_mask(FS_D));
		if (sim_has(BUG_NO_ACCESSED) || (sim_has(BUG_ACCESSED_LAST) && level > 1))
			flags = 0;
		if (is_of_large(BUG_FS_LARGE_ACCESSED, is_leaf, level))
			flags &= ~field_mask(FS_A);
		if (is_of_large(BUG_FS_LARGE_DIRTY, is_leaf, level))
			flags &= ~field_mask(FS_D);
		if (!field_of(*entry, FS_P) && !sim_has(BUG_FS_P_IGNORED))
			return SFS_2;
		if (level > 1 && is_leaf && (level != LARGE || sim_has(BUG_FS_LARGE)))
			return SFS_3;
		if (!field_of(*entry, FS_US) && !sim_has(BUG_FS_US_IGNORED) &&
		    !(sim_has(BUG_FS_US_LEAF) && !is_leaf) &&
		    !is_of_large(BUG_FS_LARGE_US, is_leaf, level))
			return SGN_2;
		if (is_leaf && is_write(w->r) && !(w->may_write && is_writable) &&
		    !sim_has(BUG_FS_RW_IGNORED)) {
			if (sim_has(BUG_FS_DIRTY_REFUSED) && w->snoop)
				memory_set_bits(at, *entry, field_mask(FS_D));
			return SGN_6;
		}
		if (!w->snoop && (*entry & flags) != flags)
			return SFS_9;
		/* Where it is changed under the walk, it is read anew. */
	} while ((*entry & flags) != flags && !memory_set_bits(at, *entry, flags));
	w->may_write &= is_writable || (sim_has(BUG_FS_WRITE_LEAF) && !is_leaf);
	return 0;
}

/* First stage (sections 3.6 and 9.7); requests are of user privilege. */
uint8_t walk_first_stage(struct walk *w, uint64_t table, unsigned levels, uint64_t *to)
{
	uint64_t at = w->r->at;
	unsigned level, width = 12 + 9 * levels;
	uint8_t reason;

	if ((int64_t)(at << (64 - width)) >> (64 - width) != (int64_t)at &&
	    !sim_has(BUG_CANONICAL_ANY))
		return SGN_1;
	w->r->tracks = true;
	level = paging_find(w->u, w->r, true, levels, at, &table, &w->may_read, &w->may_write);
	/* What is kept of a nested walk is a table's host address (section 6.2.5). */
	reason = level ? 0 : through(w, true, &table);
	for (level = level ? level : levels; !reason; level--) {
		uint64_t entry;

		reason = read_entry(w, table + 8 * index_of(at, level), level, &entry);
		if (reason)
			break;
		table = cut(entry & field_mask(FS_ADDR), level);
		if (level > 1 && field_of(entry, PS)) {
			table = in_large_page(w, table, at, level);
			break;
		}
		if (level == 1)
			break;
		reason = through(w, true, &table);
		if (!reason)
			paging_keep(w->u, w->r, true, level - 1, at, table, w->may_read,
				    w->may_write || sim_has(BUG_FS_PAGING_WRITE));
	}
	if (reason)
		return reason;
	*to = table | (at & PAGE_MASK);
	return sim_has(BUG_NESTED_SKIPPED) ? 0 : through(w, false, to);
}
