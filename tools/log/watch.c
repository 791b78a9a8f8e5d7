/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A folder into which console servers write. Each log is read again when it has grown: logs are small, and
 * what was read of an unfinished block a moment ago would have to be thrown away anyhow.
 */
#define _GNU_SOURCE
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "tools/log/arena.h"
#include "tools/log/commands.h"
#include "tools/log/files.h"
#include "tools/log/status.h"

#define SETTLE_MS 500 /* let a burst of bytes end before it is read */

static struct {
	char *folder, *report;
	unsigned stall_s;
	bool once;
} arguments = { .stall_s = 60 };

/* What is known of a log. */
struct watched {
	char *path;
	off_t bytes;
	ino_t inode;
	time_t grown;	  /* when it grew last, as far as we saw */
	unsigned told;	  /* runs of which the end was told */
	unsigned stalled; /* number of the run that was told to stand still; 0: none */
	bool seen;
};

static struct {
	struct watched *logs;
	size_t count, room;
} w;

static volatile sig_atomic_t stop;

static void on_signal(int signal)
{
	(void)signal;
	stop = 1;
}

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static struct watched *find(const char *path)
{
	for (size_t i = 0; i < w.count; i++)
		if (!strcmp(w.logs[i].path, path))
			return &w.logs[i];
	if (w.count == w.room) {
		w.room = w.room ? 2 * w.room : 64;
		w.logs = must_realloc(w.logs, w.room * sizeof(*w.logs));
	}
	w.logs[w.count] = (struct watched){ .path = must_realloc(NULL, strlen(path) + 1),
					    .bytes = -1 };
	strcpy(w.logs[w.count].path, path);
	return &w.logs[w.count++];
}

static void tell(const char *path, const struct run *r, const char *instead)
{
	char stamp[32];
	time_t t = time(NULL);

	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", localtime(&t));
	printf("%s %s: run %u: ", stamp, path, r->number);
	if (instead)
		printf("%s: ", instead);
	print_run_line(stdout, r);
	for (size_t i = 0; i < r->problem_count && i < 4; i++)
		printf("    %s\n", r->problems[i]);
	fflush(stdout);
}

struct reading {
	struct watched *log;
	unsigned runs; /* in the file, so far */
	bool news, stalls;
	struct run last; /* a copy, good for its numbers only */
};

/* Whether anything will still come of a run: no, where another begins behind it, or its end is there. */
static void count_run(const struct run *r, const char *text, void *context)
{
	struct reading *reading = context;

	(void)text;
	reading->runs++;
	reading->last = *r;
}

static void look_at_run(const struct run *r, const char *text, void *context)
{
	struct reading *reading = context;
	struct watched *log = reading->log;
	bool over = r->has_end || r->has_end_line || r->number < reading->runs;

	(void)text;
	if (r->number <= log->told)
		return;
	if (over) {
		tell(log->path, r, r->has_end || r->has_end_line ? NULL : "cut");
		log->told = r->number;
		reading->news = true;
	} else if (reading->stalls && log->stalled != r->number) {
		tell(log->path, r, "stands still");
		log->stalled = r->number;
		reading->news = true;
	}
}

/* Whether something is to be told of it. */
static bool look_at(struct watched *log)
{
	struct reading reading = { .log = log };
	struct stat s;

	if (stat(log->path, &s))
		return false;
	/* Rotated, or begun anew. */
	if (s.st_ino != log->inode || s.st_size < log->bytes)
		log->told = log->stalled = 0;
	if (s.st_size != log->bytes || s.st_ino != log->inode) {
		log->grown = now();
		/* What was there before we came may have been silent for long. */
		if (log->bytes < 0 && time(NULL) - s.st_mtime > 0)
			log->grown -= time(NULL) - s.st_mtime;
	} else if (now() - log->grown < (time_t)arguments.stall_s || log->seen) {
		return false;
	}
	log->bytes = s.st_size;
	log->inode = s.st_ino;
	reading.stalls = arguments.once || now() - log->grown >= (time_t)arguments.stall_s;
	log->seen = reading.stalls;
	if (read_or_say(log->path, count_run, &reading) < 0)
		return false;
	if (!reading.runs && reading.stalls && log->bytes && !arguments.once) {
		printf("%s: no run of vtd-litmus in it, and it stands still\n", log->path);
		fflush(stdout);
	}
	read_or_say(log->path, look_at_run, &reading);
	return reading.news;
}

/* In a process of its own, so that a page that is being made stops nothing, and its memory goes. */
static void write_report(void)
{
	char *next = must_realloc(NULL, strlen(arguments.report) + 8);
	int status = -1;
	pid_t child;

	sprintf(next, "%s.new", arguments.report);
	unlink(next);
	fflush(stdout);
	child = fork();
	if (!child) {
		char *argv[] = { "vtd-log report", "-o", next, "--", arguments.folder, NULL };

		_exit(report_main(5, argv));
	}
	if (child > 0)
		waitpid(child, &status, 0);
	/* Its status tells of the runs, and of logs that cannot be read; a page there is all the same. */
	if (child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) == EXIT_USAGE ||
	    rename(next, arguments.report))
		fprintf(stderr, "vtd-log: %s could not be written\n", arguments.report);
	free(next);
}

static bool look_at_all(void)
{
	bool news = false;
	struct files files;

	if (!find_files(&files, &arguments.folder, 1, false))
		return false;
	for (size_t i = 0; i < files.count; i++)
		if (!arguments.report ||
		    strncmp(files.paths[i], arguments.report, strlen(arguments.report)))
			news |= look_at(find(files.paths[i]));
	free_files(&files);
	return news;
}

static error_t on_option(int key, char *argument, struct argp_state *state)
{
	switch (key) {
	case 'r':
		arguments.report = argument;
		return 0;
	case 's':
		arguments.stall_s = (unsigned)strtoul(argument, NULL, 10);
		if (!arguments.stall_s)
			argp_error(state, "--stall is a number of seconds");
		return 0;
	case '1':
		arguments.once = true;
		return 0;
	case ARGP_KEY_ARG:
		if (arguments.folder)
			argp_usage(state);
		arguments.folder = argument;
		return 0;
	case ARGP_KEY_END:
		if (!arguments.folder)
			argp_usage(state);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

int watch_main(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "report", 'r', "FILE", 0, "keep this HTML page up to date", 0 },
		{ "stall", 's', "SECONDS", 0,
		  "name a run that prints nothing for this long (60; heartbeats come every 10)",
		  0 },
		{ "once", '1', NULL, 0, "look once at what is there, and end", 0 },
		{ 0 }
	};
	static const struct argp argp = {
		.options = options,
		.parser = on_option,
		.args_doc = "FOLDER",
		.doc = "Watch a folder of growing logs. Console servers write them, a file for each machine; a file may have several runs. A line is printed for each run that ends, is cut by the next, or prints nothing any more. SIGTERM and SIGINT end it."
	};
	struct sigaction action = { .sa_handler = on_signal };
	struct pollfd events = { .fd = -1, .events = POLLIN };
	char drain[4096];

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	events.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (events.fd < 0 || inotify_add_watch(events.fd, arguments.folder,
					       IN_MODIFY | IN_CREATE | IN_MOVED_TO |
						       IN_CLOSE_WRITE | IN_ONLYDIR) < 0) {
		fprintf(stderr, "vtd-log: %s: %s\n", arguments.folder, strerror(errno));
		return EXIT_INPUT;
	}
	do {
		if (look_at_all() && arguments.report)
			write_report();
		if (arguments.once || stop)
			break;
		/* Sub-folders are not watched, but looked at every second; so are stalls. */
		if (poll(&events, 1, 1000) > 0)
			poll(NULL, 0, SETTLE_MS);
		while (read(events.fd, drain, sizeof(drain)) > 0)
			continue;
	} while (!stop);
	close(events.fd);
	for (size_t i = 0; i < w.count; i++)
		free(w.logs[i].path);
	free(w.logs);
	return 0;
}
