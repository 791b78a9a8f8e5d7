/* SPDX-License-Identifier: BSD-2-Clause */
/* Results of an earlier run: read from UEFI variables, added to a file, then deleted. */
#include "boot/saved.h"
#include "kernel/output/saved.h"

static char *text; /* SAVED_VARIABLES * SAVED_BYTES + 1 */
static EFI_GUID guid = SAVED_GUID;
static CHAR16 name[] = SAVED_NAME u"0";

static void choose(unsigned index)
{
	name[sizeof(name) / 2 - 2] = (CHAR16) "0123456789ABCDEF"[index];
}

/* Bytes of text found. */
static UINTN collect(EFI_SYSTEM_TABLE *st)
{
	UINTN total = 0;

	if (st->BootServices->AllocatePool(EfiLoaderData, SAVED_VARIABLES * SAVED_BYTES + 1,
					   (void **)&text) != EFI_SUCCESS)
		return 0;
	for (unsigned i = 0; i < SAVED_VARIABLES; i++) {
		UINTN bytes = SAVED_BYTES;

		choose(i);
		if (st->RuntimeServices->GetVariable(name, &guid, NULL, &bytes, text + total) !=
		    EFI_SUCCESS)
			break;
		total += bytes;
	}
	text[total] = 0;
	return total;
}

/* Behind what is there; true once it is on the medium. */
static bool append(EFI_FILE *root, UINTN bytes)
{
	static CHAR16 path[] = L"\\vtd-litmus-results.txt";
	EFI_FILE *file;
	UINTN wrote = bytes;
	bool done;

	if (root->Open(root, &file, path,
		       EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE | EFI_FILE_MODE_CREATE,
		       0) != EFI_SUCCESS)
		return false;
	done = file->SetPosition(file, ~0ull) == EFI_SUCCESS &&
	       file->Write(file, &wrote, text) == EFI_SUCCESS && wrote == bytes &&
	       file->Flush(file) == EFI_SUCCESS;
	file->Close(file);
	return done;
}

void saved_results(EFI_SYSTEM_TABLE *st, EFI_FILE *root, struct handoff *handoff)
{
	UINTN bytes = collect(st);

	if (!bytes)
		return;
	handoff->saved = text;
	if (!root || !append(root, bytes))
		return;
	handoff->saved_to = "\\vtd-litmus-results.txt";
	for (unsigned i = 0; i < SAVED_VARIABLES; i++) {
		choose(i);
		if (st->RuntimeServices->SetVariable(name, &guid, 0, 0, NULL) != EFI_SUCCESS)
			break;
	}
}
