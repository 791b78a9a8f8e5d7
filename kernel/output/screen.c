/* SPDX-License-Identifier: BSD-2-Clause */
/* The screen: title, status and progress, and lines of text, drawn into the frame buffer. */
#include "kernel/output/screen.h"
#include "kernel/memory.h"
#include "kernel/output/log.h"
#include "kernel/paging.h"
#include "kernel/lib/string.h"

#define COLUMNS_MIN 80
#define ROWS_MIN    24
#define TITLE_ROW   0
#define STATUS_ROW  1
#define BAR_ROW	    2
#define TEXT_ROW    4

extern const uint8_t font_8x16[95 * 16], font_16x32[95 * 64];

struct font {
	const uint8_t *glyphs;
	uint8_t width, height; /* pixels; width a multiple of 8 */
};

struct cell {
	char character;
	uint8_t ink, paper; /* enum colour */
};

static const uint32_t palette[COLOUR_COUNT] = {
	[COLOUR_BLACK] = 0x000000, [COLOUR_GREY] = 0xc0c0c0, [COLOUR_WHITE] = 0xffffff,
	[COLOUR_GREEN] = 0x30d060, [COLOUR_RED] = 0xff5050,  [COLOUR_AMBER] = 0xffc040,
	[COLOUR_BLUE] = 0x103070,
};

static struct {
	volatile uint8_t *pixels;	       /* NULL: no screen */
	uint32_t width, height, stride, bytes; /* pixels; of a pixel */
	uint32_t colour[COLOUR_COUNT];	       /* as the framebuffer wants them */
	struct font font;
	unsigned scale, columns, rows;
	struct cell *cells; /* what is drawn */
	unsigned row;
	unsigned last_length; /* of the text in the row above */
	char line[160];	      /* of the log, not yet ended */
	unsigned length;
	bool results_only, has_verdict;
} s;

/* A colour component of 8 bits at the place of its mask, cut or shifted to the mask's width. */
static uint32_t component(uint32_t value, uint32_t mask)
{
	unsigned low = mask ? (unsigned)__builtin_ctz(mask) : 0, width = 0;

	while (mask >> low >> width & 1 && low + width < 31)
		width++;
	return (width >= 8 ? value << (width - 8) : value >> (8 - width)) << low & mask;
}

/* Bytes of a pixel, the colours worked out; 0 if the masks cannot be. UEFI 2.10, section 12.9.2. */
static uint32_t pixel_bytes(const struct framebuffer *f)
{
	uint32_t red = f->red_mask, green = f->green_mask, blue = f->blue_mask, all;

	if (f->format == 0 || f->format == 1) {
		red = f->format ? 0xff0000 : 0xff;
		green = 0xff00;
		blue = f->format ? 0xff : 0xff0000;
	}
	all = red | green | blue;
	if (!red || !green || !blue || red & green || red & blue || green & blue)
		return 0;
	for (unsigned i = 0; i < COLOUR_COUNT; i++)
		s.colour[i] = component(palette[i] >> 16, red) |
			      component(palette[i] >> 8 & 255, green) |
			      component(palette[i] & 255, blue);
	if (f->format < 2)
		return 4;
	/* A pixel is as wide as its highest mask bit, reserved ones included. */
	all |= f->reserved_mask;
	return (32 - (unsigned)__builtin_clz(all) + 7) / 8;
}

static void put_pixel(uint32_t x, uint32_t y, uint8_t colour)
{
	volatile uint8_t *at = s.pixels + ((uint64_t)y * s.stride + x) * s.bytes;
	uint32_t value = s.colour[colour];

	if (s.bytes == 4)
		*(volatile uint32_t *)at = value;
	else if (s.bytes == 2)
		*(volatile uint16_t *)at = (uint16_t)value;
	else
		for (unsigned i = 0; i < s.bytes; i++)
			at[i] = (uint8_t)(value >> 8 * i);
}

static void fill(uint32_t x, uint32_t y, uint32_t width, uint32_t height, uint8_t colour)
{
	for (uint32_t row = y; row < y + height && row < s.height; row++)
		for (uint32_t column = x; column < x + width && column < s.width; column++)
			put_pixel(column, row, colour);
}

static void draw_glyph(const struct font *font, unsigned scale, uint32_t x, uint32_t y,
		       struct cell cell)
{
	unsigned bytes = font->width / 8u;
	const uint8_t *glyph = font->glyphs + (cell.character - ' ') * bytes * font->height;

	for (unsigned row = 0; row < font->height; row++)
		for (unsigned column = 0; column < font->width; column++) {
			bool ink = glyph[row * bytes + column / 8] >> (7 - column % 8) & 1;

			for (unsigned i = 0; i < scale * scale; i++)
				put_pixel(x + column * scale + i % scale,
					  y + row * scale + i / scale, ink ? cell.ink : cell.paper);
		}
}

/* Video memory is slow: only what changes is drawn. */
static void put_cell(unsigned row, unsigned column, struct cell cell)
{
	struct cell *have = &s.cells[row * s.columns + column];

	if (cell.character < ' ' || cell.character > '~')
		cell.character = '?';
	if (have->character == cell.character && have->ink == cell.ink && have->paper == cell.paper)
		return;
	*have = cell;
	draw_glyph(&s.font, s.scale, column * s.font.width * s.scale, row * s.font.height * s.scale,
		   cell);
}

static void put_row(unsigned row, const char *text, uint8_t ink, uint8_t paper)
{
	for (unsigned column = 0; column < s.columns && row < s.rows; column++) {
		put_cell(row, column, (struct cell){ *text ? *text : ' ', ink, paper });
		text += *text != 0;
	}
}

/* The largest cell that leaves 80 columns and 24 rows; the smallest where none does. */
static void choose_font(void)
{
	static const struct {
		struct font font;
		uint8_t scale;
	} choices[] = {
		{ { font_16x32, 16, 32 }, 3 }, { { font_16x32, 16, 32 }, 2 },
		{ { font_8x16, 8, 16 }, 3 },   { { font_16x32, 16, 32 }, 1 },
		{ { font_8x16, 8, 16 }, 1 },
	};

	for (unsigned i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		s.font = choices[i].font;
		s.scale = choices[i].scale;
		s.columns = s.width / (s.font.width * s.scale);
		s.rows = s.height / (s.font.height * s.scale);
		if (s.columns >= COLUMNS_MIN && s.rows >= ROWS_MIN)
			break;
	}
}

static void clear(void)
{
	fill(0, 0, s.width, s.height, COLOUR_BLACK);
	for (unsigned i = 0; i < s.rows * s.columns; i++)
		s.cells[i] = (struct cell){ ' ', COLOUR_GREY, COLOUR_BLACK };
	s.row = TEXT_ROW;
}

bool screen_open(const struct framebuffer *f, const char *title)
{
	memset(&s, 0, sizeof(s));
	if (!f->base || f->width < 320 || f->height < 200 || f->width > 32768 ||
	    f->height > 32768 || f->stride < f->width || f->stride > 65536)
		return false;
	s.width = f->width;
	s.height = f->height;
	s.stride = f->stride;
	s.bytes = pixel_bytes(f);
	if (!s.bytes)
		return false;
	choose_font();
	s.cells = memory_alloc_bytes(s.rows * s.columns * sizeof(*s.cells));
	if (s.cells)
		s.pixels = paging_map_combining(f->base, (uint64_t)s.stride * s.height * s.bytes);
	if (!s.pixels)
		return false;
	clear();
	put_row(TITLE_ROW, title, COLOUR_WHITE, COLOUR_BLUE);
	return true;
}

static bool begins(const char *text, const char *with)
{
	while (*with)
		if (*text++ != *with++)
			return false;
	return true;
}

static bool is_alarm(const char *line)
{
	static const char *const alarms[] = { "# " LOG_FAILURE, "# " LOG_ERROR, "# " LOG_PANIC,
					      "# " LOG_WATCHDOG, "# " LOG_PLACE };

	for (size_t i = 0; i < sizeof(alarms) / sizeof(alarms[0]); i++)
		if (begins(line, alarms[i]))
			return true;
	return false;
}

/* What a line of the log is to a person: COLOUR_BLACK if nothing. */
static uint8_t colour_of(const char *line)
{
	if (begins(line, "not ok "))
		return COLOUR_RED;
	if (begins(line, "ok ")) {
		for (const char *at = line; *at; at++)
			if (begins(at, "# SKIP"))
				return COLOUR_AMBER;
		return COLOUR_GREEN;
	}
	if (is_alarm(line))
		return COLOUR_RED;
	if (s.results_only || !begins(line, "# "))
		return COLOUR_BLACK;
	return COLOUR_GREY;
}

/* "VTDL-RESULT id verdict number unit": the number belongs behind the result's row. */
static void show_number(void)
{
	const char *at = s.line;

	for (unsigned spaces = 0; spaces < 3; at++)
		if (!*at)
			return;
		else
			spaces += *at == ' ';
	if (s.row == TEXT_ROW)
		return;
	for (unsigned column = s.last_length + 2; *at && column < s.columns; at++, column++)
		put_cell(s.row - 1, column, (struct cell){ *at, COLOUR_WHITE, COLOUR_BLACK });
}

static void show_line(void)
{
	uint8_t colour = colour_of(s.line);
	const char *text;

	if (begins(s.line, "VTDL-RESULT "))
		show_number();
	if (colour == COLOUR_BLACK)
		return;
	if (s.row == s.rows) {
		/* Half a screen at once: every line that moves is drawn anew. */
		unsigned by = (s.rows - TEXT_ROW) / 2 ? (s.rows - TEXT_ROW) / 2 : 1;

		for (unsigned row = TEXT_ROW; row < s.rows; row++)
			for (unsigned column = 0; column < s.columns; column++)
				put_cell(row, column,
					 row + by < s.rows
						 ? s.cells[(row + by) * s.columns + column]
						 : (struct cell){ ' ', COLOUR_GREY, COLOUR_BLACK });
		s.row -= by;
	}
	text = begins(s.line, "# ") ? s.line + 2 : s.line;
	s.last_length = (unsigned)strlen(text);
	put_row(s.row++, text, colour, COLOUR_BLACK);
}

void screen_log(const char *text)
{
	if (!s.pixels || s.has_verdict)
		return;
	for (; *text; text++) {
		if (*text == '\n') {
			s.line[s.length] = 0;
			s.length = 0;
			show_line();
		} else if (s.length < sizeof(s.line) - 1) {
			s.line[s.length++] = *text;
		}
	}
}

void screen_results_only(bool on)
{
	s.results_only = on;
}

void screen_progress(const char *text, unsigned permille)
{
	if (!s.pixels || s.has_verdict)
		return;
	put_row(STATUS_ROW, text, COLOUR_WHITE, COLOUR_BLACK);
	for (unsigned column = 0; column < s.columns; column++)
		put_cell(BAR_ROW, column,
			 (struct cell){ ' ', COLOUR_GREY,
					(uint64_t)column * 1000 < (uint64_t)permille * s.columns
						? COLOUR_GREEN
						: COLOUR_BLUE });
}

/* As many characters of a line as fit, up to a blank if it has one. Returns how many. */
static unsigned copy_words(char *to, const char *from, unsigned room)
{
	unsigned n = 0, blank = 0;

	for (; from[n] && from[n] != '\n' && n < room; n++) {
		blank = from[n] == ' ' ? n : blank;
		to[n] = from[n];
	}
	return from[n] && from[n] != '\n' && blank ? blank : n;
}

void screen_verdict(const char *word, enum colour colour, const char *lines)
{
	static const struct font large = { font_16x32, 16, 32 };
	uint32_t length = (uint32_t)strlen(word), scale, x, height;
	char line[160];

	if (!s.pixels)
		return;
	clear();
	scale = s.width * 3 / 4 / (large.width * length);
	if (scale > s.height / 4 / large.height)
		scale = s.height / 4 / large.height;
	scale = scale ? scale : 1;
	x = (s.width - scale * large.width * length) / 2;
	height = large.height * scale;
	fill(0, 0, s.width, height, (uint8_t)colour);
	for (uint32_t i = 0; i < length; i++)
		draw_glyph(&large, scale, x + i * large.width * scale, 0,
			   (struct cell){ word[i], COLOUR_BLACK, (uint8_t)colour });
	s.row = (height + s.font.height * s.scale - 1) / (s.font.height * s.scale) + 1;
	while (*lines && s.row < s.rows) {
		unsigned n = 1,
			 room = s.columns - 1 < sizeof(line) ? s.columns - 1 : sizeof(line) - 1;

		line[0] = ' ';
		n += copy_words(line + 1, lines, room - 1);
		line[n] = 0;
		lines += n - 1;
		while (*lines == ' ')
			lines++;
		lines += *lines == '\n';
		put_row(s.row++, line, COLOUR_WHITE, COLOUR_BLACK);
	}
	s.has_verdict = true; /* nothing else is drawn over it */
}
