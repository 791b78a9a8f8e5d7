/* SPDX-License-Identifier: BSD-2-Clause */
/* A Xen hypervisor under the kernel, which is its dom0 then. */
#ifndef TOOLS_CAPTURE_XEN_H
#define TOOLS_CAPTURE_XEN_H

#include "tools/capture/machine.h"

/* The file, gunzipped where it is packed, in `work`. Ends the program if it is no hypervisor that QEMU can load. */
char *xen_of_file(const char *path, const char *work);

/* Have the machine start this hypervisor, and what it was to start as dom0. `append`: for the kernel, or NULL. */
void xen_under(struct machine *m, const char *image, const char *append, const char *work);

/* "Xen 4.17.5 (Debian 4.17.5+72-g01140da4e8-1)", as the console of `folder` has it. */
char *xen_title(const char *folder);

#endif
