/* The checksum of ZIP archives: inm_crc.h */

#include "files/inm_crc.h"

void inm_crc_table(uint32_t *table)
{
  for (uint32_t n = 0; n < 256; n++) {
    uint32_t c = n;
    for (int bit = 0; bit < 8; bit++) c = (c >> 1) ^ ((c & 1u) ? 0xEDB88320u : 0u);
    table[n] = c;
  }
}

uint32_t inm_crc(const uint32_t *table, uint32_t crc, const void *data, size_t n)
{
  const unsigned char *p = (const unsigned char *) data;
  crc = ~crc;
  for (size_t k = 0; k < n; k++) crc = (crc >> 8) ^ table[(crc ^ p[k]) & 0xFFu];
  return ~crc;
}
