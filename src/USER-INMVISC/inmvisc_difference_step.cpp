/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   The error of a central difference has a part that grows with the
   displacement h, truncation, ~ h^2, and one that falls, noise, ~ 1/h: round-
   off, tables, single precision, the mesh of PPPM.  Both show in the
   difference between the quotients for h and h/2, without any knowledge of
   the potential: try decades of h along one random field.

   A force that jumps, as at a truncated cutoff, is a third part.  The number
   of atoms that meet a jump is ~ h, what it does to each of them ~ 1/h.
   These few would dominate any mean without saying anything about h, so the
   worst tenth of the atoms is left out.  If more than a tenth meet a jump,
   the error shows that h is too large.  Of two steps with similar errors the
   smaller one is taken, since it meets fewer jumps.
------------------------------------------------------------------------- */

#include "inmvisc_difference_step.h"

#include "inmvisc_force_probe.h"
#include "inmvisc_gather.h"
#include "inmvisc_provider.h"

#include "atom.h"
#include "domain.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

static constexpr double KEPT = 0.9;        // of the atoms
static constexpr double PATIENCE = 5.0;    // how much more error a smaller step may have

std::vector<double> INMVISC_NS::difference_along_field(LAMMPS *lmp, ForceProbe &probe, int groupbit,
                                                       double h)
{
  int dimension = lmp->domain->dimension;
  std::vector<double> fd(3 * (size_t) lmp->atom->nlocal, 0.0);

  for (int sign = 1; sign >= -1; sign -= 2) {
    probe.shift_all(groupbit, random_field, &dimension, sign * h);
    const double *f = probe.forces();
    for (size_t k = 0; k < fd.size(); k++) fd[k] -= sign * f[k] / (2.0 * h);
  }
  return fd;
}

/* ----------------------------------------------------------------------
   Mean of the smallest of all atoms' numbers, summed in ascending order: the
   same for any number of ranks
------------------------------------------------------------------------- */

static double truncated_mean(LAMMPS *lmp, const std::vector<double> &mine)
{
  std::vector<double> all = gather(lmp, mine, MPI_DOUBLE);
  const size_t kept = (size_t) ceil(KEPT * (double) all.size());
  std::sort(all.begin(), all.end());
  return kept ? std::accumulate(all.begin(), all.begin() + kept, 0.0) / (double) kept : 0.0;
}

/* typical difference between the quotients for h and h/2, relative to themselves, and their size */

static double disagreement(LAMMPS *lmp, ForceProbe &probe, const HessianSites &sites, double h,
                           double &size_mean)
{
  const auto whole = difference_along_field(lmp, probe, sites.groupbit, h);
  const auto half = difference_along_field(lmp, probe, sites.groupbit, 0.5 * h);
  std::vector<double> change, size;

  for (int i : sites.atom_of_row) {
    double change2 = 0.0, size2 = 0.0;
    for (int a = 0; a < 3; a++) {
      change2 += pow(whole[3 * (size_t) i + a] - half[3 * (size_t) i + a], 2);
      size2 += pow(half[3 * (size_t) i + a], 2);
    }
    change.push_back(sqrt(change2));
    size.push_back(sqrt(size2));
  }
  const double change_mean = truncated_mean(lmp, change);
  size_mean = truncated_mean(lmp, size);
  return (size_mean > 0.0) ? change_mean / size_mean : change_mean;
}

DifferenceStep INMVISC_NS::find_step(LAMMPS *lmp, const std::vector<ForcePart> &parts,
                                     const HessianSites &sites, double h)
{
  const double spacing = atom_spacing(lmp);
  const std::vector<double> steps = (h > 0.0)
      ? std::vector<double>{h}
      : std::vector<double>{1e-3 * spacing, 1e-4 * spacing, 1e-5 * spacing, 1e-6 * spacing,
                            1e-7 * spacing};
  std::vector<double> error, stiffness;
  ForceProbe probe(lmp);

  probe.select(parts);
  probe.open();
  for (double step : steps) {
    double size;
    error.push_back(disagreement(lmp, probe, sites, step, size));
    stiffness.push_back(size);
  }
  probe.close();

  size_t best = std::min_element(error.begin(), error.end()) - error.begin();
  const double smallest = error[best];
  for (size_t n = best; n < steps.size(); n++)
    if (error[n] <= PATIENCE * smallest) best = n;
  return {steps[best], error[best], stiffness[best], 4 * (int) steps.size()};
}
