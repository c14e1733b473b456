/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_HESSIAN_CHECK_H
#define LMP_INMVISC_HESSIAN_CHECK_H

#include "inmvisc_provider.h"
#include "pointers.h"

#include <string>
#include <vector>

namespace INMVISC_NS {

// Compares the Hessian that a provider makes with the forces of LAMMPS, whatever the provider: for a
// random field u, H u against the differences of the forces along u.  Where the force or its slope
// jumps within a displacement, either side will do, since one of them is that of the smooth branch.

class HessianCheck : protected LAMMPS_NS::Pointers {
 public:
  struct Result {
    double error, size;         // |H u + df| and |df|, over the atoms that are not left out
    double left_out, rows;      // atoms at several discontinuities of the force, all atoms
    double one_sided;           // atoms at a discontinuity that agree with one of its sides
    double step;                // displacement
    LAMMPS_NS::tagint worst;    // atom with the largest error
    std::vector<LAMMPS_NS::tagint> left_out_atoms, regularized_atoms;    // the first few
    bool approximated;    // by LAMMPS: the error is its own, not that of the Hessian
    bool passed;
    double relative() const;           // error / size
    bool too_many_left_out() const;    // so many that it says nothing
    std::string exceptions() const;    // "1 of 500 atoms left out ... (ID 3)", for the log
  };

  HessianCheck(LAMMPS_NS::LAMMPS *, const HessianSites &, LAMMPS_NS::NeighList *);
  ~HessianCheck() override;
  HessianCheck(const HessianCheck &) = delete;
  HessianCheck &operator=(const HessianCheck &) = delete;

  // Assemble what the provider makes of these parts and compare.  user_delta: displacement that the
  // user gave for numeric differences, 0 if none.  collective

  Result compare(HessianProvider &, const std::vector<ForcePart> &, double user_delta);

  // Hand over the Hessian of the last compare(): the caller owns it

  inm_hessian *release();

  // |H u| of any Hessian of these sites, by which errors of parts are measured.  collective

  double size(const inm_hessian *) const;

  // Stop with an error if a part did not pass, unless it is negligible in a whole of this size

  void require(const std::string &caller, const std::string &part, const Result &,
               double whole) const;

 private:
  inm_hessian *h;    // owned
  const HessianSites &sites;
  LAMMPS_NS::NeighList *list;

  struct Finding;    // of one atom

  std::vector<double> product_with_field(const inm_hessian *, int number) const;
  void find_cutoffs(const std::vector<ForcePart> &, double step, std::vector<Finding> &) const;
  void compare_atoms(const std::vector<double> &hu, const struct SidedDifferences &, bool first,
                     std::vector<Finding> &) const;
  Result sum_up(const HessianProvider &, const std::vector<Finding> &, double step) const;
  Result difference(const HessianProvider &, const std::vector<ForcePart> &, double step) const;
};
}    // namespace INMVISC_NS

#endif
