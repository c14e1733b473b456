/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_CUTOFF_H
#define LMP_INMVISC_CUTOFF_H

#include "inmvisc_quantity.h"

namespace INMVISC_NS {

// Volume of the box, area in 2d.

double box_volume(LAMMPS_NS::LAMMPS *);

// The lowest frequency w_min of a sum over modes: a number, or the frequency of the lowest sound wave.

class Cutoff {
 public:
  Cutoff() = default;    // not given
  Cutoff(LAMMPS_NS::LAMMPS *lmp, const Quantity &wmin, bool is_bulk_modulus);

  bool is_given() const { return quantity.is_given(); }
  bool is_from_bulk() const { return from_bulk; }
  void init() const { quantity.init(); }
  double wmin() const;    // current value, radian/time.  collective
  std::string text() const;

 private:
  LAMMPS_NS::LAMMPS *lmp = nullptr;
  Quantity quantity;
  bool from_bulk = false;
};
}    // namespace INMVISC_NS

#endif
