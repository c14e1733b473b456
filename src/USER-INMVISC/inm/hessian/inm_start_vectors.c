#include "hessian/inm_start_vectors.h"

#include "hessian/inm_block_product.h"
#include "hessian/inm_hessian_private.h"

#include <math.h>

/* the mixing of Steele, Lea and Flood's splitmix64 */
double inm_random_sign(int64_t tag, int a, int v)
{
  uint64_t z = (uint64_t) tag * UINT64_C(0x9E3779B97F4A7C15) +
      (uint64_t) (3 * v + a + 1) * UINT64_C(0xD1342543DE82EF95);
  for (int pass = 0; pass < 2; pass++) {
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
  }
  return (z & 1) ? 1.0 : -1.0;
}

void inm_leave_out_translations(const inm_hessian *h, const int *is_free, double total_mass,
                                double *t)
{
  double overlap[INM_ATOM_GROUP] = {0.0};

  for (size_t i = 0; i < h->nrow; i++)
    for (int x = 0; x < INM_ATOM_GROUP; x++)
      overlap[x] += sqrt(h->mass[i]) * t[INM_ATOM_GROUP * i + (size_t) x];
  MPI_Allreduce(MPI_IN_PLACE, overlap, INM_ATOM_GROUP, MPI_DOUBLE, MPI_SUM, h->comm);
  for (int x = 0; x < INM_ATOM_GROUP; x++)
    overlap[x] *= is_free[x / INM_GROUP] ? 1.0 / total_mass : 0.0;
  for (size_t i = 0; i < h->nrow; i++)
    for (int x = 0; x < INM_ATOM_GROUP; x++)
      t[INM_ATOM_GROUP * i + (size_t) x] -= sqrt(h->mass[i]) * overlap[x];
}
