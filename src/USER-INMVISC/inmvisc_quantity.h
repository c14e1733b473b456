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

// A nonnegative number from the input script: a constant or an equal-style variable.

class Quantity {
 public:
  Quantity() = default;    // not given

  // word: a number or v_name; label and keyword are for error messages

  Quantity(LAMMPS_NS::LAMMPS *, const std::string &label, const std::string &keyword,
           const std::string &word, const char *allowed = "a number >= 0 or v_name");

  bool is_given() const { return !keyword.empty(); }
  void init() const;    // stop if the variable does not exist or is not equal-style
  double value() const;

  // the same, but allow a variable to be NaN until its value is known

  double value_or_nan() const;

  // identity: name of the variable, or the number

  std::string name() const { return "v_" + variable; }
  std::string text() const;

 private:
  LAMMPS_NS::LAMMPS *lmp = nullptr;
  std::string label, keyword, variable;    // variable: empty for a constant
  double constant = 0.0;

  int find_variable() const;
};
}    // namespace INMVISC_NS

#endif
