/* What the files of the core share about the Hessian. */

#ifndef INM_HESSIAN_PRIVATE_H
#define INM_HESSIAN_PRIVATE_H

#include "inm_hessian.h"

typedef struct {
  int64_t col;  /* tag of the column, or INM_OUTSIDE */
  double dr[3]; /* r_row - r_col of this image */
  double k[9];  /* [3][3] */
  int32_t row;  /* on this rank */
} inm_block;

struct inm_hessian {
  MPI_Comm comm;
  int dim;
  double scale;
  size_t nrow, maxrow;
  int64_t *tag;     /* [nrow] */
  int *type;        /* [nrow] */
  double *mass;     /* [nrow] */
  double *diagonal; /* [nrow][3][3] */
  size_t nblock, maxblock;
  inm_block *block; /* [nblock], in the order in which the provider added them */
};

#endif
