/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_composition.h"

#include "inmvisc_host.h"

#include "atom.h"

#include <numeric>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

void Composition::count(LAMMPS *lmp, int groupbit)
{
  const HostAtoms atoms(lmp);
  std::vector<double> mine(lmp->atom->ntypes + 1, 0.0);    // by type; entry 0: their mass
  for (int i = 0; i < atoms.nlocal(); i++) {
    if (!atoms.in_group(i, groupbit)) continue;
    mine[atoms.type(i)] += 1.0;
    mine[0] += atoms.mass(i);
  }
  natoms.resize(mine.size());
  MPI_Allreduce(mine.data(), natoms.data(), (int) mine.size(), MPI_DOUBLE, MPI_SUM, lmp->world);
  const double mass = natoms[0];
  natoms[0] = 0.0;
  mean_mass = mass / std::accumulate(natoms.begin(), natoms.end(), 0.0);
}

double Composition::total() const
{
  return std::accumulate(natoms.begin(), natoms.end(), 0.0);
}

double Composition::average(const std::vector<double> &by_type) const
{
  double sum = 0.0, n = 0.0;
  for (size_t t = 1; t < natoms.size(); t++) {
    sum += natoms[t] * by_type[t];
    n += natoms[t];
  }
  return sum / n;
}
