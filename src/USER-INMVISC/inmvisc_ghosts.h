/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_GHOSTS_H
#define LMP_INMVISC_GHOSTS_H

#include "pointers.h"

#include <string>
#include <vector>

namespace INMVISC_NS {

// Within its scope ghost atoms are where their owners and the box put them now.  LAMMPS sets them before
// it computes forces, and fixes may move owned atoms and the box at the end of the step (fix deform, fix
// press/berendsen).  Afterwards ghosts are bit for bit as before.  collective

class CurrentGhosts : protected LAMMPS_NS::Pointers {
 public:
  explicit CurrentGhosts(LAMMPS_NS::LAMMPS *);
  ~CurrentGhosts() override;
  CurrentGhosts(const CurrentGhosts &) = delete;
  CurrentGhosts &operator=(const CurrentGhosts &) = delete;

 private:
  std::vector<int> ghost;          // their local indices
  std::vector<double> received;    // what a forward communication overwrites
};

// Stop if atoms are within the cutoff of the pair style now that were not within reach of each other when
// ghosts and neighbor lists were last set up.  The error names the caller.  collective

void require_known_pairs(LAMMPS_NS::LAMMPS *, const std::string &caller);

// Changes when owned atoms or the box of this rank do

double mark_of_configuration(LAMMPS_NS::LAMMPS *);
}    // namespace INMVISC_NS

#endif
