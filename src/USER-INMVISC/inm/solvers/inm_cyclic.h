/* The mass-weighted matrix dealt out to a grid of ranks in blocks, as ScaLAPACK and ELPA want it: no
   rank ever holds more than its part.

   Element (r,c) stands on the rank at row (r/block) mod nprow, column (c/block) mod npcol of the
   grid.  A block holds whole atoms, so a 3x3 block of the Hessian goes to one rank.  Coordinate
   dim*i+a belongs to atom i in ascending order of tags, as in inm_dense. */

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
  int nprow, npcol;      /* size of the grid, on all ranks */
  int myrow, mycol;      /* place of this rank, -1 outside the grid */
  int block;             /* rows and columns in a block */
  size_t n;              /* of the matrix, on all ranks */
  size_t nrow, ncol;     /* of this rank's part, not 0 in the grid */
  double *a;             /* [ncol][nrow] both triangles; libraries may destroy it */
  double shift;          /* of the free translations */
  double trace, squares; /* of the elements as filled: sum of lambda and of its square */
  int *lane;             /* [4][nprow] workspace */
} inm_cyclic;

/* Rows (or columns) of n that stand on row (column) me of nprocs, ScaLAPACK's numroc. */
static inline size_t inm_cyclic_count(size_t n, int block, int me, int nprocs)
{
  const size_t b = (size_t) block, round = b * (size_t) nprocs;
  const size_t rest = n % round, before = b * (size_t) me;
  const size_t mine = (rest <= before) ? 0 : (rest - before < b) ? rest - before : b;
  return n / round * b + mine;
}

/* Where row (column) global stands, and back. */
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

/* Make a grid for a matrix of natom > 0 atoms out of the ranks of comm, any communicator: as many
   ranks as make one whose sides differ by a factor 3 at the most, and that each get a part.
   INM_ERR_SIZE if a part has more elements than an int counts.  On failure nothing is left to be
   freed.  Collective over comm, as is freeing. */
inm_status inm_cyclic_create(inm_cyclic *c, MPI_Comm comm, size_t natom, int dim);
void inm_cyclic_free(inm_cyclic *c);

/* Elements that the rank with most of them has, of a matrix of n rows on nprocs ranks; bytes that
   inm_cyclic_fill needs besides. */
double inm_cyclic_largest_part(size_t n, int nprocs);

/* Whether the libraries, which count in int, can address such a part. */
static inline int inm_cyclic_fits(size_t n, int nprocs)
{
  return n <= INT_MAX && inm_cyclic_largest_part(n, nprocs) <= INT_MAX;
}
#define INM_CYCLIC_WORKSPACE 6.0e6

static inline int inm_cyclic_inside(const inm_cyclic *c)
{
  return c->comm != MPI_COMM_NULL;
}

/* Fill the matrix: D = scale * H / sqrt(m_i m_j) plus shift * t t^T for each free translation, which
   lifts it above all others, t = sqrt(m_i/M).  Can be repeated.
   h        after inm_hessian_end
   tag      [natom]  ascending
   mass     [natom]  of all atoms
   is_free  [3]
   INM_ERR_NONFINITE if an element is infinite or undefined.  Collective over the communicator of h,
   that of create. */
inm_status inm_cyclic_fill(inm_cyclic *c, const inm_hessian *h, const int64_t *tag,
                           const double *mass, size_t natom, const int *is_free);

/* Between columns of which each rank of a grid column has its rows, and complete columns: rank r of
   the grid column has share[r]..share[r+1]-1.
   share    [nprow+1]                                   from 0
   part     [share[nprow]][nrow]                        rows of this rank
   whole    [share[myrow+1]-share[myrow]][n]
   buffer   the size of whole
   Collective over the grid column. */
void inm_cyclic_complete(const inm_cyclic *c, const int *share, const double *part, double *whole,
                         double *buffer);
void inm_cyclic_spread(const inm_cyclic *c, const int *share, double *whole, double *part,
                       double *buffer);

#ifdef __cplusplus
}
#endif
#endif
