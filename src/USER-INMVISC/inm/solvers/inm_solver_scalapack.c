/* Distributed solver with ScaLAPACK.

     1. D = Q T Q^T, dense to tridiagonal                 pdsytrd
     2. all eigenvalues of T, replicated on every rank    dsterf on one rank
     3. for the wanted modes, panel by panel:
        eigenvectors of T, each rank a subset             dstemr
        redistribution of complete columns to the grid    inm_cyclic_spread
        back-transformation by Q                          pdormtr
        entry in the mode table                           inm_distributed_take
   Besides the matrix, a rank needs memory for a few panels only.

   Why not a driver: pdsyevx and pdsyevr need room for all vectors besides the matrix, and pdsyevx
   orthogonalizes a cluster only as far as it fits on one rank.  dstemr is pdsyevr's method.  Modes are
   divided among ranks at gaps, and the overlap across a gap is of the order eps |T| / gap.  A cluster
   stays on one rank.  If it is too large, or dstemr fails (Reference-LAPACK issues 151 and 466), then

     2. T = Z L Z^T by divide and conquer                 pdstedc
     3. back-transformation by Q                          pdormtr
   which is insensitive to clusters but needs another three matrices. */

#if defined(INM_SCALAPACK)

#include "base/inm_lapack.h"
#include "eigen/inm_tridiagonal_vectors.h"
#include "solvers/inm_distributed.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif
int Csys2blacs_handle(MPI_Comm comm);
void Cfree_blacs_system_handle(int handle);
void Cblacs_gridinit(int *context, const char *order, int nprow, int npcol);
void Cblacs_gridexit(int context);

void pdsytrd_(const char *uplo, const int *n, double *a, const int *ia, const int *ja,
              const int *desca, double *d, double *e, double *tau, double *work, const int *lwork,
              int *info);
void pdormtr_(const char *side, const char *uplo, const char *trans, const int *m, const int *n,
              const double *a, const int *ia, const int *ja, const int *desca, const double *tau,
              double *c, const int *ic, const int *jc, const int *descc, double *work,
              const int *lwork, int *info);
void pdstedc_(const char *compz, const int *n, double *d, double *e, double *q, const int *iq,
              const int *jq, const int *descq, double *work, const int *lwork, int *iwork,
              const int *liwork, int *info);
#ifdef __cplusplus
}
#endif

/* relative to the norm; closer modes stay on one rank */
static const double cluster_gap = 1.0e-6;

static const int one = 1;

typedef struct {
  inm_distributed *p;
  int context;                    /* BLACS grid */
  int n, desc[9];                 /* order and descriptor of the matrix */
  double *tau;                    /* [ncol] reflectors of Q, in the matrix */
  double *diagonal, *offdiagonal; /* [n] each, T on every rank */
} tridiagonal;

/* descriptor of n columns, distributed in blocks of width columns */
static void describe(const tridiagonal *t, int n, int width, int *desc)
{
  const inm_cyclic *d = &t->p->d;
  const int all[9] = {1, t->context, t->n, n, d->block, width, 0, 0, (int) d->nrow};
  memcpy(desc, all, sizeof(all));
}

static inm_status scalapack_can(const inm_job *job)
{
  if (job->vectors == INM_VECTORS_LOWEST || job->precision != INM_DOUBLE) return INM_ERR_ARG;
  return inm_cyclic_fits(job->n, job->nprocs) ? INM_OK : INM_ERR_SIZE;
}

static double scalapack_bytes(const inm_job *job)
{
  const double columns = (job->vectors == INM_VECTORS_NONE) ? 0.0
                                                            : 3.0 * INM_DISTRIBUTED_VECTORS + 24.0;
  return 8.0 * (inm_cyclic_largest_part(job->n, job->nprocs) + (columns + 16.0) * (double) job->n) +
      INM_CYCLIC_WORKSPACE;
}

static double scalapack_work(const inm_job *job)
{
  const double n = (double) job->n;
  const double c = (job->vectors == INM_VECTORS_ALL) ? 13.8
      : (job->vectors == INM_VECTORS_UNSTABLE)       ? 7.5
                                                     : 5.3;
  return c * n * n * n / job->nprocs;
}

/* ---- 1. T and Q ------------------------------------------------------------------------------- */

/* replicate T, which pdsytrd leaves on the diagonal and below it, on every rank */
static void share_tridiagonal(tridiagonal *t)
{
  const inm_cyclic *d = &t->p->d;

  memset(t->diagonal, 0, 2 * d->n * sizeof(double));
  for (size_t col = 0; col < d->ncol; col++) {
    const size_t k = inm_cyclic_global(col, d->block, d->mycol, d->npcol);
    const double *a = &d->a[col * d->nrow];
    if (inm_cyclic_owner(k, d->block, d->nprow) == d->myrow)
      t->diagonal[k] = a[inm_cyclic_local(k, d->block, d->nprow)];
    if (k + 1 < d->n && inm_cyclic_owner(k + 1, d->block, d->nprow) == d->myrow)
      t->offdiagonal[k] = a[inm_cyclic_local(k + 1, d->block, d->nprow)];
  }
  MPI_Allreduce(MPI_IN_PLACE, t->diagonal, 2 * t->n, MPI_DOUBLE, MPI_SUM, d->comm);
}

static inm_status reduce(tridiagonal *t)
{
  const inm_cyclic *d = &t->p->d;
  double *local = (double *) inm_malloc_for_blas(2 * d->ncol * sizeof(*local));
  double *work = NULL, size = 0.0;
  int lwork = -1, info = 0;

  pdsytrd_("L", &t->n, d->a, &one, &one, t->desc, local, local, t->tau, &size, &lwork, &info);
  lwork = (int) size;
  work = (double *) inm_malloc_for_blas((size_t) lwork * sizeof(*work));
  const inm_status status = inm_status_sync((local && work) ? INM_OK : INM_ERR_ALLOC, d->comm);
  if (status == INM_OK)
    pdsytrd_("L", &t->n, d->a, &one, &one, t->desc, local, local + d->ncol, t->tau, work, &lwork,
             &info);
  free(local);
  free(work);
  if (status != INM_OK || info != 0) return (status != INM_OK) ? status : INM_ERR_LAPACK;
  share_tridiagonal(t);
  return INM_OK;
}

/* z = Q z; the ncolumn columns of z are distributed in blocks of width columns */
static inm_status back_transform(const tridiagonal *t, int ncolumn, int width, double *z)
{
  const inm_cyclic *d = &t->p->d;
  int desc[9], lwork = -1, info = 0;
  double size = 0.0;

  describe(t, ncolumn, width, desc);
  pdormtr_("L", "L", "N", &t->n, &ncolumn, d->a, &one, &one, t->desc, t->tau, z, &one, &one, desc,
           &size, &lwork, &info);
  lwork = (int) size;
  double *work = (double *) inm_malloc_for_blas((size_t) lwork * sizeof(*work));
  const inm_status status = inm_status_sync(work ? INM_OK : INM_ERR_ALLOC, d->comm);
  if (status == INM_OK)
    pdormtr_("L", "L", "N", &t->n, &ncolumn, d->a, &one, &one, t->desc, t->tau, z, &one, &one, desc,
             work, &lwork, &info);
  free(work);
  return (status == INM_OK && info != 0) ? INM_ERR_LAPACK : status;
}

/* ---- 2. eigenvalues --------------------------------------------------------------------------- */

static inm_status eigenvalues(const tridiagonal *t)
{
  const inm_cyclic *d = &t->p->d;
  inm_status status = INM_OK;

  if (d->myrow == 0 && d->mycol == 0) {
    double *scratch = (double *) inm_malloc_for_blas(d->n * sizeof(*scratch));
    int info = 0;
    if (scratch) {
      memcpy(t->p->lambda, t->diagonal, d->n * sizeof(*scratch));
      memcpy(scratch, t->offdiagonal, d->n * sizeof(*scratch));
      dsterf_(&t->n, t->p->lambda, scratch, &info);
    }
    status = !scratch ? INM_ERR_ALLOC : (info != 0) ? INM_ERR_LAPACK : INM_OK;
    free(scratch);
  }
  status = inm_status_sync(status, d->comm);
  if (status == INM_OK) inm_distributed_spectrum(t->p);
  return status;
}

/* ---- 3. eigenvectors, panel by panel ---------------------------------------------------------- */

/* Modes are divided into portions start[k]..start[k+1]-1.  A panel has one for each rank, and those of
   a grid column are consecutive.  Portions beyond the last are empty. */
typedef struct {
  size_t *start; /* [nportion+1] */
  size_t nportion, largest;
} portions;

static size_t portion_start(const portions *s, size_t k)
{
  return s->start[(k < s->nportion) ? k : s->nportion];
}

/* INM_ERR_ACCURACY if a cluster is too large for a rank.  The same result on all ranks. */
static inm_status divide(const inm_distributed *p, size_t nvector, portions *s)
{
  const inm_cyclic *d = &p->d;
  const size_t nranks = (size_t) (d->nprow * d->npcol), most = INM_DISTRIBUTED_VECTORS;
  const size_t fair = (nvector + nranks - 1) / nranks, usual = (fair < most) ? fair : most;
  const size_t limit = (d->n / nranks > 4 * most) ? d->n / nranks : 4 * most;
  const double gap = cluster_gap * fmax(fabs(p->lambda[0]), fabs(p->lambda[d->n - 1]));

  s->start[0] = s->nportion = s->largest = 0;
  while (s->start[s->nportion] < nvector) {
    const size_t first = s->start[s->nportion];
    size_t end = (nvector - first < usual) ? nvector : first + usual;
    while (end < nvector && p->lambda[end] - p->lambda[end - 1] <= gap) end++;
    if (end - first > limit || end - first > INT_MAX / 2 / d->n) return INM_ERR_ACCURACY;
    if (end - first > s->largest) s->largest = end - first;
    s->start[++s->nportion] = end;
  }
  return INM_OK;
}

typedef struct {
  double *whole, *buffer; /* [largest][n] */
  double *part;           /* [nprow*largest][nrow] */
  double *t;              /* [2][n] a copy of T */
  size_t *mode;           /* [nprow*largest] */
  int *begin;             /* [nprow+1] */
} workspace;

static void free_workspace(workspace *w)
{
  free(w->whole);
  free(w->part);
  free(w->t);
  free(w->mode);
  free(w->begin);
}

static inm_status allocate_workspace(const inm_cyclic *d, size_t largest, workspace *w)
{
  const size_t nprow = (size_t) d->nprow;

  w->whole = (double *) inm_malloc_for_blas(2 * largest * d->n * sizeof(double));
  w->part = (double *) inm_malloc_for_blas(nprow * largest * d->nrow * sizeof(double));
  w->t = (double *) inm_malloc_for_blas(2 * d->n * sizeof(double));
  w->mode = (size_t *) malloc(nprow * largest * sizeof(*w->mode));
  w->begin = (int *) malloc((nprow + 1) * sizeof(*w->begin));
  if (!(w->whole && w->part && w->t && w->mode && w->begin)) return INM_ERR_ALLOC;
  w->buffer = w->whole + largest * d->n;
  return INM_OK;
}

/* Columns per grid column in the panel that starts with a portion: those of the widest grid column.
   The others are padded with zeros. */
static size_t panel_width(const inm_cyclic *d, const portions *s, size_t portion)
{
  const size_t nprow = (size_t) d->nprow;
  size_t width = 0;

  for (int col = 0; col < d->npcol; col++, portion += nprow) {
    const size_t count = portion_start(s, portion + nprow) - portion_start(s, portion);
    if (count > width) width = count;
  }
  return width;
}

static inm_status solve_panel(tridiagonal *t, const portions *s, size_t first_portion, workspace *w)
{
  const inm_cyclic *d = &t->p->d;
  const size_t nprow = (size_t) d->nprow, width = panel_width(d, s, first_portion);
  const size_t of_column = first_portion + nprow * (size_t) d->mycol;
  const size_t start = portion_start(s, of_column);
  const size_t mine = portion_start(s, of_column + (size_t) d->myrow);
  const size_t count = portion_start(s, of_column + (size_t) d->myrow + 1) - mine;
  inm_status status = INM_OK;

  for (size_t r = 0; r <= nprow; r++) w->begin[r] = (int) (portion_start(s, of_column + r) - start);
  const size_t used = (size_t) w->begin[nprow];
  for (size_t k = 0; k < used; k++) w->mode[k] = start + k;

  memcpy(w->t, t->diagonal, 2 * d->n * sizeof(*w->t));
  if (count > 0) status = inm_tridiagonal_vectors(d->n, w->t, w->t + d->n, mine, count, w->whole);
  if (status == INM_ERR_LAPACK) status = INM_ERR_ACCURACY; /* divide and conquer may succeed */
  status = inm_status_sync(status, d->comm);
  if (status != INM_OK) return status;

  inm_cyclic_spread(d, w->begin, w->whole, w->part, w->buffer);
  memset(&w->part[used * d->nrow], 0, (width - used) * d->nrow * sizeof(*w->part));
  status = back_transform(t, (int) width * d->npcol, (int) width, w->part);
  if (status == INM_OK) inm_distributed_take(t->p, w->begin, w->mode, w->part, w->whole, w->buffer);
  return status;
}

static inm_status solve_panels(tridiagonal *t)
{
  const inm_cyclic *d = &t->p->d;
  const size_t nvector = inm_fill_wanted(&t->p->f), nranks = (size_t) (d->nprow * d->npcol);
  portions s = {(size_t *) malloc((nvector + 1) * sizeof(size_t)), 0, 0};
  workspace w = {NULL, NULL, NULL, NULL, NULL, NULL};
  inm_status status = inm_status_sync(s.start ? INM_OK : INM_ERR_ALLOC, d->comm);

  if (status == INM_OK) status = divide(t->p, nvector, &s);
  if (status == INM_OK) status = inm_status_sync(allocate_workspace(d, s.largest, &w), d->comm);
  for (size_t k = 0; k < s.nportion && status == INM_OK; k += nranks)
    status = solve_panel(t, &s, k, &w);
  free(s.start);
  free_workspace(&w);
  return status;
}

/* ---- 2. and 3. by divide and conquer ---------------------------------------------------------- */

/* lambda and z, all eigenpairs of T; diagonal and offdiagonal are destroyed */
static inm_status divide_and_conquer(const tridiagonal *t, double *z)
{
  const inm_cyclic *d = &t->p->d;
  int lwork = -1, liwork = -1, info = 0, isize = 0;
  double size = 0.0, *work;
  int *iwork;

  pdstedc_("I", &t->n, t->diagonal, t->offdiagonal, z, &one, &one, t->desc, &size, &lwork, &isize,
           &liwork, &info);
  /* the workspace query omits the part for sorting (Reference-ScaLAPACK issue 74) */
  const size_t sorting = d->n + d->nrow * ((size_t) d->block + d->ncol);
  const size_t room = ((size_t) size > sorting) ? (size_t) size : sorting;
  lwork = (int) room;
  liwork = isize;
  work = (double *) inm_malloc_for_blas(room * sizeof(*work));
  iwork = (int *) malloc((size_t) liwork * sizeof(*iwork));
  inm_status status = (room > INT_MAX) ? INM_ERR_SIZE : (work && iwork) ? INM_OK : INM_ERR_ALLOC;
  status = inm_status_sync(status, d->comm);
  if (status == INM_OK)
    pdstedc_("I", &t->n, t->diagonal, t->offdiagonal, z, &one, &one, t->desc, work, &lwork, iwork,
             &liwork, &info);
  free(work);
  free(iwork);
  if (status == INM_OK && info != 0) status = INM_ERR_LAPACK;
  if (status == INM_OK) memcpy(t->p->lambda, t->diagonal, d->n * sizeof(double));
  return status;
}

static inm_status solve_all(tridiagonal *t)
{
  const inm_cyclic *d = &t->p->d;
  /* pdstedc adds to z, contrary to its documentation, so start with zeros */
  double *z = (double *) inm_calloc_for_blas(d->nrow * d->ncol, sizeof(*z));
  inm_status status = inm_status_sync(z ? INM_OK : INM_ERR_ALLOC, d->comm);

  if (status == INM_OK) status = divide_and_conquer(t, z);
  if (status == INM_OK) {
    inm_distributed_spectrum(t->p);
    const size_t nvector = inm_fill_wanted(&t->p->f);
    if (nvector > 0) status = back_transform(t, (int) nvector, d->block, z);
    if (status == INM_OK) status = inm_distributed_take_all(t->p, nvector, z);
  }
  free(z);
  return status;
}

/* ---- driver ----------------------------------------------------------------------------------- */

static inm_status solve_on_grid(tridiagonal *t)
{
  const inm_cyclic *d = &t->p->d;
  const int system = Csys2blacs_handle(d->comm);
  inm_status status;

  t->context = system;
  Cblacs_gridinit(&t->context, "Row", d->nprow, d->npcol);
  describe(t, t->n, d->block, t->desc);
  status = reduce(t);
  if (status == INM_OK && t->p->attempt > 0) {
    status = solve_all(t);
  } else if (status == INM_OK) {
    status = eigenvalues(t);
    if (status == INM_OK) status = solve_panels(t);
  }
  Cblacs_gridexit(t->context);
  Cfree_blacs_system_handle(system);
  return status;
}

static inm_status scalapack_solve(inm_distributed *p)
{
  const size_t n = p->d.n;
  double *vectors = (double *) inm_malloc_for_blas((2 * n + p->d.ncol) * sizeof(*vectors));
  tridiagonal t = {p, 0, (int) n, {0}, vectors, vectors + p->d.ncol, vectors + p->d.ncol + n};
  inm_status status = inm_status_sync(vectors ? INM_OK : INM_ERR_ALLOC, p->d.comm);

  if (status == INM_OK) status = solve_on_grid(&t);
  free(vectors);
  return status;
}

const inm_solver inm_solver_scalapack = {"scalapack",
                                         INM_ON_GRID,
                                         {NULL, NULL, NULL, INM_NO_SINGLE("scalapack"), NULL,
                                          INM_NO_LOWEST("scalapack"), INM_NO_PRODUCTS("scalapack")},
                                         scalapack_can,
                                         scalapack_bytes,
                                         scalapack_work,
                                         NULL,
                                         scalapack_solve,
                                         NULL};

#else
typedef int inm_not_built; /* ISO C forbids an empty translation unit */
#endif
