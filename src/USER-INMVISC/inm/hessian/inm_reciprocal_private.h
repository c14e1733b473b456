/* Reciprocal part of a Hessian as outer products, for the other files of the core.

   With weights z_i = q_i, or q_i sqrt(scale/m_i) for the mass-weighted matrix, and
     W_ia,k = sqrt(w_k) k_a z_i (cos k.r_i, sin k.r_i)
   it is W W^T - z_i^2 G delta_ij, G = sum_k w_k k k^T, besides the diagonal blocks that the Hessian has. */

#ifndef INM_RECIPROCAL_PRIVATE_H
#define INM_RECIPROCAL_PRIVATE_H

#include "hessian/inm_hessian_private.h"
#include "inm_reciprocal.h"

struct inm_reciprocal {
  size_t nk;
  int *index;        /* [nk][3] in multiples of the reciprocal vectors */
  double *k;         /* [nk][3]; the dipole term of a slab is one more with index 0, and k = e_z */
  double *w;         /* [nk] */
  double unit[3][3]; /* reciprocal vectors over 2 pi: fractional coordinates are unit.r */
  int most[3];       /* largest |index| */
  double g[9];       /* G */
  size_t nrow;
  double *xq; /* [nrow][4] positions and charges of the rows */
};

/* A set of charges with the phases of each edge: exp(i m 2 pi s) for m = 0 .. most */
typedef struct inm_charges {
  size_t n;
  double *weight;  /* [n] z_i */
  double *axis[3]; /* [most+1][2][n] cos, sin */
} inm_charges;

enum { INM_WAVES = 64 }; /* wave vectors in a panel */

void inm_reciprocal_destroy(inm_reciprocal **r);
double inm_reciprocal_bytes(const inm_reciprocal *r);

/* xq [n][4]; factor [n] times the charge is the weight, NULL: 1.  On failure there is nothing to free.  Not
   collective. */
inm_status inm_charges_create(inm_charges *c, const inm_reciprocal *r, size_t n, const double *xq,
                              const double *factor);
void inm_charges_free(inm_charges *c);

/* The rows of this rank, with the masses of D or without. */
inm_status inm_charges_of_rows(inm_charges *c, const inm_hessian *h, int weighted);

/* All rows of all ranks in the order of tags [natom], with the masses [natom] of D, or NULL.  Collective. */
inm_status inm_charges_of_all(inm_charges *c, const inm_hessian *h, const int64_t *tag,
                              size_t natom, const double *mass);

/* cos and sin of k.r_i for wave vectors first .. first+count-1: phase [count][2][n].  work [2][n] */
void inm_reciprocal_phases(const inm_reciprocal *r, const inm_charges *c, size_t first,
                           size_t count, double *phase, double *work);

/* y += factor (W W^T - z^2 G) x for nvec vectors, x, y [n][3][nvec], of the charges of all ranks of comm, or of
   these alone if it is MPI_COMM_NULL.  Collective over comm. */
inm_status inm_reciprocal_multiply(const inm_reciprocal *r, const inm_charges *c, MPI_Comm comm,
                                   int nvec, double factor, const double *x, double *y);

/* a [3n][3n] += W W^T - z^2 G in either precision, the other is NULL; both triangles.  Not collective. */
inm_status inm_reciprocal_add_dense(const inm_reciprocal *r, const inm_charges *c, double *a,
                                    float *single);

/* The same for parts of the matrix: a [ncol][nrow] with the coordinates row [nrow] and col [ncol].  The
   blocks on the diagonal are included: their three coordinates must be together. */
inm_status inm_reciprocal_add_part(const inm_reciprocal *r, const inm_charges *c, size_t nrow,
                                   const size_t *row, size_t ncol, const size_t *col, double *a);

/* k [last-first][n][3][3] += blocks of the atoms first .. last-1 with all.  Bitwise H_ij = H_ji^T, on any rank. */
inm_status inm_reciprocal_add_rows(const inm_reciprocal *r, const inm_charges *c, size_t first,
                                   size_t last, double *k);

#endif
