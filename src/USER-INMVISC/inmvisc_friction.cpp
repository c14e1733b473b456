/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_friction.h"

#include "inmvisc_check.h"
#include "inmvisc_compat.h"
#include "inmvisc_host.h"
#include "inmvisc_spectrum_solver.h"

#include "atom.h"
#include "error.h"
#include "fix.h"
#include "modify.h"
#include "update.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

Friction::Friction(LAMMPS *lmp, const std::string &label_in) :
    Pointers(lmp), kind(NONE), label(label_in), mix_by_mode(true), component(0)
{
}

void Friction::parse(const std::string &word)
{
  source = word;
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

bool Friction::is_available() const
{
  if (kind != FIX_COMPONENT || update->whichflag == 0) return true;
  return update->ntimestep % fix()->global_freq == 0;
}

double Friction::fix_component() const
{
  Fix *found = fix();
  if (!is_available())
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

/* ---- as a function of frequency --------------------------------------------------------------- */

const inm_correlator *Friction::correlator(double &interval) const
{
  int dim = 0;
  Fix *sampler = fix();
  const auto *found = (const inm_correlator *) sampler->extract("correlator", dim);
  const auto *dt = (const double *) sampler->extract("interval", dim);
  if (!found || !dt)
    error->all(FLERR, "{}: fix {} is of another version of this package", label, fix_id);
  interval = *dt;
  return found;
}

inm_frequency_range Friction::frequency_range() const
{
  double interval;
  const inm_correlator *c = correlator(interval);
  return inm_correlator_frequency_range(c, interval);
}

void Friction::transform(const std::vector<double> &natoms, const std::vector<double> &w,
                         bool constant, std::vector<inm_friction_at> &at) const
{
  const size_t n = atom->ntypes + 1, nw = w.size();
  at.assign(n * nw, inm_friction_at());

  if (is_from_kernel(constant)) {
    double interval;
    const inm_correlator *c = correlator(interval);
    check_status(lmp, inm_correlator_transform(c, interval, nw, w.data(), world, at.data()), label);
  } else {
    std::vector<double> v, dv;
    evaluate(natoms, v, dv);
    for (size_t t = 1; t < n; t++)
      for (size_t k = 0; k < nw; k++) at[t * nw + k] = {{v[t], 0.0}, dv[t] * dv[t], 0.0, 0.0};
  }
  for (size_t t = 1; t < n; t++)
    if (natoms[t] == 0.0) std::fill_n(at.begin() + t * nw, nw, inm_friction_at());
}

/* ---- mixing ----------------------------------------------------------------------------------- */

bool Friction::is_mixed_by_mode(const SpectrumSolver &solver) const
{
  return mix_by_mode && solver.has(INM_HAS_TYPES);
}

/* without eigenvectors, friction over mass must be the same for all modes */

void Friction::check_mixing(const SpectrumSolver &solver, int groupbit) const
{
  if (!mix_by_mode || is_mixed_by_mode(solver)) return;
  const HostAtoms atoms(lmp);
  double mine[3] = {-INFINITY, -INFINITY, -INFINITY}, all[3];    // of mass, -mass, -type
  int largest_type = 0, all_types;
  for (int i = 0; i < atoms.nlocal(); i++) {
    if (!atoms.in_group(i, groupbit)) continue;
    mine[0] = std::max(mine[0], atoms.mass(i));
    mine[1] = std::max(mine[1], -atoms.mass(i));
    mine[2] = std::max(mine[2], -(double) atoms.type(i));
    largest_type = std::max(largest_type, atoms.type(i));
  }
  MPI_Allreduce(mine, all, 3, MPI_DOUBLE, MPI_MAX, world);
  MPI_Allreduce(&largest_type, &all_types, 1, MPI_INT, MPI_MAX, world);
  if (all[0] > -all[1])
    solver.require(INM_HAS_TYPES, label, "friction/mix mode where atoms differ in mass");
  if (is_by_type() && all_types > -all[2])
    solver.require(INM_HAS_TYPES, label, "friction/mix mode where atoms differ in friction");
}

std::vector<double> Friction::coefficients(const SpectrumSolver &solver, const Composition &atoms,
                                           const std::vector<double> &v) const
{
  std::vector<double> c(v.size(), 0.0);
  if (is_mixed_by_mode(solver))
    std::copy(v.begin() + 1, v.end(), c.begin() + 1);
  else
    c[0] = atoms.average(v) / atoms.mean_mass;
  return c;
}

/* ---- before it is known ----------------------------------------------------------------------- */

std::string Friction::outlook() const
{
  if (kind == QUANTITY) return fmt::format("{} is nan", quantity.name());
  if (kind == FIX_COMPONENT) return fmt::format("f_{}[{}] is nan", fix_id, component);

  int dim = 0;
  const bigint *step = (const bigint *) fix()->extract("friction/step", dim);
  if (!step) return fmt::format("fix {} cannot tell it from its samples", fix_id);
  return fmt::format("fix {} has a first value at step {}", fix_id, *step);
}
