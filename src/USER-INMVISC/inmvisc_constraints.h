/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_CONSTRAINTS_H
#define LMP_INMVISC_CONSTRAINTS_H

#include "inm/inm_constraints.h"

#include <string>
#include <vector>

namespace LAMMPS_NS {
class LAMMPS;
}

namespace INMVISC_NS {

// Rigid bonds of fix shake and fix rattle, and rigid bodies.

// Why the modes of a group cannot be computed in the presence of these fixes; empty if they can.
// Whatever is rigid outside the group does not matter to its block of the Hessian.  collective

std::string rigid_refusal(LAMMPS_NS::LAMMPS *, int groupbit);

// Clusters of atoms of the group with at least one owned atom, positions relative to the first one.
// In a run or its setup.  collective

std::vector<inm_cluster> rigid_clusters(LAMMPS_NS::LAMMPS *, const std::string &caller,
                                        int groupbit);

// Whether atoms outside the group are constrained or in rigid bodies: they cannot follow a homogeneous
// strain.  collective

bool is_rigid_outside(LAMMPS_NS::LAMMPS *, int groupbit);

// Stop if fix shake or rattle is not what the clusters were made for: in a minimization, springs
// replace its constraints

void require_constraints(LAMMPS_NS::LAMMPS *, const std::string &caller);
}    // namespace INMVISC_NS

#endif
