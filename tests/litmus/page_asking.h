/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check page-requests: one page request of the device, and what became of it. */
#ifndef TESTS_PAGE_ASKING_H
#define TESTS_PAGE_ASKING_H

#include "tests/litmus/bench.h"
#include "vtd/page_request.h"

#define OUTSIDE_PAGES "outside the specification: "

/* The device, its unit's queue, and whose entry takes its requests. */
struct asking {
	struct bench *b, *other; /* other: another device of the unit; NULL: there is none */
	struct tally *t;
	struct vtd_page_queue queue;
	uint64_t *context; /* the live scalable-mode context entry */
	uint16_t group;	   /* of the next request */
	uint64_t asked;	   /* so many */
};

/* What was asked, and what became of it. */
struct asked {
	uint64_t at;
	uint16_t group;
	bool last;
	unsigned queued, answers, faults;
	struct vtd_page_request request; /* meaningful if it was queued; likewise: */
	struct dma_page_answer answer;
	struct vtd_fault fault;
	bool astray; /* a response came to the other device */
};

/* Its queue is empty, nothing is pending, and no record of a fault is left. */
void asking_begin(struct asking *a, struct bench *b, struct bench *other, struct tally *t,
		  void *page);
void asking_end(struct asking *a);

/* PRE of the context entry as told, and everything invalidated. False: tally->stopped. */
bool asking_set_pre(struct asking *a, bool on);

/* Send one. False: the device did not; tally->stopped. */
bool asking_send(struct asking *a, uint64_t at, bool last);

/* What was sent is in the queue, or was answered, when this returns: by a wait with PD, or by giving it time. */
bool asking_settle(struct asking *a);

/* Forget what is in the queue, and came to the device. */
void asking_forget(struct asking *a);

/* Send one, settle, and look. wants_fault: give a record its time. False: tally->stopped. */
bool asking_ask(struct asking *a, uint64_t at, bool last, bool wants_fault, struct asked *s);
/* What has come since, added to what is known of it. */
void asking_look(struct asking *a, bool wants_fault, struct asked *s);

/* NULL, or what is wrong with one that must be in the queue, unanswered and unrecorded; that must be blocked for this reason. */
const char *asking_judge_queued(const struct asking *a, const struct asked *s);
const char *asking_judge_blocked(const struct asking *a, const struct asked *s, uint8_t reason,
				 const char *why);

/* Respond to it: NULL, or what is wrong with what the device got. */
const char *asking_respond(struct asking *a, const struct asked *s, enum vtd_page_response code);

/* The parts, each with PRE set before it: NULL, or what is wrong (also: tally->stopped). */
const char *
page_queue_find(struct asking *a); /* page_queue.c: descriptors, order, event, responses */
const char *page_overflow_find(struct asking *a); /* page_overflow.c: a full queue */
const char *
page_flips_find(struct asking *a); /* page_flips.c: PRE changes; translations are dropped */

#endif
