/* SPDX-License-Identifier: BSD-2-Clause */
/* run=list: every sequence, option and device. */
#ifndef TESTS_LIST_H
#define TESTS_LIST_H

void list_everything(void);

#endif
