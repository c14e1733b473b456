/* Synthetic matrices: crystals and random points with pair interactions. */

#include "replay.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  size_t natom;
  double edge, cutoff;                               /* of the cubic box */
  void (*slopes)(double r, double *du, double *du2); /* du/dr and d2u/dr2 */
  double *x;                                         /* [natom][3] in 0..edge */
} model;

/* uniform in [0,1), from a hash of k: splitmix64 */
static double uniform(uint64_t k)
{
  uint64_t z = (k + 1) * UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return (double) ((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static void lennard_jones(double r, double *du, double *du2)
{
  const double s6 = 1.0 / (r * r * r * r * r * r);
  *du = (24.0 * s6 - 48.0 * s6 * s6) / r;
  *du2 = (624.0 * s6 * s6 - 168.0 * s6) / (r * r);
}

static void gaussian(double r, double *du, double *du2)
{
  const double u = exp(-r * r);
  *du = -2.0 * r * u;
  *du2 = (4.0 * r * r - 2.0) * u;
}

/* ---- neighbors ------------------------------------------------------------------------------- */

/* Linked-cell list with bins no narrower than the cutoff, unless the box is. */
typedef struct {
  int n, reach;          /* bins along an edge; how many bins away a neighbor can be */
  int32_t *first, *next; /* [n^3], [natom]: linked lists of atoms, ended by -1 */
} bins;

static int bin_of(const model *m, const bins *b, size_t i, int a)
{
  const int k = (int) (m->x[3 * i + (size_t) a] / m->edge * b->n);
  return k < b->n ? k : b->n - 1;
}

static inm_status fill_bins(const model *m, bins *b)
{
  const double most = cbrt((double) m->natom) + 1.0; /* more bins would be empty */
  const double wanted = floor(m->edge / m->cutoff);
  b->n = (int) fmax(1.0, fmin(wanted, most));
  b->reach = (int) ceil(m->cutoff * b->n / m->edge);
  const size_t nbin = (size_t) b->n * (size_t) b->n * (size_t) b->n;
  b->first = (int32_t *) malloc(nbin * sizeof(*b->first));
  b->next = (int32_t *) malloc((m->natom + 1) * sizeof(*b->next));
  if (!b->first || !b->next) return INM_ERR_ALLOC;

  for (size_t k = 0; k < nbin; k++) b->first[k] = -1;
  for (size_t i = m->natom; i-- > 0;) {
    const int k = (bin_of(m, b, i, 0) * b->n + bin_of(m, b, i, 1)) * b->n + bin_of(m, b, i, 2);
    b->next[i] = b->first[k];
    b->first[k] = (int32_t) i;
  }
  return INM_OK;
}

static void free_bins(bins *b)
{
  free(b->first);
  free(b->next);
}

typedef inm_status (*visitor)(void *ctx, size_t i, size_t j, const double *dr);

/* Count each pair once: i and an image of j, shift boxes away.  Of two opposite images of i, take one. */
static int is_given(size_t i, size_t j, const int *shift)
{
  if (i != j) return j > i;
  for (int a = 0; a < 3; a++)
    if (shift[a] != 0) return shift[a] > 0;
  return 0;
}

static inm_status visit_bin(const model *m, const bins *b, size_t i, const int *place,
                            visitor visit, void *ctx)
{
  int shift[3], k = 0;
  inm_status status = INM_OK;

  for (int a = 0; a < 3; a++) {
    shift[a] = (int) floor((double) place[a] / b->n);
    k = k * b->n + place[a] - shift[a] * b->n;
  }
  for (int32_t j = b->first[k]; j >= 0 && status == INM_OK; j = b->next[j]) {
    double dr[3], rsq = 0.0;
    for (int a = 0; a < 3; a++) {
      dr[a] = m->x[3 * i + (size_t) a] - m->x[3 * (size_t) j + (size_t) a] - shift[a] * m->edge;
      rsq += dr[a] * dr[a];
    }
    if (rsq < m->cutoff * m->cutoff && is_given(i, (size_t) j, shift))
      status = visit(ctx, i, (size_t) j, dr);
  }
  return status;
}

/* All pairs of atom i: with atoms of a higher number, and with half of its own images. */
static inm_status visit_pairs(const model *m, const bins *b, size_t i, visitor visit, void *ctx)
{
  int place[3], from[3];
  inm_status status = INM_OK;

  for (int a = 0; a < 3; a++) from[a] = bin_of(m, b, i, a);
  for (int c = -b->reach; c <= b->reach; c++)
    for (int d = -b->reach; d <= b->reach; d++)
      for (int e = -b->reach; e <= b->reach && status == INM_OK; e++) {
        place[0] = from[0] + c;
        place[1] = from[1] + d;
        place[2] = from[2] + e;
        status = visit_bin(m, b, i, place, visit, ctx);
      }
  return status;
}

/* ---- Hessian --------------------------------------------------------------------------------- */

typedef struct {
  const model *m;
  inm_hessian *h;
  size_t first, last; /* atoms of this rank */
  int32_t *site;      /* [natom] -1 if neither own nor ghost */
  int64_t *ghost;     /* [nghost] tags */
  size_t nghost;
} part;

static inm_status note_ghost(void *ctx, size_t i, size_t j, const double *dr)
{
  part *p = (part *) ctx;
  (void) i;
  (void) dr;
  if (p->site[j] < 0) {
    p->site[j] = (int32_t) (p->last - p->first + p->nghost);
    p->ghost[p->nghost++] = (int64_t) j + 1;
  }
  return INM_OK;
}

static inm_status add_pair(void *ctx, size_t i, size_t j, const double *dr)
{
  const part *p = (const part *) ctx;
  double du, du2;
  p->m->slopes(sqrt(dr[0] * dr[0] + dr[1] * dr[1] + dr[2] * dr[2]), &du, &du2);
  return inm_hessian_add_central(p->h, p->site[i], p->site[j], dr, du, du2);
}

static inm_status begin(part *p)
{
  const size_t nrow = p->last - p->first;
  int64_t *tag = (int64_t *) malloc((nrow + 1) * sizeof(*tag));
  int *type = (int *) malloc((nrow + 1) * sizeof(*type));
  double *mass = (double *) malloc((nrow + 1) * sizeof(*mass));
  inm_status status = (tag && type && mass) ? INM_OK : INM_ERR_ALLOC;

  for (size_t r = 0; r < nrow && status == INM_OK; r++) {
    tag[r] = (int64_t) (p->first + r) + 1;
    type[r] = 1 + (int) (tag[r] % 5 == 0);
    mass[r] = (type[r] == 1) ? 1.0 : 1.5;
  }
  if (status == INM_OK)
    status = inm_hessian_begin(p->h, nrow, tag, type, mass, p->nghost, p->ghost);
  free(tag);
  free(type);
  free(mass);
  return status;
}

static inm_status fill(part *p)
{
  bins b = {0, 0, NULL, NULL};
  inm_status status = fill_bins(p->m, &b);

  p->site = (int32_t *) malloc((p->m->natom + 1) * sizeof(*p->site));
  p->ghost = (int64_t *) malloc((p->m->natom + 1) * sizeof(*p->ghost));
  if (!p->site || !p->ghost) status = INM_ERR_ALLOC;
  if (status == INM_OK)
    for (size_t i = 0; i < p->m->natom; i++)
      p->site[i] = (i >= p->first && i < p->last) ? (int32_t) (i - p->first) : -1;
  for (size_t i = p->first; i < p->last && status == INM_OK; i++)
    status = visit_pairs(p->m, &b, i, note_ghost, p);
  if (status == INM_OK) status = begin(p);
  for (size_t i = p->first; i < p->last && status == INM_OK; i++)
    status = visit_pairs(p->m, &b, i, add_pair, p);
  free_bins(&b);
  free(p->site);
  free(p->ghost);
  return status;
}

static inm_status make(inm_hessian **h, MPI_Comm comm, const model *m, double *box)
{
  part p = {m, NULL, 0, 0, NULL, NULL, 0};
  int me, nprocs;

  MPI_Comm_rank(comm, &me);
  MPI_Comm_size(comm, &nprocs);
  p.first = m->natom * (size_t) me / (size_t) nprocs;
  p.last = m->natom * (size_t) (me + 1) / (size_t) nprocs;
  for (int a = 0; a < 3; a++) box[4 * a] = m->edge;
  inm_status status = m->x ? inm_hessian_create(h, comm, 3, 1.0) : INM_ERR_ALLOC;
  p.h = *h;
  if (status == INM_OK) status = fill(&p);
  status = inm_status_sync(status, comm);
  return (status == INM_OK) ? inm_hessian_end(*h) : status;
}

/* ---- the two --------------------------------------------------------------------------------- */

static model start(size_t natom, double cutoff, void (*slopes)(double r, double *du, double *du2))
{
  model m;
  m.natom = natom;
  m.edge = cbrt((double) natom);
  m.cutoff = cutoff;
  m.slopes = slopes;
  m.x = (double *) malloc((3 * natom + 1) * sizeof(*m.x));
  return m;
}

static double wrapped(double x, double edge)
{
  x -= floor(x / edge) * edge;
  return (x < edge) ? x : 0.0;
}

inm_status replay_fcc(inm_hessian **h, MPI_Comm comm, size_t cells, double *box)
{
  static const double site[4][3] = {{0, 0, 0}, {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}};
  const double amplitude = 0.1;
  *h = NULL;
  if (cells > 400) return INM_ERR_SIZE;

  model m = start(4 * cells * cells * cells, 2.5, lennard_jones);
  const double cell = m.edge / (double) cells;
  for (size_t i = 0; m.x && i < m.natom; i++) {
    const size_t k = i / 4, at[3] = {k / (cells * cells), k / cells % cells, k % cells};
    for (size_t a = 0; a < 3; a++)
      m.x[3 * i + a] = wrapped(((double) at[a] + site[i % 4][a]) * cell +
                                   amplitude * (2.0 * uniform(3 * i + a) - 1.0),
                               m.edge);
  }
  const inm_status status = make(h, comm, &m, box);
  free(m.x);
  return status;
}

inm_status replay_random(inm_hessian **h, MPI_Comm comm, size_t natom, double *box)
{
  *h = NULL;
  if (natom > INT32_MAX / 8) return INM_ERR_SIZE;

  model m = start(natom, 3.5, gaussian);
  for (size_t k = 0; m.x && k < 3 * natom; k++) m.x[k] = m.edge * uniform(k);
  const inm_status status = make(h, comm, &m, box);
  free(m.x);
  return status;
}
