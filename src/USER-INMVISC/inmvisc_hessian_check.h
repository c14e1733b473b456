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
// random field u, H u against the central difference of the forces along u.

class HessianCheck : protected LAMMPS_NS::Pointers {
 public:
  struct Result {
    double error, size;       // |H u + df| and |df|, over the atoms that are not left out
    double left_out, rows;    // atoms at discontinuities of the force, all atoms
    double step;              // displacement
    bool passed;
    double relative() const;    // error / size
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

  std::vector<double> product_with_field(const inm_hessian *) const;
  Result difference(const std::vector<ForcePart> &, const std::vector<double> &hu,
                    double step) const;
};
}    // namespace INMVISC_NS

#endif
