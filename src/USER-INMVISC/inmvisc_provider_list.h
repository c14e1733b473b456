/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_PROVIDER_LIST_H
#define LMP_INMVISC_PROVIDER_LIST_H

#include "inmvisc_provider.h"

#include <memory>
#include <string>
#include <vector>

namespace INMVISC_NS {

// The analytic provider of a part, from the table of inmvisc_provider_list.cpp.  Null if there is
// none or if it refuses; then why_not has the reason.

std::unique_ptr<HessianProvider> analytic_provider(LAMMPS_NS::LAMMPS *, const ForcePart &,
                                                   std::string &why_not);

// Central differences of forces, for parts of any kind together.
// delta: displacement, 0 to choose it from the forces

std::unique_ptr<HessianProvider> numeric_provider(LAMMPS_NS::LAMMPS *,
                                                  const std::vector<ForcePart> &, double delta);

}    // namespace INMVISC_NS

#endif
