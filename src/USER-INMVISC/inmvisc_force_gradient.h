/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_FORCE_GRADIENT_H
#define LMP_INMVISC_FORCE_GRADIENT_H

#include "inmvisc_force_parts.h"

namespace INMVISC_NS {

// By how much the forces of a part differ from the gradient of its energy, relative to their size along
// random displacements; 0 if they do not, or if this cannot be told: no energy, tables, kspace.
// Ten evaluations; positions, forces and tallies afterwards as before.  collective

double force_gradient_error(LAMMPS_NS::LAMMPS *, const ForcePart &);
}    // namespace INMVISC_NS

#endif
