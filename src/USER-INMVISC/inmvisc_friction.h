/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_FRICTION_H
#define LMP_INMVISC_FRICTION_H

#include "inmvisc_composition.h"
#include "inmvisc_quantity.h"
#include "pointers.h"

#include "inm/inm_correlator.h"

#include <string>
#include <vector>

namespace LAMMPS_NS {
class Fix;
}

namespace INMVISC_NS {

class SpectrumSolver;

// The friction of the atom types, mass/time, for any style with the keyword
//
//   friction value | v_name | f_ID | f_ID[i]
//
// which is a number or variable for all types, a fix orthogonal/dynamics with a value and an error for each
// type, or component i of the global vector of any fix, for all types.  And for the keyword
//
//   friction/mix mode | mean
//
// whether a mode feels its own average of friction over mass, or all modes feel that of all atoms.

class Friction : protected LAMMPS_NS::Pointers {
 public:
  Friction(LAMMPS_NS::LAMMPS *, const std::string &label);

  void parse(const std::string &word);
  void mix(bool by_mode) { mix_by_mode = by_mode; }
  bool is_mixed() const { return mix_by_mode; }    // as asked for
  bool is_given() const { return kind != NONE; }
  const std::string &text() const { return source; }    // as in the input script
  void init() const;                                    // stop if its source does not exist

  // whether evaluate() and transform() are possible now: not if f_ID[i] is computed at other time steps

  bool is_available() const;

  // whether values may differ between types

  bool is_by_type() const { return kind == FIX; }

  // The current friction and its standard error, NaN until there is a value.
  //   natoms [ntypes+1]  atoms of each type; one without atoms gets 0
  //   value, error [ntypes+1] out, entry 0 unused
  // collective

  void evaluate(const std::vector<double> &natoms, std::vector<double> &value,
                std::vector<double> &error_of) const;

  // The friction at angular frequencies, radian/time, with covariances: from the kernel of the fix where that
  // is known, else NaN; of another source, or if constant, the value above at any frequency.
  //   w [nw]; at [ntypes+1][nw] out, entry 0 unused
  // collective

  void transform(const std::vector<double> &natoms, const std::vector<double> &w, bool constant,
                 std::vector<inm_friction_at> &at) const;
  inm_frequency_range frequency_range() const;    // where transform() is known

  // Friction over mass as a function of the mode, or the same for all modes if types cannot be told apart.
  // check_mixing() stops if that would be wrong for the atoms of the group.  collective

  bool is_mixed_by_mode(const SpectrumSolver &) const;
  void check_mixing(const SpectrumSolver &, int groupbit) const;

  // Coefficients of the sums over modes (inm_viscosity_contract, inm_modulus_response), [ntypes+1]: the
  // friction v of the types, or as entry 0 that over mass of all modes.

  std::vector<double> coefficients(const SpectrumSolver &, const Composition &,
                                   const std::vector<double> &v) const;
  // what to expect of a value that is NaN, for a message

  std::string outlook() const;

 private:
  enum { NONE, QUANTITY, FIX, FIX_COMPONENT } kind;
  std::string label;    // "Compute ulinm/viscosity ID"
  std::string source;
  Quantity quantity;
  bool mix_by_mode;
  std::string fix_id;
  int component;    // i of f_ID[i]

  LAMMPS_NS::Fix *fix() const;
  double fix_component() const;
  bool is_from_kernel(bool constant) const { return kind == FIX && !constant; }
  const inm_correlator *correlator(double &interval) const;
};

}    // namespace INMVISC_NS

#endif
