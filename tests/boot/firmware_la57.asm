; SPDX-License-Identifier: BSD-2-Clause
;
; void enter_la57(uint64_t pml5, void *code): go on with 5-level paging. LA57 can only be turned on with
; paging off (SDM volume 3, 4.1.2), so the way leads through 32-bit code, which must stand below 4 GiB:
; la57_code is copied to `code` (a page there) first. `pml5` is below 4 GiB and leads to what CR3 led to.

bits 64
default rel
global enter_la57
global la57_code
global la57_code_end
section .text

enter_la57:
	push rbx
	push rbp
	push r12
	push r13
	push r14
	push r15
	sgdt [rsi + (firmware_gdtr - la57_code)]
	mov ax, cs
	mov [rsi + (firmware_cs - la57_code)], ax
	lea rax, [back]
	mov [rsi + (way_back - la57_code)], rax
	mov [rsi + (stack - la57_code)], rsp
	lea rax, [rsi + (gdt - la57_code)]
	mov [rsi + (own_gdtr - la57_code) + 2], rax
	lgdt [rsi + (own_gdtr - la57_code)]
	mov ebx, esi
	push 0x08
	lea rcx, [rsi + (in_32 - la57_code)]
	push rcx
	retfq
back:                                   ; in 64-bit code again; rbx: the page
	mov rsp, [rbx + (stack - la57_code)]
	lgdt [rbx + (firmware_gdtr - la57_code)]
	movzx rcx, word [rbx + (firmware_cs - la57_code)]
	push rcx
	lea rcx, [.on]
	push rcx
	retfq
.on:
	pop r15
	pop r14
	pop r13
	pop r12
	pop rbp
	pop rbx
	ret

align 16
la57_code:
bits 32
in_32:                                  ; ebx: this page; edi: PML5. Upper halves of registers get lost.
	mov ecx, cr0
	and ecx, 0x7fffffff
	mov cr0, ecx                    ; paging off: IA32_EFER.LMA follows, LME stays
	mov ecx, cr4
	or ecx, 1 << 12
	mov cr4, ecx
	mov cr3, edi
	mov ecx, cr0
	or ecx, 0x80000000
	mov cr0, ecx
	lea ecx, [ebx + (in_64 - la57_code)]
	push dword 0x10
	push ecx
	retf
bits 64
in_64:
	lea rbx, [la57_code]
	jmp [way_back]
align 8
gdt:
	dq 0
	dq 0x00cf9b000000ffff           ; 0x08: 32-bit code
	dq 0x00af9b000000ffff           ; 0x10: 64-bit code
own_gdtr:
	dw 23
	dq 0
firmware_gdtr:
	dw 0
	dq 0
firmware_cs:
	dw 0
way_back:
	dq 0
stack:
	dq 0
la57_code_end:
section .note.GNU-stack noalloc noexec nowrite progbits
