/* Accumulating time correlations, from origins to blocks: inm_correlator.h */

#include "friction/inm_correlator_private.h"
#include "inm_hash.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- create and destroy ---------------------------------------------------------------------- */

static double *zeros(size_t n)
{
  return (double *) calloc(n, sizeof(double));
}

static size_t nwindow(const inm_correlator *c)
{
  return (size_t) c->nslot * (size_t) c->o.ntypes * c->window_width;
}

static size_t nframe(const inm_correlator *c)
{
  return (size_t) c->nslot * (size_t) c->o.ntypes * c->frame_width;
}

static size_t nresult(const inm_correlator *c)
{
  return ((size_t) c->o.ntypes + 1) * ((size_t) c->o.nlag + 2);
}

static size_t nkernel(const inm_correlator *c)
{
  return (2 * (size_t) c->o.nblock + 1) * ((size_t) c->o.ntypes + 1) * inm_kernel_size(c);
}

/* Number of slots, and sizes of all arrays. */
static void plan(inm_correlator *c, const inm_correlator_options *o)
{
  const size_t nlag = (size_t) o->nlag;
  memset(c, 0, sizeof(*c));
  c->o = *o;
  c->nslot = (o->nlag + 2 + o->norigin - 1) / o->norigin;
  c->per_block = c->nslot; /* as long as a window */
  c->window_width = nlag + 2 + INM_NMOMENT;
  c->block_width = c->window_width + 2 * INM_MSD_LAGS;
  if (o->estimator == INM_DIRECT) {
    c->frame_width = 2 * (nlag + 1) + 1;
    c->triangle = (nlag + 1) * (nlag + 2) / 2;
    c->block_width += 2 * c->triangle + nlag + 1;
  }
  c->estimated_at = -1;
}

double inm_correlator_bytes(const inm_correlator_options *options)
{
  inm_correlator c;
  plan(&c, options);
  const double nset = (double) options->ntypes + 1;
  return sizeof(c) + nset * (sizeof(inm_friction) + INM_MSD_LAGS * sizeof(double)) +
      sizeof(double) *
      ((double) nwindow(&c) + (double) nframe(&c) + 3.0 * (double) nresult(&c) +
       (double) nkernel(&c) +
       2.0 * options->nblock * (double) options->ntypes * (double) c.block_width);
}

static inm_status allocate(inm_correlator *c)
{
  const size_t nset = (size_t) c->o.ntypes + 1;
  c->window = zeros(nwindow(c));
  c->frame = zeros(nframe(c) + 1);
  c->block = zeros(2 * (size_t) c->o.nblock * inm_block_size(c));
  c->friction = (inm_friction *) calloc(nset, sizeof(inm_friction));
  c->vacf = zeros(nresult(c));
  c->cbar = zeros(nresult(c));
  c->integral = zeros(nresult(c));
  c->msd = zeros(nset * INM_MSD_LAGS);
  c->kernel = zeros(nkernel(c));
  if (!c->window || !c->frame || !c->block || !c->friction || !c->vacf || !c->cbar ||
      !c->integral || !c->msd || !c->kernel)
    return INM_ERR_ALLOC;
  return INM_OK;
}

inm_status inm_correlator_create(inm_correlator **out, const inm_correlator_options *o)
{
  *out = NULL;
  if (o->ntypes < 1 || o->nlag < 3 || o->norigin < 1 || o->nblock < 2 ||
      (o->dim != 2 && o->dim != 3) || (o->estimator == INM_DIRECT && o->norigin != 1))
    return INM_ERR_ARG;
  if (o->nlag > INT_MAX - 2 - o->norigin) return INM_ERR_SIZE;
  if (inm_correlator_bytes(o) > 0.25 * (double) SIZE_MAX) return INM_ERR_ALLOC;

  inm_correlator *c = (inm_correlator *) malloc(sizeof(inm_correlator));
  if (!c) return INM_ERR_ALLOC;
  plan(c, o);
  const inm_status status = allocate(c);
  if (status != INM_OK)
    inm_correlator_destroy(&c);
  else
    *out = c;
  return status;
}

void inm_correlator_destroy(inm_correlator **correlator)
{
  if (!correlator || !*correlator) return;
  inm_correlator *c = *correlator;
  free(c->window);
  free(c->frame);
  free(c->block);
  free(c->friction);
  free(c->vacf);
  free(c->cbar);
  free(c->integral);
  free(c->msd);
  free(c->kernel);
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

void inm_correlator_discard(inm_correlator *c, int what)
{
  if (what != c->discarded) c->estimated_at = -1;
  c->discarded = what;
}

int64_t inm_correlator_origins_per_block(const inm_correlator *c)
{
  return c->per_block;
}

/* ---- one sample ------------------------------------------------------------------------------ */

/* Index of the lag of k positions on a level: k = 1..8 on level 0, 5..8 above. */
static int lag_number(int level, int k)
{
  if (level == 0) return k - 1;
  return INM_MSD_RING + (level - 1) * INM_MSD_RING / 2 + (k - INM_MSD_RING / 2 - 1);
}

int64_t inm_correlator_msd_lag(const inm_correlator *c, int lag)
{
  if (lag < INM_MSD_RING) return (int64_t) c->o.norigin * (lag + 1);
  const int level = 1 + (lag - INM_MSD_RING) / (INM_MSD_RING / 2);
  const int k = INM_MSD_RING / 2 + 1 + (lag - INM_MSD_RING) % (INM_MSD_RING / 2);
  return ((int64_t) c->o.norigin << level) * k;
}

/* Levels in use at sample n: level l starts when level l-1 has filled its ring. */
static int levels_at(const inm_correlator *c, int64_t n)
{
  int level = 1;
  while (level < INM_MSD_LEVELS && n >= ((int64_t) c->o.norigin << (level - 1)) * INM_MSD_RING)
    level++;
  return level;
}

/* Start a level with every second position of the level below. */
static void plan_new_level(inm_sample *todo, int level)
{
  todo->ncopy = INM_MSD_RING / 2;
  for (int j = 0; j < todo->ncopy; j++) {
    todo->copy_from[j] = (level - 1) * INM_MSD_RING + 2 * j;
    todo->copy_to[j] = level * INM_MSD_RING + j;
  }
}

/* Store the j-th position of a level, and pair it with those stored before. */
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
  todo->origin_slot = (n % c->o.norigin == 0) ? (int) (n / c->o.norigin % c->nslot) : -1;
  if (todo->nlevel > known) plan_new_level(todo, known);
  for (int level = 0; level < todo->nlevel; level++) {
    const int64_t stride = (int64_t) c->o.norigin << level;
    if (n % stride == 0) plan_position(todo, level, n / stride);
  }
  return todo;
}

/* Age of the origin in a slot at sample n, in samples; -1 if it has no open window. */
static int slot_lag(const inm_correlator *c, int slot, int64_t n)
{
  const int64_t newest = n / c->o.norigin;
  const int64_t back = (newest % c->nslot - slot + c->nslot) % c->nslot;
  const int64_t lag = n - (newest - back) * c->o.norigin;
  return (newest >= back && lag <= c->o.nlag + 1) ? (int) lag : -1;
}

/* Add up pairs of blocks: half as many blocks with twice the origins. */
static void merge_blocks(inm_correlator *c)
{
  const size_t width = inm_block_size(c);
  for (int b = 0; b < c->o.nblock; b++) {
    double *to = c->block + (size_t) b * width;
    const double *one = c->block + (size_t) (2 * b) * width, *two = one + width;
    for (size_t i = 0; i < width; i++) to[i] = one[i] + two[i];
  }
  memset(c->block + (size_t) c->o.nblock * width, 0, (size_t) c->o.nblock * width * sizeof(double));
  c->nfull = c->o.nblock;
  c->per_block *= 2;
}

/* Sums of a type in the open block. */
static double *open_block(const inm_correlator *c, int type)
{
  return c->block + (size_t) c->nfull * inm_block_size(c) + (size_t) type * c->block_width;
}

/* Direct estimator: sums over two times for the origin whose window sample n completes. */
static void commit_two_times(inm_correlator *c, int64_t n)
{
  const size_t nlag = (size_t) c->o.nlag;
  const int64_t origin = n - (c->o.nlag + 1);
  for (int t = 0; t < c->o.ntypes; t++) {
    double *fp = open_block(c, t) + c->window_width + 2 * INM_MSD_LAGS;
    double *ff = fp + c->triangle, *pp = ff + c->triangle;
    for (size_t k = 0; k <= nlag; k++) {
      const size_t slot = (size_t) ((origin + (int64_t) k) % c->nslot);
      const double *av = c->frame + (slot * (size_t) c->o.ntypes + (size_t) t) * c->frame_width;
      const double *aa = av + nlag + 1;
      for (size_t lag = 0; lag <= k; lag++) fp[lag] += av[lag];
      for (size_t lag = 0; lag <= k; lag++) ff[lag] += aa[lag];
      pp[k] += aa[nlag + 1];
      fp += k + 1;
      ff += k + 1;
    }
  }
}

static void commit_origin(inm_correlator *c, double *window)
{
  for (int t = 0; t < c->o.ntypes; t++) {
    double *to = open_block(c, t);
    const double *from = window + (size_t) t * c->window_width;
    for (size_t i = 0; i < c->window_width; i++) to[i] += from[i];
  }
  if (c->o.estimator == INM_DIRECT) commit_two_times(c, c->nsample);
  memset(window, 0, (size_t) c->o.ntypes * c->window_width * sizeof(double));
  if (++c->in_block < c->per_block) return;
  c->in_block = 0;
  if (++c->nfull == 2 * c->o.nblock) merge_blocks(c);
}

/* Add displacements to the open block. */
static void add_displacements(inm_correlator *c, const double *moment, const double *msd)
{
  const int npair = c->todo.npair;
  for (int t = 0; t < c->o.ntypes; t++) {
    double *sum = open_block(c, t) + c->window_width;
    for (int p = 0; p < npair; p++) {
      sum[c->todo.pair_lag[p]] += msd[t * npair + p];
      sum[c->todo.pair_lag[p] + INM_MSD_LAGS] += moment[t * INM_NMOMENT + INM_MOMENT_COUNT];
    }
  }
}

/* Direct estimator: store the lag products of this sample for as long as an origin needs them. */
static void keep_frame(inm_correlator *c, const inm_products *p)
{
  const int nlag = c->o.nlag, now = (int) (c->nsample % c->nslot);
  for (int t = 0; t < c->o.ntypes; t++) {
    double *av = c->frame + ((size_t) now * (size_t) c->o.ntypes + (size_t) t) * c->frame_width;
    double *aa = av + nlag + 1;
    for (int lag = 0; lag <= nlag; lag++) {
      const int at = t * c->nslot + (now - lag + c->nslot) % c->nslot;
      av[lag] = p->av[at];
      aa[lag] = p->aa[at];
    }
    aa[nlag + 1] = p->vv[t * c->nslot + now];
  }
}

void inm_correlator_end(inm_correlator *c, const inm_products *p)
{
  const size_t nv = (size_t) c->o.nlag + 2;
  if (c->todo.npair) add_displacements(c, p->moment, p->msd);
  if (c->o.estimator == INM_DIRECT) keep_frame(c, p);
  for (int s = 0; s < c->nslot; s++) {
    const int lag = slot_lag(c, s, c->nsample);
    if (lag < 0) continue;
    double *window = c->window + (size_t) s * (size_t) c->o.ntypes * c->window_width;
    for (int t = 0; t < c->o.ntypes; t++) {
      double *sum = window + (size_t) t * c->window_width;
      sum[lag] += p->vv[t * c->nslot + s];
      if (lag == 0)
        for (int i = 0; i < INM_NMOMENT; i++)
          sum[nv + (size_t) i] += p->moment[t * INM_NMOMENT + i];
    }
    if (lag == c->o.nlag + 1) commit_origin(c, window);
  }
  c->nsample++;
}

/* ---- restart --------------------------------------------------------------------------------- */

#define PACK_VERSION 3
enum { PACKED_VERSION, NTYPES, NLAG, NORIGIN, NBLOCK, DIM, ESTIMATOR, NOPTION };
enum { NSAMPLE = NOPTION, NFULL, PER_BLOCK, IN_BLOCK, SUMS_MARK, HEADER_MARK, NHEADER };

static void pack_options(const inm_correlator_options *o, double *p)
{
  p[PACKED_VERSION] = PACK_VERSION;
  p[NTYPES] = o->ntypes;
  p[NLAG] = o->nlag;
  p[NORIGIN] = o->norigin;
  p[NBLOCK] = o->nblock;
  p[DIM] = o->dim;
  p[ESTIMATOR] = o->estimator;
}

/* Numbers in the blocks that are in use. */
static size_t nused(int nfull, const inm_correlator *c)
{
  return ((size_t) nfull + 1) * inm_block_size(c);
}

size_t inm_correlator_pack_size(const inm_correlator *c)
{
  return NHEADER + nwindow(c) + nframe(c) + nused(c->nfull, c);
}

void inm_correlator_pack(const inm_correlator *c, double *buf)
{
  double *sums = buf + NHEADER;
  memcpy(sums, c->window, nwindow(c) * sizeof(double));
  memcpy(sums + nwindow(c), c->frame, nframe(c) * sizeof(double));
  memcpy(sums + nwindow(c) + nframe(c), c->block, nused(c->nfull, c) * sizeof(double));

  pack_options(&c->o, buf);
  buf[NSAMPLE] = (double) c->nsample;
  buf[NFULL] = c->nfull;
  buf[PER_BLOCK] = (double) c->per_block;
  buf[IN_BLOCK] = (double) c->in_block;
  buf[SUMS_MARK] = inm_fingerprint(inm_correlator_pack_size(c) - NHEADER, sums);
  buf[HEADER_MARK] = inm_fingerprint(HEADER_MARK, buf);
}

/* Whether a state was packed with other options or by another version, though it may be intact. */
static int other_options(const inm_correlator *c, const double *buf)
{
  double mine[NOPTION];
  pack_options(&c->o, mine);
  return memcmp(mine, buf, sizeof(mine)) != 0;
}

/* Origins with a complete window after n samples. */
static int64_t origins_done(const inm_correlator_options *o, int64_t n)
{
  return (n < (int64_t) o->nlag + 2) ? 0 : (n - 2 - o->nlag) / o->norigin + 1;
}

/* Counters of a header; 0 if one is not a count, or if they are inconsistent with each other. */
static int read_counters(inm_correlator *c, const double *buf)
{
  for (int k = NSAMPLE; k <= IN_BLOCK; k++)
    if (!(buf[k] >= 0.0 && buf[k] < 9007199254740992.0) || /* 2^53 */
        (double) (int64_t) buf[k] != buf[k])
      return 0;
  if (!(buf[NFULL] < 2.0 * c->o.nblock)) return 0;
  c->nsample = (int64_t) buf[NSAMPLE];
  c->nfull = (int) buf[NFULL];
  c->per_block = (int64_t) buf[PER_BLOCK];
  c->in_block = (int64_t) buf[IN_BLOCK];
  const int64_t done = origins_done(&c->o, c->nsample);
  return c->per_block > 0 && c->in_block == done % c->per_block && c->nfull == done / c->per_block;
}

inm_status inm_correlator_unpack(inm_correlator *c, const double *buf)
{
  const double *sums = buf + NHEADER;
  inm_correlator read = *c;

  if (other_options(c, buf)) return INM_ERR_ARG;
  if (buf[HEADER_MARK] != inm_fingerprint(HEADER_MARK, buf)) return INM_ERR_DATA;
  if (!read_counters(&read, buf)) return INM_ERR_DATA;
  const size_t n = inm_correlator_pack_size(&read) - NHEADER;
  if (buf[SUMS_MARK] != inm_fingerprint(n, sums)) return INM_ERR_DATA;

  *c = read;
  c->estimated_at = -1;
  memcpy(c->window, sums, nwindow(c) * sizeof(double));
  memcpy(c->frame, sums + nwindow(c), nframe(c) * sizeof(double));
  memset(c->block, 0, 2 * (size_t) c->o.nblock * inm_block_size(c) * sizeof(double));
  memcpy(c->block, sums + nwindow(c) + nframe(c), nused(c->nfull, c) * sizeof(double));
  return INM_OK;
}
