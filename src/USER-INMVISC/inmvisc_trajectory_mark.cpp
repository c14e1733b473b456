/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_trajectory_mark.h"

#include "inmvisc_host.h"
#include "inmvisc_provider.h"

#include "domain.h"
#include "fix.h"
#include "modify.h"
#include "update.h"
#include "utils.h"

#include "fmt/format.h"

#include <cmath>
#include <initializer_list>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

// how much of their scale sums may differ: rounding; or what fixes with constraints correct in their
// setup, within the tolerance of their iterations

static constexpr double ROUNDING = 1.0e-9, CORRECTIONS = 1.0e-3;

/* sums over all atoms: coefficients times values, squares of values */

namespace {
enum { TYPE, MASS, GROUP, X, V, NKIND };

struct Sums {
  double natoms, mass, moment[2][3], coefficients[3];
  double value[NKIND], square[NKIND];
};

Sums sums_of_this_rank(LAMMPS *lmp, int groupbit)
{
  const HostAtoms atoms(lmp);
  Sums s = {};
  int dimension = 3;
  double c[3], x[3];

  for (int i = 0; i < atoms.nlocal(); i++) {
    random_field(&dimension, atoms.tag(i), c);
    atoms.unwrap(i, x);
    const double m = atoms.mass(i), *v = atoms.v(i),
                 of_atom[3] = {(double) atoms.type(i), m, (double) atoms.in_group(i, groupbit)};
    s.natoms += 1.0;
    s.mass += m;
    for (int k = 0; k < 3; k++) {
      s.value[k] += c[k] * of_atom[k];
      s.square[k] += of_atom[k] * of_atom[k];
      s.coefficients[k] += c[k];
      s.moment[0][k] += m * x[k];
      s.moment[1][k] += m * v[k];
      s.value[X] += c[k] * x[k];
      s.value[V] += c[k] * v[k];
      s.square[X] += x[k] * x[k];
      s.square[V] += v[k] * v[k];
    }
  }
  return s;
}
}    // namespace

TrajectoryMark TrajectoryMark::take(LAMMPS *lmp, int groupbit)
{
  const Domain *domain = lmp->domain;
  const Sums mine = sums_of_this_rank(lmp, groupbit);
  Sums all;
  static_assert(sizeof(Sums) % sizeof(double) == 0, "sums are reduced as numbers");
  MPI_Allreduce(&mine, &all, sizeof(Sums) / sizeof(double), MPI_DOUBLE, MPI_SUM, lmp->world);

  for (int k = 0; k < 3 && all.mass > 0.0; k++) {
    all.value[X] -= all.coefficients[k] * all.moment[0][k] / all.mass;
    all.value[V] -= all.coefficients[k] * all.moment[1][k] / all.mass;
  }

  TrajectoryMark mark = {};
  Sum *const sums[NKIND] = {&mark.type, &mark.mass, &mark.group, &mark.position, &mark.velocity};
  for (int k = 0; k < NKIND; k++) *sums[k] = {all.value[k], sqrt(all.square[k])};
  mark.step = (double) lmp->update->ntimestep;
  mark.natoms = all.natoms;

  // yz, xz, xy belong to the later one of their two edges

  static const int edge[6] = {0, 1, 2, 2, 2, 1};
  for (int k = 0; k < 6; k++) mark.box[k] = domain->periodicity[edge[k]] ? domain->h[k] : 0.0;
  return mark;
}

static bool has_constraints(const Modify *modify)
{
  for (int k = 0; k < modify->nfix; k++)
    for (const char *pattern :
         {"^shake", "^rattle", "^rigid", "^poems", "^ilves", "^filter/corotate"})
      if (utils::strmatch(modify->fix[k]->style, pattern)) return true;
  return false;
}

static bool differs(const TrajectoryMark::Sum &a, const TrajectoryMark::Sum &b, double tolerance)
{
  return !(fabs(a.value - b.value) <= tolerance * (a.scale + b.scale));
}

/* ----------------------------------------------------------------------
   A fix that changes the box may flip it in the setup.  With fix deform remap
   v, an atom that is wrapped gets another velocity.
------------------------------------------------------------------------- */

std::string TrajectoryMark::difference(LAMMPS *lmp, const TrajectoryMark &now) const
{
  const Domain *domain = lmp->domain;
  const double tolerance = has_constraints(lmp->modify) ? CORRECTIONS : ROUNDING;

  const double ngroup = round(group.scale * group.scale),
               ngroup_now = round(now.group.scale * now.group.scale);

  if (ngroup != ngroup_now)
    return fmt::format("the number of atoms in its group changed from {} to {}", ngroup,
                       ngroup_now);
  if (natoms != now.natoms)
    return fmt::format("the number of atoms changed from {} to {}", natoms, now.natoms);
  for (int k = 0; k < 6 && !domain->box_change; k++)
    if (!(fabs(box[k] - now.box[k]) <= 1.0e-12 * (fabs(box[0]) + fabs(box[1]) + fabs(box[2]))))
      return "the box changed";
  if (differs(type, now.type, ROUNDING)) return "the types of atoms changed";
  if (differs(mass, now.mass, ROUNDING)) return "the masses of atoms changed";
  if (differs(group, now.group, ROUNDING)) return "the group changed";
  if (differs(position, now.position, tolerance))
    return "positions or image flags of atoms changed";
  if (!domain->deform_vremap && differs(velocity, now.velocity, tolerance))
    return "velocities of atoms changed";
  return "";
}
