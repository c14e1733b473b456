/* CRC-32 of ISO 3309 and of ZIP archives: polynomial 0xEDB88320, bits reflected. */

#ifndef INM_CRC_H
#define INM_CRC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* table [256] out: what a byte does to the checksum */
void inm_crc_table(uint32_t *table);

/* The checksum of what came before, 0 at the start, and of n more bytes. */
uint32_t inm_crc(const uint32_t *table, uint32_t crc, const void *data, size_t n);

#ifdef __cplusplus
}
#endif
#endif
