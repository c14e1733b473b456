/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   Hessian of the potential of Stillinger and Weber, Phys. Rev. B 31, 5262
   (1985), with the parameters of pair style sw:

     U = sum_pairs (c5 r^-p - c6 r^-q) exp[sigma/(r - cut)]
       + sum_i sum_{j<k} lambda epsilon (cos theta_jik - cos theta0)^2
                         exp[gamma sigma/(r_ij - cut)] exp[gamma sigma/(r_ik - cut)]

   The owner of atom i does all triplets around it.  Only data members of
   PairSW are read, so that hosts without MANYBODY can load the plugin.
------------------------------------------------------------------------- */

#include "inmvisc_compat.h"
#include "inmvisc_provider.h"

#include "inm/inm_geometry.h"

#include "MANYBODY/pair_sw.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

namespace {

// Protected members of PairSW and Pair: a pointer to a member taken in a derived class may be
// applied to the base.

struct SWMembers : PairSW {
  static const PairSW::Param *params_of(PairSW *p) { return p->*(&SWMembers::params); }
  static const int *map_of(PairSW *p) { return p->*(&SWMembers::map); }
  static int ***triplets_of(PairSW *p) { return p->*(&SWMembers::elem3param); }
};

struct Value {
  double f, df, d2f;    // a function and its derivatives
};

/* exp[s/(r - cut)] */

Value damping(double s, double cut, double r)
{
  const double inverse = 1.0 / (r - cut), slope = -s * inverse * inverse, f = exp(s * inverse);
  return {f, slope * f, (slope * slope - 2.0 * slope * inverse) * f};
}

/* coefficient * r^-power */

Value inverse_power(double coefficient, double power, double r)
{
  const double f = coefficient * pow(r, -power);
  return {f, -power * f / r, power * (power + 1.0) * f / (r * r)};
}

Value two_body(const PairSW::Param &p, double r)
{
  const Value repulsion = inverse_power(p.c5, p.powerp, r),
              attraction = inverse_power(p.c6, p.powerq, r);
  const Value a = {repulsion.f - attraction.f, repulsion.df - attraction.df,
                   repulsion.d2f - attraction.d2f};
  const Value e = damping(p.sigma, p.cut, r);
  return {a.f * e.f, a.df * e.f + a.f * e.df, a.d2f * e.f + 2.0 * a.df * e.df + a.f * e.d2f};
}

struct Neighbor {
  int atom, element;
  double dr[3], r;               // from it to the center
  const PairSW::Param *param;    // of the pair
  Value e;                       // what triplets have of its distance
};

class SWProvider : public HessianProvider {
 public:
  SWProvider(LAMMPS *lmp, const ForcePart &part_in) :
      HessianProvider(lmp), part(part_in), sw(static_cast<PairSW *>(part_in.pair))
  {
  }

  std::string refusal() const override;
  std::string description() const override
  {
    return "pairs and triplets, u'' from the formula of sw";
  }
  double expected_pairs(const HessianSites &, NeighList *) const override;
  void fill(inm_hessian *, const HessianSites &, NeighList *) override;

 private:
  ForcePart part;
  PairSW *sw;    // only if part.style is sw

  const PairSW::Param &param(int i, int j, int k) const;
  std::vector<Neighbor> neighbors(const HostAtoms &, int i, const NeighList *) const;
  int add_triplet(inm_hessian *, const HessianSites &, const HostAtoms &, int i, const Neighbor &,
                  const Neighbor &) const;
};

std::string SWProvider::refusal() const
{
  if (part.style != "sw") return "only sw itself has an analytic Hessian";
  return "";
}

/* of a triplet of elements */

const PairSW::Param &SWProvider::param(int i, int j, int k) const
{
  return SWMembers::params_of(sw)[SWMembers::triplets_of(sw)[i][j][k]];
}

/* within the cutoff of the pair, whatever their group */

std::vector<Neighbor> SWProvider::neighbors(const HostAtoms &atoms, int i,
                                            const NeighList *list) const
{
  const int *map = SWMembers::map_of(sw);
  std::vector<Neighbor> near;

  for_neighbors(atoms, part, list, i, [&](const NeighborPair &p) {
    Neighbor n;
    n.atom = p.j;
    n.element = map[p.jtype];
    n.param = &param(map[p.itype], n.element, n.element);
    if (p.rsq >= n.param->cutsq) return;
    std::copy_n(p.dr, 3, n.dr);
    n.r = sqrt(p.rsq);
    n.e = damping(n.param->sigma_gamma, n.param->cut, n.r);
    near.push_back(n);
  });
  return near;
}

/* U(r1, r2, c) = lambda epsilon e1(r1) e2(r2) (c - c0)^2 with center i */

int SWProvider::add_triplet(inm_hessian *h, const HessianSites &sites, const HostAtoms &atoms,
                            int i, const Neighbor &n1, const Neighbor &n2) const
{
  const PairSW::Param &p = param(SWMembers::map_of(sw)[atoms.type(i)], n1.element, n2.element);
  const double *r1 = n1.dr, *r2 = n2.dr, *xi = atoms.x(i);
  const double c = (r1[0] * r2[0] + r1[1] * r2[1] + r1[2] * r2[2]) / (n1.r * n2.r) - p.costheta;
  const double w = p.lambda_epsilon * c * c, wc = 2.0 * p.lambda_epsilon * c;
  const Value &e1 = n1.e, &e2 = n2.e;

  const double du[3] = {w * e1.df * e2.f, w * e1.f * e2.df, wc * e1.f * e2.f};
  const double u12 = w * e1.df * e2.df, u1c = wc * e1.df * e2.f, u2c = wc * e1.f * e2.df;
  const double d2u[9] = {w * e1.d2f * e2.f,
                         u12,
                         u1c,
                         u12,
                         w * e1.f * e2.d2f,
                         u2c,
                         u1c,
                         u2c,
                         2.0 * p.lambda_epsilon * e1.f * e2.f};

  const int site[3] = {sites.site_of_atom[n1.atom], sites.site_of_atom[i],
                       sites.site_of_atom[n2.atom]};
  double x[3 * 3], k[3 * 3 * 9];
  for (int a = 0; a < 3; a++) {
    x[a] = xi[a] - r1[a];
    x[3 + a] = xi[a];
    x[6 + a] = xi[a] - r2[a];
  }
  const int status = inm_threebody_blocks(x, du, d2u, k);
  return (status == INM_OK) ? inm_hessian_add_term(h, 3, site, x, k) : status;
}

/* half of the pairs and three pairs of every triplet */

double SWProvider::expected_pairs(const HessianSites &, NeighList *list) const
{
  const HostAtoms atoms(lmp);
  double n = 0.0;
  for (int ii = 0; ii < list->inum; ii++) {
    const double m = (double) neighbors(atoms, list->ilist[ii], list).size();
    n += 0.5 * m + 1.5 * m * (m - 1.0);
  }
  return n;
}

void SWProvider::fill(inm_hessian *h, const HessianSites &sites, NeighList *list)
{
  const HostAtoms atoms(lmp);
  const HalfShell half(lmp);
  const bool triplets = part.pair->manybody_flag;    // not so with threebody off
  int status = INM_OK;

  for (int ii = 0; ii < list->inum && status == INM_OK; ii++) {
    const int i = list->ilist[ii], site = sites.site_of_atom[i];
    const std::vector<Neighbor> near = neighbors(atoms, i, list);

    for (size_t j = 0; j < near.size() && status == INM_OK; j++) {
      const int other = sites.site_of_atom[near[j].atom];
      if (half.keeps(i, near[j].atom) && sites.counts(site, other)) {
        const Value u = two_body(*near[j].param, near[j].r);
        status = inm_hessian_add_central(h, site, other, near[j].dr, u.df, u.d2f);
      }
      for (size_t k = j + 1; triplets && k < near.size() && status == INM_OK; k++)
        status = add_triplet(h, sites, atoms, i, near[j], near[k]);
    }
  }
  check_status(lmp, status, "assembling the Hessian of " + part.name());
}
}    // namespace

// for the table in inmvisc_provider_list.cpp

namespace INMVISC_NS {
std::unique_ptr<HessianProvider> sw_provider(LAMMPS *lmp, const ForcePart &part)
{
  return std::unique_ptr<HessianProvider>(new SWProvider(lmp, part));
}
}    // namespace INMVISC_NS
