/* ----------------------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   The samples of fix orthogonal/dynamics: velocities, accelerations and
   positions of the atoms, their products with those of the past, and the
   sums over atoms, which go to inm/inm_correlator.c.

   All sums over atoms are of rounded summands (inm/inm_products.h), so that
   they have the same value to the last bit for any order of the atoms, any
   number of ranks, and wherever a run was interrupted.
------------------------------------------------------------------------- */

#include "fix_orthogonal_dynamics.h"

#include "inm/inm_correlator.h"
#include "inm/inm_products.h"
#include "inmvisc_atom_history.h"
#include "inmvisc_compat.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

static constexpr double HEADROOM = 16.0;    // sums may grow by this after the first sample
static constexpr double BOXES = 1000.0;     // atoms may diffuse through as many

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
