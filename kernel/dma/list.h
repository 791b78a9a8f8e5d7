/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DMA generators, in the order in which they are tried: G(identifier, name), of dma_IDENTIFIER in one of these
 * files. dma=, its help and the tests of the documentation follow this list; `between` stands between two rows.
 */
#ifndef KERNEL_DMA_LIST_H
#define KERNEL_DMA_LIST_H

// clang-format off
#define DMA_GENERATORS(G, between)                                                                   \
	G(nvme, "nvme") between                                                                      \
	G(ioat, "ioat") between                                                                      \
	G(dsa, "dsa") between                                                                        \
	G(dsa_shared, "dsa-shared") between                                                          \
	G(edu, "edu") between                                                                        \
	G(e1000e, "e1000e") between                                                                  \
	G(igb, "igb") between                                                                        \
	G(igc, "igc") between                                                                        \
	G(igbvf, "igbvf")
// clang-format on

#endif
