/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_QUANTITY_H
#define LMP_INMVISC_QUANTITY_H

#include <string>

namespace LAMMPS_NS {
class LAMMPS;
}

namespace INMVISC_NS {

// A number of the input script, not below zero: a constant or an equal-style variable.

class Quantity {
 public:
  Quantity() = default;    // not given

  // word: a number or v_name; errors name the label of the command and its keyword

  Quantity(LAMMPS_NS::LAMMPS *, const std::string &label, const std::string &keyword,
           const std::string &word);

  bool is_given() const { return !keyword.empty(); }
  void init() const;    // stop unless the variable exists and is equal-style
  double value() const;

  // the same, but a variable may be NaN as long as its value is not known

  double value_or_nan() const;

  // what distinguishes it from another one: name of the variable, or the number

  std::string text() const;

 private:
  LAMMPS_NS::LAMMPS *lmp = nullptr;
  std::string label, keyword, variable;    // variable: empty for a constant
  double constant = 0.0;

  int find_variable() const;
};
}    // namespace INMVISC_NS

#endif
