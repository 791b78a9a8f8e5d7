/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/options.h"
#include "kernel/pci.h"
#include "kernel/lib/string.h"

const struct options option_defaults = {
	.console_count = 1, /* CONSOLE_AUTO */
	.baud = BAUD_AUTO,
	.screen = true,
	.passes = 1,
	.deadline_ms = 30000,
	.driver_cpu = -1,
	.updater_cpu = -1,
	.dwell_count = 1,
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A decimal or 0x number up to `max`, the whole text. */
static bool number(const char *text, uint64_t max, uint64_t *out)
{
	unsigned base = 10;
	uint64_t value = 0;

	if (text[0] == '0' && (text[1] | 32) == 'x') {
		base = 16;
		text += 2;
	}
	if (!*text)
		return false;
	for (; *text; text++) {
		char c = *text | 32;
		unsigned digit = c >= 'a' && c <= 'f'		? c - 'a' + 10u
				 : *text >= '0' && *text <= '9' ? (unsigned)(*text - '0')
								: 99;

		if (digit >= base || digit > max || value > (max - digit) / base)
			return false;
		value = value * base + digit;
	}
	*out = value;
	return true;
}

/*
 * Take the next item of a list with commas between into `item`, one that is too long cut to what
 * cannot be right; false behind the last. An empty item is one, too: nobody accepts it.
 */
static bool next_item(const char **list, char *item, size_t room)
{
	const char *at = *list;
	size_t n = 0;

	if (!at)
		return false;
	for (; *at && *at != ','; at++)
		if (n + 1 < room)
			item[n++] = *at;
	item[n] = 0;
	if (n + 1 == room)
		item[0] = 0;
	*list = *at ? at + 1 : NULL;
	return true;
}

/* One of the words in `words` (each NUL-terminated, an empty one ends): its index, else -1. */
static int choice(const char *text, const char *words)
{
	for (int i = 0; *words; i++, words += strlen(words) + 1)
		if (!strcmp(text, words))
			return i;
	return -1;
}

static bool set_choice(uint8_t *to, const char *text, const char *words)
{
	int i = choice(text, words);

	if (i >= 0)
		*to = (uint8_t)i;
	return i >= 0;
}

static bool set_flag(bool *to, const char *text)
{
	int i = choice(text, "0\0001\0");

	if (i >= 0)
		*to = i;
	return i >= 0;
}

static bool set_text(char *to, const char *text)
{
	size_t n = strlen(text);

	if (!n || n >= OPTION_TEXT)
		return false;
	memcpy(to, text, n + 1);
	return true;
}

static bool set_cpu(int32_t *to, const char *text)
{
	uint64_t n;

	if (!strcmp(text, "auto"))
		*to = -1;
	else if (number(text, 65535, &n))
		*to = (int32_t)n;
	else
		return false;
	return true;
}

static bool parse_run(struct options *o, const char *v)
{
	return set_choice(&o->run, v, "tests\0list\0mutants\0inventory\0");
}

static bool parse_on_done(struct options *o, const char *v)
{
	return set_choice(&o->on_done, v, "halt\0reboot\0off\0exit\0");
}

static bool parse_invalidation(struct options *o, const char *v)
{
	return set_choice(&o->invalidation, v, "auto\0queued\0register\0");
}

static bool parse_without(struct options *o, const char *v)
{
	return set_choice(&o->without, v, "nothing\0barrier\0present\0invalidate\0");
}

static bool parse_break(struct options *o, const char *v)
{
	return set_choice(
		&o->breakage, v,
		"nothing\0witness\0lost-dma\0dead-device\0trap\0"
		"dead-ap\0spin\0spin-updater\0hang\0unplug\0queue\0companion\0proof\0setup\0");
}

static bool parse_save(struct options *o, const char *v)
{
	return set_choice(&o->save, v, "auto\0always\0never\0");
}

static bool parse_watchdog(struct options *o, const char *v)
{
	return set_choice(&o->watchdog, v, "auto\0nmi\0none\0");
}

static bool parse_until_fail(struct options *o, const char *v)
{
	return set_flag(&o->until_fail, v);
}

static bool parse_graphics(struct options *o, const char *v)
{
	return set_flag(&o->graphics, v);
}

static bool parse_companion(struct options *o, const char *v)
{
	return set_flag(&o->companion, v);
}

static bool parse_screen(struct options *o, const char *v)
{
	return set_flag(&o->screen, v);
}

static bool parse_passes(struct options *o, const char *v)
{
	uint64_t n;

	if (!number(v, 1000000, &n) || !n)
		return false;
	o->passes = (uint32_t)n;
	return true;
}

static bool parse_model(struct options *o, const char *v)
{
	return set_choice(&o->model, v, "auto\0spec\0qemu\0");
}

static bool parse_fault_interrupt(struct options *o, const char *v)
{
	return set_flag(&o->fault_interrupt, v);
}

static bool parse_x2apic(struct options *o, const char *v)
{
	return set_flag(&o->x2apic, v);
}

static bool parse_nvme_read(struct options *o, const char *v)
{
	return set_flag(&o->nvme_read, v);
}

static bool parse_ats(struct options *o, const char *v)
{
	return set_flag(&o->ats, v);
}

/* What is behind `prefix` in `text`; NULL if it does not begin so. */
static const char *behind(const char *text, const char *prefix)
{
	size_t n = strlen(prefix);

	return memcmp(text, prefix, n) ? NULL : text + n;
}

static bool one_console(struct console_choice *to, const char *text)
{
	static const char names[] = "auto\0spcr\0dbg2\0pci\0";
	const char *address;
	int named = choice(text, names);

	*to = (struct console_choice){ .source = named < 0 ? CONSOLE_PORT : (uint8_t)named };
	if (named >= 0)
		return true;
	if ((address = behind(text, "mmio32:")))
		to->source = CONSOLE_MMIO32;
	else if ((address = behind(text, "mmio:")))
		to->source = CONSOLE_MMIO;
	return number(address ? address : text, address ? UINT64_MAX : 0xfff8, &to->base) &&
	       to->base;
}

static bool parse_console(struct options *o, const char *v)
{
	struct console_choice found[CONSOLES_MAX];
	uint8_t count = 0;
	char one[32];

	if (!strcmp(v, "none")) {
		o->console_count = 0;
		return true;
	}
	while (next_item(&v, one, sizeof(one)))
		if (count == CONSOLES_MAX || !one_console(&found[count++], one))
			return false;
	memcpy(o->consoles, found, sizeof(found));
	o->console_count = count;
	return count > 0;
}

static bool parse_baud(struct options *o, const char *v)
{
	uint64_t n;

	if (!strcmp(v, "auto"))
		o->baud = BAUD_AUTO;
	else if (!strcmp(v, "keep"))
		o->baud = 0;
	else if (number(v, 115200, &n) && n >= 300 && 115200 % n == 0)
		o->baud = (uint32_t)n;
	else
		return false;
	return true;
}

static bool parse_driver_cpu(struct options *o, const char *v)
{
	return set_cpu(&o->driver_cpu, v);
}

static bool parse_updater_cpu(struct options *o, const char *v)
{
	return set_cpu(&o->updater_cpu, v);
}

static bool parse_seed(struct options *o, const char *v)
{
	return number(v, UINT64_MAX, &o->seed);
}

/* Seconds with up to three decimals, to milliseconds; not 0. */
static bool seconds(uint32_t *to, const char *v)
{
	char whole[8];
	uint64_t ms, fraction = 0;
	size_t n = 0, scale = 100;

	while (v[n] && v[n] != '.' && n < sizeof(whole) - 1) {
		whole[n] = v[n];
		n++;
	}
	whole[n] = 0;
	if (!number(whole, 86400, &ms) || (v[n] && v[n] != '.'))
		return false;
	for (v += n + (v[n] == '.'); *v; v++, scale /= 10) {
		if (*v < '0' || *v > '9')
			return false;
		fraction += (size_t)(*v - '0') * scale;
	}
	if (!(ms * 1000 + fraction))
		return false;
	*to = (uint32_t)(ms * 1000 + fraction);
	return true;
}

static bool parse_seconds(struct options *o, const char *v)
{
	return seconds(&o->test_ms, v);
}

static bool parse_deadline(struct options *o, const char *v)
{
	return seconds(&o->deadline_ms, v);
}

static bool parse_dwell(struct options *o, const char *v)
{
	uint32_t values[DWELL_VALUES], count = 0;
	uint64_t ns;
	char one[16];

	while (next_item(&v, one, sizeof(one))) {
		if (count == DWELL_VALUES || !number(one, 1000000000, &ns))
			return false;
		values[count++] = (uint32_t)ns;
	}
	if (!count)
		return false;
	memcpy(o->dwell_ns, values, count * sizeof(values[0]));
	o->dwell_count = count;
	return true;
}

static bool parse_tests(struct options *o, const char *v)
{
	return set_text(o->tests, v);
}

/* What dma= can name: the generators of kernel/dma/dma.c, which a host test holds this to. */
static const char generators[] = "nvme\0ioat\0dsa\0dsa-shared\0edu\0e1000e\0igb\0igc\0igbvf\0";

/* One item of dma=, KIND or KIND@ADDRESS. */
struct dma_item {
	char kind[64]; /* a glob */
	bool has_address;
	uint64_t segment, bus, device, function;
};

/* `count` hexadecimal digits at most, then `end`; what is behind that, or NULL. */
static const char *hexadecimal(const char *at, unsigned count, char end, uint64_t max,
			       uint64_t *out)
{
	char text[8] = "0x";
	unsigned n = 0;

	for (; at && *at && *at != end && n < count; at++)
		text[2 + n++] = *at;
	return at && *at == end && number(text, max, out) ? at + 1 : NULL;
}

/* [SEGMENT:]BUS:DEVICE.FUNCTION, as pci_name() has it. */
static bool parse_address(struct dma_item *item, const char *at)
{
	unsigned colons = 0;

	for (const char *c = at; *c; c++)
		colons += *c == ':';
	if (colons == 2)
		at = hexadecimal(at, 4, ':', 0xffff, &item->segment);
	at = hexadecimal(at, 2, ':', 0xff, &item->bus);
	at = hexadecimal(at, 2, '.', 0x1f, &item->device);
	return hexadecimal(at, 1, 0, 7, &item->function);
}

/* Take the next item of a dma= list; false behind the last. *bad: it is not of this form. */
static bool next_dma(const char **list, struct dma_item *item, bool *bad)
{
	char text[64];
	size_t n = 0;

	*item = (struct dma_item){ .has_address = false };
	*bad = false;
	if (!next_item(list, text, sizeof(text)))
		return false;
	for (; text[n] && text[n] != '@'; n++)
		item->kind[n] = text[n];
	item->has_address = text[n];
	*bad = !n || (text[n] && !parse_address(item, text + n + 1));
	return true;
}

static bool parse_dma(struct options *o, const char *v)
{
	const char *at = v, *name;
	struct dma_item item;
	bool bad;

	while (next_dma(&at, &item, &bad)) {
		for (name = generators; *name && !glob_match(item.kind, name);)
			name += strlen(name) + 1;
		if (bad || !*name)
			return false;
	}
	return set_text(o->dma, v);
}

bool option_dma_names(const char *list, const char *kind)
{
	const char *at = *list ? list : NULL;
	struct dma_item item;
	bool bad;

	while (next_dma(&at, &item, &bad))
		if (!strcmp(item.kind, kind))
			return true;
	return false;
}

bool option_dma_allows(const char *list, const char *kind, const struct pci_function *f,
		       bool *named)
{
	const char *at = *list ? list : NULL;
	bool any_kind = !at, any_address = false, bad;
	struct dma_item item;

	*named = false;
	while (next_dma(&at, &item, &bad)) {
		if (bad || !glob_match(item.kind, kind))
			continue;
		any_kind |= !item.has_address;
		any_address |= item.has_address;
		*named |= item.has_address && item.segment == f->segment && item.bus == f->bus &&
			  (item.device << 3 | item.function) == f->devfn;
	}
	return any_address ? *named : any_kind;
}

static const struct {
	const char *name, *accepted;
	bool (*parse)(struct options *options, const char *value);
} table[] = {
	{ "run", "tests, list, mutants, inventory", parse_run },
	{ "tests", "globs of test names, with commas, under 1024 characters", parse_tests },
	{ "dma",
	  "kinds of devices (nvme, ioat, dsa, dsa-shared, edu, e1000e, igb, igc, igbvf), or one "
	  "device of a kind (igb@03:00.1, igb@0000:03:00.1), with commas",
	  parse_dma },
	{ "nvme-read", "0, 1 (an NVMe controller reads the first page of namespace 1)",
	  parse_nvme_read },
	{ "seconds", "0.001 to 86400, measured time of each test", parse_seconds },
	{ "companion", "0, 1 (another device behind the unit does DMA all the while)",
	  parse_companion },
	{ "dwell",
	  "up to 8 times in ns between the stores of a sequence, 0 to 1000000000, with commas",
	  parse_dwell },
	{ "passes", "1 to 1000000, times that everything is run", parse_passes },
	{ "until-fail", "0, 1 (passes go on until a test fails)", parse_until_fail },
	{ "deadline", "0.001 to 86400, seconds of patience with a test that does not end",
	  parse_deadline },
	{ "watchdog", "auto (NMI, and the chipset's TCO where it is known), nmi, none",
	  parse_watchdog },
	{ "seed", "a number", parse_seed },
	{ "driver-cpu", "auto, or the number of a processor", parse_driver_cpu },
	{ "updater-cpu", "auto, or the number of a processor", parse_updater_cpu },
	{ "console",
	  "auto, none, or up to 4 of spcr, dbg2, pci, an I/O port such as 0x3f8, mmio:ADDRESS, "
	  "mmio32:ADDRESS, with commas",
	  parse_console },
	{ "baud", "auto, keep, or a rate that divides 115200", parse_baud },
	{ "screen", "0, 1", parse_screen },
	{ "graphics", "0, 1 (take over units that only graphics is behind)", parse_graphics },
	{ "save", "auto (where nobody seems to read a serial console), always, never", parse_save },
	{ "on-done", "halt, reboot, off, exit (QEMU's isa-debug-exit)", parse_on_done },
	{ "invalidation", "auto, queued, register", parse_invalidation },
	{ "ats", "0, 1 (a device that has a TLB of its own uses it in the tests of sequences)",
	  parse_ats },
	{ "fault-interrupt", "0, 1", parse_fault_interrupt },
	{ "x2apic", "0, 1", parse_x2apic },
	{ "model", "auto, spec, qemu (how the unit fetches entries)", parse_model },
	{ "without", "nothing, barrier, present, invalidate (spoils the safe sequences)",
	  parse_without },
	{ "break",
	  "nothing, witness (spoils the witness pages), lost-dma (one in 512 is not started), "
	  "dead-device (none is, after 512), trap (a null pointer is read), dead-ap (no processor "
	  "starts), spin (the driver never ends a test), spin-updater (nor does the updater), hang "
	  "(both, for the TCO watchdog), unplug (the device's slot loses its power at DMA 512), "
	  "queue (the invalidation queue gets a bad descriptor), "
	  "companion (its entry leads elsewhere), "
	  "proof (no device's DMA is seen to pass the unit before it is used), "
	  "setup (a device's set-up never ends)",
	  parse_break },
};

/*
 * Most options change what is measured, or on what: with a value that is not understood their default
 * would run something else, and pass. Of these the default is taken.
 */
static const char harmless[] = "console\0baud\0screen\0save\0on-done\0watchdog\0deadline\0";

static void parse_word(struct options *options, const char *word,
		       void (*complain)(const char *word, const char *accepted))
{
	bool has_value = false;

	for (const char *at = word; *at; at++)
		has_value |= *at == '=';
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *value = behind(word, table[i].name);

		if (!value || (*value && *value != '='))
			continue;
		/* A flag may stand alone; "" is no value of anything. */
		if (!table[i].parse(options, *value				 ? value + 1
					     : behind(table[i].accepted, "0, 1") ? "1"
										 : "")) {
			options->refused |= choice(table[i].name, harmless) < 0;
			complain(word, table[i].accepted);
		}
		return;
	}
	/* What loaders add is seldom of this form; a misspelt run=inventory is. */
	options->refused |= has_value;
	complain(word, NULL);
}

void options_parse(struct options *options, const char *text,
		   void (*complain)(const char *word, const char *accepted))
{
	char word[OPTION_TEXT + 16];

	/* Editors may put a byte-order mark before UTF-8 text. */
	if (text[0] == '\xef' && text[1] == '\xbb' && text[2] == '\xbf')
		text += 3;
	while (*text) {
		size_t n = 0;

		if (is_space(*text)) {
			text++;
			continue;
		}
		if (*text == '#') {
			while (*text && *text != '\n')
				text++;
			continue;
		}
		memset(word, 0, sizeof(word));
		for (; *text && !is_space(*text); text++)
			if (n + 1 < sizeof(word) && *text != '"')
				word[n++] = *text;
		parse_word(options, word, complain);
	}
}

void options_words(const char *text, char *out, size_t room)
{
	size_t n = 0;
	bool blank = false;

	while (*text) {
		if (*text == '#') {
			while (*text && *text != '\n')
				text++;
			continue;
		}
		blank |= is_space(*text);
		if (!is_space(*text) && n + 2 < room) {
			if (blank && n)
				out[n++] = ' ';
			blank = false;
			out[n++] = *text;
		}
		text++;
	}
	out[n] = 0;
}

bool option_help(size_t index, const char **name, const char **accepted)
{
	if (index >= sizeof(table) / sizeof(table[0]))
		return false;
	*name = table[index].name;
	*accepted = table[index].accepted;
	return true;
}

bool option_list_matches(const char *list, const char *name)
{
	char glob[OPTION_TEXT];

	if (!*list)
		return true;
	for (;;) {
		size_t n = 0;

		while (*list && *list != ',') {
			if (n + 1 < sizeof(glob))
				glob[n++] = *list;
			list++;
		}
		glob[n] = 0;
		if (glob_match(glob, name))
			return true;
		if (!*list++)
			return false;
	}
}
