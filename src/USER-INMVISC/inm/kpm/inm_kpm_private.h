/* Private header of the kernel polynomial method. */

#ifndef INM_KPM_PRIVATE_H
#define INM_KPM_PRIVATE_H

#include "hessian/inm_translations.h"
#include "kpm/inm_kpm.h"

struct inm_block_matrix; /* inm_block_product.h */

struct inm_kpm {
  MPI_Comm comm;
  inm_request request;
  size_t natom, nzero, nmode; /* over all ranks */
  double total_mass;
  double lo, hi; /* interval */
  int nwidening; /* times the interval was too small */

  /* valid until inm_kpm_finish */
  const inm_hessian *h;
  inm_translations translations;
  struct inm_block_matrix *matrix;
  int ngroup;
  void *memory; /* of t */
  double *t[2]; /* [ngroup][ncol][3][INM_GROUP] each: t_k in t[k%2], t_k-1 in the other */

  size_t nproduct, maxmoment;
  double *mu; /* [vectors][maxmoment] */
  double traffic;
};

/* Number of moments from nproduct products. */
size_t inm_kpm_nmoment(size_t nproduct);

/* Address of moment k of vector v; later moments follow. */
double *inm_kpm_moment(const inm_kpm *kpm, int v, size_t k);

#endif
