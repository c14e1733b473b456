/* ----------------------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   All sums over atoms are of rounded summands (inm/inm_products.h), so that
   they have the same value to the last bit for any order of the atoms, any
   number of ranks, and wherever a run was interrupted.
------------------------------------------------------------------------- */

#include "inmvisc_velocity_sampler.h"

#include "inm/inm_correlator.h"
#include "inm/inm_hash.h"
#include "inm/inm_machine.h"
#include "inm/inm_plan.h"
#include "inm/inm_products.h"
#include "inmvisc_units.h"

#include "domain.h"
#include "error.h"
#include "force.h"
#include "update.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

static constexpr double HEADROOM = 16.0;    // sums may grow by this after the first sample
static constexpr double BOXES = 1000.0;     // atoms may diffuse through as many

/* ---------------------------------------------------------------------- */

VelocitySampler::VelocitySampler(LAMMPS *lmp, const Settings &settings) :
    Pointers(lmp), set(settings), correlator(nullptr), history(nullptr),
    source_check(lmp, settings.label), last(-1), dt(0.0), natoms(0.0), nsystem(0.0), mark(),
    minimized(false), bounds(), rounder()
{
  static_assert(sizeof(Bounds) == NBOUNDS * sizeof(double), "bounds are stored as numbers");
  static_assert(sizeof(Total) == NTOTAL * sizeof(double), "totals are reduced as numbers");
  mark.step = -1.0;
  check_memory();
  create_storage();
}

/* ---------------------------------------------------------------------- */

VelocitySampler::~VelocitySampler()
{
  delete history;
  inm_correlator_destroy(&correlator);
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

static inm_correlator_options options_of(const VelocitySampler::Settings &set, int ntypes, int dim)
{
  inm_correlator_options o;
  o.ntypes = ntypes;
  o.nlag = set.nlag;
  o.norigin = set.norigin;
  o.nblock = set.nblock;
  o.dim = dim;
  o.estimator = set.direct ? INM_DIRECT : INM_VACF;
  return o;
}

/* ---------------------------------------------------------------------- */

void VelocitySampler::check_memory()
{
  const auto o = options_of(set, atom->ntypes, domain->dimension);
  const double slots = std::ceil((set.nlag + 2.0) / set.norigin);
  const double per_atom = sizeof(double) *
      (3.0 * (slots * (set.direct ? 2 : 1) + AtomHistory::NKEEP) + SourceCheck::NRECORD + 1.0);
  const double need =
      sum_over_node(inm_correlator_bytes(&o) + per_atom * std::max(atom->nmax, 1), world);
  double have = inm_memory_available(), least = have;
  int lacking = have > 0.0 && need > have, any = 0;

  MPI_Allreduce(&have, &least, 1, MPI_DOUBLE, MPI_MIN, world);
  MPI_Allreduce(&lacking, &any, 1, MPI_INT, MPI_MAX, world);
  if (any)
    error->all(FLERR,
               "{}: estimator {} with Nlag {} and Norigin {} needs {:.3g} GB on a node, but only "
               "{:.3g} GB are available",
               set.label, set.direct ? "direct" : "vacf", set.nlag, set.norigin, need / GB,
               least / GB);
}

/* ---------------------------------------------------------------------- */

void VelocitySampler::create_storage()
{
  const size_t ntypes = atom->ntypes;
  const auto o = options_of(set, atom->ntypes, domain->dimension);
  check(inm_correlator_create(&correlator, &o), "set up the correlations");

  nslot = inm_correlator_nslot(correlator);
  if (inm_row_slots(nslot) > (size_t) MAXSMALLINT / 8)
    error->all(FLERR, "{}: Nlag/Norigin is too large", set.label);
  row = (int) inm_row_slots(nslot);
  history = new AtomHistory(lmp, nslot, set.direct);
  total.resize(AtomHistory::NKEEP);
  vv.resize(AtomHistory::NKEEP * ntypes * row);
  vv_dense.resize(ntypes * nslot);
  at_origin.resize(ntypes * (NMOMENT + INM_MSD_LAGS));
  msd_rounder.resize(INM_MSD_LAGS);
  if (set.direct) {
    for (auto sums : {&av, &aa}) sums->resize(ntypes * row);
    for (auto sums : {&av_dense, &aa_dense}) sums->resize(ntypes * nslot);
  }
}

/* ----------------------------------------------------------------------
   stop if a function of the core failed; what fails on one rank fails on all
------------------------------------------------------------------------- */

void VelocitySampler::check(int status, const char *what)
{
  status = inm_status_sync((inm_status) status, world);
  if (status != INM_OK)
    error->all(FLERR, "{}: could not {}: {}", set.label, what, inm_strerror((inm_status) status));
}

/* ----------------------------------------------------------------------
   samples must follow each other at equal times
------------------------------------------------------------------------- */

void VelocitySampler::check_timestep()
{
  if (last >= 0 && update->dt * set.nevery != dt)
    error->all(FLERR,
               "{}: the timestep was changed from {} to {} after sampling began; delete and "
               "redefine the fix",
               set.label, dt / set.nevery, update->dt);
}

/* ---------------------------------------------------------------------- */

void VelocitySampler::check_continuity()
{
  check_timestep();
  if (last >= 0 && update->ntimestep != last + set.nevery)
    error->all(FLERR,
               "{}: samples must be {} steps apart, but step {} follows step {}; delete and "
               "redefine the fix, or set Nevery to the interval of the snapshots",
               set.label, set.nevery, update->ntimestep, last);
  if (last >= 0 && minimized)
    error->all(FLERR,
               "{}: atoms were moved by a minimization after sampling began; delete and "
               "redefine the fix",
               set.label);
}

/* ----------------------------------------------------------------------
   A run that begins where the last one ended continues the trajectory, if
   nothing was changed in between.  Snapshots of a rerun begin anywhere.
------------------------------------------------------------------------- */

void VelocitySampler::begin_run()
{
  if (last < 0 || mark.step != (double) update->ntimestep) return;
  const std::string changed = mark.difference(lmp, TrajectoryMark::take(lmp, set.groupbit));
  if (!changed.empty())
    error->all(FLERR, "{}: {} between two runs, after sampling began; delete and redefine the fix",
               set.label, changed);
}

void VelocitySampler::end_run()
{
  if (update->whichflag == 1) mark = TrajectoryMark::take(lmp, set.groupbit);
  if (update->whichflag == 2 && mark.step != (double) update->ntimestep) minimized = true;
}

/* ----------------------------------------------------------------------
   One sample.  Between two origins the slots do not change, so velocities
   of several samples are kept and multiplied with the slots together: the
   slots of all atoms are too large for the cache, and reading them is what
   this fix costs.
------------------------------------------------------------------------- */

void VelocitySampler::sample(bool snapshot)
{
  const bool origin = (inm_correlator_nsample(correlator) + history->nkept) % set.norigin == 0;

  check_continuity();
  if (last < 0) {
    dt = update->dt * set.nevery;
    find_bounds();
  }
  source_check.begin(snapshot, last, dt);
  collect(total[history->nkept++], origin);
  if (origin || history->nkept == AtomHistory::NKEEP) process_kept(origin);
  last = update->ntimestep;
}

/* ----------------------------------------------------------------------
   keep the velocities of the group; sums over all atoms of this rank
------------------------------------------------------------------------- */

void VelocitySampler::collect(Total &sum, bool origin)
{
  double *kept = history->kept[history->nkept - 1], unwrapped[3];
  const HostAtoms atoms(lmp);

  sum = Total();
  for (int i = 0; i < atoms.nlocal(); i++) {
    const double m = atoms.mass(i), *v = atoms.v(i);
    sum.everyone += 1.0;
    sum.mass += inm_round(m, rounder.mass);
    for (int k = 0; k < 3; k++) sum.momentum[k] += inm_round(m * v[k], rounder.momentum);
    if (atoms.in_group(i, set.groupbit)) {
      sum.count += 1.0;
      for (int k = 0; k < 3; k++) kept[3 * i + k] = v[k];
      source_check.add(atoms, i, history->step[i], history->record[i]);
    }
    if (!origin) continue;
    atoms.unwrap(i, unwrapped);
    for (int k = 0; k < 3; k++) sum.position[k] += inm_round(m * unwrapped[k], rounder.position);
    if (!set.direct) continue;
    for (int k = 0; k < 3; k++) sum.force[k] += inm_round(atoms.f(i)[k], rounder.force);
  }
}

/* ----------------------------------------------------------------------
   at the first sample: largest possible sums over all atoms, by the
   inequality of Schwarz
------------------------------------------------------------------------- */

void VelocitySampler::find_bounds()
{
  enum { MASS, ENERGY, FORCE, ATOMS, NSUM };
  const HostAtoms atoms(lmp);
  double mine[NSUM] = {0.0}, all[NSUM];

  for (int i = 0; i < atoms.nlocal(); i++) {
    const double m = atoms.mass(i), *v = atoms.v(i), *f = atoms.f(i);
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

void VelocitySampler::find_group_bounds(const double *vcm)
{
  enum { VV, MV2, AA, NSUM };
  const double *kept = history->kept[0];
  const HostAtoms atoms(lmp);
  double mine[NSUM] = {0.0}, all[NSUM];

  for (int i = 0; i < atoms.nlocal(); i++) {
    if (!atoms.in_group(i, set.groupbit)) continue;
    const double m = atoms.mass(i), *f = atoms.f(i);
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

void VelocitySampler::set_rounders()
{
  const double *from = &bounds.mass;
  double *to = &rounder.mass;
  for (int k = 0; k < NBOUNDS; k++) to[k] = inm_rounder(from[k]);
}

/* ----------------------------------------------------------------------
   multiply the velocities kept with the slots and hand the sums over; the
   last of the samples may be an origin
------------------------------------------------------------------------- */

void VelocitySampler::process_kept(bool origin)
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

void VelocitySampler::add_to_all(std::vector<double> &sum, size_t n)
{
  static constexpr size_t PIECE = 1 << 24;    // fits the count of MPI
  for (size_t i = 0; i < n; i += PIECE)
    MPI_Allreduce(MPI_IN_PLACE, sum.data() + i, (int) std::min(PIECE, n - i), MPI_DOUBLE, MPI_SUM,
                  world);
}

/* ---------------------------------------------------------------------- */

void VelocitySampler::reduce_totals()
{
  MPI_Allreduce(MPI_IN_PLACE, total.data(), history->nkept * NTOTAL, MPI_DOUBLE, MPI_SUM, world);
  if (inm_correlator_nsample(correlator) == 0) {
    double vcm[3];
    natoms = total[0].count;
    nsystem = total[0].everyone;
    velocity_of_center(0, vcm);
    find_group_bounds(vcm);
  }
  for (int k = 0; k < history->nkept; k++) check_number(total[k]);
  source_check.reduce();
}

/* ---------------------------------------------------------------------- */

void VelocitySampler::check_number(const Total &now)
{
  if (now.count == natoms) return;
  const char *reason = now.everyone < nsystem ? "atoms were lost or deleted, or a snapshot has less"
      : now.everyone > nsystem                ? "atoms were added, or a snapshot has more"
                                              : "the group was redefined";
  error->all(FLERR, "{}: the number of atoms in its group changed from {} to {}: {}", set.label,
             natoms, now.count, reason);
}

/* ----------------------------------------------------------------------
   velocity of the center of mass of all atoms: even a tiny total momentum
   destroys the integral of the kernel
------------------------------------------------------------------------- */

void VelocitySampler::velocity_of_center(int sample, double *vcm) const
{
  const Total &sum = total[sample];
  for (int k = 0; k < 3; k++) vcm[k] = sum.mass > 0.0 ? sum.momentum[k] / sum.mass : 0.0;
}

/* ----------------------------------------------------------------------
   sums over the group of the products of the slots with the velocities kept
------------------------------------------------------------------------- */

void VelocitySampler::multiply_kept()
{
  const int nkept = history->nkept, dim = domain->dimension;
  const size_t stride = (size_t) atom->ntypes * row;
  const HostAtoms atoms(lmp);
  double vcm[3 * AtomHistory::NKEEP], u[3 * AtomHistory::NKEEP] = {0.0};

  for (int k = 0; k < nkept; k++) velocity_of_center(k, vcm + 3 * k);
  std::fill_n(vv.begin(), nkept * stride, 0.0);
  for (int i = 0; i < atoms.nlocal(); i++) {
    if (!atoms.in_group(i, set.groupbit)) continue;
    for (int k = 0; k < nkept; k++)
      for (int d = 0; d < dim; d++) u[3 * k + d] = history->kept[k][3 * i + d] - vcm[3 * k + d];
    inm_add_products(row, history->velocity[i], nkept, u, rounder.vv,
                     &vv[(size_t) (atoms.type(i) - 1) * row], stride);
  }
  add_to_all(vv, nkept * stride);
}

/* ----------------------------------------------------------------------
   hand the sums of one sample, vv [ntypes][row] and others, over
------------------------------------------------------------------------- */

void VelocitySampler::add_sample(const double *sum)
{
  const int ntypes = atom->ntypes;
  auto pack = [ntypes, this](const double *from, std::vector<double> &to) {
    for (int t = 0; t < ntypes; t++)
      std::copy_n(from + (size_t) t * row, nslot, &to[(size_t) t * nslot]);
    return to.data();
  };
  inm_products products;
  products.vv = pack(sum, vv_dense);
  products.av = set.direct ? pack(av.data(), av_dense) : nullptr;
  products.aa = set.direct ? pack(aa.data(), aa_dense) : nullptr;
  products.moment = at_origin.data();
  products.msd = at_origin.data() + (size_t) NMOMENT * ntypes;
  inm_correlator_end(correlator, &products);
}

/* ----------------------------------------------------------------------
   the last velocities kept are those of an origin, which goes to a slot;
   its product with them, at lag 0, takes the place of that of the old one
------------------------------------------------------------------------- */

void VelocitySampler::take_origin()
{
  const int newest = history->nkept - 1, ntypes = atom->ntypes;
  const inm_sample *todo = inm_correlator_begin(correlator);
  double *sum = &vv[(size_t) newest * ntypes * row], vcm[3], xcm[3];
  const Total &all = total[newest];
  const HostAtoms atoms(lmp);

  if (todo->nlevel > history->nlevel) history->grow_levels(todo->nlevel);
  velocity_of_center(newest, vcm);
  for (int k = 0; k < 3; k++) xcm[k] = all.mass > 0.0 ? all.position[k] / all.mass : 0.0;

  if (set.direct) multiply_accelerations(todo->origin_slot, vcm);
  plan_displacements(todo);
  std::fill(at_origin.begin(), at_origin.end(), 0.0);
  for (int i = 0; i < atoms.nlocal(); i++) {
    if (!atoms.in_group(i, set.groupbit)) continue;
    store_velocity(atoms, i, todo->origin_slot, vcm);
    correlate_position(atoms, i, xcm, todo);
  }
  add_to_all(at_origin, (size_t) ntypes * (NMOMENT + todo->npair));
  for (int t = 0; t < ntypes; t++)
    sum[(size_t) t * row + todo->origin_slot] = at_origin[2 * ntypes + t];
  add_sample(sum);
}

/* ----------------------------------------------------------------------
   velocity to the slot of the new origin; moments of the velocities
------------------------------------------------------------------------- */

void VelocitySampler::store_velocity(const HostAtoms &atoms, int i, int slot, const double *vcm)
{
  const double *v = history->kept[history->nkept - 1] + 3 * i;
  double *to = history->velocity[i] + inm_row_offset(slot);
  double *moment = &at_origin[2 * (atoms.type(i) - 1)];
  double square = 0.0;

  for (int d = 0; d < domain->dimension; d++) {
    const double u = v[d] - vcm[d];
    to[d * INM_CHUNK] = u;
    square += u * u;
  }
  moment[0] += inm_round(atoms.mass(i) * square, rounder.mv2);
  moment[1] += 1.0;
  at_origin[2 * atom->ntypes + atoms.type(i) - 1] += inm_round(square, rounder.vv);
}

/* ----------------------------------------------------------------------
   direct estimator: accelerations to the slot of the new origin, and the
   products of all slots with accelerations and velocities now
------------------------------------------------------------------------- */

void VelocitySampler::multiply_accelerations(int slot, const double *vcm)
{
  const Total &all = total[history->nkept - 1];
  const double *kept = history->kept[history->nkept - 1];
  const size_t n = (size_t) atom->ntypes * row;
  const HostAtoms atoms(lmp);

  std::fill(av.begin(), av.end(), 0.0);
  std::fill(aa.begin(), aa.end(), 0.0);
  for (int i = 0; i < atoms.nlocal(); i++) {
    if (!atoms.in_group(i, set.groupbit)) continue;
    double u[3] = {0.0}, a[3] = {0.0}, *slots = history->acceleration[i];
    for (int d = 0; d < domain->dimension; d++) {
      u[d] = kept[3 * i + d] - vcm[d];
      a[d] = force->ftm2v * (atoms.f(i)[d] / atoms.mass(i) - all.force[d] / all.mass);
      slots[inm_row_offset(slot) + d * INM_CHUNK] = a[d];
    }
    const size_t at = (size_t) (atoms.type(i) - 1) * row;
    inm_add_products(row, slots, 1, u, rounder.av, &av[at], 0);
    inm_add_products(row, slots, 1, a, rounder.aa, &aa[at], 0);
  }
  add_to_all(av, n);
  add_to_all(aa, n);
}

/* ----------------------------------------------------------------------
   rounding quantum for squared displacements, from the ballistic bound
   <v^2> t^2
------------------------------------------------------------------------- */

void VelocitySampler::plan_displacements(const inm_sample *todo)
{
  for (int p = 0; p < todo->npair; p++) {
    const double time = dt * (double) inm_correlator_msd_lag(correlator, todo->pair_lag[p]);
    msd_rounder[p] = inm_rounder(bounds.vv * time * time);
  }
}

/* ----------------------------------------------------------------------
   squared displacements from the stored positions, relative to the
   center of mass: a drift of the system is no diffusion
------------------------------------------------------------------------- */

void VelocitySampler::correlate_position(const HostAtoms &atoms, int i, const double *xcm,
                                         const inm_sample *todo)
{
  const int dim = domain->dimension, ntypes = atom->ntypes;
  double *place = history->position[i], x[3];
  double *sum = &at_origin[(size_t) NMOMENT * ntypes + (size_t) (atoms.type(i) - 1) * todo->npair];

  atoms.unwrap(i, x);
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

/* ---------------------------------------------------------------------- */

bigint VelocitySampler::nsample() const
{
  return inm_correlator_nsample(correlator);
}

/* ---------------------------------------------------------------------- */

bigint VelocitySampler::first_step() const
{
  return last < 0 ? -1 : last - (nsample() + history->nkept - 1) * set.nevery;
}

/* ---------------------------------------------------------------------- */

double VelocitySampler::interval() const
{
  return last < 0 ? update->dt * set.nevery : dt;
}

/* ---------------------------------------------------------------------- */

const inm_correlator *VelocitySampler::estimate()
{
  int unusable = INM_DISCARD_NONE;
  if (!source_check.velocities().empty()) unusable |= INM_DISCARD_VELOCITIES;
  if (!source_check.positions().empty()) unusable |= INM_DISCARD_POSITIONS;
  inm_correlator_discard(correlator, unusable);
  check(inm_correlator_estimate(correlator, interval(), world), "evaluate the correlations");
  return correlator;
}

/* ---------------------------------------------------------------------- */

double VelocitySampler::memory_usage() const
{
  const auto o = options_of(set, atom->ntypes, domain->dimension);
  return atom->nmax * history->bytes_per_atom() + inm_correlator_bytes(&o);
}

/* ----------------------------------------------------------------------
   state in a restart file: a header, the bounds, what is known of the
   source, a fingerprint of these, and the state of the correlator
------------------------------------------------------------------------- */

static constexpr int NMARK = sizeof(TrajectoryMark) / sizeof(double);
enum { LAST_STEP, SAMPLE_TIME, NATOMS, NSYSTEM, LEVELS, MINIMIZED, MARK, NHEADER = MARK + NMARK };

static size_t place_of_fingerprint(int nbounds)
{
  return NHEADER + nbounds + SourceCheck::size();
}

size_t VelocitySampler::size() const
{
  return place_of_fingerprint(NBOUNDS) + 1 + inm_correlator_pack_size(correlator);
}

/* ---------------------------------------------------------------------- */

void VelocitySampler::pack(double *list) const
{
  const size_t place = place_of_fingerprint(NBOUNDS);
  list[LAST_STEP] = (double) last;
  list[SAMPLE_TIME] = dt;
  list[NATOMS] = natoms;
  list[NSYSTEM] = nsystem;
  list[LEVELS] = history->nlevel;
  list[MINIMIZED] = minimized;
  memcpy(&list[MARK], &mark, sizeof(mark));
  memcpy(&list[NHEADER], &bounds, sizeof(bounds));
  source_check.pack(&list[NHEADER + NBOUNDS]);
  list[place] = inm_fingerprint(place, list);
  inm_correlator_pack(correlator, &list[place + 1]);
}

/* ---------------------------------------------------------------------- */

int VelocitySampler::unpack(const double *list)
{
  const size_t place = place_of_fingerprint(NBOUNDS);
  const inm_status status = inm_correlator_unpack(correlator, list + place + 1);
  if (status != INM_OK) return status;
  if (list[place] != inm_fingerprint(place, list)) return INM_ERR_DATA;

  last = (bigint) list[LAST_STEP];
  dt = list[SAMPLE_TIME];
  natoms = list[NATOMS];
  nsystem = list[NSYSTEM];
  minimized = (list[MINIMIZED] != 0.0);
  memcpy(&mark, list + MARK, sizeof(mark));
  memcpy(&bounds, list + NHEADER, sizeof(bounds));
  source_check.unpack(list + NHEADER + NBOUNDS);
  set_rounders();

  const int needed = (int) list[LEVELS];    // rows in the file have this many
  if (needed > history->nlevel) history->grow_levels(needed);
  return INM_OK;
}
