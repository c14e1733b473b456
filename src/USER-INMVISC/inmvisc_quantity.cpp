/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_quantity.h"

#include "inmvisc_parser.h"

#include "error.h"
#include "input.h"
#include "lammps.h"
#include "variable.h"

#include "fmt/format.h"

#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

Quantity::Quantity(LAMMPS *lmp_in, const std::string &label_in, const std::string &keyword_in,
                   const std::string &word, const char *allowed) :
    lmp(lmp_in),
    label(label_in), keyword(keyword_in)
{
  if (word.compare(0, 2, "v_") == 0 && word.size() > 2)
    variable = word.substr(2);
  else if (!is_number(word, constant) || constant < 0.0)
    lmp->error->all(FLERR, "{}: {} must be {}, not {}", label, keyword, allowed, word);
}

int Quantity::find_variable() const
{
  const int ivar = lmp->input->variable->find(variable.c_str());
  if (ivar < 0)
    lmp->error->all(FLERR, "{}: {} v_{}: there is no variable {}", label, keyword, variable,
                    variable);
  return ivar;
}

void Quantity::init() const
{
  if (variable.empty()) return;
  if (!lmp->input->variable->equalstyle(find_variable()))
    lmp->error->all(FLERR, "{}: {} v_{}: variable {} is not equal-style", label, keyword, variable,
                    variable);
}

double Quantity::value_or_nan() const
{
  if (variable.empty()) return constant;
  const double value = lmp->input->variable->compute_equal(find_variable());
  if (value < 0.0)
    lmp->error->all(FLERR, "{}: {} v_{} is negative: {}", label, keyword, variable, value);
  if (std::isinf(value))
    lmp->error->all(FLERR, "{}: {} v_{} must be a number, not {}", label, keyword, variable, value);
  return value;
}

double Quantity::value() const
{
  const double found = value_or_nan();
  if (std::isnan(found))
    lmp->error->all(FLERR, "{}: {} v_{} must be a number, not {}", label, keyword, variable, found);
  return found;
}

std::string Quantity::text() const
{
  return fmt::format("{} {:.17g}", variable, constant);
}
