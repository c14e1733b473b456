#include "hessian/inm_translations.h"

#include "hessian/inm_block_product.h"
#include "hessian/inm_hessian_private.h"

#include <math.h>

void inm_project_out_translations(const inm_hessian *h, const int *is_free, double total_mass,
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
