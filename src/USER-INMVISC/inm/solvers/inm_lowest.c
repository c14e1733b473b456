/* Lowest modes by Chebyshev-filtered subspace iteration (Zhou, Saad, Tiago, Chelikowsky, J. Comput.
   Phys. 219, 172 (2006)):

     1. filter:  X <- p(D) X  with a Chebyshev polynomial that is small on the unwanted interval
        [cut, highest] and grows fast below it
     2. orthonormalize X by the eigenvectors of X^T X (Stathopoulos, Wu, SIAM J. Sci. Comput. 23, 2165
        (2002))
     3. Rayleigh-Ritz: eigenpairs of X^T D X; the largest Ritz value is the next cut

   until the residuals of the wanted pairs are small.  X has 1.5 times as many vectors as are wanted,
   which leaves a gap between the wanted ones and the cut.

   Vectors are stored in groups of eight (inm_block_product.h).  Start vectors are functions of the atom
   ID and sums run over all ranks, so results do not depend on the distribution, except for rounding. */

#include "solvers/inm_lowest.h"

#include "base/inm_lapack.h"
#include "base/inm_pages.h"
#include "comm/inm_atom_order.h"
#include "hessian/inm_block_product.h"
#include "hessian/inm_hessian_private.h"
#include "hessian/inm_translations.h"
#include "inm_random.h"
#include "modes/inm_mode_table.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  CHUNK = 256,      /* rows rotated at a time */
  MOST_ROUNDS = 60, /* of the iteration; typically about 5 */
  HIGHEST_DEGREE = 200
};

static const double max_residual = 1.0e-10; /* relative to the interval */
/* ln of the amplification of the lowest mode relative to modes at the cut, bounded so that its rounding
   errors do not swamp the others */
static const double largest_growth = 23.0;

typedef struct {
  const inm_hessian *h;
  const inm_request *request;
  double lo, hi; /* an interval that contains all eigenvalues */
  inm_block_matrix *matrix;
  size_t m, ngroup;        /* vectors, groups of them */
  size_t rows, group_size; /* 3 nrow; elements of a group, with ghost rows */
  inm_translations translations;
  double *x, *dx;           /* [ngroup][ncol][3][INM_GROUP]  X and D X */
  double *work;             /* one group */
  double *chunk[2];         /* [CHUNK][m] */
  double *gram;             /* [m][m] */
  double *theta, *residual; /* [m] */
  size_t nproduct;
  void *memory;
} subspace;

size_t inm_lowest_vectors(size_t count)
{
  const size_t more = (count / 2 > 16) ? count / 2 : 16;
  return (count + more + INM_GROUP - 1) / INM_GROUP * INM_GROUP;
}

static size_t doubles_for(size_t m, size_t group_size)
{
  return (2 * m / INM_GROUP + 1) * group_size + 2 * CHUNK * m + m * m + 2 * m;
}

double inm_lowest_bytes_for(const inm_hessian *h, size_t count)
{
  return inm_block_matrix_bytes_for(h) +
      8.0 * (double) doubles_for(inm_lowest_vectors(count), INM_ATOM_GROUP * h->ncol);
}

static inm_status allocate(subspace *s)
{
  const size_t n = s->ngroup * s->group_size;

  s->memory =
      inm_malloc_for_blas(doubles_for(s->m, s->group_size) * sizeof(double) + INM_CACHE_LINE);
  inm_prefer_large_pages(s->memory, doubles_for(s->m, s->group_size) * sizeof(double));
  if (!s->memory) return INM_ERR_ALLOC;
  s->x = (double *) inm_on_cache_line(s->memory);
  s->dx = s->x + n;
  s->work = s->dx + n;
  s->chunk[0] = s->work + s->group_size;
  s->chunk[1] = s->chunk[0] + CHUNK * s->m;
  s->gram = s->chunk[1] + CHUNK * s->m;
  s->theta = s->gram + s->m * s->m;
  s->residual = s->theta + s->m;
  return INM_OK;
}

static double *group_of(const subspace *s, double *x, size_t g)
{
  return x + g * s->group_size;
}

static void start(subspace *s)
{
  for (size_t g = 0; g < s->ngroup; g++) {
    double *x = group_of(s, s->x, g);
    for (size_t i = 0; i < s->h->nrow; i++)
      for (int a = 0; a < 3; a++)
        for (int v = 0; v < INM_GROUP; v++)
          x[INM_ATOM_GROUP * i + (size_t) (INM_GROUP * a + v)] =
              (a < s->h->dim) ? inm_random_sign(s->h->tag[i], a, (int) (INM_GROUP * g) + v) : 0.0;
  }
}

static inm_status leave_out_translations(subspace *s)
{
  inm_status status = INM_OK;
  for (size_t g = 0; g < s->ngroup && status == INM_OK; g++)
    status = inm_project_out_translations(s->h, &s->translations, group_of(s, s->x, g));
  return status;
}

/* ---- 1. filter -------------------------------------------------------------------------------- */

/* y = a D x + b x - c y */
static inm_status multiply(subspace *s, double a, double b, double c, double *x, double *y)
{
  double unused[2 * INM_GROUP];
  s->nproduct++;
  return inm_block_multiply(s->matrix, a, b, c, x, y, unused);
}

/* Degree that keeps the growth at the lowest eigenvalue bounded: T_d(t) ~ exp(d arccosh t). */
static int degree_for(double lowest, double cut, double highest)
{
  const double t = 1.0 + 2.0 * (cut - lowest) / (highest - cut);
  const double degree = (t > 1.0) ? largest_growth / acosh(t) : HIGHEST_DEGREE;
  return (degree < HIGHEST_DEGREE) ? (int) degree + 1 : (int) HIGHEST_DEGREE;
}

/* The scaled recursion of Zhou et al., which makes the polynomial 1 at lowest.  The result is in x. */
static inm_status filter_group(subspace *s, double lowest, double cut, double highest, double *x)
{
  const int degree = degree_for(lowest, cut, highest);
  const double half = 0.5 * (highest - cut), centre = 0.5 * (highest + cut);
  const double first = half / (lowest - centre);
  double sigma = first, *now = x, *next = s->work;
  inm_status status;

  memset(next, 0, s->group_size * sizeof(*next));
  status = multiply(s, sigma / half, -centre * sigma / half, 0.0, now, next);
  for (int k = 1; k < degree && status == INM_OK; k++) {
    double *before = now;
    const double sigma_next = 1.0 / (2.0 / first - sigma), factor = 2.0 * sigma_next / half;
    now = next;
    next = before; /* the next term overwrites the previous one */
    status = multiply(s, factor, -centre * factor, sigma * sigma_next, now, next);
    sigma = sigma_next;
  }
  if (next != x) memcpy(x, next, s->rows * INM_GROUP * sizeof(*x));
  return status;
}

static inm_status filter(subspace *s, double lowest, double cut)
{
  inm_status status = INM_OK;
  for (size_t g = 0; g < s->ngroup && status == INM_OK; g++)
    status = filter_group(s, lowest, cut, s->hi, group_of(s, s->x, g));
  return (status == INM_OK) ? leave_out_translations(s) : status;
}

/* ---- products and rotations of all vectors ----------------------------------------------------- */

/* rows first..first+count-1 of all vectors, to or from chunk [count][m] */
static void take_rows(const subspace *s, double *x, size_t first, size_t count, double *chunk)
{
  for (size_t g = 0; g < s->ngroup; g++)
    for (size_t r = 0; r < count; r++)
      memcpy(&chunk[r * s->m + g * INM_GROUP], group_of(s, x, g) + (first + r) * INM_GROUP,
             INM_GROUP * sizeof(*chunk));
}

static void put_rows(const subspace *s, double *x, size_t first, size_t count, const double *chunk)
{
  for (size_t g = 0; g < s->ngroup; g++)
    for (size_t r = 0; r < count; r++)
      memcpy(group_of(s, x, g) + (first + r) * INM_GROUP, &chunk[r * s->m + g * INM_GROUP],
             INM_GROUP * sizeof(*chunk));
}

static size_t rows_of_chunk(const subspace *s, size_t first)
{
  return (s->rows - first < CHUNK) ? s->rows - first : CHUNK;
}

/* gram = X^T Y over all ranks, symmetric */
static inm_status form_gram(subspace *s, double *x, double *y)
{
  const int m = (int) s->m;
  const double one = 1.0;

  memset(s->gram, 0, s->m * s->m * sizeof(*s->gram));
  for (size_t first = 0; first < s->rows; first += CHUNK) {
    const int count = (int) rows_of_chunk(s, first);
    take_rows(s, x, first, (size_t) count, s->chunk[0]);
    take_rows(s, y, first, (size_t) count, s->chunk[1]);
    dgemm_("N", "T", &m, &m, &count, &one, s->chunk[0], &m, s->chunk[1], &m, &one, s->gram, &m);
  }
  MPI_Allreduce(MPI_IN_PLACE, s->gram, m * m, MPI_DOUBLE, MPI_SUM, s->h->comm);
  for (size_t i = 0; i < s->m; i++)
    for (size_t j = 0; j < i; j++) {
      const double mean = 0.5 * (s->gram[i * s->m + j] + s->gram[j * s->m + i]);
      if (!isfinite(mean)) return INM_ERR_NONFINITE;
      s->gram[i * s->m + j] = s->gram[j * s->m + i] = mean;
    }
  return INM_OK;
}

/* x <- x Q with the columns of Q in gram */
static void rotate(subspace *s, double *x)
{
  const int m = (int) s->m;
  const double one = 1.0, zero = 0.0;

  for (size_t first = 0; first < s->rows; first += CHUNK) {
    const int count = (int) rows_of_chunk(s, first);
    take_rows(s, x, first, (size_t) count, s->chunk[0]);
    dgemm_("T", "N", &m, &count, &m, &one, s->gram, &m, s->chunk[0], &m, &zero, s->chunk[1], &m);
    put_rows(s, x, first, (size_t) count, s->chunk[1]);
  }
}

/* Overwrite gram by its eigenvectors; eigenvalues in theta.  All ranks use those of the root, so that they
   agree to the last bit. */
static inm_status diagonalize_gram(subspace *s)
{
  const int m = (int) s->m, lwork = 1 + 6 * m + 2 * m * m, liwork = 3 + 5 * m, root = 0;
  int info = 0, me;
  double *work = (double *) inm_malloc_for_blas((size_t) lwork * sizeof(*work));
  int *iwork = (int *) malloc((size_t) liwork * sizeof(*iwork));
  inm_status status = inm_status_sync((work && iwork) ? INM_OK : INM_ERR_ALLOC, s->h->comm);

  MPI_Comm_rank(s->h->comm, &me);
  if (status == INM_OK) {
    if (me == root)
      dsyevd_("V", "L", &m, s->gram, &m, s->theta, work, &lwork, iwork, &liwork, &info);
    status = inm_status_sync(info ? INM_ERR_LAPACK : INM_OK, s->h->comm);
  }
  if (status == INM_OK) {
    MPI_Bcast(s->gram, m * m, MPI_DOUBLE, root, s->h->comm);
    MPI_Bcast(s->theta, m, MPI_DOUBLE, root, s->h->comm);
  }
  free(work);
  free(iwork);
  return status;
}

/* ---- 2. orthonormal basis --------------------------------------------------------------------- */

/* With d = 1/|x|:  d X^T X d = U L U^T,  X <- X d U L^-1/2.
   After one pass the error still grows with the condition number of X; a second pass leaves rounding. */
static inm_status orthonormalize_once(subspace *s)
{
  inm_status status = form_gram(s, s->x, s->x);
  double *scale = s->residual; /* borrowed as workspace */

  if (status != INM_OK) return status;
  for (size_t i = 0; i < s->m; i++) {
    const double square = s->gram[i * s->m + i];
    scale[i] = (square > 0.0) ? 1.0 / sqrt(square) : 0.0;
  }
  for (size_t i = 0; i < s->m; i++)
    for (size_t j = 0; j < s->m; j++) s->gram[i * s->m + j] *= scale[i] * scale[j];
  status = diagonalize_gram(s);
  if (status != INM_OK) return status;
  const double floor = DBL_EPSILON * (double) s->m * s->theta[s->m - 1];
  for (size_t c = 0; c < s->m; c++) {
    const double factor = 1.0 / sqrt(fmax(s->theta[c], floor));
    for (size_t i = 0; i < s->m; i++) s->gram[c * s->m + i] *= scale[i] * factor;
  }
  rotate(s, s->x);
  return INM_OK;
}

static inm_status orthonormalize(subspace *s)
{
  inm_status status = INM_OK;
  for (int pass = 0; pass < 2 && status == INM_OK; pass++) status = orthonormalize_once(s);
  return status;
}

/* ---- 3. Rayleigh-Ritz ------------------------------------------------------------------------- */

/* residual [m] = |D x - theta x| */
static void find_residuals(subspace *s)
{
  memset(s->residual, 0, s->m * sizeof(*s->residual));
  for (size_t g = 0; g < s->ngroup; g++) {
    const double *x = group_of(s, s->x, g), *dx = group_of(s, s->dx, g);
    for (size_t r = 0; r < s->rows; r++)
      for (size_t v = 0; v < INM_GROUP; v++) {
        const double d = dx[r * INM_GROUP + v] - s->theta[g * INM_GROUP + v] * x[r * INM_GROUP + v];
        s->residual[g * INM_GROUP + v] += d * d;
      }
  }
  MPI_Allreduce(MPI_IN_PLACE, s->residual, (int) s->m, MPI_DOUBLE, MPI_SUM, s->h->comm);
  for (size_t v = 0; v < s->m; v++) s->residual[v] = sqrt(s->residual[v]);
}

static inm_status rayleigh_ritz(subspace *s)
{
  inm_status status = INM_OK;

  memset(s->dx, 0, s->ngroup * s->group_size * sizeof(*s->dx));
  for (size_t g = 0; g < s->ngroup && status == INM_OK; g++)
    status = multiply(s, 1.0, 0.0, 0.0, group_of(s, s->x, g), group_of(s, s->dx, g));
  if (status == INM_OK) status = form_gram(s, s->x, s->dx);
  if (status == INM_OK) status = diagonalize_gram(s);
  if (status != INM_OK) return status;
  rotate(s, s->x);
  rotate(s, s->dx);
  find_residuals(s);
  return INM_OK;
}

static int has_converged(const subspace *s)
{
  const double bound = max_residual * (s->hi - s->lo);
  for (size_t v = 0; v < s->request->nlowest; v++)
    if (!(s->residual[v] <= bound)) return 0;
  return 1;
}

/* Put the first cut at zero, the end of the unstable modes, if zero is in the interval. */
static inm_status iterate(subspace *s)
{
  const double lo = s->lo, hi = s->hi;
  double lowest = lo, cut = (lo < 0.0 && hi > 0.0) ? 0.0 : lo + 0.1 * (hi - lo);
  inm_status status = INM_OK;

  start(s);
  for (int round = 0; round < MOST_ROUNDS && status == INM_OK; round++) {
    status = filter(s, lowest, cut);
    if (status == INM_OK) status = orthonormalize(s);
    if (status == INM_OK) status = rayleigh_ritz(s);
    if (status == INM_OK && has_converged(s)) return INM_OK;
    lowest = s->theta[0];
    cut = s->theta[s->m - 1];
    if (!(cut < hi)) cut = 0.5 * (lowest + hi);
  }
  return (status == INM_OK) ? INM_ERR_ACCURACY : status;
}

/* ---- the table -------------------------------------------------------------------------------- */

/* |e_i|^2 of vector v on row i, and its elements */
static double intensity_of(const subspace *s, size_t i, size_t v, double *e)
{
  const double *x = group_of(s, s->x, v / INM_GROUP) + INM_ATOM_GROUP * i + v % INM_GROUP;
  double sum = 0.0;
  for (size_t a = 0; a < 3; a++) {
    e[a] = x[INM_GROUP * a];
    sum += e[a] * e[a];
  }
  return sum;
}

/* partial sums over the atoms of this rank: sum_i |e_i|^4 in pr, overlaps in proj2, weights */
static void add_up_mode(const subspace *s, size_t v, inm_modes *m)
{
  const inm_hessian *h = s->h;
  double e[3];

  for (size_t i = 0; i < h->nrow; i++) {
    const double intensity = intensity_of(s, i, v, e);
    m->pr[v] += intensity * intensity;
    m->weight[(size_t) (h->type[i] - 1) * m->n + v] += intensity / h->mass[i];
    for (int k = 0; k < m->nproj; k++) {
      const double *b = &s->request->proj[3 * ((size_t) k * h->nrow + i)];
      m->proj2[(size_t) k * m->n + v] +=
          (e[0] * b[0] + e[1] * b[1] + e[2] * b[2]) / sqrt(h->mass[i]);
    }
  }
}

static void finish_modes(const subspace *s, inm_modes *m)
{
  const MPI_Comm comm = s->h->comm;

  MPI_Allreduce(MPI_IN_PLACE, m->pr, (int) m->n, MPI_DOUBLE, MPI_SUM, comm);
  MPI_Allreduce(MPI_IN_PLACE, m->weight, (int) ((size_t) m->ntypes * m->n), MPI_DOUBLE, MPI_SUM,
                comm);
  MPI_Allreduce(MPI_IN_PLACE, m->proj2, (int) ((size_t) m->nproj * m->n), MPI_DOUBLE, MPI_SUM,
                comm);
  for (size_t v = 0; v < m->n; v++) {
    const int is_zero = fabs(s->theta[v]) <= INM_ZERO_SIZE * fmax(fabs(s->lo), fabs(s->hi));
    m->lambda[v] = is_zero ? 0.0 : s->theta[v];
    m->nzero += (size_t) is_zero;
    m->pr[v] = 1.0 / ((double) m->natom * m->pr[v]);
    m->cls[v] =
        (signed char) (is_zero ? INM_ZERO : inm_classify(m->lambda[v], m->pr[v], s->request->edge));
    for (int k = 0; k < m->nproj; k++)
      m->proj2[(size_t) k * m->n + v] *= m->proj2[(size_t) k * m->n + v];
  }
}

/* arrays by atom: masses, mean intensities of the classes, the chosen eigenvector */
static void fill_atoms(const subspace *s, inm_modes *m)
{
  const inm_hessian *h = s->h;
  double number[3] = {0.0, 0.0, 0.0}, e[3];

  m->kept = inm_modes_find_keep(m, s->request);
  for (size_t v = 0; v < m->n; v++)
    for (int c = 0; c < 3; c++) number[c] += (inm_class_column(m->cls[v]) == c);
  for (size_t i = 0; i < h->nrow; i++) {
    const size_t k = inm_tag_index(m->tag, m->natom, h->tag[i]);
    m->mass[k] = h->mass[i];
    for (size_t v = 0; v < m->n; v++) {
      const int c = inm_class_column(m->cls[v]);
      const double intensity = intensity_of(s, i, v, e);
      if (c >= 0) m->intensity[3 * k + (size_t) c] += intensity / number[c];
      if (v == m->kept) memcpy(&m->eigenvector[3 * k], e, sizeof(e));
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, m->mass, (int) m->natom, MPI_DOUBLE, MPI_SUM, h->comm);
  MPI_Allreduce(MPI_IN_PLACE, m->intensity, (int) (3 * m->natom), MPI_DOUBLE, MPI_SUM, h->comm);
  MPI_Allreduce(MPI_IN_PLACE, m->eigenvector, (int) (3 * m->natom), MPI_DOUBLE, MPI_SUM, h->comm);
  for (size_t k = 0; k < m->natom; k++)
    for (size_t c = 0; c < 3; c++) {
      if (number[c] == 0.0) m->intensity[3 * k + c] = NAN;
      if (m->kept == m->n) m->eigenvector[3 * k + c] = NAN;
    }
  inm_modes_fix_sign(m);
}

static inm_status fill_table(const subspace *s, inm_modes *m)
{
  inm_status status = inm_gather_tags(s->h->comm, s->h->nrow, s->h->tag, &m->tag, &m->natom);

  if (status != INM_OK) return status;
  m->dim = s->h->dim;
  m->ntypes = s->request->ntypes;
  m->nproj = s->request->nproj;
  m->solver = "lowest";
  m->nthread = 1;
  m->grid[0] = m->grid[1] = 1;
  status = inm_status_sync(inm_modes_alloc_rows(m, s->request->nlowest), s->h->comm);
  if (status != INM_OK) return status;
  inm_modes_clear(m);
  for (size_t v = 0; v < m->n; v++) add_up_mode(s, v, m);
  finish_modes(s, m);
  fill_atoms(s, m);
  return INM_OK;
}

/* ---- driver ----------------------------------------------------------------------------------- */

/* returns the number of modes without the free translations */
static size_t count_modes(const subspace *s)
{
  double natom = (double) s->h->nrow;

  MPI_Allreduce(MPI_IN_PLACE, &natom, 1, MPI_DOUBLE, MPI_SUM, s->h->comm);
  return (size_t) s->h->dim * (size_t) natom - s->translations.count;
}

static inm_status check_request(subspace *s)
{
  inm_status status = INM_OK;

  s->m = inm_lowest_vectors(s->request->nlowest);
  s->ngroup = s->m / INM_GROUP;
  if (s->request->nlowest < 1 || !(s->lo < s->hi)) status = INM_ERR_ARG;
  if (inm_hessian_largest_type(s->h) > s->request->ntypes) status = INM_ERR_ARG;
  if (count_modes(s) < 2 * s->m) status = INM_ERR_ARG;
  if (s->m > 32766) status = INM_ERR_SIZE; /* largest order for dsyevd */
  return inm_status_sync(status, s->h->comm);
}

inm_status inm_lowest_modes(const inm_hessian *h, const inm_request *request, double lowest,
                            double highest, inm_modes *modes, size_t *products)
{
  subspace s;
  inm_status status;

  inm_modes_free(modes);
  memset(&s, 0, sizeof(s));
  s.h = h;
  s.request = request;
  s.lo = lowest;
  s.hi = highest;
  status = inm_translations_find(h, request->is_free, &s.translations);
  if (status == INM_OK) status = check_request(&s);
  if (status == INM_OK) status = inm_block_matrix_create(&s.matrix, h);
  if (status == INM_OK) {
    s.rows = 3 * inm_block_matrix_nrow(s.matrix);
    s.group_size = INM_ATOM_GROUP * inm_block_matrix_ncol(s.matrix);
    status = inm_status_sync(allocate(&s), h->comm);
  }
  if (status == INM_OK) status = iterate(&s);
  if (status == INM_OK) status = fill_table(&s, modes);
  if (status != INM_OK) inm_modes_free(modes);
  if (products) *products = s.nproduct;
  free(s.memory);
  inm_translations_free(&s.translations);
  inm_block_matrix_destroy(&s.matrix);
  return status;
}
