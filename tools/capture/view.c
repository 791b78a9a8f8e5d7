/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "tools/capture/capture.h"
#include "tools/capture/unwind.h"
#include "tools/capture/view.h"

void view_open(struct view *v, const char *path, const char *symbols)
{
	char why[400];

	memset(v, 0, sizeof(*v));
	folder_open(&v->folder, path, false);
	if (symbols && !symbols_read(&v->folder.symbols, symbols))
		fail("%s: no symbols in it", symbols);
	if (records_incomplete(&v->folder.records, why, sizeof(why))) {
		v->incomplete = text_of("%s", why);
		v->status = INCOMPLETE;
		fprintf(stderr, "vtd-capture: %s is incomplete: %s\n", path, why);
	}
	if (!v->folder.has_tables) {
		fprintf(stderr, "vtd-capture: %s: the guest gave the unit no table\n", path);
		v->status = NOTHING;
	}
	v->title = *v->folder.kernel
			   ? text_of("%s%s, %s mode%s%s, QEMU %s",
				     strncmp(v->folder.kernel, "Xen", 3) ? "Linux " : "",
				     v->folder.kernel, v->folder.mode,
				     v->folder.caching_mode ? " with CAP.CM = 1" : "",
				     v->folder.paging ? ", paging entries too" : "", v->folder.qemu)
			   : text_of("%s", *v->folder.what ? v->folder.what : path);
	unwind(&v->folder.records, &v->folder.symbols);
	transitions_find(&v->folder.records, &v->transitions);
	shapes_find(&v->transitions, &v->folder.symbols, v->folder.caching_mode, &v->shapes);
}

const char *view_name(const struct shape *s, char *text, size_t room)
{
	snprintf(text, room, "%s, %s%s%s%s", table_kinds[s->kind].name, transition_word(s->is),
		 *s->type ? " (" : "", s->type, *s->type ? ")" : "");
	return text;
}
