/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   One number covers all providers: for a random field u, H u against the
   central difference of the forces along u, part by part.
------------------------------------------------------------------------- */

#include "inmvisc_compat.h"
#include "inmvisc_difference_step.h"
#include "inmvisc_force_probe.h"
#include "inmvisc_hessian.h"

#include "inm/inm_hessian.h"

#include "atom.h"
#include "comm.h"
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

static uint64_t scramble(uint64_t z)    // splitmix64 (Steele, Lea, Flood 2014)
{
  z += 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

void INMVISC_NS::random_field(void *ctx, int64_t tag, double *u)
{
  const int dimension = *(const int *) ctx;
  for (int a = 0; a < 3; a++) {
    const uint64_t bits = scramble((uint64_t) tag * 3 + a) >> 11;
    u[a] = (a < dimension) ? ldexp((double) bits, -52) - 1.0 : 0.0;
  }
}

/* H u, [nrow][3] */

std::vector<double> HessianBuilder::product_with_field() const
{
  int dimension = domain->dimension;
  const size_t nrow = inm_hessian_nrow(h);
  std::vector<double> u(3 * nrow + 1), hu(3 * nrow + 1);

  for (size_t r = 0; r < nrow; r++) random_field(&dimension, inm_hessian_tags(h)[r], &u[3 * r]);
  check_status(lmp, inm_hessian_multiply(h, u.data(), hu.data()), "multiplying the Hessian");
  return hu;
}

/* ----------------------------------------------------------------------
   A pair that crosses a jump of the force, such as that at the cutoff of
   lj/cut, spoils the difference but is no part of the Hessian.  It shows in
   that the quotient changes when the step is halved, which a wrong second
   derivative does not.  Such atoms are left out and counted.
------------------------------------------------------------------------- */

HessianBuilder::Comparison HessianBuilder::compare(const Assignment &a,
                                                   const std::vector<double> &hu, double step) const
{
  ForceProbe probe(lmp);

  probe.select(a.parts);
  probe.open();
  const auto fd = difference_along_field(lmp, probe, site.groupbit, step);
  const auto fd_half = difference_along_field(lmp, probe, site.groupbit, 0.5 * step);
  probe.close();

  double mine[4] = {0.0, 0.0, 0.0, 0.0}, all[4];    // error^2, size^2, left out, rows
  for (size_t r = 0; r < site.atom_of_row.size(); r++) {
    const size_t i = site.atom_of_row[r];
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
  return {error, sqrt(all[1]), all[2], all[3], step};
}

/* ----------------------------------------------------------------------
   A small displacement is best, since few pairs cross a cutoff or a row of a
   table.  At a row the second derivative of a spline jumps, by 1e-3 where the
   table is written with ten digits (CuZr_mm.eam.fs): of 16 snapshots of 120
   atoms the error was 3e-6 to 4e-5 with 1e-6 distances between atoms, up to
   1e-5 with 1e-7, and up to 3e-7 with 1e-8, which is mostly rounding.

   Unless the forces have noise: where it fails, the displacement is chosen
   for the noise, and its error counts.  Returns whether the part passed.
------------------------------------------------------------------------- */

bool HessianBuilder::verify(Assignment &a, NeighList *list)
{
  assemble({&a}, list);

  const std::vector<double> hu = product_with_field();
  const double own = a.provider->step();
  const double small = std::max(CHECK_STEP * atom_spacing(lmp), smallest_displacement(lmp));
  const double step = (own > 0.0) ? own : small;
  double tolerance = TOLERANCE;

  a.check = compare(a, hu, step);
  if (!a.check.passed(tolerance)) {
    const DifferenceStep quiet = find_step(lmp, a.parts, site, (own > 0.0) ? own : 0.0);
    tolerance = std::min(MAX_TOLERANCE, std::max(TOLERANCE, NOISE_FACTOR * quiet.error));
    if (own == 0.0) a.check = compare(a, hu, quiet.h);
  }
  if (a.numeric && delta > 0.0 && a.check.passed(tolerance)) verify_delta(a, hu);
  return a.check.passed(tolerance);
}

/* ----------------------------------------------------------------------
   A displacement of the user's always agrees with itself, even one that takes
   all atoms out of each other's reach.  A force that jumps makes differences
   of other displacements differ, but not by as much.
------------------------------------------------------------------------- */

void HessianBuilder::verify_delta(Assignment &a, const std::vector<double> &hu) const
{
  const DifferenceStep best = find_step(lmp, a.parts, site, 0.0);
  const Comparison other = compare(a, hu, best.h);
  if (!other.passed(FAR_OFF)) a.check = other;
}

bool HessianBuilder::Comparison::passed(double tolerance) const
{
  return left_out <= MAX_LEFT_OUT * rows && error <= tolerance * size;
}

double HessianBuilder::Comparison::relative() const
{
  return (size > 0.0) ? error / size : (error > 0.0) ? INFINITY : 0.0;
}

/* ----------------------------------------------------------------------
   An analytic part that fails is done numerically from now on.  What is
   numeric comes last, when all its parts are known.
------------------------------------------------------------------------- */

void HessianBuilder::verify_parts(NeighList *list)
{
  for (size_t k = 0; k < assigned.size();) {
    Assignment &a = assigned[k];
    a.passed = a.numeric || verify(a, list);
    if (a.passed || method != AUTO) {
      k++;
      continue;
    }
    const Assignment failed = std::move(a);
    const double wrong_by = failed.check.relative();
    assigned.erase(assigned.begin() + k);
    if (comm->me == 0)
      error->warning(FLERR,
                     "{}: the analytic Hessian of {} is wrong by {:.2g}, numeric differences are "
                     "used",
                     caller, failed.name(), wrong_by);
    assign_numeric(failed.parts[0],
                   fmt::format("its analytic Hessian is wrong by {:.2g}", wrong_by));
  }
  for (auto &a : assigned)
    if (a.numeric) a.passed = verify(a, list);
}

/* ----------------------------------------------------------------------
   All parts, and then the whole: what is wrong in a part does no harm if it
   is small in the whole (the mesh of PPPM).  Leaves the whole behind.
------------------------------------------------------------------------- */

void HessianBuilder::verify_all(NeighList *list)
{
  verify_parts(list);
  if (assigned.size() > 1) assemble(everyone(), list);

  double size2 = 0.0, error2 = 0.0;
  const std::vector<double> hu = product_with_field();
  for (double x : hu) size2 += x * x;
  MPI_Allreduce(MPI_IN_PLACE, &size2, 1, MPI_DOUBLE, MPI_SUM, world);
  for (auto &a : assigned) error2 += a.check.error * a.check.error;
  error_found = Comparison{sqrt(error2), sqrt(size2), 0.0, 0.0, 0.0}.relative();

  for (auto &a : assigned) {
    const Comparison &c = a.check;
    if (a.passed) continue;
    if (c.left_out > MAX_LEFT_OUT * c.rows)
      error->all(FLERR,
                 "{}: the Hessian of {} cannot be checked, for {:.0f} of {:.0f} atoms the force "
                 "does not change in proportion to a displacement of {:.3g}: too large, or too "
                 "small for the noise of the forces (hessian numeric delta), or they are "
                 "discontinuous; check no skips this check",
                 caller, a.name(), c.left_out, c.rows, c.step);
    if (!(c.error <= TOLERANCE * sqrt(size2)))
      error->all(FLERR,
                 "{}: the Hessian of {} does not reproduce the forces, relative error {:.3g}. "
                 "Other causes than a wrong second derivative: too large or too small a "
                 "displacement (hessian numeric delta), forces with noise, forces that are not the "
                 "derivative of an energy; check no skips this check",
                 caller, a.name(), c.relative());
  }
}
