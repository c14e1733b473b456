/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_hessian.h"

#include "inmvisc_compat.h"
#include "inmvisc_force_probe.h"

#include "inm/inm_hessian.h"

#include "atom.h"
#include "comm.h"
#include "domain.h"
#include "error.h"
#include "force.h"
#include "neigh_list.h"
#include "pair.h"

#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

// forces must be reproduced by the Hessian to this; above it something is wrong

static constexpr double TOLERANCE = 1.0e-4;

// a check that leaves out more than this part of the atoms says nothing

static constexpr double MAX_LEFT_OUT = 0.2;

double INMVISC_NS::atom_spacing(LAMMPS *lmp)
{
  Domain *domain = lmp->domain;
  const double n = (lmp->atom->natoms > 0) ? (double) lmp->atom->natoms : 1.0;
  if (domain->dimension == 2) return sqrt(domain->xprd * domain->yprd / n);
  return cbrt(domain->xprd * domain->yprd * domain->zprd / n);
}

HessianBuilder::HessianBuilder(LAMMPS *lmp, const std::string &caller_in) :
    Pointers(lmp), method(AUTO), delta(0.0), check(true), caller(caller_in), h(nullptr),
    announced(false), error_found(NAN)
{
}

HessianBuilder::~HessianBuilder()
{
  inm_hessian_destroy(&h);
}

/* ----------------------------------------------------------------------
   The provider is chosen anew for every run: the force field may have changed.
------------------------------------------------------------------------- */

void HessianBuilder::init()
{
  inm_hessian_destroy(&h);
  check_status(lmp, inm_hessian_create(&h, world, domain->dimension, force->ftm2v),
               "creating the Hessian");
  announced = false;
  why_numeric.clear();

  const std::string never = ForceProbe(lmp).refusal();
  if (!never.empty()) error->all(FLERR, "{}: no Hessian, {}", caller, never);

  auto analytic = make_pair_provider(lmp);
  const std::string why_not = analytic->refusal();
  if (method == ANALYTIC && !why_not.empty())
    error->all(FLERR, "{}: no analytic Hessian, {}; use hessian auto or numeric", caller, why_not);
  if (method == NUMERIC || !why_not.empty()) {
    if (method == AUTO) why_numeric = why_not;
    provider = make_numeric_provider(lmp, delta);
  } else {
    provider = std::move(analytic);
  }
}

void HessianBuilder::assemble(int groupbit, NeighList *list)
{
  std::vector<int64_t> tag;
  std::vector<int> type;
  std::vector<double> mass;

  row.groupbit = groupbit;
  row.atom_of_row.clear();
  row.row_of_atom.assign(atom->nlocal, -1);
  for (int i = 0; i < atom->nlocal; i++) {
    if (!(atom->mask[i] & groupbit)) continue;
    row.row_of_atom[i] = (int) row.atom_of_row.size();
    row.atom_of_row.push_back(i);
    tag.push_back(atom->tag[i]);
    type.push_back(atom->type[i]);
    mass.push_back(atom->rmass ? atom->rmass[i] : atom->mass[atom->type[i]]);
  }
  check_status(lmp, inm_hessian_begin(h, tag.size(), tag.data(), type.data(), mass.data()),
               "starting the Hessian");
  provider->fill(h, row, list);
}

void HessianBuilder::build(int groupbit, NeighList *list)
{
  assemble(groupbit, list);
  if (announced) return;
  announced = true;

  error_found = NAN;
  if (check) {
    verify(list);
    if (method == AUTO && why_numeric.empty() && !(error_found <= TOLERANCE)) {
      if (comm->me == 0)
        error->warning(FLERR,
                       "{}: the pairwise Hessian of pair style {} is wrong by {:.2g}, "
                       "numeric differences are used",
                       caller, force->pair_style, error_found);
      why_numeric = "the pairwise Hessian failed its check against forces";
      provider = make_numeric_provider(lmp, delta);
      assemble(groupbit, list);
      verify(list);
    }
  }
  announce();
  if (check && !(error_found <= TOLERANCE))
    error->all(FLERR,
               "{}: the Hessian does not reproduce the forces, relative error {:.3g}. "
               "Other causes than a wrong second derivative: too large or too small a displacement "
               "(hessian numeric delta), forces with noise; check no skips this check",
               caller, error_found);
}

bool HessianBuilder::needs_list() const
{
  return force->pair != nullptr;
}

double HessianBuilder::memory_usage() const
{
  return h ? inm_hessian_bytes(h) : 0.0;
}

void HessianBuilder::announce()
{
  double mine[2] = {(double) inm_hessian_nblock(h), (double) inm_hessian_nrow(h)}, all[2];
  MPI_Allreduce(mine, all, 2, MPI_DOUBLE, MPI_SUM, world);
  if (comm->me) return;
  utils::logmesg(lmp, "{}: Hessian {}{}{}; {:.1f} blocks per atom{}\n", caller,
                 provider->description(), why_numeric.empty() ? "" : ", since ", why_numeric,
                 (all[1] > 0.0) ? all[0] / all[1] : 0.0, check_text);
}

/* ----------------------------------------------------------------------
   One number covers all providers: for a random field u, H u against the
   central difference of the forces along u.  u is a function of the atom ID,
   so that every rank knows it for every atom, and so that it is the same
   for any number of ranks.
------------------------------------------------------------------------- */

static uint64_t scramble(uint64_t z)    // splitmix64 (Steele, Lea, Flood 2014)
{
  z += 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

static void random_field(void *ctx, int64_t tag, double *u)
{
  const int dimension = *(const int *) ctx;
  for (int a = 0; a < 3; a++) {
    const uint64_t bits = scramble((uint64_t) tag * 3 + a) >> 11;
    u[a] = (a < dimension) ? ldexp((double) bits, -52) - 1.0 : 0.0;
  }
}

/* - d f / d s along the field for displacement s = h, [nlocal][3] */

std::vector<double> HessianBuilder::difference_along_field(ForceProbe &probe, double step) const
{
  int dimension = domain->dimension;
  std::vector<double> fd(3 * (size_t) atom->nlocal, 0.0);

  for (int sign = 1; sign >= -1; sign -= 2) {
    probe.shift_all(row.groupbit, random_field, &dimension, sign * step);
    const double *f = probe.forces();
    for (size_t k = 0; k < fd.size(); k++) fd[k] -= sign * f[k] / (2.0 * step);
  }
  return fd;
}

/* ----------------------------------------------------------------------
   Atoms whose neighbor is about to cross the cutoff: a truncated potential
   has a jump of the force there, which spoils differences but is no part of
   the Hessian.
------------------------------------------------------------------------- */

std::vector<char> HessianBuilder::near_cutoff(NeighList *list, double reach) const
{
  std::vector<char> near(atom->nlocal, 0);
  if (!list || !force->pair) return near;

  for (int ii = 0; ii < list->inum; ii++) {
    const int i = list->ilist[ii];
    for (int jj = 0; jj < list->numneigh[i]; jj++) {
      const int j = list->firstneigh[i][jj] & NEIGHMASK;
      double rsq = 0.0;
      for (int a = 0; a < 3; a++) rsq += pow(atom->x[i][a] - atom->x[j][a], 2);
      const double cut = sqrt(force->pair->cutsq[atom->type[i]][atom->type[j]]);
      if (fabs(sqrt(rsq) - cut) <= reach) near[i] = 1;
    }
  }
  return near;
}

/* ----------------------------------------------------------------------
   Jumps inside a pair style (several cutoffs, hybrid) show in that the
   difference quotient changes when the step is halved; a wrong second
   derivative does not.  Atoms of either kind are left out and counted.
------------------------------------------------------------------------- */

void HessianBuilder::verify(NeighList *list)
{
  const double step = (provider->step() > 0.0) ? provider->step() : 1.0e-6 * atom_spacing(lmp);
  std::vector<char> left_out = near_cutoff(list, 4.0 * step);
  std::vector<double> hu(3 * row.atom_of_row.size() + 1);
  int dimension = domain->dimension;
  ForceProbe probe(lmp);

  inm_hessian_multiply_field(h, random_field, &dimension, hu.data());
  probe.open();
  const std::vector<double> fd = difference_along_field(probe, step);
  const std::vector<double> fd_half = difference_along_field(probe, 0.5 * step);
  probe.close();

  double mine[4] = {0.0, 0.0, 0.0, 0.0}, all[4];    // error^2, size^2, left out, rows
  for (size_t r = 0; r < row.atom_of_row.size(); r++) {
    const size_t i = row.atom_of_row[r];
    double error2 = 0.0, size2 = 0.0, change2 = 0.0;
    for (int a = 0; a < dimension; a++) {
      error2 += pow(hu[3 * r + a] - fd_half[3 * i + a], 2);
      size2 += pow(fd_half[3 * i + a], 2);
      change2 += pow(fd[3 * i + a] - fd_half[3 * i + a], 2);
    }
    mine[3] += 1.0;
    if (left_out[i] || change2 > 1.0e-4 * size2) {
      mine[2] += 1.0;
      continue;
    }
    mine[0] += error2;
    mine[1] += size2;
  }
  MPI_Allreduce(mine, all, 4, MPI_DOUBLE, MPI_SUM, world);
  error_found = (all[1] > 0.0) ? sqrt(all[0] / all[1]) : (all[0] > 0.0) ? INFINITY : 0.0;
  if (!std::isfinite(all[0])) error_found = INFINITY;
  if (all[2] > MAX_LEFT_OUT * all[3])
    error->all(FLERR,
               "{}: the Hessian cannot be checked, for {:.0f} of {:.0f} atoms the force does not "
               "change in "
               "proportion to a displacement of {:.3g}: too large, or too small for the noise of "
               "the forces "
               "(hessian numeric delta), or they are discontinuous; check no skips this check",
               caller, all[2], all[3], step);
  check_text =
      fmt::format("; H u against forces: relative error {:.2g}, {:.0f} of {:.0f} atoms left "
                  "out at discontinuities of the force",
                  error_found, all[2], all[3]);
}
