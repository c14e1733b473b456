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

#include <string>

namespace INMVISC_NS {

// Volume of the box, area in 2d.

double box_volume(LAMMPS_NS::LAMMPS *);

// Mass of all atoms.  collective

double total_mass(LAMMPS_NS::LAMMPS *);

// The lowest frequency w_min of a sum over modes: a number, or the frequency of the lowest sound wave,
// longitudinal or transverse, from a modulus that is given or measured.

class Cutoff {
 public:
  Cutoff() = default;    // not given
  Cutoff(LAMMPS_NS::LAMMPS *lmp, const Quantity &, const std::string &keyword);
  static Cutoff measured(LAMMPS_NS::LAMMPS *lmp, const std::string &keyword);
  static bool is_keyword(const std::string &);    // wmin, bulk or shear

  bool is_given() const { return !keyword.empty(); }
  bool is_measured() const { return is_given() && !quantity.is_given(); }
  bool is_from_modulus() const { return is_given() && keyword != "wmin"; }
  bool is_bulk() const { return keyword == "bulk"; }
  const std::string &name() const { return keyword; }
  void init() const;
  double wmin() const;       // current value of what was given, radian/time.  collective
  double modulus() const;    // that was given
  double wmin_of(double modulus) const;    // of sound.  collective
  double sound_of(double wmin) const;      // its speed, distance/time
  std::string text() const;

 private:
  LAMMPS_NS::LAMMPS *lmp = nullptr;
  Quantity quantity;
  std::string keyword;
};
}    // namespace INMVISC_NS

#endif
