/* The mass-weighted matrix in block-cyclic distribution over a grid of ranks, as ScaLAPACK and ELPA
   require.  No rank ever holds more than its part.

   Element (r,c) is on the rank at row (r/block) mod nprow, column (c/block) mod npcol of the grid.  A
   block contains whole atoms, so a 3x3 block of the Hessian goes to one rank.  Coordinate dim*i+a
   belongs to atom i in ascending order of tags, as in inm_dense. */

#ifndef INM_CYCLIC_H
#define INM_CYCLIC_H

#include "inm_hessian.h"

#include <limits.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  MPI_Comm comm;         /* ranks of the grid, row by row: the first nprow*npcol of those given;
                            MPI_COMM_NULL on the others */
  MPI_Comm column;       /* ranks of this rank's column of the grid, in the order of rows */
  int nprow, npcol;      /* size of the grid, known on all ranks */
  int myrow, mycol;      /* place of this rank, -1 outside the grid */
  int block;             /* rows and columns in a block */
  size_t n;              /* order of the matrix, known on all ranks */
  size_t nrow, ncol;     /* of this rank's part, nonzero inside the grid */
  double *a;             /* [ncol][nrow] both triangles; libraries may destroy it */
  double norm;           /* largest row sum of |D|, a bound of all |lambda| */
  double shift;          /* of the free translations */
  double trace, squares; /* sums of lambda and lambda^2, from the elements as filled */
  int *lane;             /* [4][nprow] workspace */
} inm_cyclic;

/* Number of n rows (or columns) on row (column) me of nprocs of the grid: ScaLAPACK's numroc. */
static inline size_t inm_cyclic_count(size_t n, int block, int me, int nprocs)
{
  const size_t b = (size_t) block, round = b * (size_t) nprocs;
  const size_t rest = n % round, before = b * (size_t) me;
  const size_t mine = (rest <= before) ? 0 : (rest - before < b) ? rest - before : b;
  return n / round * b + mine;
}

/* Owner and local index of row (column) global, and the inverse. */
static inline int inm_cyclic_owner(size_t global, int block, int nprocs)
{
  return (int) (global / (size_t) block % (size_t) nprocs);
}
static inline size_t inm_cyclic_local(size_t global, int block, int nprocs)
{
  const size_t b = (size_t) block;
  return global / b / (size_t) nprocs * b + global % b;
}
static inline size_t inm_cyclic_global(size_t local, int block, int me, int nprocs)
{
  const size_t b = (size_t) block;
  return (local / b * (size_t) nprocs + (size_t) me) * b + local % b;
}

/* Make a grid for a matrix of natom > 0 atoms from the ranks of comm, any communicator: as many ranks
   as possible, with an aspect ratio of 3 at most and a part for every rank.
   INM_ERR_SIZE if a part has more elements than an int can count.  On failure there is nothing to
   free.  Both calls are collective over comm. */
inm_status inm_cyclic_create(inm_cyclic *c, MPI_Comm comm, size_t natom, int dim);
void inm_cyclic_free(inm_cyclic *c);

/* Elements of the largest part of a matrix of order n on nprocs ranks. */
double inm_cyclic_largest_part(size_t n, int nprocs);

/* Whether a part fits the 32-bit integers of ScaLAPACK and ELPA. */
static inline int inm_cyclic_fits(size_t n, int nprocs)
{
  return n <= INT_MAX && inm_cyclic_largest_part(n, nprocs) <= INT_MAX;
}
#define INM_CYCLIC_WORKSPACE 6.0e6 /* bytes of inm_cyclic_fill, besides the matrix */

static inline int inm_cyclic_inside(const inm_cyclic *c)
{
  return c->comm != MPI_COMM_NULL;
}

/* Fill the matrix: D = scale * H / sqrt(m_i m_j) plus shift * t t^T for each free translation
   t = sqrt(m_i/M), which moves it above all other modes.  May be called again to restore the matrix.
   h        after inm_hessian_end
   tag      [natom]  ascending
   mass     [natom]  of all atoms
   is_free  [3]
   INM_ERR_NONFINITE if an element is infinite or undefined.  Collective over the communicator of h,
   that of create. */
inm_status inm_cyclic_fill(inm_cyclic *c, const inm_hessian *h, const int64_t *tag,
                           const double *mass, size_t natom, const int *is_free);

/* Convert between distributed columns, of which each rank of a grid column has its rows, and complete
   ones.  Rank r of the grid column has the complete columns begin[r]..begin[r+1]-1.
   begin    [nprow+1]                                   from 0 on
   part     [begin[nprow]][nrow]                        rows of this rank
   whole    [begin[myrow+1]-begin[myrow]][n]
   buffer   the size of whole
   Collective over the grid column. */
void inm_cyclic_complete(const inm_cyclic *c, const int *begin, const double *part, double *whole,
                         double *buffer);
void inm_cyclic_spread(const inm_cyclic *c, const int *begin, double *whole, double *part,
                       double *buffer);

#ifdef __cplusplus
}
#endif
#endif
