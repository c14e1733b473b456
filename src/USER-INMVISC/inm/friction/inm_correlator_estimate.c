/* Kernel, friction and errors from the blocks of the correlator: inm_correlator.h */

#include "friction/inm_correlator_private.h"
#include "friction/inm_transform.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Values of a leave-one-out sample for the jackknife; kT/D for each range of the fit. */
enum { PART_INTEGRAL, PART_TAIL, PART_VACF, PART_EINSTEIN, NPART = PART_EINSTEIN + INM_MSD_LAGS };

#define SIGNIFICANT 2.0      /* standard errors */
#define TAIL_NEGLIGIBLE 0.05 /* fraction of the integral over the window */
#define EXPONENT_MARGIN 0.1  /* deviation of the MSD exponent from 1 that counts as diffusive */
#define FIT_RANGE 10.0       /* ratio of last to first lag of a fit to the MSD */
#define TWO_PI 6.283185307179586
#define FINEST_PHASE 0.3 /* w*dt up to which v(t) resolves the period of a transform */
#define STEADY_RANGE 2.0 /* ratio of lags over which a constant slope counts as diffusive */

/* ---- results --------------------------------------------------------------------------------- */

const inm_friction *inm_correlator_friction(const inm_correlator *c, int set)
{
  return c->friction + set;
}

const double *inm_correlator_vacf(const inm_correlator *c, int set)
{
  return c->vacf + (size_t) set * ((size_t) c->o.nlag + 2);
}

const double *inm_correlator_cbar(const inm_correlator *c, int set)
{
  return c->cbar + (size_t) set * ((size_t) c->o.nlag + 2);
}

const double *inm_correlator_integral(const inm_correlator *c, int set)
{
  return c->integral + (size_t) set * ((size_t) c->o.nlag + 2);
}

const double *inm_correlator_msd(const inm_correlator *c, int set)
{
  return c->msd + (size_t) set * INM_MSD_LAGS;
}

/* ---- scratch --------------------------------------------------------------------------------- */

typedef struct {
  double *total;                                /* [ntypes][block_width] sums of all blocks */
  double *set;                                  /* [block_width] sums of one set, less one block */
  double *vacf, *cbar, *integral, *work, *corr; /* [nlag+2] */
  double *msd;                                  /* [INM_MSD_LAGS] */
  double *leave_out;                            /* [nfull][ntypes+1][NPART] */
  int nrange;                                   /* candidate ranges of lags for the fit */
  double lag[INM_MSD_LAGS], longest;            /* times */
  double einstein[INM_MSD_LAGS];                /* kT/D of each range */
  double scale;                                 /* v(t) = scale*cbar */
} scratch;

static void scratch_free(scratch *s)
{
  free(s->total);
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
  const size_t nv = (size_t) c->o.nlag + 2, size = sizeof(double);
  memset(s, 0, sizeof(*s));
  s->total = (double *) calloc(inm_block_size(c), size);
  s->set = (double *) calloc(c->block_width, size);
  s->vacf = (double *) calloc(nv, size);
  s->cbar = (double *) calloc(nv, size);
  s->integral = (double *) calloc(nv, size);
  s->work = (double *) calloc(nv, size);
  s->corr = (double *) calloc(nv, size);
  s->msd = (double *) calloc(INM_MSD_LAGS, size);
  s->leave_out =
      (double *) calloc(((size_t) c->nfull + 1) * ((size_t) c->o.ntypes + 1) * NPART, size);
  if (!s->total || !s->set || !s->vacf || !s->cbar || !s->integral || !s->work || !s->corr ||
      !s->msd || !s->leave_out)
    return INM_ERR_ALLOC;
  return INM_OK;
}

/* ---- from sums to friction -------------------------------------------------------------------- */

static void add_up_blocks(const inm_correlator *c, scratch *s)
{
  const size_t width = inm_block_size(c);
  for (int b = 0; b <= c->nfull; b++)
    for (size_t i = 0; i < width; i++) s->total[i] += c->block[(size_t) b * width + i];
}

/* Sums of one set, leaving out block `without` (-1: none). */
static void gather_set(const inm_correlator *c, int set, int without, scratch *s)
{
  const int first = set ? set - 1 : 0, last = set ? set : c->o.ntypes;
  memset(s->set, 0, c->block_width * sizeof(double));
  for (int t = first; t < last; t++) {
    const size_t at = (size_t) t * c->block_width;
    const double *part = c->block + (without < 0 ? 0 : (size_t) without) * inm_block_size(c) + at;
    const double weight = without < 0 ? 0.0 : 1.0;
    for (size_t i = 0; i < c->block_width; i++) s->set[i] += s->total[at + i] - weight * part[i];
  }
}

/* Replace the kernel from the velocity autocorrelation by that from the orthogonal dynamics. */
static void evaluate_direct(const inm_correlator *c, double dt, double count, scratch *s,
                            inm_friction *f)
{
  const size_t nlag = (size_t) c->o.nlag;
  const double *fp = s->set + c->window_width + 2 * INM_MSD_LAGS;
  const double *ff = fp + c->triangle, *pp = ff + c->triangle;
  const double *last = fp + nlag * (nlag + 1) / 2;
  double sum = 0.5 * (last[0] + last[nlag]);

  inm_kernel_from_two_times(nlag, dt, fp, ff, pp, count / (f->mass * f->mass), s->cbar, s->work);
  s->scale = 1.0 / f->kT;

  /* if F = dP/dt, the integral of F P[m+N] over the window is P[m+N]^2 - P[m] P[m+N] */
  for (size_t lag = 1; lag < nlag; lag++) sum += last[lag];
  f->sum_rule = (pp[nlag] - s->set[nlag]) / (dt * sum);
}

/* C(n), Cbar and the integral of the kernel from the sums in s->set. */
static void evaluate_kernel(const inm_correlator *c, double dt, scratch *s, inm_friction *f)
{
  const size_t nlag = (size_t) c->o.nlag, nv = nlag + 2;
  const double count = c->o.dim * s->set[nv + INM_MOMENT_COUNT];

  f->kT = s->set[nv + INM_MOMENT_MV2] / count;
  f->mass = s->set[nv + INM_MOMENT_MV2] / s->set[0];
  for (size_t n = 0; n < nv; n++) {
    s->vacf[n] = s->set[n] / count;
    s->corr[n] = f->mass * f->mass * s->vacf[n];
  }
  inm_kernel_from_vacf(nlag, dt, s->corr, s->cbar, s->work);
  s->scale = inm_kernel_plateau_scale(s->corr) / f->kT;
  inm_kernel_integral(nlag, dt, s->cbar, s->scale, s->integral);
  f->einstein_frequency = sqrt(inm_kernel_einstein_frequency_sq(dt, s->corr));
  f->from_vacf = s->integral[nlag];
  f->sum_rule = NAN;
  if (c->o.estimator == INM_DIRECT) {
    evaluate_direct(c, dt, count, s, f);
    inm_kernel_integral(nlag, dt, s->cbar, s->scale, s->integral);
  }
  f->integral = s->integral[nlag];
  f->rest = inm_kernel_extrapolate(nlag, s->integral);
}

/* Keep the kernel for transforms. */
static void keep_kernel(inm_correlator *c, int sample, int set, const scratch *s,
                        const inm_friction *f)
{
  const size_t nlag = (size_t) c->o.nlag;
  double *v = inm_kernel_of(c, sample, set);

  for (size_t n = 0; n <= nlag; n++) v[n] = s->scale * s->cbar[n];
  v[nlag + 1] = f->rest.tail;
  v[nlag + 2] = f->rest.ratio;
}

/* ---- displacements --------------------------------------------------------------------------- */

/* Candidate ranges for the fit: one decade starting at each lag in turn.  Lags are at most as long as a
   block, since block errors assume nearly independent blocks, and at most 1/nblock of the run. */
static void plan_ranges(const inm_correlator *c, double dt, scratch *s)
{
  const int64_t block = c->per_block * c->o.norigin, part = (c->nsample - 1) / c->o.nblock;
  int nlag = 0;
  while (nlag < INM_MSD_LAGS && inm_correlator_msd_lag(c, nlag) <= (block < part ? block : part))
    nlag++;
  for (int i = 0; i < INM_MSD_LAGS; i++) s->lag[i] = dt * (double) inm_correlator_msd_lag(c, i);
  s->longest = nlag ? s->lag[nlag - 1] : 0.0;
  s->nrange = 1;
  while (s->nrange < nlag && FIT_RANGE * s->lag[s->nrange - 1] < s->longest) s->nrange++;
}

static inm_msd_line fit(const inm_correlator *c, const scratch *s, int range)
{
  const double *count = s->set + c->window_width + INM_MSD_LAGS;
  const double from = s->lag[range], to = fmin(FIT_RANGE * from, s->longest);
  return inm_msd_fit(INM_MSD_LAGS, s->lag, s->msd, count, from, to, c->o.dim);
}

/* Mean-square displacement, and kT/D for each range, from the sums in s->set. */
static void evaluate_msd(const inm_correlator *c, double measured, scratch *s)
{
  const double kT = c->discarded & INM_DISCARD_VELOCITIES ? 1.0 : measured; /* D needs none */
  const double *sum = s->set + c->window_width, *count = sum + INM_MSD_LAGS;
  for (int i = 0; i < INM_MSD_LAGS; i++) s->msd[i] = count[i] > 0.0 ? sum[i] / count[i] : NAN;
  for (int i = 0; i < s->nrange; i++) s->einstein[i] = kT / fit(c, s, i).diffusion;
}

/* Largest change of kT/D from a range to any later one. */
static double change_beyond(const scratch *s, int range)
{
  double largest = 0.0;
  for (int i = range + 1; i < s->nrange; i++)
    largest = fmax(largest, fabs(s->einstein[i] - s->einstein[range]));
  return largest;
}

/* Choose the first range beyond which kT/D is constant within errors: short lags have the smallest
   statistical error, but a different slope before diffusion sets in.  The remaining change at longer
   lags is included in the uncertainty.  Displacements start in the previous block, hence the jackknife
   with correlated neighbors. */
static void choose_range(const inm_correlator *c, double *leave_out, size_t nblock, size_t stride,
                         scratch *s, inm_friction *f)
{
  const int range = (int) inm_first_unbiased((size_t) s->nrange, s->einstein, nblock,
                                             leave_out + PART_EINSTEIN, stride);
  const double noise =
      inm_jackknife_error_of_neighbors(nblock, stride, leave_out + PART_EINSTEIN + range);
  f->diffusion = fit(c, s, range).diffusion;
  f->msd_exponent = fit(c, s, s->nrange - 1).exponent;
  f->msd_from = s->lag[range];
  f->msd_to = fmin(FIT_RANGE * s->lag[range], s->longest);
  f->msd_longest = s->longest;
  f->einstein = s->einstein[range];
  f->einstein_error = hypot(noise, change_beyond(s, range));
  f->diffusive = f->diffusion > 0.0 &&
      (fabs(f->msd_exponent - 1.0) < EXPONENT_MARGIN ||
       (nblock > 0 && STEADY_RANGE * s->lag[range] <= s->lag[s->nrange - 1]));
}

/* ---- errors ---------------------------------------------------------------------------------- */

/* Blocks for the jackknife; 0 if there are too few. */
static int error_blocks(const inm_correlator *c)
{
  return c->nfull >= c->o.nblock ? c->nfull : 0;
}

/* Jackknife: divide the leave-one-out samples among the ranks; each goes through the full
   calculation. */
static void evaluate_leave_out(inm_correlator *c, double dt, int nblock, MPI_Comm comm, scratch *s)
{
  const int nset = c->o.ntypes + 1;
  int rank, nrank;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &nrank);

  for (int b = rank; b < nblock; b += nrank)
    for (int set = 0; set < nset; set++) {
      double *value = s->leave_out + ((size_t) b * (size_t) nset + (size_t) set) * NPART;
      inm_friction f;
      gather_set(c, set, b, s);
      evaluate_kernel(c, dt, s, &f);
      keep_kernel(c, b, set, s, &f);
      evaluate_msd(c, f.kT, s);
      value[PART_INTEGRAL] = f.integral;
      value[PART_TAIL] = f.rest.tail;
      value[PART_VACF] = f.from_vacf;
      memcpy(value + PART_EINSTEIN, s->einstein, (size_t) s->nrange * sizeof(double));
    }
  for (int b = 0; b < nblock; b++)
    MPI_Allreduce(MPI_IN_PLACE, s->leave_out + (size_t) b * (size_t) nset * NPART, nset * NPART,
                  MPI_DOUBLE, MPI_SUM, comm);
}

/* Errors, the tail if it is significant, and the criterion for a decayed kernel. */
static void apply_criteria(double *leave_out, size_t nblock, size_t stride, inm_friction *f)
{
  const double integral_error = inm_jackknife_error(nblock, stride, leave_out + PART_INTEGRAL);
  f->from_vacf_error = inm_jackknife_error(nblock, stride, leave_out + PART_VACF);
  f->tail_error = inm_jackknife_error(nblock, stride, leave_out + PART_TAIL);
  f->tail = (f->rest.tail >= SIGNIFICANT * f->tail_error) ? f->rest.tail : 0.0;
  f->kernel = f->integral + f->tail;
  if (f->tail > 0.0)
    for (size_t b = 0; b < nblock; b++)
      leave_out[b * stride + PART_INTEGRAL] += leave_out[b * stride + PART_TAIL];
  f->kernel_error = inm_jackknife_error(nblock, stride, leave_out + PART_INTEGRAL);

  /* without a decay there is no extrapolation: use the last third of the window instead */
  const double negligible = fmax(TAIL_NEGLIGIBLE * f->integral, SIGNIFICANT * integral_error);
  const double rest = f->rest.tail > 0.0 ? f->rest.tail : f->rest.last;
  f->decayed = rest < negligible;
}

/* ---- unknown values --------------------------------------------------------------------------- */

static void fill_nan(double *x, size_t n)
{
  for (size_t i = 0; i < n; i++) x[i] = NAN;
}

static void forget_kernel(inm_correlator *c, int set)
{
  inm_friction *f = c->friction + set;
  const size_t nv = (size_t) c->o.nlag + 2, at = (size_t) set * nv;
  f->kT = f->mass = f->einstein_frequency = f->integral = f->rest.last = f->rest.ratio = NAN;
  f->rest.tail = f->tail = f->tail_error = f->from_vacf = f->from_vacf_error = f->sum_rule = NAN;
  f->kernel = f->kernel_error = f->einstein = f->einstein_error = NAN;
  f->decayed = 0;
  fill_nan(c->vacf + at, nv);
  fill_nan(c->cbar + at, nv);
  fill_nan(c->integral + at, nv);
}

static void forget_displacements(inm_correlator *c, int set)
{
  inm_friction *f = c->friction + set;
  f->diffusion = f->msd_exponent = f->einstein = f->einstein_error = NAN;
  f->diffusive = 0;
  fill_nan(c->msd + (size_t) set * INM_MSD_LAGS, INM_MSD_LAGS);
}

static void evaluate_set(inm_correlator *c, int set, int nblock, double dt, scratch *s)
{
  inm_friction *f = c->friction + set;
  const size_t nv = (size_t) c->o.nlag + 2, at = (size_t) set * nv;
  const size_t stride = ((size_t) c->o.ntypes + 1) * NPART;
  const double norigin = (double) inm_correlator_norigin_done(c);
  double *leave_out = s->leave_out + (size_t) set * NPART;

  gather_set(c, set, -1, s);
  evaluate_kernel(c, dt, s, f);
  keep_kernel(c, 2 * c->o.nblock, set, s, f);
  evaluate_msd(c, f->kT, s);
  choose_range(c, leave_out, (size_t) nblock, stride, s, f);
  apply_criteria(leave_out, (size_t) nblock, stride, f);
  f->natoms = norigin > 0.0 ? s->set[nv + INM_MOMENT_COUNT] / norigin : NAN;
  memcpy(c->vacf + at, s->vacf, nv * sizeof(double));
  memcpy(c->cbar + at, s->cbar, nv * sizeof(double));
  memcpy(c->integral + at, s->integral, nv * sizeof(double));
  memcpy(c->msd + (size_t) set * INM_MSD_LAGS, s->msd, INM_MSD_LAGS * sizeof(double));
  if (!(f->natoms > 0.0)) { /* no complete window, or no atoms of this type */
    f->diffusion = f->integral = f->kernel = f->einstein = NAN;
    fill_nan(c->integral + at, nv);
  }
  if (c->discarded & INM_DISCARD_VELOCITIES) forget_kernel(c, set);
  if (c->discarded & INM_DISCARD_POSITIONS) forget_displacements(c, set);
}

inm_status inm_correlator_estimate(inm_correlator *c, double dt, MPI_Comm comm)
{
  scratch s;
  if (c->estimated_at == c->nsample) return INM_OK;

  const int nset = c->o.ntypes + 1;
  const int nblock = error_blocks(c);
  const inm_status status = inm_status_sync(scratch_create(&s, c), comm);
  if (status == INM_OK) {
    add_up_blocks(c, &s);
    plan_ranges(c, dt, &s);
    evaluate_leave_out(c, dt, nblock, comm, &s);
    for (int set = 0; set < nset; set++) evaluate_set(c, set, nblock, dt, &s);
    /* identical on all ranks, even if processors differ in the last bit */
    MPI_Bcast(c->friction, (int) ((size_t) nset * sizeof(inm_friction)), MPI_BYTE, 0, comm);
    c->estimated_at = c->nsample;
  }
  scratch_free(&s);
  return status;
}

/* ---- transform of the kernel ------------------------------------------------------------------ */

inm_frequency_range inm_correlator_frequency_range(const inm_correlator *c, double dt)
{
  const inm_frequency_range range = {TWO_PI / (dt * (double) c->o.nlag), FINEST_PHASE / dt};
  const inm_friction_source source = inm_friction_choose(c->o.ntypes + 1, c->friction);
  return source == INM_FROM_KERNEL ? (inm_frequency_range){0.0, range.highest} : range;
}

/* v~ of the kernel of a sample.  weight_re, weight_im [nlag+1] */
static double complex transform_kernel(const inm_correlator *c, int sample, int set,
                                       const inm_filon *filon, const double *weight_re,
                                       const double *weight_im)
{
  const size_t nlag = (size_t) c->o.nlag;
  const double *v = inm_kernel_of(c, sample, set);
  const double tail = c->friction[set].tail > 0.0 ? v[nlag + 1] : 0.0;
  double re = 0.0, im = 0.0;

  for (size_t n = 0; n <= nlag; n++) {
    re += weight_re[n] * v[n];
    im += weight_im[n] * v[n];
  }
  return re + I * im + inm_filon_tail(filon, tail, v[nlag + 2]);
}

/* All samples of this rank at frequency k.  sample [nblock+1][nset][2][nw], the last with all blocks; weight
   [2][nlag+1] */
static void transform_at(const inm_correlator *c, double dt, size_t nw, size_t k, double w,
                         int rank, int nrank, double *weight, double *sample)
{
  const int nset = c->o.ntypes + 1, nblock = error_blocks(c);
  const size_t nlag = (size_t) c->o.nlag;
  const inm_filon filon = inm_filon_at(nlag, dt, w);
  double *weight_im = weight + nlag + 1;

  for (size_t n = 0; n <= nlag; n++) {
    const double complex x = inm_filon_weight(&filon, n);
    weight[n] = creal(x);
    weight_im[n] = cimag(x);
  }
  for (int b = rank; b <= nblock; b += nrank)
    for (int set = 0; set < nset; set++) {
      const int of = b < nblock ? b : 2 * c->o.nblock;
      const double complex v = transform_kernel(c, of, set, &filon, weight, weight_im);
      double *at = sample + ((size_t) b * (size_t) nset + (size_t) set) * 2 * nw + k;
      at[0] = creal(v);
      at[nw] = cimag(v);
    }
}

static const inm_friction_at not_known = {{NAN, NAN}, NAN, NAN, NAN};

inm_status inm_correlator_transform(const inm_correlator *c, double dt, size_t nw, const double *w,
                                    MPI_Comm comm, inm_friction_at *out)
{
  const int nset = c->o.ntypes + 1, nblock = error_blocks(c), nsample = nblock + 1;
  const size_t stride = (size_t) nset * 2 * nw; /* the last sample has all blocks */
  const inm_frequency_range range = inm_correlator_frequency_range(c, dt);
  double *sample = (double *) calloc((size_t) nsample * stride, sizeof(double));
  double *weight = (double *) calloc(2 * ((size_t) c->o.nlag + 1), sizeof(double));
  int rank, nrank;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &nrank);

  const inm_status status = inm_status_sync((sample && weight) ? INM_OK : INM_ERR_ALLOC, comm);
  if (status == INM_OK) {
    for (size_t k = 0; k < nw; k++) transform_at(c, dt, nw, k, w[k], rank, nrank, weight, sample);
    for (int b = 0; b < nsample; b++)
      MPI_Allreduce(MPI_IN_PLACE, sample + (size_t) b * stride, (int) stride, MPI_DOUBLE, MPI_SUM,
                    comm);
    for (int set = 0; set < nset; set++)
      for (size_t k = 0; k < nw; k++) {
        const double *re = sample + (size_t) set * 2 * nw + k, *all = re + (size_t) nblock * stride;
        inm_friction_at *at = out + (size_t) set * nw + k;
        *at = not_known;
        if (isnan(c->friction[set].integral) || w[k] < range.lowest || w[k] > range.highest)
          continue;
        at->value = (inm_complex){all[0], all[nw]};
        at->var_re = inm_jackknife_covariance((size_t) nblock, stride, re, re);
        at->var_im = inm_jackknife_covariance((size_t) nblock, stride, re + nw, re + nw);
        at->cov = inm_jackknife_covariance((size_t) nblock, stride, re, re + nw);
      }
  }
  free(weight);
  free(sample);
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
