; SPDX-License-Identifier: BSD-2-Clause
; The image that tests/boot/firmware.c starts.

global vtd_litmus_image
global vtd_litmus_image_end
section .rodata
align 16
vtd_litmus_image: incbin IMAGE
vtd_litmus_image_end: db 0
section .note.GNU-stack noalloc noexec nowrite progbits
