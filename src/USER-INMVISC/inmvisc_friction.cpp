/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_friction.h"

#include "inmvisc_compat.h"

#include "atom.h"
#include "error.h"
#include "fix.h"
#include "modify.h"
#include "update.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

Friction::Friction(LAMMPS *lmp, const std::string &label_in) :
    Pointers(lmp), kind(NONE), label(label_in), component(0)
{
}

void Friction::parse(const std::string &word)
{
  if (word.compare(0, 2, "f_") != 0) {
    kind = QUANTITY;
    quantity = Quantity(lmp, label, "friction", word);
    return;
  }
  const size_t bracket = word.find('[');
  fix_id = word.substr(2, bracket == std::string::npos ? bracket : bracket - 2);
  kind = FIX;
  if (bracket == std::string::npos) return;

  char *end = nullptr;
  const long index = strtol(word.c_str() + bracket + 1, &end, 10);
  component = (int) std::min<long>(index, MAXSMALLINT);
  if (index < 1 || strcmp(end, "]") != 0)
    error->all(FLERR, "{}: friction must be f_ID or f_ID[i] with i >= 1, not {}", label, word);
  kind = FIX_COMPONENT;
}

void Friction::init() const
{
  if (kind == QUANTITY)
    quantity.init();
  else
    fix();
}

/* look up at every use: with run pre no, the fix may have been deleted since init() */

Fix *Friction::fix() const
{
  Fix *found = fix_by_id(modify, fix_id, rank1());
  if (!found) error->all(FLERR, "{}: there is no fix {} for the friction", label, fix_id);
  if (kind == FIX && strcmp(found->style, "orthogonal/dynamics") != 0)
    error->all(FLERR,
               "{}: friction f_{} must be a fix orthogonal/dynamics; use f_{}[i] for a value of "
               "another fix",
               label, fix_id, fix_id);
  if (kind == FIX_COMPONENT && (!found->vector_flag || found->size_vector < component))
    error->all(FLERR, "{}: friction f_{}[{}]: fix {} has no component {} of a global vector", label,
               fix_id, component, fix_id, component);
  return found;
}

double Friction::fix_component() const
{
  Fix *found = fix();
  if (update->whichflag > 0 && update->ntimestep % found->global_freq)
    error->all(FLERR, "{}: friction f_{}[{}]: fix {} is not computed at a compatible time", label,
               fix_id, component, fix_id);
  return found->compute_vector(component - 1);
}

void Friction::evaluate(const std::vector<double> &natoms, std::vector<double> &value,
                        std::vector<double> &error_of) const
{
  const size_t n = atom->ntypes + 1;
  value.assign(n, 0.0);
  error_of.assign(n, 0.0);

  if (kind == QUANTITY) std::fill(value.begin(), value.end(), quantity.value_or_nan());
  if (kind == FIX_COMPONENT) std::fill(value.begin(), value.end(), fix_component());
  if (kind != FIX) return;

  int dim = 0;
  const double *v = (const double *) fix()->extract("friction", dim);
  if (v) std::copy(v, v + n, value.begin());
  const double *e = (const double *) fix()->extract("friction/error", dim);
  if (e) std::copy(e, e + n, error_of.begin());

  // the friction of a type without atoms is NaN and not needed

  for (size_t t = 1; t < n; t++)
    if (natoms[t] == 0.0) value[t] = error_of[t] = 0.0;
}

double INMVISC_NS::number_average(const std::vector<double> &natoms,
                                  const std::vector<double> &by_type)
{
  double sum = 0.0, n = 0.0;
  for (size_t t = 1; t < natoms.size(); t++) {
    sum += natoms[t] * by_type[t];
    n += natoms[t];
  }
  return sum / n;
}
