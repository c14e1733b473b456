/* From a Hessian to the mode table with a distributed solver: inm_distributed.h */

#include "solvers/inm_distributed.h"

#include "comm/inm_atom_order.h"
#include "hessian/inm_hessian_private.h"
#include "inm_cores.h"
#include "inm_random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- vectors ---------------------------------------------------------------------------------- */

void inm_distributed_spectrum(inm_distributed *p)
{
  MPI_Bcast(p->lambda, (int) p->d.n, MPI_DOUBLE, 0, p->d.comm);
  inm_fill_spectrum(&p->f, p->lambda);
}

void inm_distributed_take(inm_distributed *p, const int *begin, const size_t *mode,
                          const double *part, double *whole, double *buffer)
{
  const size_t n = p->d.n;
  const int first = begin[p->d.myrow], last = begin[p->d.myrow + 1];

  inm_cyclic_complete(&p->d, begin, part, whole, buffer);
  for (int k = first; k < last; k++) {
    double *e = &whole[(size_t) (k - first) * n];
    const double c = inm_random_sign((int64_t) mode[k], 0, 0), c_lambda = c * p->lambda[mode[k]];
    for (size_t i = 0; i < n; i++) {
      p->sum[i] += c * e[i];
      p->image[i] += c_lambda * e[i];
    }
    inm_fill_panel(&p->f, mode[k], 1, e);
  }
  p->nvector += last - first;
}

inm_status inm_distributed_take_all(inm_distributed *p, size_t nvector, const double *z)
{
  const inm_cyclic *d = &p->d;
  const size_t most = INM_DISTRIBUTED_VECTORS, panel = most * (size_t) d->nprow;
  const size_t ncol = inm_cyclic_count(nvector, d->block, d->mycol, d->npcol);
  double *work = (double *) malloc(2 * most * d->n * sizeof(*work));
  size_t *mode = (size_t *) malloc(panel * sizeof(*mode));
  int *begin = (int *) malloc(((size_t) d->nprow + 1) * sizeof(*begin));
  const inm_status status =
      inm_status_sync((work && mode && begin) ? INM_OK : INM_ERR_ALLOC, d->comm);

  for (size_t first = 0; first < ncol && status == INM_OK; first += panel) {
    const size_t count = (ncol - first < panel) ? ncol - first : panel;
    for (size_t k = 0; k < count; k++)
      mode[k] = inm_cyclic_global(first + k, d->block, d->mycol, d->npcol);
    for (size_t r = 0; r <= (size_t) d->nprow; r++)
      begin[r] = (int) (count * r / (size_t) d->nprow);
    inm_distributed_take(p, begin, mode, &z[first * d->nrow], work, work + most * d->n);
  }
  free(work);
  free(mode);
  free(begin);
  return status;
}

/* ---- check ------------------------------------------------------------------------------------ */

/* Check all vectors at once, with random signs c_p in y = sum_p c_p e_p and z = sum_p c_p lambda_p e_p:
     |y|^2 - count = sum_p (|e_p|^2 - 1) + 2 sum_{p<q} c_p c_q e_p.e_q
     |D y - z|^2   = about sum_p |D e_p - lambda_p e_p|^2
   A single wrong vector or overlapping pair shows.  D is applied as sparse blocks, which checks the
   distributed matrix too.  Eigenvalues are checked by their sum and sum of squares. */
static const double max_overlap = 1.0e-7;
static const double max_residual = 1.0e-10; /* this and the next relative to the largest |lambda| */
static const double max_lambda_error = 1.0e-12; /* mean over all modes */

/* |D y - z|^2 over the rows of this rank */
static inm_status residual(const inm_distributed *p, const inm_hessian *h, const int64_t *tag,
                           double *square)
{
  const size_t dim = (size_t) p->atoms.dim, natom = p->atoms.natom;
  const double *mass = p->atoms.mass;
  double *u = (double *) calloc(6 * h->nrow + 1, sizeof(*u)), *hu = u ? u + 3 * h->nrow : NULL;
  double total = 0.0, rigid[3] = {0.0, 0.0, 0.0}; /* sum_i sqrt(m_i) y_i / M */
  inm_status status = inm_status_sync(u ? INM_OK : INM_ERR_ALLOC, h->comm);

  if (status != INM_OK) goto done;
  for (size_t i = 0; i < natom; i++) {
    total += mass[i];
    for (size_t a = 0; a < dim; a++)
      if (p->f.request->is_free[a]) rigid[a] += sqrt(mass[i]) * p->sum[dim * i + a];
  }
  for (size_t r = 0; r < h->nrow; r++) {
    const size_t i = inm_tag_index(tag, natom, h->tag[r]);
    for (size_t a = 0; a < dim; a++) u[3 * r + a] = p->sum[dim * i + a] / sqrt(mass[i]);
  }
  status = inm_hessian_multiply(h, u, hu);
  *square = 0.0;
  for (size_t r = 0; r < h->nrow && status == INM_OK; r++) {
    const size_t i = inm_tag_index(tag, natom, h->tag[r]);
    for (size_t a = 0; a < dim; a++) {
      const double lifted = p->d.shift * rigid[a] * sqrt(mass[i]) / total;
      const double dy = h->scale * hu[3 * r + a] / sqrt(mass[i]) + lifted;
      *square += (dy - p->image[dim * i + a]) * (dy - p->image[dim * i + a]);
    }
  }

done:
  free(u);
  return status;
}

static double norm_of(const inm_distributed *p)
{
  return fmax(fabs(p->lambda[0]), fabs(p->lambda[p->d.n - 1]));
}

/* ranks of the grid only */
static inm_status check_eigenvalues(const inm_distributed *p)
{
  const double norm = norm_of(p), bound = max_lambda_error * norm * (double) p->d.n;
  double sum = 0.0, squares = 0.0;

  for (size_t k = 0; k < p->d.n; k++) {
    sum += p->lambda[k];
    squares += p->lambda[k] * p->lambda[k];
  }
  const int good =
      fabs(sum - p->d.trace) <= bound && fabs(squares - p->d.squares) <= 2.0 * norm * bound;
  return good ? INM_OK : INM_ERR_ACCURACY;
}

/* The same status on all ranks.  Collective. */
static inm_status check_vectors(inm_distributed *p, const inm_hessian *h, const int64_t *tag)
{
  const size_t n = p->d.n;
  double norm = norm_of(p), square, length = 0.0; /* some ranks have no eigenvalues for norm */

  MPI_Allreduce(MPI_IN_PLACE, &p->nvector, 1, MPI_DOUBLE, MPI_SUM, h->comm);
  if (p->nvector == 0.0) return INM_OK;
  MPI_Allreduce(MPI_IN_PLACE, p->sum, (int) n, MPI_DOUBLE, MPI_SUM, h->comm);
  MPI_Allreduce(MPI_IN_PLACE, p->image, (int) n, MPI_DOUBLE, MPI_SUM, h->comm);
  MPI_Bcast(&norm, 1, MPI_DOUBLE, 0, h->comm);
  const inm_status status = residual(p, h, tag, &square);
  if (status != INM_OK) return status;

  MPI_Allreduce(MPI_IN_PLACE, &square, 1, MPI_DOUBLE, MPI_SUM, h->comm);
  for (size_t i = 0; i < n; i++) length += p->sum[i] * p->sum[i];
  const int good = sqrt(square) <= max_residual * norm && fabs(length - p->nvector) <= max_overlap;
  return inm_status_sync(good ? INM_OK : INM_ERR_ACCURACY, h->comm);
}

/* ---- driver ----------------------------------------------------------------------------------- */

static inm_status attempt(const inm_solver *solver, inm_distributed *p, const inm_hessian *h,
                          const int64_t *tag)
{
  const int threads = inm_blas_threads();
  inm_status status =
      inm_cyclic_fill(&p->d, h, tag, p->atoms.mass, p->atoms.natom, p->f.request->is_free);

  if (status != INM_OK) return status;
  p->f.norm = p->d.norm;
  memset(p->sum, 0, p->d.n * sizeof(*p->sum));
  memset(p->image, 0, p->d.n * sizeof(*p->image));
  p->nvector = 0.0;
  if (inm_cyclic_inside(&p->d)) {
    inm_blas_set_threads(1); /* all cores have a rank at work */
    status = solver->on_grid(p);
    if (status == INM_OK) status = check_eigenvalues(p);
    inm_blas_set_threads(threads);
  }
  status = inm_status_sync(status, h->comm);
  return (status == INM_OK) ? check_vectors(p, h, tag) : status;
}

static inm_status allocate(inm_distributed *p)
{
  p->lambda = (double *) calloc(3 * p->d.n, sizeof(*p->lambda));
  if (!p->lambda || inm_fill_begin(&p->f, p->atoms.natom) != INM_OK) return INM_ERR_ALLOC;
  p->sum = p->lambda + p->d.n;
  p->image = p->sum + p->d.n;
  return INM_OK;
}

inm_status inm_distributed_solve(const inm_solver *solver, const inm_hessian *h,
                                 const inm_request *request, inm_modes *modes)
{
  const int root = 0; /* of h's communicator and of the grid */
  inm_distributed p;
  inm_status status;

  if (modes->n == 0) return INM_OK;
  memset(&p, 0, sizeof(p));
  p.f.modes = modes;
  p.f.atoms = &p.atoms;
  p.f.request = request;
  p.f.nthread = 1;
  status = inm_cyclic_create(&p.d, h->comm, modes->natom, modes->dim);
  if (status != INM_OK) return status;
  status = inm_mode_atoms_gather_all(&p.atoms, h, request, modes->tag, modes->natom);
  if (status == INM_OK) status = inm_status_sync(allocate(&p), h->comm);
  if (status != INM_OK) goto done;

  modes->grid[0] = p.d.nprow;
  modes->grid[1] = p.d.npcol;
  memcpy(modes->mass, p.atoms.mass, modes->natom * sizeof(*modes->mass));
  do status = attempt(solver, &p, h, modes->tag);
  while (status == INM_ERR_ACCURACY && p.attempt++ == 0);

  if (status == INM_OK && inm_cyclic_inside(&p.d)) {
    status = inm_fill_merge(&p.f, root, p.d.comm);
    if (status == INM_OK && p.d.myrow == 0 && p.d.mycol == 0) inm_fill_means(&p.f);
  }
  status = inm_status_sync(status, h->comm);

done:
  free(p.lambda);
  inm_fill_end(&p.f);
  inm_mode_atoms_free(&p.atoms);
  inm_cyclic_free(&p.d);
  return status;
}
