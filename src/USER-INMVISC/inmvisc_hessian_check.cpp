/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_hessian_check.h"

#include "inmvisc_difference_step.h"
#include "inmvisc_force_probe.h"

#include "inm/inm_hessian.h"

#include "domain.h"
#include "error.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

// forces must be reproduced by the Hessian to this, or to this multiple of the error of their
// differences if that is larger, but never worse than MAX_TOLERANCE; above it something is wrong

static constexpr double TOLERANCE = 1.0e-4, NOISE_FACTOR = 3.0, MAX_TOLERANCE = 1.0e-2;

// displacement of the check, in distances between atoms

static constexpr double CHECK_STEP = 1.0e-8;

// another displacement than the user's must give the same forces to this

static constexpr double FAR_OFF = 0.5;

// a check that leaves out more than this part of the atoms says nothing

static constexpr double MAX_LEFT_OUT = 0.2;

HessianCheck::HessianCheck(LAMMPS *lmp, const HessianSites &sites_in, NeighList *list_in) :
    Pointers(lmp), h(create_hessian(lmp)), sites(sites_in), list(list_in)
{
}

HessianCheck::~HessianCheck()
{
  inm_hessian_destroy(&h);
}

inm_hessian *HessianCheck::release()
{
  inm_hessian *released = h;
  h = nullptr;
  return released;
}

double HessianCheck::Result::relative() const
{
  return (size > 0.0) ? error / size : (error > 0.0) ? INFINITY : 0.0;
}

static bool too_many_left_out(const HessianCheck::Result &r)
{
  return r.left_out > MAX_LEFT_OUT * r.rows;
}

static bool agrees(const HessianCheck::Result &r, double tolerance)
{
  return !too_many_left_out(r) && r.error <= tolerance * r.size;
}

/* H u, [nrow][3] */

std::vector<double> HessianCheck::product_with_field(const inm_hessian *matrix) const
{
  int dimension = domain->dimension;
  const size_t nrow = inm_hessian_nrow(matrix);
  std::vector<double> u(3 * nrow + 1), hu(3 * nrow + 1);

  for (size_t r = 0; r < nrow; r++)
    random_field(&dimension, inm_hessian_tags(matrix)[r], &u[3 * r]);
  check_status(lmp, inm_hessian_multiply(matrix, u.data(), hu.data()), "multiplying the Hessian");
  return hu;
}

double HessianCheck::size(const inm_hessian *matrix) const
{
  double size2 = 0.0;
  for (double x : product_with_field(matrix)) size2 += x * x;
  MPI_Allreduce(MPI_IN_PLACE, &size2, 1, MPI_DOUBLE, MPI_SUM, world);
  return sqrt(size2);
}

/* ----------------------------------------------------------------------
   A pair that crosses a jump of the force, such as that at the cutoff of
   lj/cut, spoils the difference but is no part of the Hessian.  It shows in
   that the quotient changes when the step is halved, which a wrong second
   derivative does not.  Such atoms are left out and counted.
------------------------------------------------------------------------- */

HessianCheck::Result HessianCheck::difference(const std::vector<ForcePart> &parts,
                                              const std::vector<double> &hu, double step) const
{
  ForceProbe probe(lmp);

  probe.select(parts);
  probe.open();
  const auto fd = difference_along_field(lmp, probe, sites.groupbit, step);
  const auto fd_half = difference_along_field(lmp, probe, sites.groupbit, 0.5 * step);
  probe.close();

  double mine[4] = {0.0, 0.0, 0.0, 0.0}, all[4];    // error^2, size^2, left out, rows
  for (size_t r = 0; r < sites.atom_of_row.size(); r++) {
    const size_t i = sites.atom_of_row[r];
    double error2 = 0.0, size2 = 0.0, change2 = 0.0;
    for (int x = 0; x < domain->dimension; x++) {
      error2 += pow(hu[3 * r + x] - fd_half[3 * i + x], 2);
      size2 += pow(fd_half[3 * i + x], 2);
      change2 += pow(fd[3 * i + x] - fd_half[3 * i + x], 2);
    }
    mine[3] += 1.0;
    if (change2 > 1.0e-4 * size2) {
      mine[2] += 1.0;
      continue;
    }
    mine[0] += error2;
    mine[1] += size2;
  }
  MPI_Allreduce(mine, all, 4, MPI_DOUBLE, MPI_SUM, world);
  const double error = std::isfinite(all[0]) ? sqrt(all[0]) : INFINITY;
  return {error, sqrt(all[1]), all[2], all[3], step, false};
}

/* ----------------------------------------------------------------------
   A small displacement is best, since few pairs cross a cutoff or a knot of a
   table.  At a knot the second derivative of a spline jumps, by 1e-3 if the
   table is written with ten digits (CuZr_mm.eam.fs): over 16 snapshots of 120
   atoms the error was 3e-6 to 4e-5 with 1e-6 distances between atoms, up to
   1e-5 with 1e-7, and up to 3e-7 with 1e-8, which is mostly rounding.

   If the forces have noise, a small displacement fails.  Then the displacement
   is chosen for the noise, and its error counts.

   A displacement of the user's always agrees with itself, even one that takes
   all atoms out of each other's reach, so it must agree with another one too.
   A force that jumps makes the two differ, but not by as much.
------------------------------------------------------------------------- */

HessianCheck::Result HessianCheck::compare(HessianProvider &provider,
                                           const std::vector<ForcePart> &parts, double user_delta)
{
  assemble(lmp, h, sites, {&provider}, list);

  const std::vector<double> hu = product_with_field(h);
  const double small = std::max(CHECK_STEP * atom_spacing(lmp), smallest_displacement(lmp));
  const double own = provider.step(), step = (own > 0.0) ? own : small;
  double tolerance = TOLERANCE;

  Result result = difference(parts, hu, step);
  if (!agrees(result, tolerance)) {
    const DifferenceStep quiet = find_step(lmp, parts, sites, (own > 0.0) ? own : 0.0);
    tolerance = std::min(MAX_TOLERANCE, std::max(TOLERANCE, NOISE_FACTOR * quiet.error));
    if (own == 0.0) result = difference(parts, hu, quiet.h);
  }
  if (user_delta > 0.0 && agrees(result, tolerance)) {
    const DifferenceStep best = find_step(lmp, parts, sites, 0.0);
    const Result other = difference(parts, hu, best.h);
    if (!agrees(other, FAR_OFF)) result = other;
  }
  result.passed = agrees(result, tolerance);
  return result;
}

/* What is wrong in a part does no harm if it is small in the whole (the mesh of PPPM). */

void HessianCheck::require(const std::string &caller, const std::string &part, const Result &r,
                           double whole) const
{
  if (r.passed) return;
  if (too_many_left_out(r))
    error->all(FLERR,
               "{}: the Hessian of {} cannot be checked: for {:.0f} of {:.0f} atoms the force "
               "does not change in proportion to a displacement of {:.3g}: too large, or too "
               "small for the noise of the forces (hessian numeric delta), or they are "
               "discontinuous; check no skips this check",
               caller, part, r.left_out, r.rows, r.step);
  if (!(r.error <= TOLERANCE * whole))
    error->all(FLERR,
               "{}: the Hessian of {} does not reproduce the forces, relative error {:.3g}. "
               "Besides a wrong second derivative, the cause can be a displacement that is too "
               "large or too small (hessian numeric delta), noise of the forces, or forces that "
               "are not the derivative of an energy; check no skips this check",
               caller, part, r.relative());
}
