/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_provider.h"

#include "inm/inm_hessian.h"

#include "comm.h"
#include "domain.h"
#include "force.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

inm_hessian *INMVISC_NS::create_hessian(LAMMPS *lmp)
{
  inm_hessian *h = nullptr;
  check_status(lmp, inm_hessian_create(&h, lmp->world, lmp->domain->dimension, lmp->force->ftm2v),
               "creating the Hessian");
  return h;
}

void INMVISC_NS::assemble(LAMMPS *lmp, inm_hessian *h, const HessianSites &sites,
                          const std::vector<HessianProvider *> &providers, NeighList *list)
{
  const HostAtoms atoms(lmp);
  std::vector<int64_t> tag, ghost_tag;
  std::vector<int> type;
  std::vector<double> mass;

  for (int i : sites.atom_of_row) {
    tag.push_back(atoms.tag(i));
    type.push_back(atoms.type(i));
    mass.push_back(atoms.mass(i));
  }
  for (int i = atoms.nlocal(); i < atoms.nall(); i++)
    if (sites.site_of_atom[i] != INM_OUTSIDE) ghost_tag.push_back(atoms.tag(i));

  check_status(lmp,
               inm_hessian_begin(h, tag.size(), tag.data(), type.data(), mass.data(),
                                 ghost_tag.size(), ghost_tag.data()),
               "starting the Hessian");
  for (HessianProvider *provider : providers) provider->fill(h, sites, list);
  check_status(lmp, inm_hessian_end(h), "assembling the Hessian");
}

double INMVISC_NS::atom_spacing(LAMMPS *lmp)
{
  Domain *domain = lmp->domain;
  const double n = (lmp->atom->natoms > 0) ? (double) lmp->atom->natoms : 1.0;
  if (domain->dimension == 2) return sqrt(domain->xprd * domain->yprd / n);
  return cbrt(domain->xprd * domain->yprd * domain->zprd / n);
}

static constexpr double ROUNDINGS = 1.0e6;    // of a coordinate, in the smallest displacement

double INMVISC_NS::smallest_displacement(LAMMPS *lmp)
{
  const Domain *domain = lmp->domain;
  return ROUNDINGS * DBL_EPSILON * std::max({domain->xprd, domain->yprd, domain->zprd});
}

/* ----------------------------------------------------------------------
   A ghost is at the place of its atom plus a translation, to rounding: in
   crystals many atoms are level to that, which must not decide.
------------------------------------------------------------------------- */

static constexpr double LEVEL = 1.0e-8;    // of the spacing of atoms

HalfShell::HalfShell(LAMMPS *lmp) : atoms(lmp), axis{2, 1, 0}, level(LEVEL * atom_spacing(lmp))
{
  const int *parts = lmp->comm->procgrid;
  std::stable_sort(axis, axis + 3, [parts](int a, int b) {
    return parts[a] > parts[b];
  });
}

bool HalfShell::keeps(int i, int j) const
{
  if (j < atoms.nlocal()) return i < j;

  for (int a : axis) {
    const double above = atoms.x(j)[a] - atoms.x(i)[a];
    if (fabs(above) > level) return above > 0.0;
  }
  return atoms.tag(i) < atoms.tag(j);    // at the same place
}

static uint64_t scramble(uint64_t z)    // splitmix64 (Steele, Lea, Flood 2014)
{
  z += 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

void INMVISC_NS::random_field(void *ctx, int64_t tag, double *u)
{
  const int dimension = *(const int *) ctx;
  for (int a = 0; a < 3; a++) {
    const uint64_t bits = scramble((uint64_t) tag * 3 + a) >> 11;
    u[a] = (a < dimension) ? ldexp((double) bits, -52) - 1.0 : 0.0;
  }
}
