/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   Where the force or its slope jumps, the quotients from the two sides differ,
   and at least one of them is that of the smooth branch.  Their difference has
   a part ~ h from the curvature of the force, which the one for h/2 removes:

     kink = 2 [forward - backward](h/2) - [forward - backward](h)

   is the jump of the slope for one at the present positions, of the order of
   the jump of the force divided by h for one within h, and ~ h^3 elsewhere.

   BranchDifference has the same five points for another question: it wants one
   derivative, of a side chosen for a whole unit of rows, to second order, and
   stops at three points where the force is smooth.  The check here wants the
   quotients of both sides, to compare each with the Hessian, for every
   component, so it always takes all five.
------------------------------------------------------------------------- */

#include "inmvisc_sided_difference.h"

#include "inmvisc_force_probe.h"
#include "inmvisc_provider.h"

#include "atom.h"
#include "domain.h"

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

static constexpr int NDENSE = 3;            // fields in which all atoms move
static constexpr double NOT_MOVED = 0.8;    // part of the atoms that stay in the others

void INMVISC_NS::numbered_field(void *of, int64_t tag, double *u)
{
  auto field = (NumberedField *) of;
  const int64_t key = NumberedField::MAX * tag + field->number;
  random_field(&field->dimension, field->number ? -key : tag, u);
}

void INMVISC_NS::check_field(void *of, int64_t tag, double *u)
{
  auto field = (NumberedField *) of;
  double choice[3];

  numbered_field(of, tag, u);
  if (field->number < NDENSE) return;
  NumberedField other = {field->dimension, field->number + NumberedField::MAX};
  numbered_field(&other, ~tag, choice);
  if (choice[0] > 1.0 - 2.0 * NOT_MOVED) u[0] = u[1] = u[2] = 0.0;
}

SidedDifferences INMVISC_NS::sided_differences(LAMMPS *lmp, ForceProbe &probe, int groupbit,
                                               NumberedField field, double h)
{
  const size_t n = 3 * (size_t) lmp->atom->nlocal;
  const auto force_at = [&](double s) {
    probe.shift_all(groupbit, check_field, &field, s);
    const double *f = probe.forces();
    return std::vector<double>(f, f + n);
  };
  const auto up = force_at(h), down = force_at(-h), half_up = force_at(0.5 * h),
             half_down = force_at(-0.5 * h), here = force_at(0.0);
  SidedDifferences d;

  for (size_t k = 0; k < n; k++) {
    const double bend = (2.0 * here[k] - up[k] - down[k]) / h;
    d.whole.push_back((down[k] - up[k]) / (2.0 * h));
    d.half.push_back((half_down[k] - half_up[k]) / h);
    d.forward.push_back((here[k] - half_up[k]) / (0.5 * h));
    d.backward.push_back((half_down[k] - here[k]) / (0.5 * h));
    d.kink.push_back(2.0 * (d.forward[k] - d.backward[k]) - bend);
  }
  return d;
}
