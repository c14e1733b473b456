/* Time correlations of the atoms while a simulation runs: inm_correlator.h */

#include "inm_correlator.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sums of one type: vv[nlag+2], moment[2], and in a block also msd[], number of displacements[]. */
enum { MOMENT_MV2, MOMENT_COUNT, NMOMENT };

/* What the jackknife needs of each leave-one-out sample. */
enum { PART_INTEGRAL, PART_TAIL, PART_EINSTEIN, NPART };

#define SIGNIFICANT 2.0      /* standard errors */
#define TAIL_NEGLIGIBLE 0.05 /* of the integral over the window */
#define EXPONENT_MARGIN 0.1  /* distance from 1 that still counts as diffusive */
#define RUN_OVER_LAG 20 /* lags up to a twentieth of the run: they fit in a block, so errors hold */

struct inm_correlator {
  int ntypes, nlag, norigin, nblock, dim;
  int nslot;
  int64_t nsample; /* taken so far */

  int nfull;         /* full blocks; block number nfull is open */
  int64_t per_block; /* origins of a full block */
  int64_t in_block;  /* origins in the open block so far */

  inm_sample todo;
  size_t window_width; /* doubles per type: while an origin is in its window */
  size_t block_width;  /* doubles per type: in a block */
  double *window;      /* [nslot][ntypes][window_width] */
  double *block;       /* [2*nblock][ntypes][block_width] */

  int64_t estimated_at;           /* nsample of the results below, -1: none */
  inm_friction *friction;         /* [ntypes+1] */
  double *vacf, *cbar, *integral; /* [ntypes+1][nlag+2] */
  double *msd;                    /* [ntypes+1][INM_MSD_LAGS] */
};

/* ---- life ------------------------------------------------------------------------------------ */

static double *zeros(size_t n)
{
  return (double *) calloc(n, sizeof(double));
}

static size_t nwindow(const inm_correlator *c)
{
  return (size_t) c->nslot * (size_t) c->ntypes * c->window_width;
}

static size_t block_size(const inm_correlator *c)
{
  return (size_t) c->ntypes * c->block_width;
}

static size_t nresult(const inm_correlator *c)
{
  return ((size_t) c->ntypes + 1) * ((size_t) c->nlag + 2);
}

static inm_status allocate(inm_correlator *c)
{
  const size_t nset = (size_t) c->ntypes + 1;
  c->window = zeros(nwindow(c));
  c->block = zeros(2 * (size_t) c->nblock * block_size(c));
  c->friction = (inm_friction *) calloc(nset, sizeof(inm_friction));
  c->vacf = zeros(nresult(c));
  c->cbar = zeros(nresult(c));
  c->integral = zeros(nresult(c));
  c->msd = zeros(nset * INM_MSD_LAGS);
  if (!c->window || !c->block || !c->friction || !c->vacf || !c->cbar || !c->integral || !c->msd)
    return INM_ERR_ALLOC;
  return INM_OK;
}

inm_status inm_correlator_create(inm_correlator **out, int ntypes, int nlag, int norigin,
                                 int nblock, int dim)
{
  *out = NULL;
  if (ntypes < 1 || nlag < 1 || norigin < 1 || nblock < 2 || (dim != 2 && dim != 3))
    return INM_ERR_ARG;
  if (nlag > INT_MAX - 2 - norigin) return INM_ERR_SIZE;

  inm_correlator *c = (inm_correlator *) calloc(1, sizeof(inm_correlator));
  if (!c) return INM_ERR_ALLOC;
  c->ntypes = ntypes;
  c->nlag = nlag;
  c->norigin = norigin;
  c->nblock = nblock;
  c->dim = dim;
  c->nslot = (nlag + 2 + norigin - 1) / norigin;
  c->per_block = 1;
  c->window_width = (size_t) nlag + 2 + NMOMENT;
  c->block_width = c->window_width + 2 * INM_MSD_LAGS;
  c->estimated_at = -1;

  inm_status status = INM_ERR_SIZE;
  if (block_size(c) <= INT_MAX) status = allocate(c);
  if (status != INM_OK) {
    inm_correlator_destroy(&c);
    return status;
  }
  *out = c;
  return INM_OK;
}

void inm_correlator_destroy(inm_correlator **correlator)
{
  if (!correlator || !*correlator) return;
  inm_correlator *c = *correlator;
  free(c->window);
  free(c->block);
  free(c->friction);
  free(c->vacf);
  free(c->cbar);
  free(c->integral);
  free(c->msd);
  free(c);
  *correlator = NULL;
}

int inm_correlator_nslot(const inm_correlator *c)
{
  return c->nslot;
}

int64_t inm_correlator_nsample(const inm_correlator *c)
{
  return c->nsample;
}

int64_t inm_correlator_norigin_done(const inm_correlator *c)
{
  return c->nfull * c->per_block + c->in_block;
}

int inm_correlator_nblock_full(const inm_correlator *c)
{
  return c->nfull;
}

int64_t inm_correlator_origins_per_block(const inm_correlator *c)
{
  return c->per_block;
}

size_t inm_correlator_bytes(const inm_correlator *c)
{
  const size_t nset = (size_t) c->ntypes + 1;
  return sizeof(*c) + nset * (sizeof(inm_friction) + INM_MSD_LAGS * sizeof(double)) +
      (nwindow(c) + 2 * (size_t) c->nblock * block_size(c) + 3 * nresult(c)) * sizeof(double);
}

/* ---- one sample ------------------------------------------------------------------------------ */

/* Number of the lag of k positions on a level: 1..8 on level 0, 5..8 on those above. */
static int lag_number(int level, int k)
{
  if (level == 0) return k - 1;
  return INM_MSD_RING + (level - 1) * INM_MSD_RING / 2 + (k - INM_MSD_RING / 2 - 1);
}

int64_t inm_correlator_msd_lag(const inm_correlator *c, int lag)
{
  if (lag < INM_MSD_RING) return (int64_t) c->norigin * (lag + 1);
  const int level = 1 + (lag - INM_MSD_RING) / (INM_MSD_RING / 2);
  const int k = INM_MSD_RING / 2 + 1 + (lag - INM_MSD_RING) % (INM_MSD_RING / 2);
  return ((int64_t) c->norigin << level) * k;
}

/* Levels in use at sample n: level l begins when level l-1 has filled its ring. */
static int levels_at(const inm_correlator *c, int64_t n)
{
  int level = 1;
  while (level < INM_MSD_LEVELS && n >= ((int64_t) c->norigin << (level - 1)) * INM_MSD_RING)
    level++;
  return level;
}

/* Level `level` begins now: its first positions are every second one of the level below. */
static void plan_new_level(inm_sample *todo, int level)
{
  todo->ncopy = INM_MSD_RING / 2;
  for (int j = 0; j < todo->ncopy; j++) {
    todo->copy_from[j] = (level - 1) * INM_MSD_RING + 2 * j;
    todo->copy_to[j] = level * INM_MSD_RING + j;
  }
}

/* Level `level` takes its j-th position now, and looks back at those it remembers. */
static void plan_position(inm_sample *todo, int level, int64_t j)
{
  const int first = level * INM_MSD_RING;
  for (int k = level ? INM_MSD_RING / 2 + 1 : 1; k <= INM_MSD_RING && k <= j; k++) {
    todo->pair_slot[todo->npair] = first + (int) ((j - k) % INM_MSD_RING);
    todo->pair_lag[todo->npair] = lag_number(level, k);
    todo->npair++;
  }
  todo->store_slot[todo->nstore++] = first + (int) (j % INM_MSD_RING);
}

const inm_sample *inm_correlator_begin(inm_correlator *c)
{
  inm_sample *todo = &c->todo;
  const int64_t n = c->nsample;
  const int known = n > 0 ? levels_at(c, n - 1) : 1;

  todo->nlevel = levels_at(c, n);
  todo->ncopy = todo->npair = todo->nstore = 0;
  todo->origin_slot = (n % c->norigin == 0) ? (int) (n / c->norigin % c->nslot) : -1;
  if (todo->nlevel > known) plan_new_level(todo, known);
  for (int level = 0; level < todo->nlevel; level++) {
    const int64_t stride = (int64_t) c->norigin << level;
    if (n % stride == 0) plan_position(todo, level, n / stride);
  }
  return todo;
}

/* Age of the origin in a slot at sample n, in samples; -1 if there is none with an open window. */
static int slot_lag(const inm_correlator *c, int slot, int64_t n)
{
  const int64_t newest = n / c->norigin;
  const int64_t back = (newest % c->nslot - slot + c->nslot) % c->nslot;
  const int64_t lag = n - (newest - back) * c->norigin;
  return (newest >= back && lag <= c->nlag + 1) ? (int) lag : -1;
}

/* Add the pairs of blocks up, so that there are half as many with twice the origins. */
static void merge_blocks(inm_correlator *c)
{
  const size_t width = block_size(c);
  for (int b = 0; b < c->nblock; b++) {
    double *to = c->block + (size_t) b * width;
    const double *one = c->block + (size_t) (2 * b) * width, *two = one + width;
    for (size_t i = 0; i < width; i++) to[i] = one[i] + two[i];
  }
  memset(c->block + (size_t) c->nblock * width, 0, (size_t) c->nblock * width * sizeof(double));
  c->nfull = c->nblock;
  c->per_block *= 2;
}

static void commit_origin(inm_correlator *c, double *window)
{
  for (int t = 0; t < c->ntypes; t++) {
    double *to = c->block + ((size_t) c->nfull * (size_t) c->ntypes + (size_t) t) * c->block_width;
    const double *from = window + (size_t) t * c->window_width;
    for (size_t i = 0; i < c->window_width; i++) to[i] += from[i];
  }
  memset(window, 0, (size_t) c->ntypes * c->window_width * sizeof(double));
  if (++c->in_block < c->per_block) return;
  c->in_block = 0;
  if (++c->nfull == 2 * c->nblock) merge_blocks(c);
}

/* Displacements belong to the block that is open now. */
static void add_displacements(inm_correlator *c, const double *moment, const double *msd)
{
  const int npair = c->todo.npair;
  for (int t = 0; t < c->ntypes; t++) {
    double *sum = c->block +
        ((size_t) c->nfull * (size_t) c->ntypes + (size_t) t) * c->block_width + c->window_width;
    for (int p = 0; p < npair; p++) {
      sum[c->todo.pair_lag[p]] += msd[t * npair + p];
      sum[c->todo.pair_lag[p] + INM_MSD_LAGS] += moment[t * NMOMENT + MOMENT_COUNT];
    }
  }
}

void inm_correlator_end(inm_correlator *c, const double *vv, const double *moment,
                        const double *msd)
{
  const size_t nv = (size_t) c->nlag + 2;
  if (c->todo.npair) add_displacements(c, moment, msd);
  for (int s = 0; s < c->nslot; s++) {
    const int lag = slot_lag(c, s, c->nsample);
    if (lag < 0) continue;
    double *window = c->window + (size_t) s * (size_t) c->ntypes * c->window_width;
    for (int t = 0; t < c->ntypes; t++) {
      double *sum = window + (size_t) t * c->window_width;
      sum[lag] += vv[t * c->nslot + s];
      if (lag == 0)
        for (int i = 0; i < NMOMENT; i++) sum[nv + (size_t) i] += moment[t * NMOMENT + i];
    }
    if (lag == c->nlag + 1) commit_origin(c, window);
  }
  c->nsample++;
}

/* ---- results --------------------------------------------------------------------------------- */

const inm_friction *inm_correlator_friction(const inm_correlator *c, int set)
{
  return c->friction + set;
}

const double *inm_correlator_vacf(const inm_correlator *c, int set)
{
  return c->vacf + (size_t) set * ((size_t) c->nlag + 2);
}

const double *inm_correlator_cbar(const inm_correlator *c, int set)
{
  return c->cbar + (size_t) set * ((size_t) c->nlag + 2);
}

const double *inm_correlator_integral(const inm_correlator *c, int set)
{
  return c->integral + (size_t) set * ((size_t) c->nlag + 2);
}

const double *inm_correlator_msd(const inm_correlator *c, int set)
{
  return c->msd + (size_t) set * INM_MSD_LAGS;
}

/* Scratch of an estimate, on every rank. */
typedef struct {
  double *total; /* [ntypes][block_width] sums of all blocks */
  double *part;  /* [nfull][ntypes][block_width] sums of each full block */
  double *set;   /* [block_width] sums of one set, less one block */
  double *vacf, *cbar, *integral, *work, *corr; /* [nlag+2] */
  double *msd;                                  /* [INM_MSD_LAGS] */
  double *leave_out;                            /* [nfull][ntypes+1][NPART] */
} scratch;

static void scratch_free(scratch *s)
{
  free(s->total);
  free(s->part);
  free(s->set);
  free(s->vacf);
  free(s->cbar);
  free(s->integral);
  free(s->work);
  free(s->corr);
  free(s->msd);
  free(s->leave_out);
}

static inm_status scratch_create(scratch *s, const inm_correlator *c)
{
  const size_t nv = (size_t) c->nlag + 2, nfull = (size_t) c->nfull;
  memset(s, 0, sizeof(*s));
  s->total = zeros(block_size(c));
  s->part = zeros((nfull + 1) * block_size(c));
  s->set = zeros(c->block_width);
  s->vacf = zeros(nv);
  s->cbar = zeros(nv);
  s->integral = zeros(nv);
  s->work = zeros(nv);
  s->corr = zeros(nv);
  s->msd = zeros(INM_MSD_LAGS);
  s->leave_out = zeros((nfull + 1) * ((size_t) c->ntypes + 1) * NPART);
  if (!s->total || !s->part || !s->set || !s->vacf || !s->cbar || !s->integral || !s->work ||
      !s->corr || !s->msd || !s->leave_out)
    return INM_ERR_ALLOC;
  return INM_OK;
}

/* Sums of all ranks: each full block, and everything together with the open block. */
static void reduce_blocks(const inm_correlator *c, MPI_Comm comm, scratch *s)
{
  const size_t width = block_size(c);
  for (int b = 0; b <= c->nfull; b++) {
    double *sum = s->part + (size_t) b * width;
    MPI_Allreduce(c->block + (size_t) b * width, sum, (int) width, MPI_DOUBLE, MPI_SUM, comm);
    for (size_t i = 0; i < width; i++) s->total[i] += sum[i];
  }
}

/* Sums of one set without block number `without` (-1: with all). */
static void gather_set(const inm_correlator *c, int set, int without, scratch *s)
{
  const int first = set ? set - 1 : 0, last = set ? set : c->ntypes;
  memset(s->set, 0, c->block_width * sizeof(double));
  for (int t = first; t < last; t++) {
    const double *total = s->total + (size_t) t * c->block_width;
    const double *part = without < 0
        ? NULL
        : s->part + ((size_t) without * (size_t) c->ntypes + (size_t) t) * c->block_width;
    for (size_t i = 0; i < c->block_width; i++) s->set[i] += total[i] - (part ? part[i] : 0.0);
  }
}

/* From the sums in s->set to C(n), Cbar, and the integral of the kernel. */
static void evaluate_kernel(const inm_correlator *c, double dt, scratch *s, inm_friction *f)
{
  const size_t nlag = (size_t) c->nlag, nv = nlag + 2;
  const double count = c->dim * s->set[nv + MOMENT_COUNT];

  f->kT = s->set[nv + MOMENT_MV2] / count;
  f->mass = s->set[nv + MOMENT_MV2] / s->set[0];
  for (size_t n = 0; n < nv; n++) {
    s->vacf[n] = s->set[n] / count;
    s->corr[n] = f->mass * f->mass * s->vacf[n];
  }
  inm_kernel_from_vacf(nlag, dt, s->corr, s->cbar, s->work);
  inm_kernel_integral(nlag, dt, s->cbar, inm_kernel_plateau_scale(s->corr) / f->kT, s->integral);
  f->einstein_frequency = sqrt(inm_kernel_einstein_frequency_sq(dt, s->corr));
  f->integral = s->integral[nlag];
  f->rest = inm_kernel_extrapolate(nlag, s->integral);
}

/* Mean-square displacement and kT/D of the sums in s->set.  Lags beyond a twentieth of the run
   are left out of the fit. */
static void evaluate_msd(const inm_correlator *c, double dt, scratch *s, inm_friction *f)
{
  const double *sum = s->set + c->window_width, *count = sum + INM_MSD_LAGS;
  double time[INM_MSD_LAGS], weight[INM_MSD_LAGS];

  for (int i = 0; i < INM_MSD_LAGS; i++) {
    const int64_t lag = inm_correlator_msd_lag(c, i);
    time[i] = dt * (double) lag;
    s->msd[i] = count[i] > 0.0 ? sum[i] / count[i] : NAN;
    weight[i] = (RUN_OVER_LAG * lag <= c->nsample - 1) ? count[i] : 0.0;
  }
  const inm_msd_line line = inm_msd_fit(INM_MSD_LAGS, time, s->msd, weight, c->dim);
  f->diffusion = line.diffusion;
  f->msd_exponent = line.exponent;
  f->msd_from = line.from;
  f->msd_to = line.to;
  f->einstein = f->kT / f->diffusion;
}

/* The jackknife: share the leave-one-out samples among the ranks, each the whole way. */
static void evaluate_leave_out(const inm_correlator *c, double dt, MPI_Comm comm, scratch *s)
{
  const int nset = c->ntypes + 1;
  int rank, nrank;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &nrank);

  for (int b = rank; b < c->nfull; b += nrank)
    for (int set = 0; set < nset; set++) {
      double *value = s->leave_out + ((size_t) b * (size_t) nset + (size_t) set) * NPART;
      inm_friction f;
      gather_set(c, set, b, s);
      evaluate_kernel(c, dt, s, &f);
      evaluate_msd(c, dt, s, &f);
      value[PART_INTEGRAL] = f.integral;
      value[PART_TAIL] = f.rest.tail;
      value[PART_EINSTEIN] = f.einstein;
    }
  MPI_Allreduce(MPI_IN_PLACE, s->leave_out, c->nfull * nset * NPART, MPI_DOUBLE, MPI_SUM, comm);
}

/* Errors, the tail if it is more than noise, and what the two ways to the friction are worth. */
static void judge(const inm_correlator *c, int set, scratch *s, inm_friction *f)
{
  const size_t nfull = (size_t) c->nfull, stride = ((size_t) c->ntypes + 1) * NPART;
  double *value = s->leave_out + (size_t) set * NPART;

  const double integral_error = inm_jackknife_error(nfull, stride, value + PART_INTEGRAL);
  f->tail_error = inm_jackknife_error(nfull, stride, value + PART_TAIL);
  f->einstein_error = inm_jackknife_error(nfull, stride, value + PART_EINSTEIN);
  f->tail = (f->rest.tail < SIGNIFICANT * f->tail_error) ? 0.0 : f->rest.tail;
  f->kernel = f->integral + f->tail;
  if (f->tail > 0.0)
    for (size_t b = 0; b < nfull; b++)
      value[b * stride + PART_INTEGRAL] += value[b * stride + PART_TAIL];
  f->kernel_error = inm_jackknife_error(nfull, stride, value + PART_INTEGRAL);

  /* a kernel that grows or stays has no tail to extrapolate: judge it by its last third */
  const double negligible = fmax(TAIL_NEGLIGIBLE * f->integral, SIGNIFICANT * integral_error);
  const double rest = f->rest.tail > 0.0 ? f->rest.tail : f->rest.last;
  f->decayed = rest < negligible;
  f->diffusive = fabs(f->msd_exponent - 1.0) < EXPONENT_MARGIN && f->diffusion > 0.0;
}

static void evaluate_set(inm_correlator *c, int set, double dt, scratch *s)
{
  inm_friction *f = c->friction + set;
  const size_t nv = (size_t) c->nlag + 2, at = (size_t) set * nv;
  const double norigin = (double) inm_correlator_norigin_done(c);

  gather_set(c, set, -1, s);
  evaluate_kernel(c, dt, s, f);
  evaluate_msd(c, dt, s, f);
  f->natoms = norigin > 0.0 ? s->set[nv + MOMENT_COUNT] / norigin : NAN;
  judge(c, set, s, f);
  memcpy(c->vacf + at, s->vacf, nv * sizeof(double));
  memcpy(c->cbar + at, s->cbar, nv * sizeof(double));
  memcpy(c->integral + at, s->integral, nv * sizeof(double));
  memcpy(c->msd + (size_t) set * INM_MSD_LAGS, s->msd, INM_MSD_LAGS * sizeof(double));
  if (!(f->natoms > 0.0)) { /* no window is complete, or no such atom: nothing is known */
    f->diffusion = f->integral = f->kernel = f->einstein = NAN;
    for (size_t n = 0; n < nv; n++) c->integral[at + n] = NAN;
  }
}

inm_status inm_correlator_estimate(inm_correlator *c, double dt, MPI_Comm comm)
{
  scratch s;
  if (c->estimated_at == c->nsample) return INM_OK;

  const inm_status status = inm_status_sync(scratch_create(&s, c), comm);
  if (status == INM_OK) {
    reduce_blocks(c, comm, &s);
    evaluate_leave_out(c, dt, comm, &s);
    for (int set = 0; set <= c->ntypes; set++) evaluate_set(c, set, dt, &s);
    c->estimated_at = c->nsample;
  }
  scratch_free(&s);
  return status;
}

inm_friction_source inm_friction_choose(int nset, const inm_friction *set)
{
  int decayed = 1, diffusive = 1;
  for (int i = 0; i < nset; i++) {
    if (!(set[i].natoms > 0.0)) continue;
    decayed = decayed && set[i].decayed;
    diffusive = diffusive && set[i].diffusive;
  }
  if (decayed) return INM_FROM_KERNEL;
  return diffusive ? INM_FROM_MSD : INM_FROM_UNDECAYED_KERNEL;
}

double inm_friction_value(const inm_friction *f, inm_friction_source source)
{
  return source == INM_FROM_MSD ? f->einstein : f->kernel;
}

double inm_friction_error(const inm_friction *f, inm_friction_source source)
{
  return source == INM_FROM_MSD ? f->einstein_error : f->kernel_error;
}

/* ---- restart --------------------------------------------------------------------------------- */

#define PACK_VERSION 1
enum { PACKED_VERSION, NTYPES, NLAG, NORIGIN, NBLOCK, DIM, NPARAMETER };
enum { NSAMPLE = NPARAMETER, NFULL, PER_BLOCK, IN_BLOCK, NHEADER };

static void parameters(const inm_correlator *c, double *p)
{
  p[PACKED_VERSION] = PACK_VERSION;
  p[NTYPES] = c->ntypes;
  p[NLAG] = c->nlag;
  p[NORIGIN] = c->norigin;
  p[NBLOCK] = c->nblock;
  p[DIM] = c->dim;
}

size_t inm_correlator_pack_size(const inm_correlator *c)
{
  return NHEADER + nwindow(c) + 2 * (size_t) c->nblock * block_size(c);
}

/* Sum over ranks in pieces that fit the count of MPI. */
static void reduce_long(const double *mine, double *sum, size_t n, MPI_Comm comm)
{
  const size_t piece = 1 << 24;
  for (size_t i = 0; i < n; i += piece)
    MPI_Allreduce(mine + i, sum + i, (int) (n - i < piece ? n - i : piece), MPI_DOUBLE, MPI_SUM,
                  comm);
}

inm_status inm_correlator_pack(const inm_correlator *c, MPI_Comm comm, double *buf)
{
  parameters(c, buf);
  buf[NSAMPLE] = (double) c->nsample;
  buf[NFULL] = c->nfull;
  buf[PER_BLOCK] = (double) c->per_block;
  buf[IN_BLOCK] = (double) c->in_block;
  reduce_long(c->window, buf + NHEADER, nwindow(c), comm);
  reduce_long(c->block, buf + NHEADER + nwindow(c), 2 * (size_t) c->nblock * block_size(c), comm);
  return INM_OK;
}

inm_status inm_correlator_unpack(inm_correlator *c, const double *buf, size_t n, int owner)
{
  const size_t nw = nwindow(c), nb = 2 * (size_t) c->nblock * block_size(c);
  double mine[NPARAMETER];

  parameters(c, mine);
  if (n < NPARAMETER || memcmp(mine, buf, sizeof(mine)) != 0) return INM_ERR_ARG;
  if (n != inm_correlator_pack_size(c)) return INM_ERR_ARG;
  c->nsample = (int64_t) buf[NSAMPLE];
  c->nfull = (int) buf[NFULL];
  c->per_block = (int64_t) buf[PER_BLOCK];
  c->in_block = (int64_t) buf[IN_BLOCK];
  c->estimated_at = -1;
  memset(c->window, 0, nw * sizeof(double));
  memset(c->block, 0, nb * sizeof(double));
  if (owner) {
    memcpy(c->window, buf + NHEADER, nw * sizeof(double));
    memcpy(c->block, buf + NHEADER + nw, nb * sizeof(double));
  }
  return INM_OK;
}
