/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_FIXES_H
#define LMP_INMVISC_FIXES_H

#include <string>

namespace LAMMPS_NS {
class LAMMPS;
}

namespace INMVISC_NS {

// What fixes do to atoms of the Hessian and the Hessian does not know, for warnings.

// Styles of fixes that exert forces of their own, "addforce, wall/lj93"; empty if there are none.
// Thermostats and barostats are none: their forces have no potential.

std::string forces_of_fixes(LAMMPS_NS::LAMMPS *);

// Warn of atoms of a group that do not follow the forces on them: a fix sets these forces or the motion,
// or no fix integrates the atoms.  In the Hessian they are free.  collective

void warn_of_held_atoms(LAMMPS_NS::LAMMPS *, const std::string &caller, int igroup);
}    // namespace INMVISC_NS

#endif
