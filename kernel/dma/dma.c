/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of DMA generators, in the order in which they are tried. */
#include "kernel/dma/dma.h"

#define G(identifier, name) &dma_##identifier,
const struct dma_generator *const dma_generators[] = { DMA_GENERATORS(G, ) };
#undef G
const size_t dma_generator_count = sizeof(dma_generators) / sizeof(dma_generators[0]);
