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
#include "inmvisc_gather.h"
#include "inmvisc_sided_difference.h"

#include "inm/inm_hessian.h"

#include "domain.h"
#include "error.h"
#include "pair.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

// forces must be reproduced by the Hessian to this, or to this multiple of the error of their
// differences if that is larger, but never worse than MAX_TOLERANCE; above it something is wrong

static constexpr double TOLERANCE = 1.0e-4, NOISE_FACTOR = 3.0, MAX_TOLERANCE = 1.0e-2;

// displacement of the check, in distances between atoms

static constexpr double CHECK_STEP = 1.0e-8;

// another displacement than the user's, or a mesh that is as accurate as its style promises, must give the same forces to this

static constexpr double FAR_OFF = 0.5;

// a check that leaves out more than this part of the atoms says nothing

static constexpr double MAX_LEFT_OUT = 0.2;

// quotients of an atom that differ by more than this part are those of a discontinuity, and agree with
// the Hessian if they do not

static constexpr double IRREGULAR = 1.0e-2;

// change of the distance of two atoms, in steps of the fields: at most twice the diagonal of a cube

static constexpr double REACH = 3.5;

// atoms that a message names

static constexpr size_t MAX_NAMED = 10;

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

bool HessianCheck::Result::too_many_left_out() const
{
  return left_out > MAX_LEFT_OUT * rows;
}

static bool agrees(const HessianCheck::Result &r, double tolerance)
{
  return !r.too_many_left_out() && r.error <= tolerance * r.size;
}

static std::string list_of(const std::vector<tagint> &atoms)
{
  std::string text = (atoms.size() == 1) ? "ID" : "IDs";
  for (size_t k = 0; k < atoms.size() && k < MAX_NAMED; k++) text += fmt::format(" {}", atoms[k]);
  return text + ((atoms.size() > MAX_NAMED) ? " ..." : "");
}

std::string HessianCheck::Result::exceptions() const
{
  std::string text = fmt::format("{:.0f} of {:.0f} atoms left out at discontinuities of the force",
                                 left_out, rows);
  if (!left_out_atoms.empty()) text += fmt::format(" ({})", list_of(left_out_atoms));
  if (one_sided > 0.0) text += fmt::format(", {:.0f} agree with one side of one", one_sided);
  if (!regularized_atoms.empty())
    text += fmt::format(", left out at straight angles, where LAMMPS damps the force: {}",
                        list_of(regularized_atoms));
  return text;
}

/* H u, [nrow][3], for one of the fields */

std::vector<double> HessianCheck::product_with_field(const inm_hessian *matrix, int number) const
{
  NumberedField field = {domain->dimension, number};
  const size_t nrow = inm_hessian_nrow(matrix);
  std::vector<double> u(3 * nrow + 1), hu(3 * nrow + 1);

  for (size_t r = 0; r < nrow; r++) check_field(&field, inm_hessian_tags(matrix)[r], &u[3 * r]);
  check_status(lmp, inm_hessian_multiply(matrix, u.data(), hu.data()), "multiplying the Hessian");
  return hu;
}

double HessianCheck::size(const inm_hessian *matrix) const
{
  double size2 = 0.0;
  for (double x : product_with_field(matrix, 0)) size2 += x * x;
  MPI_Allreduce(MPI_IN_PLACE, &size2, 1, MPI_DOUBLE, MPI_SUM, world);
  return sqrt(size2);
}

/* ---- one atom --------------------------------------------------------------------------------- */

struct HessianCheck::Finding {
  enum State { OPEN, SMOOTH, ONE_SIDED } state = OPEN;
  double error2 = INFINITY, size2 = 0.0;    // of H u, against the quotient that is closest to it
  double sum_error2 = 0.0, sum_irregular2 = 0.0;    // over fields, of central differences
  bool at_cutoff = false;                           // has a pair within a step of it

  void set(State s, double e2, double z2)
  {
    state = s;
    error2 = e2;
    size2 = z2;
  }

  // a discontinuity in every field, and an error that is no larger

  bool is_explained() const
  {
    return state == OPEN && (at_cutoff || sum_error2 <= 4.0 * sum_irregular2);
  }
};

/* In a crystal, pairs at their cutoff on opposite sides of an atom hide from its quotients. */

void HessianCheck::find_cutoffs(const std::vector<ForcePart> &parts, double step,
                                std::vector<Finding> &finding) const
{
  const HostAtoms atoms(lmp);

  for (auto &part : parts) {
    if (part.kind != ForcePart::PAIR) continue;
    for (size_t r = 0; r < finding.size(); r++)
      for_neighbors(atoms, part, list, sites.atom_of_row[r], [&](const NeighborPair &p) {
        const double beyond = sqrt(p.rsq) - sqrt(part.pair->cutsq[p.itype][p.jtype]);
        if (fabs(beyond) <= REACH * step) finding[r].at_cutoff = true;
      });
  }
}

/* ----------------------------------------------------------------------
   A pair that crosses a jump of the force or of its slope, such as that at the
   cutoff of lj/cut or of harmonic/cut, spoils the difference but is no part of
   the Hessian.  It shows in that the quotients of the two sides differ, or
   change when the step is halved, which a wrong second derivative does not
   bring about.  Such an atom must agree with one side.  If it does not, pairs
   may have crossed on both: try the next field.
------------------------------------------------------------------------- */

void HessianCheck::compare_atoms(const std::vector<double> &hu, const SidedDifferences &d,
                                 bool first, std::vector<Finding> &finding) const
{
  const std::vector<double> *quotients[] = {&d.half, &d.forward, &d.backward};

  for (size_t r = 0; r < finding.size(); r++) {
    Finding &atom_r = finding[r];
    const size_t i = sites.atom_of_row[r];
    double error2[3] = {}, size2[3] = {}, irregular2 = 0.0;

    if (atom_r.state != Finding::OPEN) continue;
    for (int x = 0; x < domain->dimension; x++) {
      for (int q = 0; q < 3; q++) {
        error2[q] += pow(hu[3 * r + x] - (*quotients[q])[3 * i + x], 2);
        size2[q] += pow((*quotients[q])[3 * i + x], 2);
      }
      irregular2 += pow(d.kink[3 * i + x], 2) + pow(d.whole[3 * i + x] - d.half[3 * i + x], 2);
    }
    const bool disagrees = !(error2[0] <= IRREGULAR * IRREGULAR * size2[0]);
    if (!(irregular2 > IRREGULAR * IRREGULAR * size2[0]) && !(disagrees && atom_r.at_cutoff)) {
      if (size2[0] == 0.0 && error2[0] == 0.0 && !first) continue;    // feels nothing
      atom_r.set(Finding::SMOOTH, error2[0], size2[0]);
      continue;
    }
    const int best = (int) (std::min_element(error2, error2 + 3) - error2);
    if (error2[best] < atom_r.error2) atom_r.set(Finding::OPEN, error2[best], size2[best]);
    atom_r.sum_error2 += error2[0];
    atom_r.sum_irregular2 += irregular2;
    if (error2[best] <= IRREGULAR * IRREGULAR * size2[best])
      atom_r.set(Finding::ONE_SIDED, error2[best], size2[best]);
  }
}

/* ---- all atoms -------------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   What no field could explain is left out, since a matrix of the smooth branch
   cannot be told from the differences there.  But differences have the same
   discontinuities, which may be what is wrong with them: they are not excused,
   unless there are so many that the check says nothing.
------------------------------------------------------------------------- */

HessianCheck::Result HessianCheck::sum_up(const HessianProvider &provider,
                                          const std::vector<Finding> &finding, double step) const
{
  const HostAtoms atoms(lmp);
  const std::vector<tagint> regularized = gather(lmp, provider.regularized(), MPI_LMP_TAGINT);
  bigint open[2] = {0, (bigint) finding.size()};    // undecided atoms, all atoms
  for (const Finding &f : finding) open[0] += f.is_explained();
  MPI_Allreduce(MPI_IN_PLACE, open, 2, MPI_LMP_BIGINT, MPI_SUM, world);
  const bool excused = (provider.step() == 0.0) ||
      (double) open[0] > MAX_LEFT_OUT * (double) open[1];
  std::vector<tagint> left_out, straight;
  double mine[4] = {}, all[4];    // error^2, size^2, agree with one side, rows
  std::vector<double> worst = {-1.0};
  std::vector<tagint> worst_tag = {0};

  for (size_t r = 0; r < finding.size(); r++) {
    const Finding &f = finding[r];
    const tagint tag = atoms.tag(sites.atom_of_row[r]);
    const bool disagrees = !(f.error2 <= IRREGULAR * IRREGULAR * f.size2);
    mine[3] += 1.0;
    if (disagrees && std::count(regularized.begin(), regularized.end(), tag)) {
      straight.push_back(tag);
      continue;
    }
    if (excused && f.is_explained()) {
      left_out.push_back(tag);
      continue;
    }
    mine[0] += f.error2;
    mine[1] += f.size2;
    if (f.state == Finding::ONE_SIDED) mine[2] += 1.0;
    if (!(f.error2 <= worst[0])) {
      worst[0] = f.error2;
      worst_tag[0] = tag;
    }
  }
  MPI_Allreduce(mine, all, 4, MPI_DOUBLE, MPI_SUM, world);

  Result result = {};
  result.error = std::isfinite(all[0]) ? sqrt(all[0]) : INFINITY;
  result.size = sqrt(all[1]);
  result.one_sided = all[2];
  result.rows = all[3];
  result.step = step;
  result.left_out_atoms = gather(lmp, left_out, MPI_LMP_TAGINT);
  result.regularized_atoms = gather(lmp, straight, MPI_LMP_TAGINT);
  result.left_out = (double) result.left_out_atoms.size();
  std::sort(result.left_out_atoms.begin(), result.left_out_atoms.end());
  std::sort(result.regularized_atoms.begin(), result.regularized_atoms.end());
  worst = gather(lmp, worst, MPI_DOUBLE);
  worst_tag = gather(lmp, worst_tag, MPI_LMP_TAGINT);
  result.worst = worst_tag[std::max_element(worst.begin(), worst.end()) - worst.begin()];
  return result;
}

HessianCheck::Result HessianCheck::difference(const HessianProvider &provider,
                                              const std::vector<ForcePart> &parts,
                                              double step) const
{
  std::vector<Finding> finding(sites.atom_of_row.size());
  ForceProbe probe(lmp);

  find_cutoffs(parts, step, finding);
  probe.select(parts);
  probe.open();
  for (int n = 0, nopen = 1; n < NumberedField::MAX && nopen; n++) {
    const NumberedField field = {domain->dimension, n};
    const auto d = sided_differences(lmp, probe, sites.groupbit, field, step);
    compare_atoms(product_with_field(h, n), d, n == 0, finding);
    nopen = (int) std::count_if(finding.begin(), finding.end(), [](const Finding &f) {
      return f.state == Finding::OPEN;
    });
    MPI_Allreduce(MPI_IN_PLACE, &nopen, 1, MPI_INT, MPI_MAX, world);
  }
  probe.close();
  return sum_up(provider, finding, step);
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

  const double small = std::max(CHECK_STEP * atom_spacing(lmp), smallest_displacement(lmp));
  const double own = provider.step(), step = (own > 0.0) ? own : small;
  double tolerance = TOLERANCE;

  Result result = difference(provider, parts, step);
  if (!agrees(result, tolerance)) {
    const DifferenceStep quiet = find_step(lmp, parts, sites, (own > 0.0) ? own : 0.0);
    tolerance = std::min(MAX_TOLERANCE, std::max(TOLERANCE, NOISE_FACTOR * quiet.error));
    if (own == 0.0) result = difference(provider, parts, quiet.h);
  }
  if (user_delta > 0.0 && agrees(result, tolerance)) {
    const DifferenceStep best = find_step(lmp, parts, sites, 0.0);
    const Result other = difference(provider, parts, best.h);
    if (!agrees(other, FAR_OFF)) result = other;
  }
  result.approximated = provider.approximated();
  if (result.approximated) tolerance = FAR_OFF;
  result.passed = agrees(result, tolerance);
  return result;
}

/* What is wrong in a part does no harm if it is small in the whole (the mesh of PPPM). */

void HessianCheck::require(const std::string &caller, const std::string &part, const Result &r,
                           double whole) const
{
  if (r.passed) return;
  if (r.too_many_left_out())
    error->all(FLERR,
               "{}: the Hessian of {} cannot be checked: for {:.0f} of {:.0f} atoms ({}) the force "
               "does not change in proportion to a displacement of {:.3g}: too large, or too "
               "small for the noise of the forces (hessian numeric delta), or they are "
               "discontinuous; check no skips this check",
               caller, part, r.left_out, r.rows, list_of(r.left_out_atoms), r.step);
  if (!(r.error <= TOLERANCE * whole))
    error->all(FLERR,
               "{}: the Hessian of {} does not reproduce the forces, relative error {:.3g}. "
               "It is largest at atom {}. Besides a wrong second derivative, the cause can be a "
               "displacement that is too large or too small (hessian numeric delta), noise of the "
               "forces, or forces that are not the derivative of an energy; check no skips this "
               "check",
               caller, part, r.relative(), r.worst);
}
