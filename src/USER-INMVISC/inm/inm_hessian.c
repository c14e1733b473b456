#include "inm_hessian_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

inm_status inm_hessian_create(inm_hessian **out, MPI_Comm comm, int dim, double scale)
{
  *out = NULL;
  if (dim < 2 || dim > 3 || !(scale > 0.0) || !isfinite(scale)) return INM_ERR_ARG;

  inm_hessian *h = (inm_hessian *) calloc(1, sizeof(*h));
  if (!h) return INM_ERR_ALLOC;
  h->comm = comm;
  h->dim = dim;
  h->scale = scale;
  *out = h;
  return INM_OK;
}

static void free_rows(inm_hessian *h)
{
  free(h->tag);
  free(h->type);
  free(h->mass);
  free(h->diagonal);
  h->tag = NULL;
  h->type = NULL;
  h->mass = NULL;
  h->diagonal = NULL;
  h->maxrow = 0;
}

void inm_hessian_destroy(inm_hessian **h)
{
  if (!h || !*h) return;
  free_rows(*h);
  free((*h)->block);
  free(*h);
  *h = NULL;
}

static inm_status reserve_rows(inm_hessian *h, size_t nrow)
{
  if (nrow <= h->maxrow) return INM_OK;
  if (nrow > INT32_MAX) return INM_ERR_SIZE;
  free_rows(h);
  h->tag = (int64_t *) malloc(nrow * sizeof(*h->tag));
  h->type = (int *) malloc(nrow * sizeof(*h->type));
  h->mass = (double *) malloc(nrow * sizeof(*h->mass));
  h->diagonal = (double *) malloc(9 * nrow * sizeof(*h->diagonal));
  if (!h->tag || !h->type || !h->mass || !h->diagonal) {
    free_rows(h);
    return INM_ERR_ALLOC;
  }
  h->maxrow = nrow;
  return INM_OK;
}

inm_status inm_hessian_begin(inm_hessian *h, size_t nrow, const int64_t *tag, const int *type,
                             const double *mass)
{
  h->nrow = h->nblock = 0;
  for (size_t i = 0; i < nrow; i++)
    if (tag[i] <= 0 || type[i] < 1 || !(mass[i] > 0.0) || !isfinite(mass[i])) return INM_ERR_ARG;

  inm_status status = reserve_rows(h, nrow);
  if (status != INM_OK) return status;
  h->nrow = nrow;
  if (nrow == 0) return INM_OK;
  memcpy(h->tag, tag, nrow * sizeof(*tag));
  memcpy(h->type, type, nrow * sizeof(*type));
  memcpy(h->mass, mass, nrow * sizeof(*mass));
  memset(h->diagonal, 0, 9 * nrow * sizeof(*h->diagonal));
  return INM_OK;
}

/* room for one more block: grows by half, so that n blocks cost O(n) copies */
static inm_status reserve_block(inm_hessian *h)
{
  if (h->nblock < h->maxblock) return INM_OK;
  size_t larger = h->maxblock + h->maxblock / 2 + 1024;
  inm_block *moved = (inm_block *) realloc(h->block, larger * sizeof(*moved));
  if (!moved) return INM_ERR_ALLOC;
  h->block = moved;
  h->maxblock = larger;
  return INM_OK;
}

inm_status inm_hessian_add(inm_hessian *h, size_t row, int64_t col, const double *dr,
                           const double *block)
{
  if (row >= h->nrow) return INM_ERR_ARG;
  inm_status status = reserve_block(h);
  if (status != INM_OK) return status;
  inm_block *b = &h->block[h->nblock++];
  b->row = (int32_t) row;
  b->col = col;
  memcpy(b->dr, dr, sizeof(b->dr));
  memcpy(b->k, block, sizeof(b->k));
  return INM_OK;
}

void inm_hessian_add_diagonal(inm_hessian *h, size_t row, const double *block)
{
  for (int a = 0; a < 9; a++) h->diagonal[9 * row + a] += block[a];
}

inm_status inm_hessian_add_central(inm_hessian *h, size_t row, int64_t col, const double *dr,
                                   double du, double du2)
{
  const double rsq = dr[0] * dr[0] + dr[1] * dr[1] + dr[2] * dr[2];
  const double transverse = du / sqrt(rsq);
  const double longitudinal = (du2 - transverse) / rsq;
  double k[9], minus_k[9];

  for (int a = 0; a < 3; a++)
    for (int b = 0; b < 3; b++)
      k[3 * a + b] = longitudinal * dr[a] * dr[b] + ((a == b) ? transverse : 0.0);
  for (int a = 0; a < 9; a++) minus_k[a] = -k[a];

  inm_hessian_add_diagonal(h, row, k);
  return inm_hessian_add(h, row, col, dr, minus_k);
}

size_t inm_hessian_nrow(const inm_hessian *h)
{
  return h->nrow;
}

const int64_t *inm_hessian_tags(const inm_hessian *h)
{
  return h->tag;
}

MPI_Comm inm_hessian_comm(const inm_hessian *h)
{
  return h->comm;
}

int inm_hessian_dim(const inm_hessian *h)
{
  return h->dim;
}

int inm_hessian_largest_type(const inm_hessian *h)
{
  int largest_type = 0;
  for (size_t i = 0; i < h->nrow; i++)
    if (h->type[i] > largest_type) largest_type = h->type[i];
  return largest_type;
}

size_t inm_hessian_nblock(const inm_hessian *h)
{
  return h->nblock;
}

double inm_hessian_bytes(const inm_hessian *h)
{
  const double per_row = sizeof(*h->tag) + sizeof(*h->type) + 10 * sizeof(double);
  return (double) h->maxblock * sizeof(*h->block) + (double) h->maxrow * per_row;
}

void inm_hessian_affine_force(const inm_hessian *h, int k, int c, double *xi)
{
  if (h->nrow) memset(xi, 0, 3 * h->nrow * sizeof(*xi));

  /* the diagonal has r_i - r_i = 0 and drops out */
  for (size_t n = 0; n < h->nblock; n++) {
    const inm_block *b = &h->block[n];
    double *x = &xi[3 * (size_t) b->row];
    for (int a = 0; a < 3; a++) x[a] += b->k[3 * a + k] * b->dr[c];
  }
}

static void add_product(double *y, const double *k, const double *u)
{
  for (int a = 0; a < 3; a++) y[a] += k[3 * a] * u[0] + k[3 * a + 1] * u[1] + k[3 * a + 2] * u[2];
}

void inm_hessian_multiply_field(const inm_hessian *h, inm_field field, void *ctx, double *y)
{
  double u[3];

  if (h->nrow) memset(y, 0, 3 * h->nrow * sizeof(*y));
  for (size_t i = 0; i < h->nrow; i++) {
    field(ctx, h->tag[i], u);
    add_product(&y[3 * i], &h->diagonal[9 * i], u);
  }
  for (size_t n = 0; n < h->nblock; n++) {
    const inm_block *b = &h->block[n];
    if (b->col == INM_OUTSIDE) continue;
    field(ctx, b->col, u);
    add_product(&y[3 * (size_t) b->row], b->k, u);
  }
}

/* a rigid translation along *ctx */
static void unit_field(void *ctx, int64_t tag, double *u)
{
  (void) tag;
  u[0] = u[1] = u[2] = 0.0;
  u[*(const int *) ctx] = 1.0;
}

/* largest size among the first dim of every three numbers */
static double largest(const double *x, size_t n, int dim)
{
  double max = 0.0;
  for (size_t i = 0; i < n; i++)
    if ((int) (i % 3) < dim && fabs(x[i]) > max) max = fabs(x[i]);
  return max;
}

inm_status inm_hessian_translations(const inm_hessian *h, double tolerance, int *is_free)
{
  double *y = (double *) malloc((3 * h->nrow + 1) * sizeof(*y));
  inm_status status = inm_status_sync(y ? INM_OK : INM_ERR_ALLOC, h->comm);
  double mine[4], all[4];
  if (status != INM_OK) goto done;

  mine[3] = largest(h->diagonal, 9 * h->nrow, h->dim);
  for (int a = 0; a < 3; a++) {
    inm_hessian_multiply_field(h, unit_field, &a, y);
    mine[a] = largest(y, 3 * h->nrow, h->dim);
  }
  MPI_Allreduce(mine, all, 4, MPI_DOUBLE, MPI_MAX, h->comm);
  for (int a = 0; a < 3; a++) is_free[a] = (a < h->dim) && (all[a] <= tolerance * all[3]);

done:
  free(y);
  return status;
}

/* trace of the part of a 3x3 block that is in the matrix */
static double block_trace(const double *k, int dim)
{
  double sum = 0.0;
  for (int a = 0; a < dim; a++) sum += k[4 * a];
  return sum;
}

static double block_squares(const double *k)
{
  double sum = 0.0;
  for (int a = 0; a < 9; a++) sum += k[a] * k[a];
  return sum;
}

void inm_hessian_invariants(const inm_hessian *h, double *trace, double *squares)
{
  double mine[2] = {0.0, 0.0}, all[2];

  for (size_t i = 0; i < h->nrow; i++) {
    mine[0] += block_trace(&h->diagonal[9 * i], h->dim) / h->mass[i];
    mine[1] += block_squares(&h->diagonal[9 * i]);
  }
  for (size_t n = 0; n < h->nblock; n++) {
    const inm_block *b = &h->block[n];
    mine[1] += block_squares(b->k);
    if (b->col == h->tag[b->row]) mine[0] += block_trace(b->k, h->dim) / h->mass[b->row];
  }
  MPI_Allreduce(mine, all, 2, MPI_DOUBLE, MPI_SUM, h->comm);
  *trace = h->scale * all[0];
  *squares = all[1];
}
