/* ----------------------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   Memory kernel of the velocities (orthogonal, or projected, dynamics of
   Mori) and the friction that the atoms feel: its integral, and kT/D.
   This file keeps the copies of velocities and positions that travel with
   the atoms; what they are for is decided in inm/inm_correlator.c.
------------------------------------------------------------------------- */

#include "fix_orthogonal_dynamics.h"

#include "inm/inm_correlator.h"
#include "inmvisc_compat.h"

#include "memory.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

using namespace LAMMPS_NS;
using namespace FixConst;

static constexpr double NOT_KNOWN = std::numeric_limits<double>::quiet_NaN();
static constexpr int NVECTOR = 5;    // values in the global vector for each set of atoms
static constexpr int NKEEP = 16;     // samples whose velocities are kept, at most
static constexpr int CHUNK = 4;      // slots in a row: 4 times x, 4 times y, 4 times z, and so on

// limits of the warnings

static constexpr double MAX_STEP = 0.5;            // Einstein frequency times sampling interval
static constexpr double MAX_TAIL = 0.05;           // tail over integral of the kernel
static constexpr double MAX_DISAGREEMENT = 2.0;    // standard errors between kernel and kT/D

// header of the state in a restart file, before that of the correlator

enum { LAST_STEP, SAMPLE_TIME, NATOMS, LEVELS, NHEADER };

/* ---------------------------------------------------------------------- */

FixOrthogonalDynamics::FixOrthogonalDynamics(LAMMPS *lmp, int narg, char **arg) :
    Fix(lmp, narg, arg), nblock(16), per_type(1), startstep(0), correlator(nullptr), last_step(-1),
    dt(0.0), natoms(0.0), logged_at(0), nkept(0), nlevel(1), vslot(nullptr), vkept(nullptr),
    xslot(nullptr), evaluated_at(-1), source(INM_FROM_KERNEL)
{
  if (narg < 6)
    error->all(FLERR, "Fix orthogonal/dynamics needs: fix ID group {} Nevery Nlag Norigin", style);

  nevery = utils::inumeric(FLERR, arg[3], false, lmp);
  nlag = utils::inumeric(FLERR, arg[4], false, lmp);
  norigin = utils::inumeric(FLERR, arg[5], false, lmp);
  if (nevery < 1)
    error->all(FLERR, "Fix orthogonal/dynamics Nevery must be positive, not {}", nevery);
  if (nlag < 3) error->all(FLERR, "Fix orthogonal/dynamics Nlag must be 3 or more, not {}", nlag);
  if (norigin < 1)
    error->all(FLERR, "Fix orthogonal/dynamics Norigin must be positive, not {}", norigin);

  static const char *keywords[] = {"blocks", "estimator", "start", "file", "types"};
  for (int iarg = 6; iarg < narg; iarg += 2) {
    const std::string keyword = arg[iarg];
    bool known = false;
    for (const char *k : keywords) known = known || keyword == k;
    if (!known) error->all(FLERR, "Unknown fix orthogonal/dynamics keyword: {}", keyword);
    if (iarg + 1 == narg)
      error->all(FLERR, "Fix orthogonal/dynamics keyword {} needs a value", keyword);
    set_keyword(keyword, arg[iarg + 1]);
  }

  check(inm_correlator_create(&correlator, atom->ntypes, nlag, norigin, nblock, domain->dimension),
        "set up the correlations");
  nslot = inm_correlator_nslot(correlator);
  vstride = (nslot + CHUNK - 1) / CHUNK * CHUNK;
  vv.resize((size_t) NKEEP * atom->ntypes * vstride);
  vv_dense.resize((size_t) atom->ntypes * nslot);
  moment.resize((size_t) atom->ntypes * 2);
  msd.resize((size_t) atom->ntypes * INM_MSD_LAGS);
  friction_chosen.resize(atom->ntypes + 1, NOT_KNOWN);
  friction_chosen_error.resize(atom->ntypes + 1, NOT_KNOWN);
  set_output_flags();

  FixOrthogonalDynamics::grow_arrays(atom->nmax);
  atom->add_callback(Atom::GROW);
  atom->add_callback(Atom::RESTART);
  for (int i = 0; i < atom->nlocal; i++) FixOrthogonalDynamics::set_arrays(i);
}

/* ---------------------------------------------------------------------- */

FixOrthogonalDynamics::~FixOrthogonalDynamics()
{
  if (copymode) return;
  atom->delete_callback(id, Atom::GROW);
  atom->delete_callback(id, Atom::RESTART);
  memory->destroy(vslot);
  memory->destroy(vkept);
  memory->destroy(xslot);
  inm_correlator_destroy(&correlator);
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::set_keyword(const std::string &keyword, const char *value)
{
  const std::string text = value;
  if (keyword == "blocks") {
    nblock = utils::inumeric(FLERR, value, false, lmp);
    if (nblock < 2)
      error->all(FLERR, "Fix orthogonal/dynamics blocks must be 2 or more, not {}", nblock);
  } else if (keyword == "estimator") {
    if (text == "direct")
      error->all(FLERR, "Fix orthogonal/dynamics estimator direct is not available yet, use vacf");
    if (text != "vacf")
      error->all(FLERR, "Fix orthogonal/dynamics estimator must be vacf, not {}", text);
  } else if (keyword == "start") {
    startstep = utils::bnumeric(FLERR, value, false, lmp);
  } else if (keyword == "file") {
    filename = text;
  } else if (keyword == "types") {
    if (text != "yes" && text != "no")
      error->all(FLERR, "Fix orthogonal/dynamics types must be yes or no, not {}", text);
    per_type = (text == "yes");
  }
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::set_output_flags()
{
  const int nset = per_type ? atom->ntypes : 0;

  scalar_flag = vector_flag = array_flag = 1;
  extscalar = extvector = extarray = 0;    // friction belongs to an atom, whatever their number
  size_vector = NVECTOR * (1 + nset);
  size_array_rows = nlag + 1;
  size_array_cols = 3 + 2 * nset;
  global_freq = nevery;

  time_depend = 1;
  dynamic_group_allow = 0;
  restart_global = 1;
  restart_peratom = 1;
  maxexchange = 3 * (vstride + NKEEP + INM_MSD_RING * INM_MSD_LEVELS);
}

/* ----------------------------------------------------------------------
   stop if a function of the core failed; what fails on one rank fails on all
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::check(int status, const char *what)
{
  status = inm_status_sync((inm_status) status, world);
  if (status != INM_OK)
    error->all(FLERR, "Fix orthogonal/dynamics {} could not {}: {}", id, what,
               inm_strerror((inm_status) status));
}

/* ---------------------------------------------------------------------- */

int FixOrthogonalDynamics::setmask()
{
  return END_OF_STEP;    // LAMMPS calls post_run() of every fix
}

/* ----------------------------------------------------------------------
   the first step of a run, a run of 0 steps, and each snapshot of a rerun
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::setup(int /*vflag*/)
{
  if (due()) sample();
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::end_of_step()
{
  if (due()) sample();
}

/* ----------------------------------------------------------------------
   a step that two runs share, or on which rerun calls both setup() and
   end_of_step(), is sampled once
------------------------------------------------------------------------- */

bool FixOrthogonalDynamics::due()
{
  const bigint now = update->ntimestep;
  return now >= startstep && now % nevery == 0 && now != last_step;
}

/* ----------------------------------------------------------------------
   samples must follow each other at equal times
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::reset_dt()
{
  if (last_step >= 0 && update->dt * nevery != dt)
    error->all(FLERR,
               "Fix orthogonal/dynamics {}: the timestep was changed from {} to {} after sampling "
               "began; delete and redefine the fix",
               id, dt / nevery, update->dt);
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::check_continuity(double natoms_now)
{
  if (last_step < 0) {
    dt = update->dt * nevery;
    natoms = natoms_now;
    return;
  }
  reset_dt();
  if (update->ntimestep != last_step + nevery)
    error->all(FLERR,
               "Fix orthogonal/dynamics {}: samples must be {} steps apart, but step {} follows "
               "step {}; delete and redefine the fix, or choose Nevery like the snapshots",
               id, nevery, update->ntimestep, last_step);
  if (natoms_now != natoms)
    error->all(FLERR,
               "Fix orthogonal/dynamics {}: the number of atoms in its group changed from {} to {}",
               id, natoms, natoms_now);
}

/* ----------------------------------------------------------------------
   One sample.  Between two origins the slots do not change, so velocities
   of several samples are kept and multiplied with the slots together: the
   slots of all atoms are too large for the cache, and reading them is what
   this fix costs.
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::sample()
{
  const bool origin = (inm_correlator_nsample(correlator) + nkept) % norigin == 0;
  double vcm[3], xcm[3];

  check_continuity(center_of_mass(vcm, xcm, origin));
  keep_velocities(vcm);
  if (origin)
    multiply_kept(xcm);
  else if (nkept == NKEEP)
    multiply_kept(nullptr);
  last_step = update->ntimestep;
}

/* ----------------------------------------------------------------------
   add products of the n slots in a row with count velocities u to sum;
   slots out of use are multiplied too and ignored later, which keeps the
   loop, where the time is spent, free of branches; written out, because
   compilers then vectorize it at -O2 and need not fear aliasing
------------------------------------------------------------------------- */

static void add_products(const double *row, int n, const double *u, int count, double *sum,
                         size_t stride)
{
  for (int s = 0; s < n; s += CHUNK) {
    const double *x = row + 3 * s, *y = x + CHUNK, *z = y + CHUNK;
    const double x0 = x[0], y0 = y[0], z0 = z[0], x1 = x[1], y1 = y[1], z1 = z[1];
    const double x2 = x[2], y2 = y[2], z2 = z[2], x3 = x[3], y3 = y[3], z3 = z[3];
    for (int i = 0; i < count; i++) {
      const double ux = u[3 * i], uy = u[3 * i + 1], uz = u[3 * i + 2];
      double *to = sum + i * stride + s;
      const double sum0 = to[0] + ux * x0 + uy * y0 + uz * z0;
      const double sum1 = to[1] + ux * x1 + uy * y1 + uz * z1;
      const double sum2 = to[2] + ux * x2 + uy * y2 + uz * z2;
      const double sum3 = to[3] + ux * x3 + uy * y3 + uz * z3;
      to[0] = sum0, to[1] = sum1, to[2] = sum2, to[3] = sum3;
    }
  }
}

/* ----------------------------------------------------------------------
   multiply the velocities kept with the slots; if positions are asked for,
   relative to xcm, the last of the samples is an origin
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::multiply_kept(const double *xcm)
{
  const size_t stride = (size_t) atom->ntypes * vstride;
  const int nplain = xcm ? nkept - 1 : nkept;
  if (nkept == 0) return;

  std::fill_n(vv.begin(), nkept * stride, 0.0);
  for (int i = 0; i < atom->nlocal; i++)
    if (atom->mask[i] & groupbit)
      add_products(vslot[i], vstride, vkept[i], nkept, &vv[(size_t) (atom->type[i] - 1) * vstride],
                   stride);
  for (int k = 0; k < nplain; k++) {
    inm_correlator_begin(correlator);
    add_sample(&vv[k * stride]);
  }
  if (xcm) take_origin(&vv[nplain * stride], xcm);
  nkept = 0;
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::take_origin(double *sum, const double *xcm)
{
  const inm_sample *todo = inm_correlator_begin(correlator);
  if (todo->nlevel > nlevel) grow_levels(todo->nlevel);
  store_velocities(todo->origin_slot, sum);
  correlate_positions(xcm, todo);
  add_sample(sum);
}

/* ----------------------------------------------------------------------
   hand the sums of one sample, [ntypes][vstride], over to the correlator
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::add_sample(const double *sum)
{
  for (int t = 0; t < atom->ntypes; t++)
    std::copy_n(sum + (size_t) t * vstride, nslot, &vv_dense[(size_t) t * nslot]);
  inm_correlator_end(correlator, vv_dense.data(), moment.data(), msd.data());
}

/* ----------------------------------------------------------------------
   velocity and, if asked for, unwrapped position of the center of mass of
   all atoms: a drift of the system is no diffusion, and even a tiny total
   momentum destroys the integral of the kernel
   return number of atoms in the group
------------------------------------------------------------------------- */

double FixOrthogonalDynamics::center_of_mass(double *vcm, double *xcm, bool positions)
{
  enum { MASS, VELOCITY, POSITION = VELOCITY + 3, COUNT = POSITION + 3, NSUM };
  double mine[NSUM] = {0.0}, all[NSUM], unwrapped[3];
  double **v = atom->v;

  for (int i = 0; i < atom->nlocal; i++) {
    const double m = atom->rmass ? atom->rmass[i] : atom->mass[atom->type[i]];
    mine[MASS] += m;
    for (int k = 0; k < 3; k++) mine[VELOCITY + k] += m * v[i][k];
    if (atom->mask[i] & groupbit) mine[COUNT] += 1.0;
    if (!positions) continue;
    domain->unmap(atom->x[i], atom->image[i], unwrapped);
    for (int k = 0; k < 3; k++) mine[POSITION + k] += m * unwrapped[k];
  }
  MPI_Allreduce(mine, all, NSUM, MPI_DOUBLE, MPI_SUM, world);

  const double per_mass = all[MASS] > 0.0 ? 1.0 / all[MASS] : 0.0;
  for (int k = 0; k < 3; k++) {
    vcm[k] = all[VELOCITY + k] * per_mass;
    xcm[k] = all[POSITION + k] * per_mass;
  }
  return all[COUNT];
}

/* ----------------------------------------------------------------------
   keep the velocities relative to the center of mass
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::keep_velocities(const double *vcm)
{
  const int dim = domain->dimension;
  for (int i = 0; i < atom->nlocal; i++) {
    if (!(atom->mask[i] & groupbit)) continue;
    double *u = vkept[i] + 3 * nkept;
    for (int k = 0; k < 3; k++) u[k] = (k < dim) ? atom->v[i][k] - vcm[k] : 0.0;
  }
  nkept++;
}

/* ----------------------------------------------------------------------
   the last velocities kept go to the slot of the new origin, whose product
   with them, at lag 0, is entered in sum in place of that of the old one
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::store_velocities(int origin_slot, double *sum)
{
  const int offset = origin_slot / CHUNK * 3 * CHUNK + origin_slot % CHUNK;
  std::fill(moment.begin(), moment.end(), 0.0);
  for (int t = 0; t < atom->ntypes; t++) sum[(size_t) t * vstride + origin_slot] = 0.0;

  for (int i = 0; i < atom->nlocal; i++) {
    if (!(atom->mask[i] & groupbit)) continue;
    const int t = atom->type[i] - 1;
    const double *u = vkept[i] + 3 * (nkept - 1);
    const double square = u[0] * u[0] + u[1] * u[1] + u[2] * u[2];
    for (int k = 0; k < 3; k++) vslot[i][offset + k * CHUNK] = u[k];
    sum[(size_t) t * vstride + origin_slot] += square;
    moment[2 * t] += square * (atom->rmass ? atom->rmass[i] : atom->mass[t + 1]);
    moment[2 * t + 1] += 1.0;
  }
}

/* ----------------------------------------------------------------------
   sum per type the squared displacements from the remembered positions
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::correlate_positions(const double *xcm, const inm_sample *todo)
{
  const int dim = domain->dimension;
  std::fill(msd.begin(), msd.end(), 0.0);

  for (int i = 0; i < atom->nlocal; i++) {
    if (!(atom->mask[i] & groupbit)) continue;
    double *row = xslot[i], *sum = &msd[(size_t) (atom->type[i] - 1) * todo->npair];
    double x[3];
    domain->unmap(atom->x[i], atom->image[i], x);
    for (int k = 0; k < 3; k++) x[k] = (k < dim) ? x[k] - xcm[k] : 0.0;
    for (int c = 0; c < todo->ncopy; c++)
      std::copy_n(row + 3 * todo->copy_from[c], 3, row + 3 * todo->copy_to[c]);
    for (int p = 0; p < todo->npair; p++) {
      const double *x0 = row + 3 * todo->pair_slot[p];
      const double d[3] = {x[0] - x0[0], x[1] - x0[1], x[2] - x0[2]};
      sum[p] += d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
    }
    for (int s = 0; s < todo->nstore; s++) std::copy_n(x, 3, row + 3 * todo->store_slot[s]);
  }
}

/* ----------------------------------------------------------------------
   results: evaluated when asked for, once per sample
------------------------------------------------------------------------- */

double FixOrthogonalDynamics::sample_time()
{
  return last_step < 0 ? update->dt * nevery : dt;
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::evaluate()
{
  multiply_kept(nullptr);
  const bigint nsample = inm_correlator_nsample(correlator);
  if (evaluated_at == nsample) return;

  check(inm_correlator_estimate(correlator, sample_time(), world), "evaluate the correlations");
  const int nset = atom->ntypes + 1;
  const inm_friction *set = inm_correlator_friction(correlator, 0);
  source = inm_friction_choose(nset, set);
  for (int i = 0; i < nset; i++) {
    friction_chosen[i] = inm_friction_value(set + i, (inm_friction_source) source);
    friction_chosen_error[i] = inm_friction_error(set + i, (inm_friction_source) source);
  }
  evaluated_at = nsample;
}

/* ---------------------------------------------------------------------- */

double FixOrthogonalDynamics::compute_scalar()
{
  evaluate();
  return friction_chosen[0];
}

/* ---------------------------------------------------------------------- */

double FixOrthogonalDynamics::compute_vector(int i)
{
  evaluate();
  const inm_friction *f = inm_correlator_friction(correlator, i / NVECTOR);
  const double value[NVECTOR] = {f->kernel, f->kernel_error, f->einstein, f->einstein_error,
                                 f->diffusion};
  return value[i % NVECTOR];
}

/* ---------------------------------------------------------------------- */

double FixOrthogonalDynamics::compute_array(int i, int j)
{
  evaluate();
  if (j == 0) return i * sample_time();
  const int set = (j - 1) / 2;
  return (j - 1) % 2 == 0 ? inm_correlator_cbar(correlator, set)[i]
                          : inm_correlator_integral(correlator, set)[i];
}

/* ---------------------------------------------------------------------- */

void *FixOrthogonalDynamics::extract(const char *what, int &dim)
{
  const bool value = strcmp(what, "friction") == 0;
  if (!value && strcmp(what, "friction/error") != 0) return nullptr;
  dim = 1;
  evaluate();
  return value ? friction_chosen.data() : friction_chosen_error.data();
}

/* ---------------------------------------------------------------------- */

double FixOrthogonalDynamics::friction(int type)
{
  evaluate();
  return friction_chosen[type];
}

/* ---------------------------------------------------------------------- */

double FixOrthogonalDynamics::friction_error(int type)
{
  evaluate();
  return friction_chosen_error[type];
}

/* ---------------------------------------------------------------------- */

double FixOrthogonalDynamics::friction_pooled()
{
  return friction(0);
}

/* ----------------------------------------------------------------------
   end of a run that took samples: tell what is known
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::post_run()
{
  multiply_kept(nullptr);
  const bigint nsample = inm_correlator_nsample(correlator);
  if (nsample == logged_at) return;
  logged_at = nsample;

  evaluate();
  if (comm->me) return;
  log_results();
  if (!filename.empty()) write_file();
}

/* ----------------------------------------------------------------------
   on rank 0 only, from here on to the per-atom data
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::log_results()
{
  static const char *reasons[] = {
      "the integral of the kernel, which has decayed within its window",
      "kT/D of the displacements, because the kernel has not decayed within its window",
      "the integral of the kernel, although it has not decayed within its window, because the "
      "displacements are not diffusive"};
  const bigint norigins = inm_correlator_norigin_done(correlator);

  utils::logmesg(
      lmp, "Fix orthogonal/dynamics {}: {} samples, {} origins, {} blocks of {} origins\n", id,
      inm_correlator_nsample(correlator), norigins, inm_correlator_nblock_full(correlator),
      inm_correlator_origins_per_block(correlator));
  if (norigins == 0) {
    utils::logmesg(lmp,
                   "  no value yet: the first window of the kernel is complete after {} samples\n",
                   nlag + 2);
    return;
  }
  for (int set = 0; set <= atom->ntypes; set++)
    if (set == 0 || inm_correlator_friction(correlator, set)->natoms > 0.0) log_set(set);
  utils::logmesg(lmp, "  friction used: {:.6g} +- {:.2g}, {}\n", friction_chosen[0],
                 friction_chosen_error[0], reasons[source]);
  log_warnings();
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::log_set(int set)
{
  const inm_friction &f = *inm_correlator_friction(correlator, set);
  const std::string name = set ? fmt::format("type {}", set) : "all";

  utils::logmesg(lmp,
                 "  {}: kernel v~(0) = {:.6g} +- {:.2g} (tail {:.2g}), kT/D = {:.6g} +- {:.2g} "
                 "(D = {:.6g}, d ln MSD/d ln t = {:.3f}), kT = {:.6g}, Omega0*dt = {:.3f}\n",
                 name, f.kernel, f.kernel_error, f.tail, f.einstein, f.einstein_error, f.diffusion,
                 f.msd_exponent, f.kT, f.einstein_frequency * dt);
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::log_warnings()
{
  const std::string who = fmt::format("Fix orthogonal/dynamics {}: ", id);
  const std::string bath = thermostats();

  for (int set = 0; set <= atom->ntypes; set++) {
    const inm_friction &f = *inm_correlator_friction(correlator, set);
    const std::string name = set ? fmt::format(" of type {}", set) : "";
    if (!(f.natoms > 0.0)) continue;
    if (f.einstein_frequency * dt > MAX_STEP)
      error->warning(FLERR, who + "Omega0*dt{} is above {}, sample more often", name, MAX_STEP);
    if (!f.decayed || f.tail > MAX_TAIL * f.integral)
      error->warning(FLERR,
                     who +
                         "kernel{} has not decayed within Nlag samples: the tail beyond them is "
                         "{:.2g} of the integral, the last third is {:.2g} of the one before",
                     name, f.rest.tail / f.integral, f.rest.ratio);
    if (f.diffusive &&
        std::fabs(f.kernel - f.einstein) >
            MAX_DISAGREEMENT * std::hypot(f.kernel_error, f.einstein_error))
      error->warning(FLERR, who + "kernel and kT/D{} differ by more than {} standard errors", name,
                     MAX_DISAGREEMENT);
  }
  if (inm_correlator_origins_per_block(correlator) * norigin < nlag + 1)
    error->warning(FLERR, who + "blocks are shorter than the window, so errors are too small");
  if (!bath.empty())
    error->warning(FLERR, who + "fix {} is a thermostat, which changes D and with it the friction",
                   bath);
}

/* ----------------------------------------------------------------------
   IDs of fixes that exchange energy or momentum with a bath
------------------------------------------------------------------------- */

std::string FixOrthogonalDynamics::thermostats()
{
  static const char *styles[] = {"nvt", "npt", "langevin", "temp", "gld", "gle", "ffl"};
  std::string found;
  for (int i = 0; i < modify->nfix; i++) {
    const std::string other = std::string(modify->fix[i]->style) + "/";
    for (const char *s : styles)
      if (other.compare(0, strlen(s) + 1, std::string(s) + "/") == 0)
        found += (found.empty() ? "" : ", ") + std::string(modify->fix[i]->id);
  }
  return found;
}

/* ---------------------------------------------------------------------- */

template <typename... Args> static void print(FILE *fp, const char *format, const Args &...args)
{
  fputs(fmt::format(format, args...).c_str(), fp);
}

/* ----------------------------------------------------------------------
   results in the format of fix ave/time mode vector, two tables
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::write_file()
{
  FILE *fp = fopen(filename.c_str(), "w");
  if (!fp) error->one(FLERR, "Fix orthogonal/dynamics {} cannot open file {}", id, filename);
  write_kernel(fp);
  write_displacements(fp);
  fclose(fp);
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::write_kernel(FILE *fp)
{
  const int nset = per_type ? atom->ntypes + 1 : 1;

  print(fp, "# Memory kernel of fix {}: Cbar, int Cbar/kT, <v v>, all per component\n", id);
  print(fp, "# TimeStep Number-of-rows\n# Row Time Cbar Integral VACF");
  for (int set = 1; set < nset; set++) print(fp, " Cbar_{0} Integral_{0} VACF_{0}", set);
  print(fp, "\n{} {}\n", update->ntimestep, nlag + 1);
  for (int n = 0; n <= nlag; n++) {
    print(fp, "{} {:.10g}", n + 1, n * dt);
    for (int set = 0; set < nset; set++)
      print(fp, " {:.10g} {:.10g} {:.10g}", inm_correlator_cbar(correlator, set)[n],
            inm_correlator_integral(correlator, set)[n], inm_correlator_vacf(correlator, set)[n]);
    print(fp, "\n");
  }
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::write_displacements(FILE *fp)
{
  const int nset = per_type ? atom->ntypes + 1 : 1;
  const double *all = inm_correlator_msd(correlator, 0);
  int nrow = 0;
  while (nrow < INM_MSD_LAGS && std::isfinite(all[nrow])) nrow++;

  print(fp, "# Mean-square displacement of fix {}\n", id);
  print(fp, "# TimeStep Number-of-rows\n# Row Time MSD");
  for (int set = 1; set < nset; set++) print(fp, " MSD_{}", set);
  print(fp, "\n{} {}\n", update->ntimestep, nrow);
  for (int n = 0; n < nrow; n++) {
    print(fp, "{} {:.10g}", n + 1, inm_correlator_msd_lag(correlator, n) * dt);
    for (int set = 0; set < nset; set++)
      print(fp, " {:.10g}", inm_correlator_msd(correlator, set)[n]);
    print(fp, "\n");
  }
}

/* ----------------------------------------------------------------------
   per-atom data: they travel with the atom
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::grow_arrays(int nmax)
{
  memory->grow(vslot, nmax, 3 * vstride, "orthogonal/dynamics:vslot");
  memory->grow(vkept, nmax, 3 * NKEEP, "orthogonal/dynamics:vkept");
  memory->grow(xslot, nmax, 3 * INM_MSD_RING * nlevel, "orthogonal/dynamics:xslot");
}

/* ----------------------------------------------------------------------
   room for more levels of positions; rows get longer, so they are copied
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::grow_levels(int nlevel_new)
{
  const int width = 3 * INM_MSD_RING * nlevel, width_new = 3 * INM_MSD_RING * nlevel_new;
  double **wider = nullptr;

  memory->create(wider, atom->nmax, width_new, "orthogonal/dynamics:xslot");
  for (int i = 0; i < atom->nlocal; i++) {
    std::copy_n(xslot[i], width, wider[i]);
    std::fill(wider[i] + width, wider[i] + width_new, 0.0);
  }
  memory->destroy(xslot);
  xslot = wider;
  nlevel = nlevel_new;
}

/* ---------------------------------------------------------------------- */

int FixOrthogonalDynamics::row_size()
{
  return 3 * (vstride + nkept + INM_MSD_RING * nlevel);
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::copy_arrays(int i, int j, int /*delflag*/)
{
  std::copy_n(vslot[i], 3 * vstride, vslot[j]);
  std::copy_n(vkept[i], 3 * nkept, vkept[j]);
  std::copy_n(xslot[i], 3 * INM_MSD_RING * nlevel, xslot[j]);
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::set_arrays(int i)
{
  std::fill_n(vslot[i], 3 * vstride, 0.0);
  std::fill_n(vkept[i], 3 * NKEEP, 0.0);
  std::fill_n(xslot[i], 3 * INM_MSD_RING * nlevel, 0.0);
}

/* ---------------------------------------------------------------------- */

int FixOrthogonalDynamics::pack_exchange(int i, double *buf)
{
  buf = std::copy_n(vslot[i], 3 * vstride, buf);
  buf = std::copy_n(vkept[i], 3 * nkept, buf);
  std::copy_n(xslot[i], 3 * INM_MSD_RING * nlevel, buf);
  return row_size();
}

/* ---------------------------------------------------------------------- */

int FixOrthogonalDynamics::unpack_exchange(int i, double *buf)
{
  std::copy_n(buf, 3 * vstride, vslot[i]);
  std::copy_n(buf += 3 * vstride, 3 * nkept, vkept[i]);
  std::copy_n(buf += 3 * nkept, 3 * INM_MSD_RING * nlevel, xslot[i]);
  return row_size();
}

/* ----------------------------------------------------------------------
   restart: sums of all ranks go to the file, rank 0 takes them back
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::write_restart(FILE *fp)
{
  multiply_kept(nullptr);    // so that the atoms, which are packed after this, have nothing kept
  const size_t n = NHEADER + inm_correlator_pack_size(correlator);
  if (n * sizeof(double) > (size_t) MAXSMALLINT)
    error->all(FLERR, "Fix orthogonal/dynamics {} has too much data for a restart file", id);

  std::vector<double> list(n);
  list[LAST_STEP] = (double) last_step;
  list[SAMPLE_TIME] = dt;
  list[NATOMS] = natoms;
  list[LEVELS] = nlevel;
  check(inm_correlator_pack(correlator, world, list.data() + NHEADER), "pack its restart data");
  if (comm->me) return;
  const int size = (int) (n * sizeof(double));
  fwrite(&size, sizeof(int), 1, fp);
  fwrite(list.data(), sizeof(double), n, fp);
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::restart(char *buf)
{
  // the length is not handed in: the core compares the parameters in front before it reads on

  const double *list = (const double *) buf;
  const inm_status status = inm_correlator_unpack(
      correlator, list + NHEADER, inm_correlator_pack_size(correlator), comm->me == 0);
  if (status != INM_OK)
    error->all(FLERR,
               "Fix orthogonal/dynamics {}: the restart file has data of other Nlag, Norigin, "
               "blocks, atom types or dimension; use the same or another fix ID",
               id);
  last_step = (bigint) list[LAST_STEP];
  dt = list[SAMPLE_TIME];
  natoms = list[NATOMS];
  logged_at = inm_correlator_nsample(correlator);

  const int needed = (int) list[LEVELS];    // rows in the file have this many
  if (needed > nlevel) grow_levels(needed);
}

/* ---------------------------------------------------------------------- */

int FixOrthogonalDynamics::pack_restart(int i, double *buf)
{
  buf[0] = row_size() + 1;    // first, because other fixes skip it by this number
  return 1 + pack_exchange(i, buf + 1);
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::unpack_restart(int i, int nth)
{
  double *buf = atom->extra[i];
  for (int fix = 0; fix < nth; fix++) buf += (int) buf[0];
  unpack_exchange(i, buf + 1);
}

/* ---------------------------------------------------------------------- */

int FixOrthogonalDynamics::size_restart(int /*i*/)
{
  return row_size() + 1;
}

/* ---------------------------------------------------------------------- */

int FixOrthogonalDynamics::maxsize_restart()
{
  return row_size() + 1;
}

/* ---------------------------------------------------------------------- */

double FixOrthogonalDynamics::memory_usage()
{
  return (double) atom->nmax * 3 * (vstride + NKEEP + INM_MSD_RING * nlevel) * sizeof(double) +
      (double) inm_correlator_bytes(correlator);
}
