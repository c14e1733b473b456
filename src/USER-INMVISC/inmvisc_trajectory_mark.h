/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_TRAJECTORY_MARK_H
#define LMP_INMVISC_TRAJECTORY_MARK_H

#include <string>

namespace LAMMPS_NS {
class LAMMPS;
}

namespace INMVISC_NS {

// The state of all atoms at the end of a run in a few numbers, the same for any number of ranks and any
// order of atoms up to rounding: tells whether the next run continues the trajectory.  Sums over atoms
// have random coefficients, so that no change of single atoms cancels.  A translation and a velocity of
// the whole system do not count.

struct TrajectoryMark {
  struct Sum {
    double value,
        scale;    // scale: root of the sum of squares of the summands, without coefficients
  };

  double step;      // time step, -1 if none
  double box[6];    // edges as in domain->h, 0 where the boundary is not periodic
  double natoms;
  Sum type, mass, group, position, velocity;

  static TrajectoryMark take(LAMMPS_NS::LAMMPS *, int groupbit);    // collective

  // what another mark of the same step tells, "the box changed"; empty if nothing

  std::string difference(LAMMPS_NS::LAMMPS *, const TrajectoryMark &now) const;
};
}    // namespace INMVISC_NS

#endif
