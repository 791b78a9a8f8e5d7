/* SPDX-License-Identifier: BSD-2-Clause */
/* The made-up lab of synthesize.c. No figure in it was measured. */
#ifndef TOOLS_LOG_SYNTHESIZE_FLEET_H
#define TOOLS_LOG_SYNTHESIZE_FLEET_H

#include <stdint.h>

enum temper {
	TEARS,	     /* known-bad sequences show harm, safe ones do not */
	TEARS_OLD,   /* with the old microcode safe sequences of one target tear, too */
	NEVER_TEARS, /* not even controls show anything: all is inconclusive */
	TEARS_RARELY,
};

struct kind {
	const char *vendor, *brand, *system, *processor;
	unsigned family, model, stepping;
	const char *microcode[2], *bios[2]; /* before an update, and after it */
	uint64_t cap, ecap;
	enum temper temper;
	double rate, speed; /* of torn DMAs, times that of the log at hand; of DMAs, times ten that */
};

static const struct kind fleet[] = {
	{ "GenuineIntel", "Intel(R) Xeon(R) Platinum 8480+", "Dell Inc. PowerEdge R760", "Intel(R) Xeon(R) Platinum 8480+",
	  6, 0x8f, 8, { "0x2b0004d0", "0x2b000603" }, { "Dell Inc. 1.6.6 09/20/2023", "Dell Inc. 2.4.4 10/14/2024" },
	  0x19ed008c40780c66, 0x3ee9e86f050df, TEARS_OLD, 0.02, 8 },
	{ "GenuineIntel", "INTEL(R) XEON(R) PLATINUM 8592+", "Supermicro SYS-221H-TNR", "INTEL(R) XEON(R) PLATINUM 8592+",
	  6, 0xcf, 2, { "0x21000200", "0x210002a9" }, { "American Megatrends 1.4 11/07/2023", "American Megatrends 2.5 03/11/2025" },
	  0x19ed008c40780c66, 0x3ee9e86f050df, TEARS, 0.015, 9 },
	{ "GenuineIntel", "Intel(R) Xeon(R) Platinum 8380", "HPE ProLiant DL380 Gen10 Plus", "Intel(R) Xeon(R) Platinum 8380",
	  6, 0x6a, 6, { "0xd0003b9", "0xd0003f5" }, { "HPE U46 07/20/2023", "HPE U46 11/14/2024" },
	  0x8d2078c106f0466, 0x60f050df, TEARS, 0.15, 5 },
	{ "GenuineIntel", "Intel(R) Xeon(R) Gold 6248", "Lenovo ThinkSystem SR650", "Intel(R) Xeon(R) Gold 6248",
	  6, 0x55, 7, { "0x5003604", "0x5003801" }, { "Lenovo IVE178E 01/12/2023", "Lenovo IVE190G 08/02/2025" },
	  0x8d2078c106f0466, 0xf020df, TEARS, 0.3, 4 },
	{ "GenuineIntel", "Intel(R) Xeon(R) E5-2680 v4", "Dell Inc. PowerEdge R730", "Intel(R) Xeon(R) E5-2680 v4",
	  6, 0x4f, 1, { "0xb000040", "0xb000040" }, { "Dell Inc. 2.13.0 05/14/2021", "Dell Inc. 2.19.0 12/12/2023" },
	  0xd2078c106f0466, 0xf020de, TEARS_RARELY, 1e-4, 2 },
	{ "GenuineIntel", "Intel(R) Xeon(R) 6980P", "Intel Corporation AvenueCity", "Intel(R) Xeon(R) 6980P",
	  6, 0xad, 1, { "0x10003a2", "0x10003f3" }, { "Intel BHSDCRB1.IPC.3544 08/30/2024", "Intel BHSDCRB1.IPC.3706 06/03/2025" },
	  0x9fed008c40780c66, 0x3ee9e86f050df, TEARS, 0.008, 12 },
	{ "GenuineIntel", "12th Gen Intel(R) Core(TM) i9-12900K", "ASUS PRO Z690-C", "12th Gen Intel(R) Core(TM) i9-12900K",
	  6, 0x97, 2, { "0x2c", "0x3a" }, { "American Megatrends 1601 09/13/2022", "American Megatrends 4101 04/30/2025" },
	  0xd2008c40660462, 0xf050da, NEVER_TEARS, 0, 3 },
	{ "GenuineIntel", "13th Gen Intel(R) Core(TM) i7-13700", "HP Elite Tower 800 G9", "13th Gen Intel(R) Core(TM) i7-13700",
	  6, 0xb7, 1, { "0x11f", "0x12f" }, { "HP U50 02.12.01", "HP U50 02.20.00" },
	  0xd2008c40660462, 0xf050da, TEARS, 0.05, 3 },
	{ "GenuineIntel", "Intel(R) Core(TM) Ultra 7 155H", "LENOVO ThinkPad T14 Gen 5", "Intel(R) Core(TM) Ultra 7 155H",
	  6, 0xaa, 4, { "0x1c", "0x24" }, { "LENOVO N46ET12W 1.02", "LENOVO N46ET24W 1.14" },
	  0xc9de008cee690462, 0x12ca9a00f0ef5e, TEARS, 0.6, 3 },
	{ "GenuineIntel", "Intel(R) Atom(TM) P5362B", "Silicom Snow Ridge CPE", "Intel Atom P5362B",
	  6, 0x86, 5, { "0x4c000023", "0x4c000026" }, { "Silicom 1.10 03/02/2023", "Silicom 1.31 05/05/2025" },
	  0xd2008c40660462, 0xf050da, TEARS, 0.9, 1 },
};

#endif
