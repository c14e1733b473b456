/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_MEASURED_BLOCKS_H
#define LMP_INMVISC_MEASURED_BLOCKS_H

#include "inmvisc_provider.h"
#include "pointers.h"

#include <vector>

namespace INMVISC_NS {

// Adds measured blocks to the Hessian and accumulates measures of their quality, since finite differences
// of forces are not symmetric and translation invariant by construction.

class MeasuredBlocks : protected LAMMPS_NS::Pointers {
 public:
  MeasuredBlocks(LAMMPS_NS::LAMMPS *, inm_hessian *, const HessianSites &);

  // - d f_row / d r_column, [3][3]; blocks of the same pair add up.  finish() reports errors

  void add(size_t row, LAMMPS_NS::tagint column, const double *k);

  // stop if any add() failed, else evaluate the sums.  collective

  void finish();

  // after finish(): |H - H^T| / |H + H^T| (Frobenius), estimated to within a third, and the largest element
  // of sum_j H_ij relative to that of H_ii, NaN if columns of atoms outside the group are missing

  double asymmetry, acoustic;

 private:
  enum { NFIELD = 8 };

  inm_hessian *h;                        // borrowed
  std::vector<LAMMPS_NS::tagint> own;    // [nrow] atom IDs of the rows
  int status;
  std::vector<double> row_sum, diagonal;    // [nrow][3][3]
  double uhv[NFIELD], vhu[NFIELD];          // u^T H v and v^T H u of random fields u, v

  void fields(LAMMPS_NS::tagint tag, int n, double *u, double *v) const;
};
}    // namespace INMVISC_NS

#endif
