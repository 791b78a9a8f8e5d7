/* SPDX-License-Identifier: BSD-2-Clause */
/* report.css and report.js, as they stand in the sources, a NUL behind each. */
#include "tools/log/report.h"

__asm__(".pushsection .rodata\n"
	".global report_css\n"
	"report_css: .incbin \"tools/log/report.css\"\n"
	".byte 0\n"
	".global report_js\n"
	"report_js: .incbin \"tools/log/report.js\"\n"
	".byte 0\n"
	".popsection\n");
