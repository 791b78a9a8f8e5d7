/* SPDX-License-Identifier: BSD-2-Clause */
/* Real drivers on the models of their devices (tests/host/), which are on the simulated bus. */
#ifndef TESTS_SIM_BUS_H
#define TESTS_SIM_BUS_H

/* Put the model that sim.model= names among the PCI functions. */
void bus_attach(void);
/* Say what the model objects to, if anything. */
void bus_report(void);

#endif
