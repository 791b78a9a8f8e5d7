/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of DMA generators, in the order in which they are tried. */
#include "kernel/dma/dma.h"

extern const struct dma_generator dma_dsa, dma_dsa_shared, dma_e1000e, dma_edu, dma_igb, dma_igbvf,
	dma_igc, dma_ioat, dma_nvme;

const struct dma_generator *const dma_generators[] = {
	&dma_nvme,   &dma_ioat, &dma_dsa, &dma_dsa_shared, &dma_edu,
	&dma_e1000e, &dma_igb,	&dma_igc, &dma_igbvf,
};
const size_t dma_generator_count = sizeof(dma_generators) / sizeof(dma_generators[0]);
