/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What shim asks of an image before it starts it under Secure Boot: lines of component, generation,
 * vendor, package, version, URL (https://github.com/rhboot/shim/blob/main/SBAT.md). The generation
 * goes up when a hole is closed that older signed images still have. linker.ld gives the section its
 * place: one that objcopy adds after linking has no address of its own.
 */
#define SBAT                                                                            \
	"sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n" \
	"vtd-litmus,1,vtd-litmus,vtd-litmus," BUILD_ID ",README.md\n"

/* Without the final NUL: the section is text. */
__attribute__((section(".sbat"), used)) static const char sbat[sizeof(SBAT) - 1] = SBAT;
