/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_BRANCH_DIFFERENCE_H
#define LMP_INMVISC_BRANCH_DIFFERENCE_H

#include "inmvisc_difference_step.h"
#include "inmvisc_provider.h"
#include "pointers.h"

#include <functional>
#include <vector>

namespace INMVISC_NS {

// Central differences of the forces of a probe, or one-sided ones where a discontinuity of the force
// lies within the displacement: derivatives of the branch on which the atoms are.

class BranchDifference : protected LAMMPS_NS::Pointers {
 public:
  enum { NONE = -1 };

  BranchDifference(LAMMPS_NS::LAMMPS *, ForceProbe &, const HessianSites &, const DifferenceStep &);

  // -df/ds of the rows, [nrow][3]; displace(s) moves atoms of the open probe.  Rows of a unit take the
  // same side, and are on any rank: unit [nrow], NONE for central differences.  collective

  typedef std::function<void(double)> Displace;
  std::vector<double> across_ranks(size_t nunit, const std::vector<int> &unit, const Displace &);

  // the same where each row takes its own side.  collective

  std::vector<double> by_row(const Displace &);

  int nevaluations;
  int none_sided, nunresolved;    // displacements with a discontinuity on one side, and on both

 private:
  ForceProbe &probe;
  const HessianSites &sites;
  const DifferenceStep step;
  std::vector<double> here, up, down, half_up, half_down;    // forces, [nrow][3]

  // sums over the rows of a unit of squares

  struct Score {
    double irregular, bend_up, bend_down, forward, backward;
  };

  std::vector<double> force_at(const Displace &, double s);
  bool sample(const Displace &);
  double forward(size_t k) const;
  double backward(size_t k) const;
  std::vector<Score> scores(size_t nunit, const std::vector<int> &unit) const;
  int side_of(const Score &, bool &resolved) const;
  double limit2() const;
  std::vector<double> differences(const std::vector<int> &unit, const std::vector<Score> &);
};
}    // namespace INMVISC_NS

#endif
