#include "inm_hash.h"

#include <stdint.h>
#include <string.h>

/* FNV-1a over 64-bit words; the shift mixes high bits into low ones, else two changed signs cancel. */
double inm_fingerprint(size_t n, const double *x)
{
  uint64_t h = UINT64_C(14695981039346656037);
  for (size_t i = 0; i < n; i++) {
    uint64_t bits;
    memcpy(&bits, x + i, sizeof(bits));
    h = (h ^ bits) * UINT64_C(1099511628211);
    h ^= h >> 29;
  }
  return (double) (h >> 12);
}
