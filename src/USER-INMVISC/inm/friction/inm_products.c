/* Reproducible sums of lag products: inm_products.h */

#include "inm_products.h"

#include "base/inm_processor.h"

#include <math.h>
#include <string.h>

double inm_rounder(double bound)
{
  int exponent;
  if (!(bound > 0.0) || !isfinite(bound)) return 0.0;
  frexp(bound, &exponent);
  return ldexp(1.5, exponent + 1); /* its last bit is 2^-51 of the power of two above bound */
}

size_t inm_row_slots(size_t nslot)
{
  return (nslot + INM_CHUNK - 1) / INM_CHUNK * INM_CHUNK;
}

size_t inm_row_offset(size_t slot)
{
  return slot / INM_CHUNK * 3 * INM_CHUNK + slot % INM_CHUNK;
}

/* Two packs of W slots at a time, so that there are independent instructions; the compiler maps packs
   to SIMD instructions.  The slots stay in registers for all u, the sums in the L1 cache. */
#define LOAD(pack, from) memcpy(&(pack), from, sizeof(pack))
#define STORE(pack, to) memcpy(to, &(pack), sizeof(pack))
#define ROUNDED(x, y, z) (((ux * (x) + uy * (y) + uz * (z)) + rounder) - rounder)

#define DEFINE_ADD_PRODUCTS(TARGET, NAME, W)                                          \
  TARGET static void NAME(size_t nslot, const double *row, size_t n, const double *u, \
                          double rounder, double *sum, size_t stride)                 \
  {                                                                                   \
    typedef double pack __attribute__((vector_size(8 * (W))));                        \
    for (size_t s = 0; s < nslot; s += 2 * (W)) {                                     \
      const double *a = row + inm_row_offset(s), *b = row + inm_row_offset(s + (W));  \
      pack xa, ya, za, xb, yb, zb, to_a, to_b;                                        \
      LOAD(xa, a), LOAD(ya, a + INM_CHUNK), LOAD(za, a + 2 * INM_CHUNK);              \
      LOAD(xb, b), LOAD(yb, b + INM_CHUNK), LOAD(zb, b + 2 * INM_CHUNK);              \
      for (size_t k = 0; k < n; k++) {                                                \
        const double ux = u[3 * k], uy = u[3 * k + 1], uz = u[3 * k + 2];             \
        double *to = sum + k * stride + s;                                            \
        LOAD(to_a, to), LOAD(to_b, to + (W));                                         \
        to_a += ROUNDED(xa, ya, za);                                                  \
        to_b += ROUNDED(xb, yb, zb);                                                  \
        STORE(to_a, to), STORE(to_b, to + (W));                                       \
      }                                                                               \
    }                                                                                 \
  }

DEFINE_ADD_PRODUCTS(, add_products_any, 2)
#if defined(__x86_64__)
/* without fma, so that results are the same on every processor, bit for bit */
DEFINE_ADD_PRODUCTS(__attribute__((target("avx2"))), add_products_avx2, 4)
#define add_products_avx512 add_products_avx2
#endif

void inm_add_products(size_t nslot, const double *row, size_t n, const double *u, double rounder,
                      double *sum, size_t stride)
{
  INM_BEST_OF(add_products)(nslot, row, n, u, rounder, sum, stride);
}
