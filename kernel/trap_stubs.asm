; SPDX-License-Identifier: BSD-2-Clause
;
; 256 interrupt stubs, 16 bytes each, and their common path: build a struct trap_frame (kernel/traps.h)
; on the stack and call trap(frame).

bits 64
default rel
extern trap
global trap_stubs
section .text

%macro push_registers 0
	push rax
	push rcx
	push rdx
	push rbx
	push rbp
	push rsi
	push rdi
	push r8
	push r9
	push r10
	push r11
	push r12
	push r13
	push r14
	push r15
%endmacro

align 16
trap_stubs:
%assign vector 0
%rep 256
	align 16
	; the processor pushes an error code for these alone (SDM vol. 3, table 6-1)
	%if !(vector = 8 || (vector >= 10 && vector <= 14) || vector = 17 || vector = 21 || vector = 29 || vector = 30)
	push 0
	%endif
	push vector
	jmp near trap_common
	%assign vector vector + 1
%endrep

trap_common:
	push_registers
	cld
	mov rdi, rsp
	mov rbp, rsp
	and rsp, -16
	call trap
	mov rsp, rbp
	pop r15
	pop r14
	pop r13
	pop r12
	pop r11
	pop r10
	pop r9
	pop r8
	pop rdi
	pop rsi
	pop rbp
	pop rbx
	pop rdx
	pop rcx
	pop rax
	add rsp, 16
	iretq
