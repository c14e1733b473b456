/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_COMPOSITION_H
#define LMP_INMVISC_COMPOSITION_H

#include <vector>

namespace LAMMPS_NS {
class LAMMPS;
}

namespace INMVISC_NS {

// What the atoms of a group are.

struct Composition {
  std::vector<double> natoms;    // [ntypes+1] by type, entry 0 is 0; empty before count()
  double mean_mass = 0.0;        // number average

  void count(LAMMPS_NS::LAMMPS *, int groupbit);    // collective

  double total() const;    // number of atoms

  // mean over all atoms of a quantity given by type, [ntypes+1], entry 0 unused

  double average(const std::vector<double> &by_type) const;
};

}    // namespace INMVISC_NS

#endif
