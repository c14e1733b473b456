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
   (lj96/cut), each pair of types is first compared with differences of
   single(), and single() serves wherever the two disagree.
------------------------------------------------------------------------- */

#include "inmvisc_compat.h"
#include "inmvisc_provider.h"

#include "inm/inm_hessian.h"

#include "atom.h"
#include "pair.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

namespace {

struct Derivatives {
  double du, du2;    // dU/dr and d2U/dr2
};

constexpr double SHORTEST = 1.0e-6;    // distance in cutoffs that stands for r -> 0

class PairProvider : public HessianProvider {
 public:
  PairProvider(LAMMPS *lmp, const ForcePart &part_in) :
      HessianProvider(lmp), part(part_in), pair(part_in.pair), tested(false), use_born(false),
      nbad(0)
  {
  }

  std::string refusal() const override;
  std::string description() const override;
  double expected_pairs(const HessianSites &, NeighList *) const override;
  void fill(inm_hessian *, const HessianSites &, NeighList *) override;

 private:
  ForcePart part;
  Pair *pair;
  bool tested, use_born;
  int nbad;    // pairs of types where born_matrix() was wrong

  double slope(const NeighborPair &, double r) const;
  Derivatives at_zero(const NeighborPair &) const;
  Derivatives by_single(const NeighborPair &, double r) const;
  Derivatives by_born(const NeighborPair &, double r) const;
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
  if (use_born) return "pairwise, u'' from born_matrix()";
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

/* the lower type first: born, buck and buck/coul/cut do not set coefficients of the other order */

Derivatives PairProvider::by_born(const NeighborPair &p, double r) const
{
  const bool in_order = (p.itype <= p.jtype);
  const int i = in_order ? p.i : p.j, j = in_order ? p.j : p.i;
  const int itype = std::min(p.itype, p.jtype), jtype = std::max(p.itype, p.jtype);
  Derivatives d = {0.0, 0.0};
  pair_born(pair, i, j, itype, jtype, r * r, part.special_coul[p.special],
            part.special_lj[p.special], d.du, d.du2, rank1());
  return d;
}

/* call visit(pair, r) once for every pair within its cutoff, on one of the ranks that know it */

template <class Visit> void PairProvider::for_half(NeighList *list, Visit visit) const
{
  const HalfShell half(lmp);

  for_pairs(HostAtoms(lmp), part, list, [&](const NeighborPair &p) {
    if (p.rsq < pair->cutsq[p.itype][p.jtype] && half.keeps(p.i, p.j)) visit(p, sqrt(p.rsq));
  });
}

/* ----------------------------------------------------------------------
   Compare born_matrix() with single() on up to ten pairs of each pair of
   types on every rank.  One failure anywhere and single() is used.
   The born_matrix() of hybrid styles that are not a plain sum ignores their
   weights: use single() for them.
------------------------------------------------------------------------- */

void PairProvider::self_test(NeighList *list)
{
  const int ntypes = atom->ntypes, npairs = (ntypes + 1) * (ntypes + 1);
  const int has = has_born(pair, rank1()) && !utils::strmatch(part.style, "^hybrid");
  std::vector<int> seen(npairs, 0), bad(npairs, 0), all_bad(npairs, 0);

  tested = true;
  if (has)
    for_half(list, [&](const NeighborPair &p, double r) {
      const int k = p.itype * (ntypes + 1) + p.jtype;
      if (seen[k]++ >= 10) return;
      const Derivatives a = by_born(p, r), b = by_single(p, r);
      const double scale = fabs(b.du2) + fabs(b.du) / r;
      if (!(fabs(a.du2 - b.du2) <= 1.0e-5 * scale && fabs(a.du - b.du) <= 1.0e-5 * scale * r))
        bad[k] = 1;
    });
  MPI_Allreduce(bad.data(), all_bad.data(), npairs, MPI_INT, MPI_MAX, world);

  nbad = 0;
  for (int it = 1; it <= ntypes; it++)
    for (int jt = it; jt <= ntypes; jt++)
      if (all_bad[it * (ntypes + 1) + jt] || all_bad[jt * (ntypes + 1) + it]) nbad++;
  use_born = has && nbad == 0;
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

  if (!tested) self_test(list);
  for_half(list, [&](const NeighborPair &p, double r) {
    const int i = sites.site_of_atom[p.i], j = sites.site_of_atom[p.j];
    if (i == INM_OUTSIDE && j == INM_OUTSIDE) return;
    const Derivatives d = (use_born && r > 0.0) ? by_born(p, r) : by_single(p, r);
    if (status == INM_OK) status = inm_hessian_add_central(h, i, j, p.dr, d.du, d.du2);
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
