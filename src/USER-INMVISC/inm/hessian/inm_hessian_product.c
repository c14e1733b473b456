/* What is computed from the sparse blocks directly: affine force, products, invariants. */

#include "hessian/inm_hessian_private.h"
#include "hessian/inm_reciprocal_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void inm_hessian_affine_force(const inm_hessian *h, int k, int c, double *xi)
{
  for (size_t i = 0; i < h->nrow; i++)
    for (int a = 0; a < 3; a++) xi[3 * i + a] = h->affine[27 * i + 9 * a + 3 * k + c];
}

void inm_hessian_strains(const inm_hessian *h, double *strain2, double *dilation2)
{
  double sums[10];
  memcpy(sums, h->strain2, 9 * sizeof(*sums));
  sums[9] = h->dilation2;
  MPI_Allreduce(MPI_IN_PLACE, sums, 10, MPI_DOUBLE, MPI_SUM, h->comm);
  memcpy(strain2, sums, 9 * sizeof(*sums));
  *dilation2 = sums[9];
}

/* ---- products --------------------------------------------------------------------------------- */

/* y += K u */
static void add_product(double *y, const double *k, const double *u)
{
  for (int a = 0; a < 3; a++) y[a] += k[3 * a] * u[0] + k[3 * a + 1] * u[1] + k[3 * a + 2] * u[2];
}

/* y += K^T u */
static void add_transposed(double *y, const double *k, const double *u)
{
  for (int a = 0; a < 3; a++) y[a] += k[a] * u[0] + k[a + 3] * u[1] + k[a + 6] * u[2];
}

/* u, y [ncol][3] */
static void multiply_blocks(const inm_hessian *h, const double *u, double *y)
{
  for (size_t i = 0; i < h->nrow; i++) {
    add_product(&y[3 * i], &h->diagonal[9 * i], &u[3 * i]);
    for (size_t n = h->row_start[i]; n < inm_row_end(h, i); n++) {
      const size_t j = (size_t) h->col[n];
      add_product(&y[3 * i], &h->k[9 * n], &u[3 * j]);
      add_transposed(&y[3 * j], &h->k[9 * n], &u[3 * i]);
    }
  }
}

/* y += reciprocal part times u */
static inm_status add_reciprocal(const inm_hessian *h, const double *u, double *y)
{
  inm_charges c;
  inm_status status = inm_status_sync(inm_charges_of_rows(&c, h, 0), h->comm);

  if (status == INM_OK) status = inm_reciprocal_multiply(h->reciprocal, &c, h->comm, 1, 1.0, u, y);
  inm_charges_free(&c);
  return status;
}

inm_status inm_hessian_multiply(const inm_hessian *h, const double *u, double *y)
{
  const size_t nrow3 = 3 * h->nrow;
  double *all = (double *) calloc(6 * h->ncol + 1, sizeof(*all)), *sum;
  inm_status status = (all && h->halo) ? INM_OK : all ? INM_ERR_ARG : INM_ERR_ALLOC;

  status = inm_status_sync(status, h->comm);
  if (status != INM_OK) goto done;
  sum = all + 3 * h->ncol;
  if (nrow3) memcpy(all, u, nrow3 * sizeof(*u));
  status = inm_halo_forward(h->halo, 3, all, all + nrow3);
  if (status != INM_OK) goto done;
  multiply_blocks(h, all, sum);
  status = inm_halo_reverse(h->halo, 3, sum + nrow3, sum);
  if (status == INM_OK && nrow3) memcpy(y, sum, nrow3 * sizeof(*y));
  if (status == INM_OK && h->reciprocal) status = add_reciprocal(h, u, y);

done:
  free(all);
  return status;
}

/* ---- invariants ------------------------------------------------------------------------------- */

/* largest absolute value among the first dim of each of nrow3 triples */
static double largest(const double *x, size_t nrow3, int dim)
{
  double max = 0.0;
  for (size_t i = 0; i < nrow3; i++)
    for (int a = 0; a < dim; a++) max = fmax(max, fabs(x[3 * i + a]));
  return max;
}

/* Largest net force of a row relative to its own diagonal block: relative to the largest of all, two
   atoms that almost overlap would hide the rest.  Not relative to less than FAINT of the largest,
   though, because blocks from differences of forces have noise. */
static double worst_row(const inm_hessian *h, const double *sum, double largest_of_all)
{
  static const double FAINT = 1.0e-3;
  double worst = 0.0;

  for (size_t i = 0; i < h->nrow; i++) {
    const double own = largest(&h->diagonal[9 * i], (size_t) h->dim, h->dim);
    const double size = fmax(own, FAINT * largest_of_all), net = largest(&sum[3 * i], 1, h->dim);
    if (net > 0.0) worst = fmax(worst, net / size); /* infinite if the diagonal is zero */
  }
  return worst;
}

inm_status inm_hessian_translations(const inm_hessian *h, double tolerance, int *is_free)
{
  const size_t n = 3 * h->nrow;
  double *u = (double *) malloc((2 * n + 1) * sizeof(*u)), *y = u ? u + n : NULL;
  double size = largest(h->diagonal, n, h->dim), mine[3] = {0.0, 0.0, 0.0}, all[3];
  inm_status status = inm_status_sync(u ? INM_OK : INM_ERR_ALLOC, h->comm);

  MPI_Allreduce(MPI_IN_PLACE, &size, 1, MPI_DOUBLE, MPI_MAX, h->comm);
  for (size_t a = 0; a < 3 && status == INM_OK; a++) {
    for (size_t x = 0; x < n; x++) u[x] = (x % 3 == a) ? 1.0 : 0.0;
    status = inm_hessian_multiply(h, u, y);
    if (status == INM_OK) mine[a] = worst_row(h, y, size);
  }
  if (status == INM_OK) {
    MPI_Allreduce(mine, all, 3, MPI_DOUBLE, MPI_MAX, h->comm);
    for (int a = 0; a < 3; a++) is_free[a] = (a < h->dim) && (all[a] <= tolerance);
  }
  free(u);
  return status;
}

int64_t inm_hessian_infinite_atom(const inm_hessian *h)
{
  int64_t smallest = INT64_MAX;

  for (size_t i = 0; i < h->nrow; i++)
    for (int a = 0; a < 9; a++)
      if (!isfinite(h->diagonal[9 * i + (size_t) a]) && h->tag[i] < smallest) smallest = h->tag[i];
  MPI_Allreduce(MPI_IN_PLACE, &smallest, 1, MPI_INT64_T, MPI_MIN, h->comm);
  return (smallest < INT64_MAX) ? smallest : 0;
}

double inm_hessian_trace(const inm_hessian *h)
{
  double mine = 0.0, all;

  for (size_t i = 0; i < h->nrow; i++) {
    const double *k = &h->diagonal[9 * i];
    for (int a = 0; a < h->dim; a++) mine += k[4 * a] / h->mass[i];
    for (int a = 0; a < 9; a++) mine += 0.0 * k[a]; /* NaN if one is not finite */
    for (size_t n = h->row_start[i]; n < inm_row_end(h, i); n++)
      for (int a = 0; a < 9; a++) mine += 0.0 * h->k[9 * n + a];
  }
  MPI_Allreduce(&mine, &all, 1, MPI_DOUBLE, MPI_SUM, h->comm);
  return h->scale * all;
}
