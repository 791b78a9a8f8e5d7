/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/capture/capture.h"
#include "tools/capture/command.h"

static bool read_stream(FILE *file, char **out, size_t *bytes)
{
	size_t n, room = 1 << 16;

	*out = need(malloc(room));
	*bytes = 0;
	while ((n = fread(*out + *bytes, 1, room - *bytes - 1, file))) {
		*bytes += n;
		if (room - *bytes < 2)
			*out = need(realloc(*out, room *= 2));
	}
	(*out)[*bytes] = 0;
	return !ferror(file);
}

bool read_whole(const char *path, char **out, size_t *bytes)
{
	FILE *file = fopen(path, "r");
	bool ok;

	if (!file)
		return false;
	ok = read_stream(file, out, bytes);
	fclose(file);
	return ok;
}

bool command_run(const char *const *argv, const char *folder, char **out, size_t *bytes)
{
	int pipes[2], status = -1;
	FILE *from = NULL;
	pid_t pid;

	fflush(NULL);
	if (out && pipe(pipes))
		return false;
	pid = fork();
	if (pid < 0)
		return false;
	if (!pid) {
		dup2(out ? pipes[1] : STDERR_FILENO, STDOUT_FILENO);
		if (out) {
			close(pipes[0]);
			close(pipes[1]);
		}
		if (!folder || !chdir(folder))
			execvp(argv[0], (char *const *)argv);
		fprintf(stderr, "vtd-capture: %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	if (out) {
		close(pipes[1]);
		from = need(fdopen(pipes[0], "r"));
		read_stream(from, out, bytes);
		fclose(from);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)stat;
	(void)type;
	(void)ftw;
	return remove(path);
}

void remove_folder(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
