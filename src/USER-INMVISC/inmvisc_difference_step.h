/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_DIFFERENCE_STEP_H
#define LMP_INMVISC_DIFFERENCE_STEP_H

#include "inmvisc_force_parts.h"

#include <vector>

namespace INMVISC_NS {
class ForceProbe;
struct HessianSites;

// A displacement for central differences of forces, and their relative error

struct DifferenceStep {
  double h, error;
  double stiffness;    // change of the force on an atom divided by a displacement, typical
  int nevaluations;    // of the forces, to find it
};

// - d f / d s along the random field for displacement s = h of the group, [nlocal][3], by two
// evaluations.  collective

std::vector<double> difference_along_field(LAMMPS_NS::LAMMPS *, ForceProbe &, int groupbit,
                                           double h);

// The displacement for the forces of these parts: h if that is given, the best one if h = 0.
// collective

DifferenceStep find_step(LAMMPS_NS::LAMMPS *, const std::vector<ForcePart> &, const HessianSites &,
                         double h);
}    // namespace INMVISC_NS

#endif
