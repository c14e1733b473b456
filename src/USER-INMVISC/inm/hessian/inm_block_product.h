/* The mass-weighted Hessian times several vectors (SpMM): the matrix is read once for all of them.
   The kernel polynomial method spends most of its time here. */

#ifndef INM_BLOCK_PRODUCT_H
#define INM_BLOCK_PRODUCT_H

#include "inm_hessian.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Vectors in a group.  Component a of vector v of atom i stands at [i][a][v]: three cache lines per
   atom. */
enum { INM_GROUP = 8, INM_ATOM_GROUP = 3 * INM_GROUP };

typedef struct inm_block_matrix inm_block_matrix;

/* Copy the blocks of h with the masses folded in, D = scale * H / sqrt(m_i m_j), without the z
   components in 2d.  INM_ERR_ARG if h has no rows yet.
   h  must outlive the matrix, which uses its halo
   Collective. */
inm_status inm_block_matrix_create(inm_block_matrix **out, const inm_hessian *h);

/* Free; accepts NULL and leaves NULL behind.  Not collective. */
void inm_block_matrix_destroy(inm_block_matrix **m);

/* Rows of this rank, and columns: the rows, then ghosts, which are copies of rows of other ranks. */
size_t inm_block_matrix_nrow(const inm_block_matrix *m);
size_t inm_block_matrix_ncol(const inm_block_matrix *m);

/* Bytes held on this rank, and the least traffic of a product between memory and processor in bytes:
   the matrix once, x once, y twice. */
double inm_block_matrix_bytes(const inm_block_matrix *m);
double inm_block_matrix_traffic(const inm_block_matrix *m);

/* Bytes that the matrix of h will need on this rank. */
double inm_block_matrix_bytes_for(const inm_hessian *h);

/* y = a D x + b x - c y, for each vector of a group.
   x, y  [ncol][3][INM_GROUP], 64 bytes aligned for speed; rows are read, ghosts are overwritten
   dot   [2][INM_GROUP]  x . x and x . y, with the input y, over the rows of this rank: not reduced
   Collective. */
inm_status inm_block_multiply(const inm_block_matrix *m, double a, double b, double c, double *x,
                              double *y, double *dot);

#ifdef __cplusplus
}
#endif
#endif
