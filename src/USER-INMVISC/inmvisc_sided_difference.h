/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_SIDED_DIFFERENCE_H
#define LMP_INMVISC_SIDED_DIFFERENCE_H

#include "lmptype.h"

#include <cstdint>
#include <vector>

namespace LAMMPS_NS {
class LAMMPS;
}    // namespace LAMMPS_NS

namespace INMVISC_NS {
class ForceProbe;

// One of several random displacement fields: number 0 is random_field()

struct NumberedField {
  int dimension, number;
  static constexpr int MAX = 12;
};
void numbered_field(void *of, int64_t tag, double *u);    // of: a NumberedField

// The same, but in the later ones most atoms stay where they are, so that an atom with many pairs at a
// discontinuity feels one of them at a time

void check_field(void *of, int64_t tag, double *u);

// - d f / d s along a field, from both sides of the present positions, [nlocal][3] each

struct SidedDifferences {
  std::vector<double> whole, half;          // central, displacement h and h/2
  std::vector<double> forward, backward;    // one-sided, displacement h/2
  std::vector<double> kink;                 // their difference, extrapolated to h = 0
};

// Five evaluations of the selected parts of an open probe.  collective

SidedDifferences sided_differences(LAMMPS_NS::LAMMPS *, ForceProbe &, int groupbit, NumberedField,
                                   double h);
}    // namespace INMVISC_NS

#endif
