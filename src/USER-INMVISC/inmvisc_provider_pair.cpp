/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   Hessian of pairwise interactions, from u' and u'' of each pair.

   born_matrix() gives both where a style has it; since some are wrong
   (lj96/cut), each pair of types is compared with differences of single()
   when it first occurs, and single() serves if the two disagree for any.

   Atoms are passed in the order of their types: some styles have coefficients
   for itype <= jtype only (born_matrix() of born, buck, buck/coul/cut).
------------------------------------------------------------------------- */

#include "inmvisc_affine_force.h"
#include "inmvisc_compat.h"
#include "inmvisc_provider.h"

#include "inm/inm_hessian.h"

#include "atom.h"
#include "comm.h"
#include "domain.h"
#include "error.h"
#include "pair.h"
#include "update.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

namespace {

struct Derivatives {
  double du, du2;    // dU/dr and d2U/dr2
};

constexpr double SHORTEST = 1.0e-6;    // distance in cutoffs that stands for r -> 0

// Pairs in a shell inside of the cutoff, and the force just inside of it, in cutoffs

constexpr double SHELL = 0.98, JUST_INSIDE = 1.0 - 1.0e-9;

class PairProvider : public HessianProvider {
 public:
  PairProvider(LAMMPS *lmp, const ForcePart &part_in) :
      HessianProvider(lmp), part(part_in), pair(part_in.pair), use_born(-1), nbad(0)
  {
  }

  std::string refusal() const override;
  std::string description() const override;
  double expected_pairs(const HessianSites &, NeighList *) const override;
  void fill(inm_hessian *, const HessianSites &, NeighList *) override;
  CutoffDelta delta_at_cutoff() const override { return delta; }

 private:
  ForcePart part;
  Pair *pair;
  int use_born;               // -1 if not known yet
  int nbad;                   // pairs of types where born_matrix() was wrong
  CutoffDelta delta;          // of the last fill()
  std::vector<int> tested;    // [(ntypes+1)^2], for itype <= jtype, the same on all ranks

  double slope(const NeighborPair &, double r) const;
  Derivatives at_zero(const NeighborPair &) const;
  Derivatives by_single(const NeighborPair &, double r) const;
  Derivatives by_born(const NeighborPair &, double r) const;
  void add_delta(const NeighborPair &, double r);
  int type_pair(const NeighborPair &p) const { return p.itype * (atom->ntypes + 1) + p.jtype; }
  bool all_tested() const;
  void self_test(NeighList *);
  template <class Visit> void for_half(NeighList *, Visit visit) const;
};

std::string PairProvider::refusal() const
{
  if (pair->manybody_flag) return "it is many-body";
  if (!pair->single_enable) return "it has no single()";
  return "";
}

std::string PairProvider::description() const
{
  if (use_born > 0) return "pairwise, u'' from born_matrix()";
  std::string text = "pairwise, u'' from differences of single()";
  if (nbad)
    text += fmt::format(" (its born_matrix() failed the self-test for {} type pairs)", nbad);
  return text;
}

/* dU/dr: single() returns the force divided by r */

double PairProvider::slope(const NeighborPair &p, double r) const
{
  double fforce = 0.0;
  pair->single(p.i, p.j, p.itype, p.jtype, r * r, part.special_coul[p.special],
               part.special_lj[p.special], fforce);
  return -r * fforce;
}

/* ----------------------------------------------------------------------
   u' is an odd function of r if the energy is smooth at r = 0, where it must be
   proportional to r then.
------------------------------------------------------------------------- */

Derivatives PairProvider::at_zero(const NeighborPair &p) const
{
  const double h = SHORTEST * sqrt(pair->cutsq[p.itype][p.jtype]);
  const double p1 = slope(p, h), p2 = slope(p, 2.0 * h);

  if (fabs(p2 - 2.0 * p1) <= 1.0e-6 * fabs(p1)) return {0.0, p1 / h};
  return {INFINITY, INFINITY};
}

/* ----------------------------------------------------------------------
   Fourth-order central difference of dU/dr.  Where a term is cut off
   between the points, forward and backward differences disagree, and the
   smaller is that of the smooth branch, since a jump divided by the step
   is huge.  Tables end at the cutoff: no point may lie beyond it.
------------------------------------------------------------------------- */

Derivatives PairProvider::by_single(const NeighborPair &p, double r) const
{
  if (r == 0.0) return at_zero(p);
  const double h = 2.0e-4 * r, cut = sqrt(pair->cutsq[p.itype][p.jtype]);
  const double m2 = slope(p, r - 2.0 * h), m1 = slope(p, r - h), c = slope(p, r);

  if (r + 2.0 * h >= cut)
    return {c, (11.0 * c - 18.0 * m1 + 9.0 * m2 - 2.0 * slope(p, r - 3.0 * h)) / (6.0 * h)};

  const double p1 = slope(p, r + h), p2 = slope(p, r + 2.0 * h);
  const double central = (8.0 * (p1 - m1) - (p2 - m2)) / (12.0 * h);
  const double forward = (4.0 * p1 - p2 - 3.0 * c) / (2.0 * h);
  const double backward = (3.0 * c - 4.0 * m1 + m2) / (2.0 * h);

  const double scale = fabs(central) + fabs(c) / r;
  const bool smooth = fabs(forward - backward) <= 1.0e-2 * scale;
  const double one_sided = (fabs(forward) < fabs(backward)) ? forward : backward;
  return {c, smooth ? central : one_sided};
}

Derivatives PairProvider::by_born(const NeighborPair &p, double r) const
{
  Derivatives d = {0.0, 0.0};
  pair_born(pair, p.i, p.j, p.itype, p.jtype, r * r, part.special_coul[p.special],
            part.special_lj[p.special], d.du, d.du2, rank1());
  return d;
}

/* A pair in the shell stands for its part of g(r_c) and its direction: the area of a sphere, or the circumference of
   a circle, at r_c instead of r. */

void PairProvider::add_delta(const NeighborPair &p, double r)
{
  const double cut = sqrt(pair->cutsq[p.itype][p.jtype]);
  if (!(r > SHELL * cut)) return;
  const double density = pow(cut / r, domain->dimension - 1) / ((1.0 - SHELL) * cut);
  const double all = -slope(p, JUST_INSIDE * cut) * cut * cut * density;
  for (int k = 0; k < NPLANE; k++)
    delta.of[k] += all * pow(p.dr[shear_planes[k].k] * p.dr[shear_planes[k].c] / p.rsq, 2);
  delta.of[NPLANE] += all;
}

/* the same pair with the lower type first: born, buck and buck/coul/cut do not set coefficients of the other order */

static NeighborPair in_order_of_types(const NeighborPair &p)
{
  if (p.itype <= p.jtype) return p;
  return {p.j, p.i, p.jtype, p.itype, p.special, {-p.dr[0], -p.dr[1], -p.dr[2]}, p.rsq};
}

/* call visit(pair, r) once for every pair within its cutoff, on one of the ranks that know it */

template <class Visit> void PairProvider::for_half(NeighList *list, Visit visit) const
{
  const HalfShell half(lmp);

  for_pairs(HostAtoms(lmp), part, list, [&](const NeighborPair &p) {
    if (p.rsq < pair->cutsq[p.itype][p.jtype] && half.keeps(p.i, p.j)) visit(p, sqrt(p.rsq));
  });
}

bool PairProvider::all_tested() const
{
  for (int it = 1; it <= atom->ntypes; it++)
    for (int jt = it; jt <= atom->ntypes; jt++)
      if (part.covers(it, jt) && !tested[it * (atom->ntypes + 1) + jt]) return false;
  return true;
}

/* ----------------------------------------------------------------------
   Compare born_matrix() with single() on up to ten pairs of each pair of
   types on every rank, in the first snapshot that has such pairs.  One
   failure anywhere and single() is used from then on.
   The born_matrix() of hybrid styles that are not a plain sum ignores their
   weights: use single() for them.
------------------------------------------------------------------------- */

void PairProvider::self_test(NeighList *list)
{
  const int npairs = (atom->ntypes + 1) * (atom->ntypes + 1);
  const bool first = (use_born < 0);

  if (first) use_born = has_born(pair, rank1()) && !utils::strmatch(part.style, "^hybrid");
  tested.resize(npairs, 0);
  if (!use_born || all_tested()) return;

  std::vector<int> mine(2 * npairs, 0), all(2 * npairs);    // pairs seen; failed
  for_half(list, [&](const NeighborPair &visited, double r) {
    const NeighborPair p = in_order_of_types(visited);
    const int k = type_pair(p);
    if (tested[k] || mine[k]++ >= 10) return;
    const Derivatives a = by_born(p, r), b = by_single(p, r);
    const double scale = fabs(b.du2) + fabs(b.du) / r;
    if (!(fabs(a.du2 - b.du2) <= 1.0e-5 * scale && fabs(a.du - b.du) <= 1.0e-5 * scale * r))
      mine[npairs + k] = 1;
  });
  MPI_Allreduce(mine.data(), all.data(), 2 * npairs, MPI_INT, MPI_MAX, world);

  for (int k = 0; k < npairs; k++) {
    if (all[k]) tested[k] = 1;
    nbad += all[npairs + k];
  }
  use_born = (nbad == 0);
  if (!use_born && !first && comm->me == 0)
    error->warning(FLERR,
                   "The born_matrix() of {} failed the self-test for {} type pairs, differences of "
                   "single() are used from step {} on",
                   part.name(), nbad, update->ntimestep);
}

double PairProvider::expected_pairs(const HessianSites &sites, NeighList *list) const
{
  double n = 0.0;
  for_half(list, [&](const NeighborPair &p, double) {
    if (sites.site_of_atom[p.i] != INM_OUTSIDE && sites.site_of_atom[p.j] != INM_OUTSIDE) n += 1.0;
  });
  return n;
}

void PairProvider::fill(inm_hessian *h, const HessianSites &sites, NeighList *list)
{
  int status = INM_OK;

  delta = {};
  self_test(list);
  for_half(list, [&](const NeighborPair &p, double r) {
    const int i = sites.site_of_atom[p.i], j = sites.site_of_atom[p.j];
    if (!sites.counts(i, j)) return;
    const NeighborPair q = in_order_of_types(p);
    const Derivatives d = (use_born > 0 && r > 0.0) ? by_born(q, r) : by_single(q, r);
    if (status == INM_OK) status = inm_hessian_add_central(h, i, j, p.dr, d.du, d.du2);
    if (sites.with_strains) add_delta(q, r);
  });
  check_status(lmp, status, "assembling the pairwise Hessian");
}
}    // namespace

// for the table in inmvisc_provider_list.cpp

namespace INMVISC_NS {
std::unique_ptr<HessianProvider> pair_provider(LAMMPS *lmp, const ForcePart &part)
{
  return std::unique_ptr<HessianProvider>(new PairProvider(lmp, part));
}
}    // namespace INMVISC_NS
