/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of vtd-log: each gets its own arguments, argv[0] being "vtd-log COMMAND". */
#ifndef TOOLS_LOG_COMMANDS_H
#define TOOLS_LOG_COMMANDS_H

int show_main(int argc, char **argv);
int check_main(int argc, char **argv);
int junit_main(int argc, char **argv);
int json_main(int argc, char **argv);
int compare_main(int argc, char **argv);
int report_main(int argc, char **argv);
int watch_main(int argc, char **argv);

#endif
