/* Dense solver on one rank with LAPACK.

   all vectors        dsyevd, divide and conquer
   unstable vectors   dsytrd, dsterf for all eigenvalues, dstemr for the lowest, dormtr
   no vectors         dsytrd, dsterf  */

#include "base/inm_lapack.h"
#include "eigen/inm_tridiagonal_vectors.h"
#include "solvers/inm_solver_entry.h"

#include <stdlib.h>
#include <string.h>

/* vectors passed to the filler at a time: enough for BLAS-3 in dormtr */
enum { PANEL = 256 };

/* the int lwork of dsyevd is at least 1 + 6n + 2n^2; the others index n^2 elements */
static const size_t largest_n_all = 32766, largest_n = 46340;

static inm_status lapack_can(const inm_job *job)
{
  const size_t largest = (job->vectors == INM_VECTORS_ALL) ? largest_n_all : largest_n;
  if (job->vectors == INM_VECTORS_LOWEST || job->precision != INM_DOUBLE) return INM_ERR_ARG;
  return (job->n <= largest) ? INM_OK : INM_ERR_SIZE;
}

static double lapack_bytes(const inm_job *job)
{
  const double n = (double) job->n;
  const double matrices = (job->vectors == INM_VECTORS_ALL) ? 3.0
      : (job->vectors == INM_VECTORS_UNSTABLE)              ? 1.0 + 1.0 / 3.0
                                                            : 1.0;
  return 8.0 * (matrices * n * n + 64.0 * n);
}

/* more than 4/3 n^3, since memory bandwidth limits half of the tridiagonalization */
static double lapack_work(const inm_job *job)
{
  const double n = (double) job->n;
  const double c = (job->vectors == INM_VECTORS_ALL) ? 10.0
      : (job->vectors == INM_VECTORS_UNSTABLE)       ? 5.7
                                                     : 4.6;
  return c * n * n * n / job->nthread;
}

static inm_status lapack_status(int info)
{
  return (info == 0) ? INM_OK : INM_ERR_LAPACK;
}

/* all eigenvectors, left in d->a */
static inm_status solve_all(inm_dense *d, inm_filler *f)
{
  const int n = (int) d->n, query = -1;
  int lwork, liwork, info, isize;
  double size;
  double *lambda = NULL, *work = NULL;
  int *iwork = NULL;
  inm_status status = INM_ERR_ALLOC;

  dsyevd_("V", "L", &n, d->a, &n, &size, &size, &query, &isize, &query, &info);
  lwork = (int) size;
  liwork = isize;
  lambda = (double *) inm_malloc_for_blas(d->n * sizeof(*lambda));
  work = (double *) inm_malloc_for_blas((size_t) lwork * sizeof(*work));
  iwork = (int *) malloc((size_t) liwork * sizeof(*iwork));
  if (!lambda || !work || !iwork) goto done;

  dsyevd_("V", "L", &n, d->a, &n, lambda, work, &lwork, iwork, &liwork, &info);
  status = lapack_status(info);
  if (status == INM_OK) {
    inm_fill_spectrum(f, lambda);
    status = inm_fill_panel(f, 0, d->n, d->a);
  }
  if (status == INM_OK) inm_fill_means(f);

done:
  free(lambda);
  free(work);
  free(iwork);
  return status;
}

/* D = Q T Q^T: T in diagonal, offdiagonal; Q as reflectors in d->a and tau */
static inm_status tridiagonalize(inm_dense *d, double *diagonal, double *offdiagonal, double *tau)
{
  const int n = (int) d->n, query = -1;
  int lwork, info;
  double size;

  dsytrd_("L", &n, d->a, &n, diagonal, offdiagonal, tau, &size, &query, &info);
  lwork = (int) size;
  double *work = (double *) inm_malloc_for_blas((size_t) lwork * sizeof(*work));
  if (!work) return INM_ERR_ALLOC;
  dsytrd_("L", &n, d->a, &n, diagonal, offdiagonal, tau, work, &lwork, &info);
  free(work);
  return lapack_status(info);
}

/* z = Q z, panel by panel, each passed on when it is complete */
static inm_status back_transform(inm_dense *d, const double *tau, size_t k, double *z,
                                 inm_filler *f)
{
  const int n = (int) d->n, panel = PANEL, query = -1;
  int lwork, info = 0;
  double size;
  inm_status status = INM_OK;

  dormtr_("L", "L", "N", &n, &panel, d->a, &n, tau, z, &n, &size, &query, &info);
  lwork = (int) size;
  double *work = (double *) inm_malloc_for_blas((size_t) lwork * sizeof(*work));
  if (!work) return INM_ERR_ALLOC;
  for (size_t first = 0; first < k && status == INM_OK; first += PANEL) {
    const int count = (k - first < PANEL) ? (int) (k - first) : (int) PANEL;
    double *part = &z[first * d->n];
    dormtr_("L", "L", "N", &n, &count, d->a, &n, tau, part, &n, work, &lwork, &info);
    status = lapack_status(info);
    if (status == INM_OK) status = inm_fill_panel(f, first, (size_t) count, part);
  }
  free(work);
  return status;
}

/* vectors of the lowest modes, as many as are needed, from T and the reflectors */
static inm_status lowest_vectors(inm_dense *d, double *diagonal, double *offdiagonal,
                                 const double *tau, inm_filler *f)
{
  const size_t k = inm_fill_wanted(f);
  inm_status status;

  if (k == 0) return INM_OK;
  double *z = (double *) inm_malloc_for_blas(k * d->n * sizeof(*z));
  if (!z) return INM_ERR_ALLOC;
  status = inm_tridiagonal_vectors(d->n, diagonal, offdiagonal, 0, k, z);
  if (status == INM_OK) status = back_transform(d, tau, k, z, f);
  free(z);
  return status;
}

/* all eigenvalues, and the vectors of the unstable ones if wanted */
static inm_status solve_lowest(inm_dense *d, inm_filler *f)
{
  const int n = (int) d->n;
  inm_status status;
  int info;

  double *t = (double *) inm_malloc_for_blas(5 * d->n * sizeof(*t)); /* T, a copy of it, tau */
  if (!t) return INM_ERR_ALLOC;
  double *diagonal = t, *offdiagonal = t + d->n, *tau = t + 4 * d->n;
  double *lambda = t + 2 * d->n, *scratch = t + 3 * d->n;

  status = tridiagonalize(d, diagonal, offdiagonal, tau);
  if (status == INM_OK) {
    memcpy(lambda, diagonal, 2 * d->n * sizeof(*t));
    dsterf_(&n, lambda, scratch, &info);
    status = lapack_status(info);
  }
  if (status == INM_OK) {
    inm_fill_spectrum(f, lambda);
    status = lowest_vectors(d, diagonal, offdiagonal, tau, f);
  }
  if (status == INM_OK) inm_fill_means(f);
  free(t);
  return status;
}

static inm_status lapack_solve(inm_dense *d, inm_filler *f)
{
  return (f->request->vectors == INM_VECTORS_ALL) ? solve_all(d, f) : solve_lowest(d, f);
}

const inm_solver inm_solver_lapack = {"lapack",
                                      INM_ON_ROOT,
                                      {NULL, NULL, NULL, INM_NO_SINGLE("lapack"), NULL,
                                       INM_NO_LOWEST("lapack"), INM_NO_PRODUCTS("lapack")},
                                      lapack_can,
                                      lapack_bytes,
                                      lapack_work,
                                      lapack_solve,
                                      NULL,
                                      NULL};
