/* The matrix of an inm_hessian in block compressed rows, in the order of atom IDs, so that it is the
   same for any distribution of the atoms: for files and other programs.

   Row dim*i+a belongs to coordinate a of atom i in ascending order of tags, as in the dense matrix.
   The rows are divided equally among the ranks, both triangles, and no rank ever holds all blocks.
   Redistribution takes up to 264 bytes more per block. */

#ifndef INM_SPARSE_H
#define INM_SPARSE_H

#include "inm_hessian.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  int dim;
  size_t natom;       /* of all ranks */
  int64_t *tag;       /* [natom]  ascending; on every rank, as type and mass are */
  int *type;          /* [natom] */
  double *mass;       /* [natom] */
  size_t first, last; /* this rank has the rows of the atoms first..last-1, ranks in order */
  size_t nblock;      /* on this rank */
  size_t *start;      /* [last-first+1]  blocks of atom first+r: start[r]..start[r+1]-1 */
  int64_t *col;       /* [nblock]  column atom 0..natom-1, ascending in a row */
  double *k;          /* [nblock][dim][dim] */
} inm_sparse;

/* Fill s, which need not be initialized; on failure there is nothing to free.
   h         after inm_hessian_end
   weighted  D = scale * H / sqrt(m_i m_j), else H
   The matrix is symmetric to the last bit.  Every atom has a diagonal block.
   INM_ERR_NONFINITE if an element is infinite or NaN.  Collective. */
inm_status inm_sparse_gather(const inm_hessian *h, int weighted, inm_sparse *s);
void inm_sparse_free(inm_sparse *s);

/* The affine forces of the rows of s, which was gathered from h, as inm_hessian_add_affine has them.
   xi  [last-first][3][3][3]  overwritten
   Collective. */
inm_status inm_sparse_affine(const inm_hessian *h, const inm_sparse *s, double *xi);

/* The first atom of a rank, also for rank = nprocs: shares are equal to one atom. */
size_t inm_sparse_first(size_t natom, int rank, int nprocs);

#ifdef __cplusplus
}
#endif
#endif
