; SPDX-License-Identifier: BSD-2-Clause
;
; Where an application processor begins after INIT-SIPI-SIPI: real mode, CS:IP = page:0. It goes
; straight to long mode on the boot processor's page tables and jumps to the kernel. kernel/smp.c
; copies this to a page below 1 MiB and fills the fields at the end (struct ap_start) first.
;
; Position-independent: EBX holds the page's linear address throughout.

bits 16
org 0

CR0_PE equ 1 << 0
CR0_PG equ 1 << 31
MSR_EFER equ 0xc0000080

start:
	cli
	cld
	mov ax, cs
	mov ds, ax
	movzx ebx, ax
	shl ebx, 4
	; the GDT pointer and the two far jumps need linear addresses
	lea eax, [ebx + gdt]
	mov [gdtr + 2], eax
	lea eax, [ebx + protected]
	mov [to_protected], eax
	lea eax, [ebx + long_mode]
	mov [to_long], eax
	o32 lgdt [gdtr]
	mov eax, cr0
	and eax, 0x9fffffff             ; caches on: CD = NW = 0
	or eax, CR0_PE
	mov cr0, eax
	jmp far dword [to_protected]

bits 32
protected:
	mov ax, 0x18
	mov ds, ax
	mov es, ax
	mov ss, ax
	mov eax, [ebx + field_cr4]
	mov cr4, eax
	mov eax, [ebx + field_cr3]
	mov cr3, eax
	mov ecx, MSR_EFER
	rdmsr
	or eax, [ebx + field_efer]
	wrmsr
	mov eax, cr0
	or eax, CR0_PG
	mov cr0, eax
	jmp far [ebx + to_long]

bits 64
long_mode:
	mov rsp, [rbx + field_stack]
	mov rdi, [rbx + field_argument]
	mov rax, [rbx + field_entry]
	xor ebp, ebp
	call rax
	ud2

align 16
gdt:
	dq 0
	dq 0x00cf9b000000ffff           ; 0x08: 32-bit code
	dq 0x00af9b000000ffff           ; 0x10: 64-bit code
	dq 0x00cf93000000ffff           ; 0x18: data
gdtr:
	dw gdtr - gdt - 1
	dd 0
to_protected:
	dd 0
	dw 0x08
to_long:
	dd 0
	dw 0x10

align 16
; struct ap_start of kernel/smp.c: keep both the same
fields:
field_cr3:      dq 0
field_cr4:      dq 0
field_efer:     dq 0
field_stack:    dq 0
field_entry:    dq 0
field_argument: dq 0
end:
