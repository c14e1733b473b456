/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   With f0 at the present positions, f(+-h) and f(+-h/2), second differences
   tell a discontinuity from curvature:

     f(h) + f(-h) - 2 f0  is  4 times  f(h/2) + f(-h/2) - 2 f0  if f is smooth
     f(h) - 2 f(h/2) + f0                                       is the jump of the
       force if there is one between 0 and h, and small if there is none

   Then the derivative is that of the side without the jump, from three points.
   If both sides are straight and their slopes differ, the discontinuity is at the
   present positions, as for particles that just touch: the side without the
   interaction counts, which is the one with the smaller slopes.
------------------------------------------------------------------------- */

#include "inmvisc_branch_difference.h"

#include "inmvisc_force_probe.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

// A second difference counts if it exceeds this part of the stiffness, which curvature of the force at
// the displacements chosen does not, or this multiple of the error of all differences.

static constexpr double SUSPECT = 1.0e-3, SUSPECT_ERRORS = 10.0;

BranchDifference::BranchDifference(LAMMPS *lmp, ForceProbe &probe_in, const HessianSites &sites_in,
                                   const DifferenceStep &step_in) :
    Pointers(lmp),
    nevaluations(0), none_sided(0), nunresolved(0), probe(probe_in), sites(sites_in), step(step_in)
{
}

double BranchDifference::limit2() const
{
  return pow(std::max(SUSPECT, SUSPECT_ERRORS * step.error) * step.stiffness, 2);
}

std::vector<double> BranchDifference::force_at(const Displace &displace, double s)
{
  std::vector<double> rows;
  if (s != 0.0) displace(s);
  const double *f = probe.forces();
  nevaluations++;
  for (int i : sites.atom_of_row)
    for (int a = 0; a < 3; a++) rows.push_back(f[3 * (size_t) i + a]);
  return rows;
}

/* true if forces at half the displacement were needed too */

bool BranchDifference::sample(const Displace &displace)
{
  double largest2 = 0.0;

  if (nevaluations == 0) here = force_at(displace, 0.0);
  up = force_at(displace, step.h);
  down = force_at(displace, -step.h);
  for (size_t k = 0; k < here.size(); k++)
    largest2 = std::max(largest2, pow((up[k] + down[k] - 2.0 * here[k]) / (2.0 * step.h), 2));
  MPI_Allreduce(MPI_IN_PLACE, &largest2, 1, MPI_DOUBLE, MPI_MAX, world);
  if (!(largest2 > limit2())) return false;
  half_up = force_at(displace, 0.5 * step.h);
  half_down = force_at(displace, -0.5 * step.h);
  return true;
}

/* -df/ds from three points, error ~ h^2 */

double BranchDifference::forward(size_t k) const
{
  return (3.0 * here[k] - 4.0 * half_up[k] + up[k]) / step.h;
}

double BranchDifference::backward(size_t k) const
{
  return (4.0 * half_down[k] - 3.0 * here[k] - down[k]) / step.h;
}

std::vector<BranchDifference::Score> BranchDifference::scores(size_t nunit,
                                                              const std::vector<int> &unit) const
{
  std::vector<Score> score(nunit, {0.0, 0.0, 0.0, 0.0, 0.0});
  const double h = step.h;

  for (size_t k = 0; k < here.size(); k++) {
    if (unit[k / 3] == NONE) continue;
    Score &s = score[unit[k / 3]];
    const double whole = up[k] + down[k] - 2.0 * here[k],
                 half = half_up[k] + half_down[k] - 2.0 * here[k];
    s.irregular += pow((whole - 4.0 * half) / (2.0 * h), 2);
    s.bend_up += pow((up[k] - 2.0 * half_up[k] + here[k]) / h, 2);
    s.bend_down += pow((down[k] - 2.0 * half_down[k] + here[k]) / h, 2);
    s.forward += pow(forward(k), 2);
    s.backward += pow(backward(k), 2);
  }
  return score;
}

/* 1 forward, -1 backward, 0 central */

int BranchDifference::side_of(const Score &s, bool &resolved) const
{
  resolved = true;
  if (!(s.irregular > limit2())) return 0;
  const double bend = std::min(s.bend_up, s.bend_down);
  resolved = (bend <= limit2());
  if (std::max(s.bend_up, s.bend_down) <= limit2()) return (s.forward < s.backward) ? 1 : -1;
  return (s.bend_up < s.bend_down) ? 1 : -1;
}

std::vector<double> BranchDifference::differences(const std::vector<int> &unit,
                                                  const std::vector<Score> &score)
{
  std::vector<double> df(here.size());
  bool resolved;

  for (size_t k = 0; k < here.size(); k++) {
    const int u = score.empty() ? NONE : unit[k / 3];
    const int side = (u == NONE) ? 0 : side_of(score[u], resolved);
    df[k] = (side > 0) ? forward(k) : (side < 0) ? backward(k) : (down[k] - up[k]) / (2.0 * step.h);
  }
  return df;
}

std::vector<double> BranchDifference::across_ranks(size_t nunit, const std::vector<int> &unit,
                                                   const Displace &displace)
{
  std::vector<Score> score;

  if (sample(displace)) {
    score = scores(nunit, unit);
    MPI_Allreduce(MPI_IN_PLACE, score.data(), (int) (5 * nunit), MPI_DOUBLE, MPI_SUM, world);
    for (const Score &s : score) {
      bool resolved;
      if (side_of(s, resolved) == 0) continue;
      (resolved ? none_sided : nunresolved)++;
    }
  }
  return differences(unit, score);
}

std::vector<double> BranchDifference::by_row(const Displace &displace)
{
  std::vector<int> row;
  for (size_t r = 0; r < sites.atom_of_row.size(); r++) row.push_back((int) r);
  return differences(row, sample(displace) ? scores(row.size(), row) : std::vector<Score>());
}
