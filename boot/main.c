/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The UEFI application: collect what only firmware can tell, end boot services, enter the kernel.
 * Section numbers are the UEFI specification's (2.10).
 */
#include <efi.h>

#include "boot/device_path.h"
#include "boot/kept.h"
#include "boot/load_options.h"
#include "boot/pxe.h"
#include "boot/saved.h"
#include "kernel/handoff.h"

extern char ImageBase[], ImageEnd[];

static struct handoff handoff;
static uint8_t *kernel_stack;
#define STACK_BYTES 32768
static EFI_SYSTEM_TABLE *st;

static EFI_GUID loaded_image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
static EFI_GUID file_system_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
static EFI_GUID device_path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
static EFI_GUID graphics_guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
static EFI_GUID console_out_guid = { 0xd3b36f2c, /* EFI_CONSOLE_OUT_DEVICE_GUID, of edk2 */
				     0xd551,
				     0x11d4,
				     { 0x9a, 0x46, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d } };
static EFI_GUID acpi20_guid = ACPI_20_TABLE_GUID;
static EFI_GUID acpi10_guid = ACPI_TABLE_GUID;
static EFI_GUID smbios3_guid = SMBIOS3_TABLE_GUID;
static EFI_GUID smbios_guid = SMBIOS_TABLE_GUID;

static void say(CHAR16 *text)
{
	if (st->ConOut)
		st->ConOut->OutputString(st->ConOut, text);
}

/* In the EFI configuration table, section 4.6; NULL: not there. */
static const void *find_table(const EFI_GUID *want)
{
	const uint64_t *guid = (const void *)want;

	for (UINTN i = 0; i < st->NumberOfTableEntries; i++) {
		const uint64_t *have = (void *)&st->ConfigurationTable[i].VendorGuid;

		if (have[0] == guid[0] && have[1] == guid[1])
			return st->ConfigurationTable[i].VendorTable;
	}
	return NULL;
}

static void find_tables(void)
{
	handoff.rsdp = find_table(&acpi20_guid);
	if (!handoff.rsdp)
		handoff.rsdp = find_table(&acpi10_guid);
	handoff.smbios3 = find_table(&smbios3_guid);
	handoff.smbios = find_table(&smbios_guid);
}

static bool use_framebuffer(EFI_HANDLE handle)
{
	EFI_GRAPHICS_OUTPUT_PROTOCOL *gop;
	EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info;

	if (st->BootServices->HandleProtocol(handle, &graphics_guid, (void **)&gop) !=
		    EFI_SUCCESS ||
	    !gop->Mode || !gop->Mode->Info || !gop->Mode->FrameBufferBase)
		return false;
	info = gop->Mode->Info;
	if (info->PixelFormat >= PixelBltOnly)
		return false;
	handoff.framebuffer = (struct framebuffer){
		.base = gop->Mode->FrameBufferBase,
		.width = info->HorizontalResolution,
		.height = info->VerticalResolution,
		.stride = info->PixelsPerScanLine,
		.format = info->PixelFormat,
		.red_mask = info->PixelInformation.RedMask,
		.green_mask = info->PixelInformation.GreenMask,
		.blue_mask = info->PixelInformation.BlueMask,
		.reserved_mask = info->PixelInformation.ReservedMask,
	};
	return true;
}

/* Of several, the one that firmware's console is on; a splitter may offer one that has no pixels. */
static void find_framebuffer(void)
{
	EFI_BOOT_SERVICES *bs = st->BootServices;
	EFI_HANDLE *handles;
	UINTN count;
	void *ignored;

	if (bs->LocateHandleBuffer(ByProtocol, &graphics_guid, NULL, &count, &handles) !=
	    EFI_SUCCESS)
		return;
	for (UINTN i = 0; i < count; i++) {
		bool has_console = bs->HandleProtocol(handles[i], &console_out_guid, &ignored) ==
				   EFI_SUCCESS;

		if ((has_console || !handoff.framebuffer.base) && use_framebuffer(handles[i]) &&
		    has_console)
			break;
	}
	bs->FreePool(handles);
}

/* The folder of the image, from the file-path nodes of its device path, with a final backslash. */
static void image_folder(const EFI_LOADED_IMAGE *image, CHAR16 *folder, UINTN room)
{
	UINTN n = 0, keep = 0;

	for (EFI_DEVICE_PATH *node = image->FilePath; node && !IsDevicePathEnd(node);
	     node = NextDevicePathNode(node)) {
		UINTN bytes = DevicePathNodeLength(node);

		if (bytes < sizeof(*node))
			break;
		if (node->Type != MEDIA_DEVICE_PATH || node->SubType != MEDIA_FILEPATH_DP)
			continue;
		const CHAR16 *name = (const void *)(node + 1);
		for (UINTN i = 0; i < (bytes - sizeof(*node)) / 2 && name[i] && n + 1 < room; i++)
			folder[n++] = name[i];
	}
	for (UINTN i = 0; i < n; i++)
		if (folder[i] == '\\')
			keep = i + 1;
	folder[keep] = 0;
}

/* A text that may lie beside the image. */
struct text_file {
	const CHAR16 *name;
	char *text, path[300]; /* path: where it was found; empty: nowhere */
	UINTN room, bytes;     /* room: without the final NUL */
	bool is_broken;	       /* it is there, and cannot be read */
};

static bool read_text(EFI_FILE *root, const CHAR16 *folder, struct text_file *f)
{
	CHAR16 path[300];
	UINTN n = 0;
	EFI_FILE *file;

	for (UINTN i = 0; folder[i] && n < 280; i++)
		path[n++] = folder[i];
	for (UINTN i = 0; i == 0 || f->name[i - 1]; i++)
		path[n + i] = f->name[i];
	if (root->Open(root, &file, path, EFI_FILE_MODE_READ, 0) != EFI_SUCCESS)
		return false;
	f->bytes = f->room;
	f->is_broken = file->Read(file, &f->bytes, f->text) != EFI_SUCCESS;
	if (f->is_broken)
		f->bytes = 0;
	f->text[f->bytes] = 0;
	for (n = 0; !f->is_broken && path[n] && n < sizeof(f->path) - 1; n++)
		f->path[n] = path[n] < 0x7f ? (char)path[n] : '?';
	file->Close(file);
	return f->path[0];
}

/* In the folder of the image, or in the root of its volume. */
static void find_text(EFI_FILE *root, const CHAR16 *folder, struct text_file *f)
{
	if (!read_text(root, folder, f))
		read_text(root, L"\\", f);
}

static void read_config(EFI_FILE *root, const CHAR16 *folder)
{
	static struct text_file file = { .name = L"vtd-litmus.cfg",
					 .text = handoff.config,
					 .room = sizeof(handoff.config) - 1 };

	find_text(root, folder, &file);
	if (!file.path[0])
		return;
	handoff.config_path = file.path;
	if (file.bytes == file.room)
		handoff.note = "vtd-litmus.cfg is longer than 4095 bytes: the rest was not read";
}

/* A part of it could be read as something else than it says: then it counts as a mistake. */
static void read_sequences(EFI_FILE *root, const CHAR16 *folder)
{
	static struct text_file file = { .name = L"vtd-litmus.seq",
					 .text = handoff.sequences,
					 .room = sizeof(handoff.sequences) - 1 };

	find_text(root, folder, &file);
	if (file.path[0])
		handoff.sequences_path = file.path;
	handoff.sequences_bytes = file.bytes;
	if (file.is_broken)
		handoff.sequences_problem = "vtd-litmus.seq cannot be read";
	else if (file.path[0] && file.bytes == file.room)
		handoff.sequences_problem =
			"vtd-litmus.seq is too long: accepted are fewer than 32767 bytes";
}

/* The volume that the image came from; iPXE has one too, with the files that its script fetched. */
static EFI_FILE *open_volume(const EFI_LOADED_IMAGE *image)
{
	EFI_FILE_IO_INTERFACE *fs;
	EFI_FILE *root;

	if (!image->DeviceHandle ||
	    st->BootServices->HandleProtocol(image->DeviceHandle, &file_system_guid,
					     (void **)&fs) != EFI_SUCCESS ||
	    fs->OpenVolume(fs, &root) != EFI_SUCCESS)
		return NULL;
	return root;
}

/* A network port that the image came through must not be put to work as a test device. */
static void find_boot_port(EFI_HANDLE device)
{
	void *path;

	if (device &&
	    st->BootServices->HandleProtocol(device, &device_path_guid, &path) == EFI_SUCCESS)
		handoff.has_boot_mac = device_path_mac(path, 4096, handoff.boot_mac);
}

static void find_options(EFI_HANDLE self)
{
	EFI_BOOT_SERVICES *bs = st->BootServices;
	EFI_LOADED_IMAGE *image;
	EFI_FILE *root = NULL;
	CHAR16 folder[256];

	if (bs->HandleProtocol(self, &loaded_image_guid, (void **)&image) == EFI_SUCCESS) {
		if (!load_options_text(image->LoadOptions, image->LoadOptionsSize,
				       handoff.load_options, sizeof(handoff.load_options)))
			handoff.note = "the load options are no text, or too long: ignored";
		find_boot_port(image->DeviceHandle);
		root = open_volume(image);
		image_folder(image, folder, 256);
		if (root) {
			read_config(root, folder);
			read_sequences(root, folder);
		}
		/* Who gave options needs no other; a server without TFTP would cost a long wait. */
		if (image->DeviceHandle && !handoff.config_path && !handoff.load_options[0])
			pxe_read_files(bs, image->DeviceHandle, &handoff);
	}
	saved_results(st, root, &handoff);
	if (root)
		root->Close(root);
}

/* Which run this was must be known where nobody kept the log. */
static void read_clock(void)
{
	static const char shape[] = "yyyy-mm-dd hh:mm:ss";
	EFI_TIME now;
	unsigned parts[6];

	if (st->RuntimeServices->GetTime(&now, NULL) != EFI_SUCCESS)
		return;
	parts[0] = now.Year;
	parts[1] = now.Month;
	parts[2] = now.Day;
	parts[3] = now.Hour;
	parts[4] = now.Minute;
	parts[5] = now.Second;
	for (int i = sizeof(shape) - 2, n = 5; i >= 0; i--) {
		bool is_digit = shape[i] >= 'a';

		handoff.date[i] = is_digit ? (char)('0' + parts[n] % 10) : shape[i];
		if (is_digit)
			parts[n] /= 10;
		else
			n--;
	}
}

/* Firmware knows best what is free there: at the end all of it may be boot services' (section 7.2). */
static void find_low_page(void)
{
	EFI_PHYSICAL_ADDRESS page = 0x9ffff;

	if (st->BootServices->AllocatePages(AllocateMaxAddress, EfiLoaderData, 1, &page) ==
	    EFI_SUCCESS)
		handoff.low_page = page;
}

static enum memory_kind kind_of(UINT32 efi_type)
{
	switch (efi_type) {
	case EfiConventionalMemory:
		return MEMORY_FREE;
	case EfiLoaderCode:
	case EfiLoaderData:
	case EfiBootServicesCode:
	case EfiBootServicesData: /* firmware's stack and page tables were here: leave them */
	case EfiRuntimeServicesCode:
	case EfiRuntimeServicesData:
	case EfiACPIReclaimMemory:
	case EfiACPIMemoryNVS:
		return MEMORY_OCCUPIED;
	case EfiMemoryMappedIO:
	case EfiMemoryMappedIOPortSpace:
		return MEMORY_MMIO;
	default:
		return MEMORY_RESERVED;
	}
}

/*
 * Get the map and end boot services. The key goes stale if firmware allocates in between, so the
 * call is repeated with a fresh map; after the first failure only GetMemoryMap may be called
 * (section 7.4.6), so the buffers have room to spare from the start.
 */
static EFI_STATUS exit_boot_services(EFI_HANDLE self)
{
	EFI_BOOT_SERVICES *bs = st->BootServices;
	UINTN bytes = 0, key, descriptor_bytes, room;
	UINT32 version;
	EFI_MEMORY_DESCRIPTOR *map;
	EFI_STATUS status;

	bs->GetMemoryMap(&bytes, NULL, &key, &descriptor_bytes, &version);
	room = bytes + 64 * descriptor_bytes;
	status = bs->AllocatePool(EfiLoaderData, room, (void **)&map);
	if (EFI_ERROR(status))
		return status;
	status = bs->AllocatePool(EfiLoaderData,
				  room / descriptor_bytes * sizeof(struct memory_region),
				  (void **)&handoff.regions);
	if (EFI_ERROR(status))
		return status;
	for (int attempt = 0; attempt < 8; attempt++) {
		bytes = room;
		status = bs->GetMemoryMap(&bytes, map, &key, &descriptor_bytes, &version);
		if (EFI_ERROR(status))
			return status;
		status = bs->ExitBootServices(self, key);
		if (status != EFI_INVALID_PARAMETER)
			break;
	}
	if (EFI_ERROR(status))
		return status;
	for (UINTN at = 0; at + descriptor_bytes <= bytes; at += descriptor_bytes) {
		const EFI_MEMORY_DESCRIPTOR *d = (void *)((uint8_t *)map + at);

		handoff.regions[handoff.region_count++] = (struct memory_region){
			.base = d->PhysicalStart,
			.pages = d->NumberOfPages,
			.kind = kind_of(d->Type),
			.efi_type = d->Type,
		};
	}
	return EFI_SUCCESS;
}

/* Called by GNU-EFI's start-up code, by the System V convention. */
EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *system_table);

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *system_table)
{
	EFI_STATUS status;

	st = system_table;
	say(L"vtd-litmus " BUILD_ID_WIDE L": taking the machine over; if nothing follows here, the log is on another port (console=)\r\n");
	st->BootServices->SetWatchdogTimer(0, 0, 0, NULL);
	handoff.image_base = (uint64_t)ImageBase;
	handoff.image_bytes = (uint64_t)(ImageEnd - ImageBase);
	handoff.firmware.reset_system = (void *)st->RuntimeServices->ResetSystem;
	handoff.firmware.set_variable = (void *)st->RuntimeServices->SetVariable;
	/* Of the runtime services since UEFI 2.0. */
	if (st->RuntimeServices->Hdr.Revision >= 2 << 16)
		handoff.firmware.query_variable_info =
			(void *)st->RuntimeServices->QueryVariableInfo;
	handoff.build_id = BUILD_ID;
	find_tables();
	find_framebuffer();
	read_clock();
	find_options(self);
	find_low_page();
	status = st->BootServices->AllocatePool(EfiLoaderData, STACK_BYTES, (void **)&kernel_stack);
	if (!EFI_ERROR(status))
		status = exit_boot_services(self);
	if (EFI_ERROR(status)) {
		say(L"vtd-litmus: firmware gives no memory, or does not end boot services; nothing "
		    L"was tested\r\n");
		return status;
	}
	find_kept(&handoff);
	handoff.entry_tsc = __builtin_ia32_rdtsc();
	__asm__ volatile(
		"cli\n\tcld\n\tmov %0, %%rsp\n\txor %%ebp, %%ebp\n\tcall kernel_main\n\tud2"
		:
		: "r"(((uint64_t)kernel_stack + STACK_BYTES) & ~15ull), "D"(&handoff)
		: "memory");
	__builtin_unreachable();
}
