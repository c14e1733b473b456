#include "eigen/inm_band_vectors.h"

#include "eigen/inm_band_ldl.h"
#include "eigen/inm_band_lu.h"

#include <float.h>
#include <stdlib.h>

struct inm_band_factor {
  size_t n, kd;
  inm_band_ldl *ldl; /* NULL if the band is too wide for it */
  inm_band_lu *lu;   /* NULL until it is needed */
  int pivoted;       /* current factors are in lu */
};

inm_status inm_band_factor_create(inm_band_factor **out, size_t n, size_t kd)
{
  inm_band_factor *f = (inm_band_factor *) calloc(1, sizeof(*f));
  inm_status status = INM_OK;

  *out = NULL;
  if (!f) return INM_ERR_ALLOC;
  f->n = n;
  f->kd = kd;
  if (kd <= INM_BAND_LDL_LARGEST_KD) status = inm_band_ldl_create(&f->ldl, n, kd);
  if (status == INM_OK)
    *out = f;
  else
    inm_band_factor_destroy(&f);
  return status;
}

void inm_band_factor_destroy(inm_band_factor **f)
{
  if (!f || !*f) return;
  inm_band_ldl_destroy(&(*f)->ldl);
  inm_band_lu_destroy(&(*f)->lu);
  free(*f);
  *f = NULL;
}

inm_status inm_band_factorize(inm_band_factor *f, const double *band, double lambda, double norm,
                              double largest_growth)
{
  inm_status status = INM_OK;
  const int try_without = f->ldl && largest_growth > 0.0;

  f->pivoted =
      !(try_without && inm_band_ldl_factorize(f->ldl, band, lambda, norm) <= largest_growth);
  if (!f->pivoted) return INM_OK;
  if (!f->lu) status = inm_band_lu_create(&f->lu, f->n, f->kd);
  if (status == INM_OK) inm_band_lu_factorize(f->lu, band, lambda, DBL_EPSILON * norm);
  return status;
}

void inm_band_solve(inm_band_factor *f, double *x)
{
  if (f->pivoted)
    inm_band_lu_solve(f->lu, x);
  else
    inm_band_ldl_solve(f->ldl, x);
}
