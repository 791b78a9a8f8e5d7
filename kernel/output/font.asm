; SPDX-License-Identifier: BSD-2-Clause
;
; The printable ASCII characters of the Spleen font (Frederic Cambus, BSD-2-Clause), from the package
; fonts-spleen: one bit a pixel, top row first, the highest bit leftmost.

global font_8x16
global font_16x32
section .rodata

align 16
font_8x16: incbin FONT_8X16, 4 + 32 * 16, 95 * 16     ; behind the PSF1 header
align 16
font_16x32: incbin FONT_16X32, 32 + 32 * 64, 95 * 64  ; behind the PSF2 header
section .note.GNU-stack noalloc noexec nowrite progbits
