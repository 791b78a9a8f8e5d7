/* SPDX-License-Identifier: BSD-2-Clause */
/* The value of dma=: kinds of generators and single devices, KIND or KIND@ADDRESS, with commas between. */
#ifndef KERNEL_DMA_CHOICE_H
#define KERNEL_DMA_CHOICE_H

#include <stdbool.h>

#include "kernel/dma/list.h"

struct pci_function;

/* What dma= accepts, for people. */
#define DMA_CHOICE_NAME(identifier, name) name
#define DMA_CHOICE_HELP                                         \
	"kinds of devices (" DMA_GENERATORS(                    \
		DMA_CHOICE_NAME, ", ") "), or one device of a " \
				       "kind (igb@03:00.1, igb@0000:03:00.1), with commas"

/* Whether each item is of this form, and its kind, a glob, matches a generator. */
bool dma_choice_is_valid(const char *list);

/* Whether the list has this kind of device by its own name, and not only by a glob that matches it. */
bool dma_choice_names(const char *list, const char *kind);

/*
 * Whether the list allows a device to be used as this kind; an empty one allows all. *named: it has the device's own
 * address; then no other of the kind is allowed that is not named so, too.
 */
bool dma_choice_allows(const char *list, const char *kind, const struct pci_function *function,
		       bool *named);

#endif
