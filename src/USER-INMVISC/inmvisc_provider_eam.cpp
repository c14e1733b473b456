/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   Hessian of the embedded atom, from the tables of the pair style.

     U = sum_k F_k(rho_k) + sum_pairs phi(r),   rho_k = sum_m f_km(r_km)

   The owner of atom k does all that depends on F_k: the outer products
   F''_k g_km g_kj^T of inm/inm_embedding.h and, for each neighbor m, a central
   pair with u' = F'_k f'_km.  So no rank needs the density of a ghost.

   Only data members of PairEAM are read and its type is told by the name of
   the style: a virtual function or dynamic_cast would tie the plugin to
   hosts with the MANYBODY package.
------------------------------------------------------------------------- */

#include "inmvisc_compat.h"
#include "inmvisc_provider.h"

#include "inm/inm_embedding.h"
#include "inm/inm_hessian.h"

#include "atom.h"
#include "error.h"

#include "MANYBODY/pair_eam.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

namespace {

struct Value {
  double f, df, d2f;    // a function and its derivatives
};

// A place in a table with rows 1..n: p rows after row m, as PairEAM finds it.  Beyond the ends that
// a table has, value and slope stay as they are there.

struct Place {
  int m;
  double p;
  bool inside;

  Place(double x, int first, int n, double lowest = -std::numeric_limits<double>::infinity())
  {
    m = (int) std::max((double) first, std::min(n - 1.0, x + 1.0));
    p = x + 1.0 - m;
    inside = p >= lowest && p <= 1.0;
    p = std::max(lowest, std::min(p, 1.0));
  }

  // c [7]: coefficients of the slope (3) and of the value (4)

  Value read(const double *c, double rows_per_length) const
  {
    const double f = ((c[3] * p + c[4]) * p + c[5]) * p + c[6];
    const double df = (c[0] * p + c[1]) * p + c[2];
    return {f, df, inside ? (2.0 * c[0] * p + c[1]) * rows_per_length : 0.0};
  }
};

struct Neighbor {
  int atom, type;
  double dr[3], r;    // from it to the center
  Value density;      // at the center
};

// stars in the form of inm_embedding_list

struct Stars {
  struct Member {
    int atom;
    double slope[4];    // of the density by the position of the atom, and 0
  };
  std::vector<double> curvature, slope;
  std::vector<size_t> start;
  std::vector<int> atom;

  Stars() : start(1, 0) {}
  void add(int center, double curvature, const std::vector<Neighbor> &);
  inm_embedding_list list() const
  {
    return {curvature.size(), curvature.data(), start.data(), atom.data(), slope.data()};
  }
};

void Stars::add(int center, double curvature_in, const std::vector<Neighbor> &neighbors)
{
  std::vector<Member> members;
  Member middle = {center, {0.0, 0.0, 0.0, 0.0}};

  for (const Neighbor &n : neighbors) {
    if (n.density.df == 0.0) continue;
    Member m = {n.atom, {0.0, 0.0, 0.0, 0.0}};
    for (int a = 0; a < 3; a++) {
      m.slope[a] = -n.density.df * n.dr[a] / n.r;
      middle.slope[a] -= m.slope[a];
    }
    members.push_back(m);
  }
  members.push_back(middle);
  std::sort(members.begin(), members.end(), [](const Member &a, const Member &b) {
    return a.atom < b.atom;
  });

  curvature.push_back(curvature_in);
  for (const Member &m : members) {
    atom.push_back(m.atom);
    slope.insert(slope.end(), m.slope, m.slope + 4);
  }
  start.push_back(atom.size());
}

// where the blocks of atoms go

struct Destination {
  inm_hessian *h;
  const HessianSites &sites;

  static inm_status add(void *ctx, int i, int j, const double *dr, const double *block)
  {
    const auto *to = (const Destination *) ctx;
    const int si = to->sites.site_of_atom[i], sj = to->sites.site_of_atom[j];
    if (!to->sites.counts(si, sj)) return INM_OK;
    return inm_hessian_add(to->h, si, sj, dr, block);
  }
};

class EAMProvider : public HessianProvider {
 public:
  EAMProvider(LAMMPS *, const ForcePart &);

  std::string refusal() const override;
  std::string description() const override;
  double expected_pairs(const HessianSites &, NeighList *) const override;
  void fill(inm_hessian *, const HessianSites &, NeighList *) override;

 private:
  ForcePart part;
  std::string style;     // without the suffix of an accelerator
  const PairEAM *eam;    // part.pair, of use only if the style is one of ours
  double members;        // atoms per star, of the last fill()

  bool is_known() const;
  double scale() const;
  Value embedding(int type, double rho) const;
  Value pair_potential(int itype, int jtype, double r) const;
  double find_neighbors(const HostAtoms &, int k, const NeighList *, std::vector<Neighbor> &) const;
  void collect(const HessianSites &, const NeighList *, Stars &,
               std::vector<inm_central_pair> &) const;
};

EAMProvider::EAMProvider(LAMMPS *lmp, const ForcePart &part_in) :
    HessianProvider(lmp), part(part_in), style(part_in.style), eam(nullptr), members(0.0)
{
  for (const std::string suffix : {"/opt", "/omp"})
    if (style.size() > suffix.size() &&
        style.compare(style.size() - suffix.size(), suffix.size(), suffix) == 0)
      style.resize(style.size() - suffix.size());
  if (is_known()) eam = static_cast<const PairEAM *>(part.pair);
}

bool EAMProvider::is_known() const
{
  return style == "eam" || style == "eam/alloy" || style == "eam/fs" || style == "eam/he";
}

/* ----------------------------------------------------------------------
   The factor of fix adapt, NaN if it is not the same for all types: the
   pair style then takes forces that are not a gradient of any energy.
------------------------------------------------------------------------- */

double EAMProvider::scale() const
{
  const double none = std::numeric_limits<double>::quiet_NaN();
  int dim = 0;
  auto **factor = (double **) part.pair->extract("scale", dim);
  double found = none;

  if (!factor || dim != 2) return none;
  for (int i = 1; i <= atom->ntypes; i++)
    for (int j = 1; j <= atom->ntypes; j++) {
      if (!part.covers(i, j)) continue;
      if (std::isnan(found)) found = factor[i][j];
      if (factor[i][j] != found) return none;
    }
  return found;
}

std::string EAMProvider::refusal() const
{
  if (style == "eam/cd" || style == "eam/cd/old")
    return "its dependence on the concentration is not accessible";
  if (!is_known()) return "it is not eam, eam/alloy, eam/fs, or eam/he";
  if (!eam->rhor_spline || !eam->frho_spline || !eam->z2r_spline)
    return "it has no tables on the host";
  if (std::isnan(scale())) return "its scale factors differ between atom types";
  return "";
}

std::string EAMProvider::description() const
{
  return fmt::format("embedded atoms, u'' from the splines, {:.1f} atoms per embedding term",
                     members);
}

/* F(rho).  Above its table F is linear; eam/he also has a lower end. */

Value EAMProvider::embedding(int type, double rho) const
{
  const double *const *table = eam->frho_spline[eam->type2frho[type]];
  const bool two_ends = (style == "eam/he");
  const double lowest_rho = two_ends ? eam->rhomax - (eam->nrho - 1) * eam->drho : 0.0;
  const double x = (rho - lowest_rho) * eam->rdrho;
  const Place at = two_ends ? Place(x, 2, eam->nrho, -1.0) : Place(x, 1, eam->nrho);
  return at.read(table[at.m], eam->rdrho);
}

/* phi(r) from its table of z = r phi */

Value EAMProvider::pair_potential(int itype, int jtype, double r) const
{
  const Place at(r * eam->rdr, 1, eam->nr);
  const Value z = at.read(eam->z2r_spline[eam->type2z2r[itype][jtype]][at.m], eam->rdr);
  Value phi;
  phi.f = z.f / r;
  phi.df = (z.df - phi.f) / r;
  phi.d2f = (z.d2f - 2.0 * phi.df) / r;
  return phi;
}

/* neighbors of atom k, whatever their group, and the density that they make at k */

double EAMProvider::find_neighbors(const HostAtoms &atoms, int k, const NeighList *list,
                                   std::vector<Neighbor> &neighbors) const
{
  double rho = 0.0;

  neighbors.clear();
  for_neighbors(atoms, part, list, k, [&](const NeighborPair &p) {
    if (p.rsq >= eam->cutmax * eam->cutmax) return;
    Neighbor n;
    n.atom = p.j;
    n.type = p.jtype;
    std::copy_n(p.dr, 3, n.dr);
    n.r = sqrt(p.rsq);
    const Place at(n.r * eam->rdr, 1, eam->nr);
    n.density = at.read(eam->rhor_spline[eam->type2rhor[p.jtype][p.itype]][at.m], eam->rdr);
    rho += n.density.f;
    neighbors.push_back(n);
  });
  return rho;
}

/* ----------------------------------------------------------------------
   Stars of the owned atoms, and central pairs: the embedding part from the
   side of each atom, phi from one side only.  Functions end before the
   cutoff, which is the largest of all: what is zero is left out.
------------------------------------------------------------------------- */

void EAMProvider::collect(const HessianSites &sites, const NeighList *list, Stars &stars,
                          std::vector<inm_central_pair> &pairs) const
{
  const HostAtoms atoms(lmp);
  const HalfShell half(lmp);
  const double factor = scale();
  const auto in_group = [&](const Neighbor &n) {
    return sites.counts(sites.site_of_atom[n.atom], INM_OUTSIDE);
  };
  std::vector<Neighbor> near;

  for (int ii = 0; ii < list->inum; ii++) {
    const int k = list->ilist[ii], ktype = atoms.type(k);
    const double rho = find_neighbors(atoms, k, list, near);
    if (!sites.counts(sites.site_of_atom[k], INM_OUTSIDE) &&
        std::none_of(near.begin(), near.end(), in_group))
      continue;

    const Value embed = embedding(ktype, rho);
    if (embed.d2f != 0.0 && !near.empty()) stars.add(k, factor * embed.d2f, near);
    for (const Neighbor &n : near) {
      double du = embed.df * n.density.df, du2 = embed.df * n.density.d2f;
      if (half.keeps(k, n.atom)) {
        const Value phi = pair_potential(ktype, n.type, n.r);
        du += phi.df;
        du2 += phi.d2f;
      }
      if (du != 0.0 || du2 != 0.0) pairs.push_back({k, n.atom, factor * du, factor * du2});
    }
  }
}

/* stars reach twice as far as their radius: 8 times the neighbors, and half of them, since a block is
   for both of its atoms */

double EAMProvider::expected_pairs(const HessianSites &sites, NeighList *list) const
{
  const HostAtoms atoms(lmp);
  std::vector<Neighbor> near;
  double nneighbor = 0.0;

  for (int i : sites.atom_of_row) {
    find_neighbors(atoms, i, list, near);
    nneighbor += (double) near.size();
  }
  return 0.5 * 8.0 * nneighbor;
}

void EAMProvider::fill(inm_hessian *h, const HessianSites &sites, NeighList *list)
{
  const std::string why = refusal();    // fix adapt may have changed the scale since the start
  if (!why.empty())
    error->all(FLERR, "No analytic Hessian of {}: {}; use hessian numeric", part.name(), why);

  const HostAtoms atoms(lmp);
  Destination destination = {h, sites};
  Stars stars;
  std::vector<inm_central_pair> pairs;

  collect(sites, list, stars, pairs);
  const inm_embedding_list star_list = stars.list();
  check_status(lmp,
               inm_embedding_blocks(atoms.nall(), atoms.positions(), &star_list, pairs.size(),
                                    pairs.data(), Destination::add, &destination),
               "assembling the Hessian of embedded atoms");

  double mine[2] = {(double) stars.atom.size(), (double) stars.curvature.size()}, all[2];
  MPI_Allreduce(mine, all, 2, MPI_DOUBLE, MPI_SUM, world);
  members = (all[1] > 0.0) ? all[0] / all[1] : 0.0;
}
}    // namespace

// for the table in inmvisc_provider_list.cpp

namespace INMVISC_NS {
std::unique_ptr<HessianProvider> eam_provider(LAMMPS *lmp, const ForcePart &part)
{
  return std::unique_ptr<HessianProvider>(new EAMProvider(lmp, part));
}
}    // namespace INMVISC_NS
