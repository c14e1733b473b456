#include "hessian/inm_translations.h"

#include "hessian/inm_block_product.h"
#include "hessian/inm_hessian_private.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SUMS = 4 }; /* of a part: mass, and |D t|^2 M for each direction */

static inm_status allocate(const inm_hessian *h, inm_translations *t)
{
  const size_t n = t->parts.npart;

  if (n > (size_t) INT_MAX / INM_ATOM_GROUP) return INM_ERR_SIZE;
  t->mass = (double *) malloc((n + 1) * sizeof(*t->mass));
  t->is_free = (int *) malloc((3 * n + 1) * sizeof(*t->is_free));
  t->alone = (int *) calloc(3 * h->nrow + 1, sizeof(*t->alone));
  t->overlap = (double *) malloc((INM_ATOM_GROUP * n + 1) * sizeof(*t->overlap));
  return (t->mass && t->is_free && t->alone && t->overlap) ? INM_OK : INM_ERR_ALLOC;
}

/* largest diagonal element of D on all ranks */
static double largest_diagonal(const inm_hessian *h)
{
  double largest = 0.0;

  for (size_t i = 0; i < h->nrow; i++)
    for (int a = 0; a < h->dim; a++)
      largest = fmax(largest, fabs(h->scale * h->diagonal[9 * i + 4 * (size_t) a]) / h->mass[i]);
  MPI_Allreduce(MPI_IN_PLACE, &largest, 1, MPI_DOUBLE, MPI_MAX, h->comm);
  return largest;
}

/* y [nrow][3] = sqrt(M) D t for the translations in direction a: net force on a row, over sqrt(m) */
static inm_status net_forces(const inm_hessian *h, size_t a, double *u, double *y)
{
  for (size_t x = 0; x < 3 * h->nrow; x++) u[x] = (x % 3 == a) ? 1.0 : 0.0;
  const inm_status status = inm_hessian_multiply(h, u, y);
  for (size_t x = 0; x < 3 * h->nrow && status == INM_OK; x++)
    y[x] *= h->scale / sqrt(h->mass[x / 3]);
  return status;
}

/* is_free [3] of a translation with these sums */
static void decide(const inm_hessian *h, const double *sums, const int *known, double bound,
                   int *is_free)
{
  for (int a = 0; a < 3; a++)
    is_free[a] = (a < h->dim) && (known[a] || sqrt(sums[1 + a] / sums[0]) <= bound);
}

/* Sum over parts, and decide.  sums [npart][SUMS] is zeroed workspace, u, y [nrow][3] too. */
static inm_status find_free(const inm_hessian *h, const int *known, inm_translations *t,
                            double *sums, double *own, double *u, double *y)
{
  const size_t n = t->parts.npart;
  const double bound = INM_ZERO_SIZE * largest_diagonal(h);
  double count = 0.0, counted = 0.0;
  int me;

  for (size_t a = 0; a < 3; a++) {
    const inm_status status = net_forces(h, a, u, y);
    if (status != INM_OK) return status;
    for (size_t i = 0; i < h->nrow; i++)
      for (size_t b = 0; b < (size_t) h->dim; b++)
        own[SUMS * i + 1 + a] += y[3 * i + b] * y[3 * i + b];
  }
  for (size_t i = 0; i < h->nrow; i++) {
    own[SUMS * i] = h->mass[i];
    if (t->parts.part[i] == n) {
      decide(h, &own[SUMS * i], known, bound, &t->alone[3 * i]);
      for (int a = 0; a < 3; a++) count += t->alone[3 * i + (size_t) a];
    } else {
      for (size_t k = 0; k < SUMS; k++) sums[SUMS * t->parts.part[i] + k] += own[SUMS * i + k];
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, sums, (int) (SUMS * n), MPI_DOUBLE, MPI_SUM, h->comm);
  MPI_Comm_rank(h->comm, &me);
  for (size_t p = 0; p < n; p++) {
    t->mass[p] = sums[SUMS * p];
    decide(h, &sums[SUMS * p], known, bound, &t->is_free[3 * p]);
    for (int a = 0; a < 3 && me == 0; a++) count += t->is_free[3 * p + (size_t) a];
  }
  MPI_Allreduce(&count, &counted, 1, MPI_DOUBLE, MPI_SUM, h->comm);
  t->count = (size_t) counted;
  return INM_OK;
}

void inm_translations_free(inm_translations *t)
{
  free(t->mass);
  free(t->is_free);
  free(t->alone);
  free(t->overlap);
  free(t->vectors[0]);
  free(t->vectors[1]);
  inm_block_matrix_destroy(&t->normal);
  inm_parts_free(&t->parts);
  memset(t, 0, sizeof(*t));
}

static inm_status find_normal(const inm_hessian *h, inm_translations *t)
{
  if (!h->normal) return INM_OK;
  inm_status status = inm_block_matrix_create(&t->normal, h->normal);
  if (status != INM_OK) return status;
  const size_t n = INM_ATOM_GROUP * inm_block_matrix_ncol(t->normal) + 1;
  t->vectors[0] = (double *) malloc(n * sizeof(double));
  t->vectors[1] = (double *) malloc(n * sizeof(double));
  t->count += h->constraints.count;
  return inm_status_sync((t->vectors[0] && t->vectors[1]) ? INM_OK : INM_ERR_ALLOC, h->comm);
}

inm_status inm_translations_find(const inm_hessian *h, const int *is_free, inm_translations *t)
{
  double *work = NULL;

  memset(t, 0, sizeof(*t));
  inm_status status = inm_parts_find(h, &t->parts);
  if (status != INM_OK) return status;
  const size_t nsum = SUMS * t->parts.npart, nown = SUMS * h->nrow, nvec = 3 * h->nrow;
  work = (double *) calloc(nsum + nown + 2 * nvec + 1, sizeof(*work));
  status = inm_status_sync(work ? allocate(h, t) : INM_ERR_ALLOC, h->comm);
  if (status == INM_OK)
    status =
        find_free(h, is_free, t, work, work + nsum, work + nsum + nown, work + nsum + nown + nvec);
  free(work);
  if (status == INM_OK) status = find_normal(h, t);
  if (status != INM_OK) inm_translations_free(t);
  return status;
}

/* ---- projection ------------------------------------------------------------------------------- */

static void leave_out_atom(const int *is_free, double *x)
{
  for (size_t k = 0; k < INM_ATOM_GROUP; k++)
    if (is_free[k / INM_GROUP]) x[k] = 0.0;
}

static inm_status project_out_normal(const inm_hessian *h, const inm_translations *t, double *x)
{
  const size_t bytes = INM_ATOM_GROUP * h->nrow * sizeof(*x);
  double unused[2 * INM_GROUP];

  memcpy(t->vectors[0], x, bytes);
  memset(t->vectors[1], 0, bytes);
  const inm_status status =
      inm_block_multiply(t->normal, -1.0, 1.0, 0.0, t->vectors[0], t->vectors[1], unused);
  if (status == INM_OK) memcpy(x, t->vectors[1], bytes);
  return status;
}

inm_status inm_project_out_translations(const inm_hessian *h, const inm_translations *t, double *x)
{
  const size_t n = t->parts.npart, *part = t->parts.part;

  memset(t->overlap, 0, INM_ATOM_GROUP * n * sizeof(*t->overlap));
  for (size_t i = 0; i < h->nrow; i++)
    for (size_t k = 0; k < INM_ATOM_GROUP && part[i] < n; k++)
      t->overlap[INM_ATOM_GROUP * part[i] + k] += sqrt(h->mass[i]) * x[INM_ATOM_GROUP * i + k];
  MPI_Allreduce(MPI_IN_PLACE, t->overlap, (int) (INM_ATOM_GROUP * n), MPI_DOUBLE, MPI_SUM, h->comm);
  for (size_t p = 0; p < n; p++)
    for (size_t k = 0; k < INM_ATOM_GROUP; k++)
      t->overlap[INM_ATOM_GROUP * p + k] *= t->is_free[3 * p + k / INM_GROUP] ? 1.0 / t->mass[p]
                                                                              : 0.0;
  for (size_t i = 0; i < h->nrow; i++) {
    double *xi = &x[INM_ATOM_GROUP * i];
    if (part[i] == n) leave_out_atom(&t->alone[3 * i], xi);
    for (size_t k = 0; k < INM_ATOM_GROUP && part[i] < n; k++)
      xi[k] -= sqrt(h->mass[i]) * t->overlap[INM_ATOM_GROUP * part[i] + k];
  }
  return t->normal ? project_out_normal(h, t, x) : INM_OK;
}
