/* SPDX-License-Identifier: BSD-2-Clause */
/* A capture, read, put together and checked: what every command but record begins with. */
#ifndef TOOLS_CAPTURE_VIEW_H
#define TOOLS_CAPTURE_VIEW_H

#include "tools/capture/folder.h"
#include "tools/capture/shape.h"

struct verdict;
struct unmappings;

struct view {
	struct folder folder;
	struct transitions transitions;
	struct shapes shapes;
	char *title;	  /* "Linux 6.12.43+deb13-amd64, legacy mode, QEMU 10.0.2" */
	char *incomplete; /* why; NULL: it is whole */
	int status;	  /* ALL_SAFE, INCOMPLETE (told to standard error) or NOTHING */
};

/* `symbols`: NULL, or a file in place of the capture's own. */
void view_open(struct view *v, const char *path, const char *symbols);

/* "context, set-up (pass-through)" */
const char *view_name(const struct shape *s, char *text, size_t room);

/* All of it, with the verdicts (one for each shape) and what is beside them if there are some. */
void view_print_json(const struct view *v, const struct verdict *verdicts,
		     const struct unmappings *unmappings);

#endif
