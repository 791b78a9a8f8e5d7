/* SPDX-License-Identifier: BSD-2-Clause */
/* Fault reasons and types in words. */
#include "vtd/fault.h"

#include <stddef.h>

/* Section 7.1.3, "Fault Reason Encoding". */
static const struct {
	uint8_t reason;
	const char *name;
} reasons[] = {
	{ FAULT_ROOT_NOT_PRESENT, "root entry not present" },
	{ FAULT_CONTEXT_NOT_PRESENT, "context entry not present" },
	{ FAULT_CONTEXT_INVALID, "invalid context entry (unsupported AW, TT or both)" },
	{ FAULT_BEYOND_WIDTH, "address beyond the guest address width" },
	{ FAULT_WRITE_DENIED, "write to a page without write permission" },
	{ FAULT_READ_DENIED, "read of a page without read permission" },
	{ 0x07, "paging entry unreadable (hardware could not access it)" },
	{ 0x08, "root table unreadable" },
	{ 0x09, "context table unreadable" },
	{ 0x0a, "reserved bits set in a root entry" },
	{ FAULT_CONTEXT_RESERVED, "reserved bits set in a context entry" },
	{ 0x0c, "reserved bits set in a paging entry" },
	{ FAULT_DEVICE_TLB_BLOCKED, "translated or translation request blocked by TT" },
	{ 0x0e, "address in the interrupt range" },
	{ FAULT_IRTE_REQUEST_RESERVED, "interrupt request with reserved bits set" },
	{ FAULT_IRTE_BEYOND_TABLE, "interrupt index beyond the remapping table" },
	{ FAULT_IRTE_NOT_PRESENT, "interrupt-remapping entry not present" },
	{ FAULT_IRTE_UNREADABLE, "interrupt-remapping table unreadable" },
	{ FAULT_IRTE_RESERVED, "reserved bits set in an interrupt-remapping entry" },
	{ FAULT_COMPATIBILITY_BLOCKED, "compatibility-format interrupt blocked" },
	{ FAULT_IRTE_SOURCE, "interrupt source-id not as in the remapping entry" },
	{ FAULT_DESCRIPTOR_UNREADABLE, "posted interrupt descriptor not accessible" },
	{ FAULT_DESCRIPTOR_RESERVED, "reserved bits set in a posted interrupt descriptor" },
	{ 0x29, "write to the interrupt range that is no valid interrupt" },
	{ 0x2a, "interrupt while extended interrupt mode, which is required, is off" },
	{ 0x2b, "interrupt while interrupt remapping, which is required, is off" },
	{ 0x30, "scalable mode: root table pointer or mode invalid" },
	{ FAULT_PASID_IN_LEGACY_MODE, "request with PASID in legacy mode" },
	{ 0x33, "all requests blocked: abort-DMA mode" },
	{ 0x38, "scalable mode: root entry unreadable" },
	{ FAULT_SM_ROOT_NOT_PRESENT, "scalable mode: root entry not present" },
	{ 0x3a, "scalable mode: reserved bits set in a root entry" },
	{ 0x40, "scalable mode: context entry unreadable" },
	{ FAULT_SM_CONTEXT_NOT_PRESENT, "scalable mode: context entry not present" },
	{ FAULT_SM_CONTEXT_RESERVED, "scalable mode: reserved bits set in a context entry" },
	{ FAULT_SM_CONTEXT_INVALID, "scalable mode: invalid context entry" },
	{ FAULT_SM_DEVICE_TLB_BLOCKED,
	  "scalable mode: translated or translation request, device-TLB not enabled" },
	{ FAULT_PASID_DISABLED,
	  "scalable mode: request with PASID, which the context entry disables" },
	{ FAULT_PASID_BEYOND_DIR, "scalable mode: PASID beyond the context entry's directory" },
	{ 0x48, "scalable mode: request with the PASID that is RID_PASID" },
	{ 0x50, "PASID-directory entry unreadable" },
	{ FAULT_PASID_DIR_NOT_PRESENT, "PASID-directory entry not present" },
	{ 0x52, "reserved bits set in a PASID-directory entry" },
	{ FAULT_PASID_ACCESS, "PASID-table entry unreadable" },
	{ FAULT_PASID_NOT_PRESENT, "PASID-table entry not present" },
	{ 0x5a, "reserved bits set in a PASID-table entry" },
	{ FAULT_PASID_INVALID, "invalid PASID-table entry" },
	{ 0x5d, "privileged request, which the PASID-table entry does not allow" },
	{ 0x70, "first-stage paging entry unreadable" },
	{ FAULT_FS_NOT_PRESENT, "first-stage paging entry not present" },
	{ 0x72, "reserved bits set in a first-stage paging entry" },
	{ 0x73, "first-stage top table unreadable" },
	{ 0x74,
	  "nested: address in a first-stage paging entry beyond the width of the second stage" },
	{ 0x75, "nested: no read permission for the first-stage top table" },
	{ 0x76, "nested: no read permission for a first-stage paging entry" },
	{ 0x77, "nested: no write permission for a first-stage Accessed or Dirty bit" },
	{ 0x78, "second-stage paging entry unreadable" },
	{ FAULT_SM_SS_NOT_PRESENT, "second-stage paging entry without permissions" },
	{ 0x7a, "reserved bits set in a second-stage paging entry" },
	{ 0x7b, "second-stage top table unreadable" },
	{ 0x7c, "second stage: Accessed or Dirty bit to be set by a walk that does not snoop" },
	{ 0x7d, "second stage: Accessed or Dirty bit cannot be set" },
	{ 0x80, "first stage: address not canonical" },
	{ FAULT_FS_PRIVILEGE, "first stage: privilege of the request too low" },
	{ 0x83, "scalable mode: address beyond the host address width" },
	{ FAULT_SM_BEYOND_WIDTH, "scalable mode: address beyond the guest address width" },
	{ FAULT_SM_WRITE_DENIED, "scalable mode: write to a page without write permission" },
	{ 0x86, "scalable mode: read of a page without read permission" },
	{ 0x87, "scalable mode: address in the interrupt range" },
	{ 0x89, "scalable mode: PASID wider than the unit supports" },
	{ 0x90, "first stage: Accessed or Dirty bit to be set by a walk that does not snoop" },
	{ 0x91, "first stage: Accessed or Dirty bit cannot be set" },
};

const char *vtd_fault_reason_name(uint8_t reason)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].reason == reason)
			return reasons[i].name;
	return "reason not known to this kernel";
}

bool vtd_fault_is_recoverable(uint8_t reason)
{
	/* 0x91 is answered so, and recorded all the same. */
	static const uint8_t reasons[] = { 0x04, 0x05, 0x06, 0x51, 0x59, 0x5c, 0x5d, 0x70,
					   0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x79,
					   0x80, 0x81, 0x83, 0x84, 0x85, 0x86, 0x90 };

	for (size_t i = 0; i < sizeof(reasons); i++)
		if (reasons[i] == reason)
			return true;
	return false;
}

const char *vtd_fault_type_name(uint8_t type)
{
	static const char *const names[] = { "write", "page request", "read", "atomic" };

	return names[type & 3];
}
