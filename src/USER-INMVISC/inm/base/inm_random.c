#include "inm_random.h"

/* Two rounds of the splitmix64 finalizer (Steele, Lea, Flood, OOPSLA 2014) on a linear combination of
   key and counter with odd multipliers. */
uint64_t inm_random_bits(uint64_t key, uint64_t counter)
{
  uint64_t z = key * UINT64_C(0x9E3779B97F4A7C15) + counter * UINT64_C(0xD1342543DE82EF95);

  for (int round = 0; round < 2; round++) {
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
  }
  return z;
}

double inm_random_uniform(uint64_t key, uint64_t counter)
{
  return (double) (inm_random_bits(key, counter) >> 11) / 4503599627370496.0 - 1.0; /* 2^52 */
}

double inm_random_sign(int64_t tag, int a, int v)
{
  return (inm_random_bits((uint64_t) tag, (uint64_t) (3 * v + a + 1)) & 1) ? 1.0 : -1.0;
}
