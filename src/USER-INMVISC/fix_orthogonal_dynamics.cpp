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
   This file samples atoms and adds products up; origins, lags and blocks
   are in inm/inm_correlator.c, formulas in inm/inm_kernel.c, the copies that
   travel with the atoms in inmvisc_atom_history.cpp, and what is told to
   the user in inmvisc_kernel_report.cpp.

   All sums over atoms are of rounded summands (inm/inm_products.h), so that
   they have the same value to the last bit for any order of the atoms, any
   number of ranks, and wherever a run was interrupted.
------------------------------------------------------------------------- */

#include "fix_orthogonal_dynamics.h"

#include "inm/inm_correlator.h"
#include "inm/inm_products.h"
#include "inm/inm_solver.h"
#include "inmvisc_atom_history.h"
#include "inmvisc_compat.h"
#include "inmvisc_kernel_report.h"
#include "inmvisc_parser.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

using namespace LAMMPS_NS;
using namespace FixConst;
using namespace INMVISC_NS;

static constexpr double NOT_KNOWN = std::numeric_limits<double>::quiet_NaN();
static constexpr int NVECTOR = 5;           // values in the global vector for each set of atoms
static constexpr int NMOMENT = 3;           // sums of an origin: m v^2 and 1, then v^2
static constexpr double HEADROOM = 16.0;    // sums may grow by this after the first sample
static constexpr double BOXES = 1000.0;     // atoms may diffuse through as many

// state in a restart file: this, the bounds, and that of the correlator

enum { LAST_STEP, SAMPLE_TIME, NATOMS, LEVELS, NHEADER };

/* ---------------------------------------------------------------------- */

FixOrthogonalDynamics::FixOrthogonalDynamics(LAMMPS *lmp, int narg, char **arg) :
    Fix(lmp, narg, arg), me(std::string("Fix orthogonal/dynamics ") + arg[0]), nblock(16),
    direct(false), per_type(true), normalized(false), startstep(0), correlator(nullptr),
    history(nullptr), last_step(-1), dt(0.0), natoms(0.0), logged_at(0), bounds(), rounder(),
    evaluated_at(-1), source(INM_FROM_KERNEL)
{
  static_assert(sizeof(Bounds) == NBOUNDS * sizeof(double), "bounds are stored as numbers");
  static_assert(sizeof(Total) == NTOTAL * sizeof(double), "totals are reduced as numbers");
  parse(narg, arg);
  check_arguments();
  check_memory();
  create_storage();
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
  if (history) {
    atom->delete_callback(id, Atom::GROW);
    atom->delete_callback(id, Atom::RESTART);
  }
  delete history;
  inm_correlator_destroy(&correlator);
}

/* ----------------------------------------------------------------------
   fix ID group orthogonal/dynamics Nevery Nlag Norigin keyword value ...
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::parse(int narg, char **arg)
{
  KeywordParser in(lmp, me, narg, arg, 3);

  nevery = in.integer("Nevery", 1);
  nlag = in.integer("Nlag", 3);
  norigin = in.integer("Norigin", 1);
  while (in.more()) {
    const std::string key = in.keyword();
    if (key == "blocks") {
      nblock = in.integer("blocks", 2);
    } else if (key == "estimator") {
      direct = in.choice("estimator", {"vacf", "direct"}) == "direct";
    } else if (key == "start") {
      startstep = (bigint) in.number("start");
    } else if (key == "file") {
      filename = in.word("file");
    } else if (key == "types") {
      per_type = in.yesno("types");
    } else if (key == "normalize") {
      normalized = in.yesno("normalize");
    } else {
      in.unknown();
    }
  }
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::check_arguments()
{
  if (direct && nevery != 1)
    error->all(FLERR,
               "{}: estimator direct needs Nevery 1, because force and velocity obey the sum rule "
               "of the kernel at every step only; estimator vacf may take any Nevery",
               me);
  if (direct && norigin != 1)
    error->all(FLERR, "{}: estimator direct takes every sample as an origin, so Norigin must be 1",
               me);
}

/* ----------------------------------------------------------------------
   memory of all ranks on a node, as far as can be known before it is taken
------------------------------------------------------------------------- */

static double sum_over_node(double mine, MPI_Comm world)
{
#if defined(MPI_STUBS)
  return mine;
#else
  MPI_Comm node;
  double all;
  MPI_Comm_split_type(world, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  MPI_Allreduce(&mine, &all, 1, MPI_DOUBLE, MPI_SUM, node);
  MPI_Comm_free(&node);
  return all;
#endif
}

/* ---------------------------------------------------------------------- */

static inm_correlator_options options_of(int ntypes, int nlag, int norigin, int nblock, int dim,
                                         bool direct)
{
  inm_correlator_options o;
  o.ntypes = ntypes;
  o.nlag = nlag;
  o.norigin = norigin;
  o.nblock = nblock;
  o.dim = dim;
  o.estimator = direct ? INM_DIRECT : INM_VACF;
  return o;
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::check_memory()
{
  static constexpr double GB = 1.0e9;
  const auto o = options_of(atom->ntypes, nlag, norigin, nblock, domain->dimension, direct);
  const double slots = std::ceil((nlag + 2.0) / norigin);
  const double per_atom = 3.0 * sizeof(double) * (slots * (direct ? 2 : 1) + AtomHistory::NKEEP);
  const double need =
      sum_over_node(inm_correlator_bytes(&o) + per_atom * std::max(atom->nmax, 1), world);
  double have = inm_memory_available(), least = have;
  int lacking = have > 0.0 && need > have, any = 0;

  MPI_Allreduce(&have, &least, 1, MPI_DOUBLE, MPI_MIN, world);
  MPI_Allreduce(&lacking, &any, 1, MPI_INT, MPI_MAX, world);
  if (any)
    error->all(FLERR,
               "{}: estimator {} with Nlag {} and Norigin {} needs {:.3g} GB on a node, and {:.3g} "
               "GB are available",
               me, direct ? "direct" : "vacf", nlag, norigin, need / GB, least / GB);
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::create_storage()
{
  const size_t ntypes = atom->ntypes;
  const auto o = options_of(atom->ntypes, nlag, norigin, nblock, domain->dimension, direct);
  check(inm_correlator_create(&correlator, &o), "set up the correlations");

  nslot = inm_correlator_nslot(correlator);
  if (inm_row_slots(nslot) > (size_t) MAXSMALLINT / 8)
    error->all(FLERR, "{}: Nlag/Norigin is too large", me);
  row = (int) inm_row_slots(nslot);
  history = new AtomHistory(lmp, nslot, direct);
  total.resize(AtomHistory::NKEEP);
  vv.resize(AtomHistory::NKEEP * ntypes * row);
  vv_dense.resize(ntypes * nslot);
  at_origin.resize(ntypes * (NMOMENT + INM_MSD_LAGS));
  msd_rounder.resize(INM_MSD_LAGS);
  if (direct) {
    for (auto sums : {&av, &aa}) sums->resize(ntypes * row);
    for (auto sums : {&av_dense, &aa_dense}) sums->resize(ntypes * nslot);
  }
  friction_chosen.resize(ntypes + 1, NOT_KNOWN);
  friction_chosen_error.resize(ntypes + 1, NOT_KNOWN);
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
  maxexchange = history->maxsize();
}

/* ----------------------------------------------------------------------
   stop if a function of the core failed; what fails on one rank fails on all
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::check(int status, const char *what)
{
  status = inm_status_sync((inm_status) status, world);
  if (status != INM_OK)
    error->all(FLERR, "{}: could not {}: {}", me, what, inm_strerror((inm_status) status));
}

/* ---------------------------------------------------------------------- */

int FixOrthogonalDynamics::setmask()
{
  return END_OF_STEP;    // LAMMPS calls post_run() of every fix
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::init()
{
  if (!direct) return;
  const std::string bath = thermostats(modify), constraint = constraints(modify);
  if (!bath.empty())
    error->all(
        FLERR,
        "{}: estimator direct needs NVE dynamics: with thermostat {} the acceleration is not "
        "force over mass; use estimator vacf",
        me, bath);
  if (!constraint.empty())
    error->all(FLERR,
               "{}: estimator direct needs NVE dynamics: with fix {} the acceleration is not force "
               "over mass; use estimator vacf",
               me, constraint);
  if (utils::strmatch(update->integrate_style, "^respa"))
    error->all(FLERR, "{}: estimator direct needs run_style verlet", me);
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
               "{}: the timestep was changed from {} to {} after sampling began; delete and "
               "redefine the fix",
               me, dt / nevery, update->dt);
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::check_continuity()
{
  reset_dt();
  if (last_step >= 0 && update->ntimestep != last_step + nevery)
    error->all(FLERR,
               "{}: samples must be {} steps apart, but step {} follows step {}; delete and "
               "redefine the fix, or choose Nevery like the snapshots",
               me, nevery, update->ntimestep, last_step);
}

/* ----------------------------------------------------------------------
   One sample.  Between two origins the slots do not change, so velocities
   of several samples are kept and multiplied with the slots together: the
   slots of all atoms are too large for the cache, and reading them is what
   this fix costs.
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::sample()
{
  const bool origin = (inm_correlator_nsample(correlator) + history->nkept) % norigin == 0;

  check_continuity();
  if (last_step < 0) {
    dt = update->dt * nevery;
    find_bounds();
  }
  collect(total[history->nkept++], origin);
  if (origin || history->nkept == AtomHistory::NKEEP) process_kept(origin);
  last_step = update->ntimestep;
}

/* ---------------------------------------------------------------------- */

double FixOrthogonalDynamics::atom_mass(int i) const
{
  return atom->rmass ? atom->rmass[i] : atom->mass[atom->type[i]];
}

/* ----------------------------------------------------------------------
   keep the velocities of the group; sums over all atoms of this rank
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::collect(Total &sum, bool origin)
{
  double *kept = history->kept[history->nkept - 1], unwrapped[3];
  double **v = atom->v;

  sum = Total();
  for (int i = 0; i < atom->nlocal; i++) {
    const double m = atom_mass(i);
    sum.mass += inm_round(m, rounder.mass);
    for (int k = 0; k < 3; k++) sum.momentum[k] += inm_round(m * v[i][k], rounder.momentum);
    if (atom->mask[i] & groupbit) {
      sum.count += 1.0;
      for (int k = 0; k < 3; k++) kept[3 * i + k] = v[i][k];
    }
    if (!origin) continue;
    domain->unmap(atom->x[i], atom->image[i], unwrapped);
    for (int k = 0; k < 3; k++) sum.position[k] += inm_round(m * unwrapped[k], rounder.position);
    if (!direct) continue;
    for (int k = 0; k < 3; k++) sum.force[k] += inm_round(atom->f[i][k], rounder.force);
  }
}

/* ----------------------------------------------------------------------
   at the first sample: largest possible sums over all atoms, by the
   inequality of Schwarz
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::find_bounds()
{
  enum { MASS, ENERGY, FORCE, ATOMS, NSUM };
  double mine[NSUM] = {0.0}, all[NSUM];

  for (int i = 0; i < atom->nlocal; i++) {
    const double m = atom_mass(i), *v = atom->v[i], *f = atom->f[i];
    mine[MASS] += m;
    mine[ENERGY] += m * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    mine[FORCE] += f[0] * f[0] + f[1] * f[1] + f[2] * f[2];
    mine[ATOMS] += 1.0;
  }
  MPI_Allreduce(mine, all, NSUM, MPI_DOUBLE, MPI_SUM, world);
  bounds.mass = all[MASS];
  bounds.momentum = HEADROOM * std::sqrt(all[MASS] * all[ENERGY]);
  bounds.position = BOXES * all[MASS] * (domain->xprd + domain->yprd + domain->zprd);
  bounds.force = HEADROOM * std::sqrt(all[ATOMS] * all[FORCE]);
  bounds.vv = bounds.mv2 = bounds.av = bounds.aa = 0.0;
  set_rounders();
}

/* ----------------------------------------------------------------------
   the same for the group, relative to the center of mass
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::find_group_bounds(const double *vcm)
{
  enum { VV, MV2, AA, NSUM };
  const double *kept = history->kept[0];
  double mine[NSUM] = {0.0}, all[NSUM];

  for (int i = 0; i < atom->nlocal; i++) {
    if (!(atom->mask[i] & groupbit)) continue;
    const double m = atom_mass(i), *f = atom->f[i];
    double square = 0.0;
    for (int k = 0; k < 3; k++) square += (kept[3 * i + k] - vcm[k]) * (kept[3 * i + k] - vcm[k]);
    mine[VV] += square;
    mine[MV2] += m * square;
    mine[AA] += (f[0] * f[0] + f[1] * f[1] + f[2] * f[2]) / (m * m);
  }
  MPI_Allreduce(mine, all, NSUM, MPI_DOUBLE, MPI_SUM, world);
  bounds.vv = HEADROOM * all[VV];
  bounds.mv2 = HEADROOM * all[MV2];
  bounds.aa = HEADROOM * all[AA] * force->ftm2v * force->ftm2v;
  bounds.av = std::sqrt(bounds.aa * bounds.vv);
  set_rounders();
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::set_rounders()
{
  const double *from = &bounds.mass;
  double *to = &rounder.mass;
  for (int k = 0; k < NBOUNDS; k++) to[k] = inm_rounder(from[k]);
}

/* ----------------------------------------------------------------------
   multiply the velocities kept with the slots and hand the sums over; the
   last of the samples may be an origin
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::process_kept(bool origin)
{
  const int nplain = origin ? history->nkept - 1 : history->nkept;
  const size_t stride = (size_t) atom->ntypes * row;
  if (history->nkept == 0) return;

  reduce_totals();
  multiply_kept();
  for (int k = 0; k < nplain; k++) {
    inm_correlator_begin(correlator);
    add_sample(&vv[k * stride]);
  }
  if (origin) take_origin();
  history->nkept = 0;
}

/* ----------------------------------------------------------------------
   sum over ranks, in place
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::add_to_all(std::vector<double> &sum, size_t n)
{
  static constexpr size_t PIECE = 1 << 24;    // fits the count of MPI
  for (size_t i = 0; i < n; i += PIECE)
    MPI_Allreduce(MPI_IN_PLACE, sum.data() + i, (int) std::min(PIECE, n - i), MPI_DOUBLE, MPI_SUM,
                  world);
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::reduce_totals()
{
  MPI_Allreduce(MPI_IN_PLACE, total.data(), history->nkept * NTOTAL, MPI_DOUBLE, MPI_SUM, world);
  if (inm_correlator_nsample(correlator) == 0) {
    double vcm[3];
    natoms = total[0].count;
    velocity_of_center(0, vcm);
    find_group_bounds(vcm);
  }
  for (int k = 0; k < history->nkept; k++)
    if (total[k].count != natoms)
      error->all(FLERR, "{}: the number of atoms in its group changed from {} to {}", me, natoms,
                 total[k].count);
}

/* ----------------------------------------------------------------------
   velocity of the center of mass of all atoms: even a tiny total momentum
   destroys the integral of the kernel
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::velocity_of_center(int sample, double *vcm) const
{
  const Total &sum = total[sample];
  for (int k = 0; k < 3; k++) vcm[k] = sum.mass > 0.0 ? sum.momentum[k] / sum.mass : 0.0;
}

/* ----------------------------------------------------------------------
   sums over the group of the products of the slots with the velocities kept
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::multiply_kept()
{
  const int nkept = history->nkept, dim = domain->dimension;
  const size_t stride = (size_t) atom->ntypes * row;
  double vcm[3 * AtomHistory::NKEEP], u[3 * AtomHistory::NKEEP] = {0.0};

  for (int k = 0; k < nkept; k++) velocity_of_center(k, vcm + 3 * k);
  std::fill_n(vv.begin(), nkept * stride, 0.0);
  for (int i = 0; i < atom->nlocal; i++) {
    if (!(atom->mask[i] & groupbit)) continue;
    for (int k = 0; k < nkept; k++)
      for (int d = 0; d < dim; d++) u[3 * k + d] = history->kept[k][3 * i + d] - vcm[3 * k + d];
    inm_add_products(row, history->velocity[i], nkept, u, rounder.vv,
                     &vv[(size_t) (atom->type[i] - 1) * row], stride);
  }
  add_to_all(vv, nkept * stride);
}

/* ----------------------------------------------------------------------
   hand the sums of one sample, vv [ntypes][row] and others, over
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::add_sample(const double *sum)
{
  const int ntypes = atom->ntypes;
  auto pack = [ntypes, this](const double *from, std::vector<double> &to) {
    for (int t = 0; t < ntypes; t++)
      std::copy_n(from + (size_t) t * row, nslot, &to[(size_t) t * nslot]);
    return to.data();
  };
  inm_products products;
  products.vv = pack(sum, vv_dense);
  products.av = direct ? pack(av.data(), av_dense) : nullptr;
  products.aa = direct ? pack(aa.data(), aa_dense) : nullptr;
  products.moment = at_origin.data();
  products.msd = at_origin.data() + (size_t) NMOMENT * ntypes;
  inm_correlator_end(correlator, &products);
}

/* ----------------------------------------------------------------------
   the last velocities kept are those of an origin, which goes to a slot;
   its product with them, at lag 0, takes the place of that of the old one
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::take_origin()
{
  const int last = history->nkept - 1, ntypes = atom->ntypes;
  const inm_sample *todo = inm_correlator_begin(correlator);
  double *sum = &vv[(size_t) last * ntypes * row], vcm[3], xcm[3];
  const Total &all = total[last];

  if (todo->nlevel > history->nlevel) history->grow_levels(todo->nlevel);
  velocity_of_center(last, vcm);
  for (int k = 0; k < 3; k++) xcm[k] = all.mass > 0.0 ? all.position[k] / all.mass : 0.0;

  if (direct) multiply_accelerations(todo->origin_slot, vcm);
  plan_displacements(todo);
  std::fill(at_origin.begin(), at_origin.end(), 0.0);
  for (int i = 0; i < atom->nlocal; i++) {
    if (!(atom->mask[i] & groupbit)) continue;
    store_velocity(i, todo->origin_slot, vcm);
    correlate_position(i, xcm, todo);
  }
  add_to_all(at_origin, (size_t) ntypes * (NMOMENT + todo->npair));
  for (int t = 0; t < ntypes; t++)
    sum[(size_t) t * row + todo->origin_slot] = at_origin[2 * ntypes + t];
  add_sample(sum);
}

/* ----------------------------------------------------------------------
   velocity to the slot of the new origin; moments of the velocities
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::store_velocity(int i, int slot, const double *vcm)
{
  const double *v = history->kept[history->nkept - 1] + 3 * i;
  double *to = history->velocity[i] + inm_row_offset(slot);
  double *moment = &at_origin[2 * (atom->type[i] - 1)];
  double square = 0.0;

  for (int d = 0; d < domain->dimension; d++) {
    const double u = v[d] - vcm[d];
    to[d * INM_CHUNK] = u;
    square += u * u;
  }
  moment[0] += inm_round(atom_mass(i) * square, rounder.mv2);
  moment[1] += 1.0;
  at_origin[2 * atom->ntypes + atom->type[i] - 1] += inm_round(square, rounder.vv);
}

/* ----------------------------------------------------------------------
   direct estimator: accelerations to the slot of the new origin, and the
   products of all slots with accelerations and velocities now
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::multiply_accelerations(int slot, const double *vcm)
{
  const Total &all = total[history->nkept - 1];
  const double *kept = history->kept[history->nkept - 1];
  const size_t n = (size_t) atom->ntypes * row;

  std::fill(av.begin(), av.end(), 0.0);
  std::fill(aa.begin(), aa.end(), 0.0);
  for (int i = 0; i < atom->nlocal; i++) {
    if (!(atom->mask[i] & groupbit)) continue;
    double u[3] = {0.0}, a[3] = {0.0}, *slots = history->acceleration[i];
    for (int d = 0; d < domain->dimension; d++) {
      u[d] = kept[3 * i + d] - vcm[d];
      a[d] = force->ftm2v * (atom->f[i][d] / atom_mass(i) - all.force[d] / all.mass);
      slots[inm_row_offset(slot) + d * INM_CHUNK] = a[d];
    }
    const size_t at = (size_t) (atom->type[i] - 1) * row;
    inm_add_products(row, slots, 1, u, rounder.av, &av[at], 0);
    inm_add_products(row, slots, 1, a, rounder.aa, &aa[at], 0);
  }
  add_to_all(av, n);
  add_to_all(aa, n);
}

/* ----------------------------------------------------------------------
   how finely squared displacements are rounded: atoms are not faster than
   they fly
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::plan_displacements(const inm_sample *todo)
{
  for (int p = 0; p < todo->npair; p++) {
    const double time = dt * (double) inm_correlator_msd_lag(correlator, todo->pair_lag[p]);
    msd_rounder[p] = inm_rounder(bounds.vv * time * time);
  }
}

/* ----------------------------------------------------------------------
   squared displacements from the remembered positions, relative to the
   center of mass: a drift of the system is no diffusion
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::correlate_position(int i, const double *xcm, const inm_sample *todo)
{
  const int dim = domain->dimension, ntypes = atom->ntypes;
  double *place = history->position[i], x[3];
  double *sum = &at_origin[(size_t) NMOMENT * ntypes + (size_t) (atom->type[i] - 1) * todo->npair];

  domain->unmap(atom->x[i], atom->image[i], x);
  for (int d = 0; d < 3; d++) x[d] = (d < dim) ? x[d] - xcm[d] : 0.0;
  for (int c = 0; c < todo->ncopy; c++)
    std::copy_n(place + 3 * todo->copy_from[c], 3, place + 3 * todo->copy_to[c]);
  for (int p = 0; p < todo->npair; p++) {
    const double *x0 = place + 3 * todo->pair_slot[p];
    const double d[3] = {x[0] - x0[0], x[1] - x0[1], x[2] - x0[2]};
    sum[p] += inm_round(d[0] * d[0] + d[1] * d[1] + d[2] * d[2], msd_rounder[p]);
  }
  for (int s = 0; s < todo->nstore; s++) std::copy_n(x, 3, place + 3 * todo->store_slot[s]);
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
  process_kept(false);
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

/* ----------------------------------------------------------------------
   end of a run that took samples: tell what is known
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::post_run()
{
  evaluate();
  const bigint nsample = inm_correlator_nsample(correlator);
  if (nsample == logged_at) return;
  logged_at = nsample;
  if (comm->me == 0) report();
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::report()
{
  KernelReport out(lmp);
  out.id = id;
  out.nlag = nlag;
  out.norigin = norigin;
  out.nblock = nblock;
  out.per_type = per_type;
  out.normalized = normalized;
  out.dt = dt;
  out.friction = friction_chosen[0];
  out.friction_error = friction_chosen_error[0];
  out.source = source;
  out.results = correlator;
  out.log();
  if (!filename.empty()) out.write(filename);
}

/* ----------------------------------------------------------------------
   per-atom data: they travel with the atom
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::grow_arrays(int nmax)
{
  history->grow(nmax);
}

void FixOrthogonalDynamics::copy_arrays(int i, int j, int /*delflag*/)
{
  history->copy(i, j);
}

void FixOrthogonalDynamics::set_arrays(int i)
{
  history->clear(i);
}

int FixOrthogonalDynamics::pack_exchange(int i, double *buf)
{
  return history->pack(i, buf);
}

int FixOrthogonalDynamics::unpack_exchange(int i, double *buf)
{
  return history->unpack(i, buf);
}

/* ----------------------------------------------------------------------
   restart: all ranks have the same sums, so one of them writes them
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::write_restart(FILE *fp)
{
  process_kept(false);    // so that nothing is kept
  const size_t n = NHEADER + NBOUNDS + inm_correlator_pack_size(correlator);
  if (n * sizeof(double) > (size_t) MAXSMALLINT)
    error->all(FLERR, "{}: {:.3g} GB of data do not fit in a restart file", me, 8.0e-9 * n);
  if (comm->me) return;

  std::vector<double> list(n);
  list[LAST_STEP] = (double) last_step;
  list[SAMPLE_TIME] = dt;
  list[NATOMS] = natoms;
  list[LEVELS] = history->nlevel;
  memcpy(&list[NHEADER], &bounds, sizeof(bounds));
  inm_correlator_pack(correlator, &list[NHEADER + NBOUNDS]);
  const int size = (int) (n * sizeof(double));
  fwrite(&size, sizeof(int), 1, fp);
  fwrite(list.data(), sizeof(double), n, fp);
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::restart(char *buf)
{
  const double *list = (const double *) buf;
  if (inm_correlator_unpack(correlator, list + NHEADER + NBOUNDS) != INM_OK)
    error->all(
        FLERR,
        "{}: the restart file has data of other Nlag, Norigin, blocks, estimator, atom types "
        "or dimension; use the same or another fix ID",
        me);
  last_step = (bigint) list[LAST_STEP];
  dt = list[SAMPLE_TIME];
  natoms = list[NATOMS];
  memcpy(&bounds, list + NHEADER, sizeof(bounds));
  set_rounders();
  logged_at = inm_correlator_nsample(correlator);

  const int needed = (int) list[LEVELS];    // rows in the file have this many
  if (needed > history->nlevel) history->grow_levels(needed);
}

/* ---------------------------------------------------------------------- */

int FixOrthogonalDynamics::pack_restart(int i, double *buf)
{
  buf[0] = history->size() + 1;    // first, because other fixes skip it by this number
  return 1 + history->pack(i, buf + 1);
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::unpack_restart(int i, int nth)
{
  double *buf = atom->extra[i];
  for (int fix = 0; fix < nth; fix++) buf += (int) buf[0];
  history->unpack(i, buf + 1);
}

/* ---------------------------------------------------------------------- */

int FixOrthogonalDynamics::size_restart(int /*i*/)
{
  return history->size() + 1;
}

/* ---------------------------------------------------------------------- */

int FixOrthogonalDynamics::maxsize_restart()
{
  return history->maxsize() + 1;
}

/* ---------------------------------------------------------------------- */

double FixOrthogonalDynamics::memory_usage()
{
  const auto o = options_of(atom->ntypes, nlag, norigin, nblock, domain->dimension, direct);
  return atom->nmax * history->bytes_per_atom() + inm_correlator_bytes(&o);
}
