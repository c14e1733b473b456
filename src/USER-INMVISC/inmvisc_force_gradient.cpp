/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   F.u against -dE along a few random displacements u.  Forces vanish in
   crystals and at minima, so start a little beside the present positions.

   An energy that jumps at a cutoff, as that of lj/cut does, spoils dE if a pair
   crosses it.  Displacements are so small that this is rare in a system of any
   size, and the median over the fields does not notice it.
   Interpolated energies and forces of pair style table agree in the mean only.
------------------------------------------------------------------------- */

#include "inmvisc_force_gradient.h"

#include "inmvisc_force_probe.h"
#include "inmvisc_host.h"
#include "inmvisc_provider.h"
#include "inmvisc_sided_difference.h"

#include "domain.h"
#include "utils.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

static constexpr double BESIDE = 1.0e-3, STEP = 1.0e-6;    // in distances between atoms
static constexpr double FEW = 1000.0;    // atoms; with more of them the step is smaller
static constexpr int NDIRECTION = 5, EVERY_ATOM = 1;
static constexpr double TOLERANCE = 1.0e-2;
static constexpr double ROUNDING = 1.0e3 * DBL_EPSILON;    // of the energy

namespace {

// for the displacement from -s u to s u, over all ranks

struct Work {
  double energy, work, size;    // E(s) - E(-s), F.u 2s, |E|
};

Work along(LAMMPS *lmp, ForceProbe &probe, int number, double s)
{
  const HostAtoms atoms(lmp);
  NumberedField beside = {lmp->domain->dimension, number},
                direction = {lmp->domain->dimension, NDIRECTION + number};
  double mine[3] = {}, all[3], u[3];

  for (int sign = 1; sign >= -1; sign -= 2) {
    probe.shift_all(EVERY_ATOM, numbered_field, &beside, BESIDE * atom_spacing(lmp));
    probe.shift_all(EVERY_ATOM, numbered_field, &direction, sign * s);
    const double *f = probe.forces();
    mine[0] += sign * probe.energy();
    mine[2] += fabs(probe.energy());
    for (int i = 0; i < atoms.nlocal(); i++) {
      numbered_field(&direction, atoms.tag(i), u);
      for (int a = 0; a < 3; a++) mine[1] += s * f[3 * (size_t) i + a] * u[a];
    }
  }
  MPI_Allreduce(mine, all, 3, MPI_DOUBLE, MPI_SUM, lmp->world);
  return {all[0], all[1], all[2]};
}
}    // namespace

/* dihedral charmm has its 1-4 energies tallied by the pair style */

static bool tallies_elsewhere(const ForcePart &part)
{
  return part.kind == ForcePart::DIHEDRAL && utils::strmatch(part.style, "^charmm");
}

double INMVISC_NS::force_gradient_error(LAMMPS *lmp, const ForcePart &part)
{
  if (part.kind == ForcePart::KSPACE ||
      utils::strmatch(part.style, "table") || tallies_elsewhere(part))
    return 0.0;

  const double natoms = (double) lmp->atom->natoms,
               s = STEP * std::min(1.0, FEW / natoms) * atom_spacing(lmp);
  std::vector<double> error;
  double work2 = 0.0, size = 0.0;
  ForceProbe probe(lmp);

  probe.select({part});
  probe.want_tallies();
  probe.open();
  for (int n = 0; n < NDIRECTION; n++) {
    const Work w = along(lmp, probe, n, s);
    error.push_back(fabs(w.energy + w.work));
    work2 += w.work * w.work / NDIRECTION;
    size = std::max(size, w.size);
  }
  probe.close();

  std::sort(error.begin(), error.end());
  const double median = error[NDIRECTION / 2];
  if (size == 0.0 || !(median > ROUNDING * size)) return 0.0;
  return (median > TOLERANCE * sqrt(work2)) ? median / sqrt(work2) : 0.0;
}
