/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   Hessian of any force field by central differences of the forces:
     H_jb,ia = -[f_jb(r_ia + h) - f_jb(r_ia - h)] / 2h
   The force of a row is read by the rank that owns it, so no rank needs
   to know both atoms of a block.

   At a discontinuity of the force within the displacement, the side without
   it counts: inmvisc_branch_difference.cpp.

   Forces of short range: atoms are displaced together if no atom feels two
   of them, so that the number of evaluations does not grow with that of
   the atoms.  If the force on an atom changes that should feel none of them,
   start again with the reach of all atoms one neighbor longer.
   The affine force follows from straining all atoms: images of one atom
   need not be told apart.

   kspace: every atom feels every other, 6 evaluations for each.  Straining
   the atoms is not enough, but the box need not be strained either: with
   F = 1 + gamma e_k e_c^T, atoms and box strained by F, r = F s, and the
   virial W_kc = -dU/dgamma
     f = -F^-T dU/ds
     Xi_ia = d f_ia / d gamma = d W_kc / d r_ia - delta_ac f_ik
   and the virial comes with the forces.

   Derivatives of the energy by strain, if they are wanted, are differences of
   the virial.  There the box must be strained along for kspace.
------------------------------------------------------------------------- */

#include "inmvisc_branch_difference.h"
#include "inmvisc_compat.h"
#include "inmvisc_coupling_graph.h"
#include "inmvisc_difference_step.h"
#include "inmvisc_force_probe.h"
#include "inmvisc_measured_blocks.h"
#include "inmvisc_progress.h"
#include "inmvisc_provider_list.h"

#include "inm/inm_hessian.h"

#include "atom.h"
#include "comm.h"
#include "domain.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

namespace {

// A change of a force counts if it exceeds this fraction of the largest change, which is far above
// round-off (1e-16 of the force, 1e-9 of its change), and this multiple of the error of all differences.
// As a rule forces that should not change do not, to the last bit.

constexpr double CHANGED = 1.0e-6, CHANGED_ERRORS = 10.0;

class NumericProvider : public HessianProvider {
 public:
  NumericProvider(LAMMPS *, const std::vector<ForcePart> &, double delta);

  std::string refusal() const override { return ""; }
  std::string description() const override;
  double step() const override { return chosen.h; }
  double expected_pairs(const HessianSites &, NeighList *) const override;
  void fill(inm_hessian *, const HessianSites &, NeighList *) override;

 private:
  std::vector<ForcePart> parts, short_range, long_range;    // all; of short range; kspace
  double delta;                                             // the user's, 0 = to be chosen
  DifferenceStep chosen;
  bigint nevaluations;
  int ncolor, nenlarged;
  int none_sided, nunresolved;    // displacements: see BranchDifference
  double asymmetry, acoustic;     // see MeasuredBlocks

  // a block as measured, kept until no force is found to change beyond the reach

  struct Block {
    size_t row;
    tagint column;
    double k[9];
  };

  template <class Visit>
  std::vector<double> displace(ForceProbe &, const std::vector<tagint> &, const HessianSites &,
                               Visit visit);
  bool measure(ForceProbe &, BranchDifference &, const CouplingGraph &, const HessianSites &,
               std::vector<Block> &);
  std::vector<double> strain(ForceProbe &, BranchDifference &, const HessianSites &);
  void add_strains(inm_hessian *, const std::vector<ForcePart> &);
  void fill_short_range(inm_hessian *, const HessianSites &, NeighList *, MeasuredBlocks &);
  void fill_long_range(inm_hessian *, const HessianSites &, MeasuredBlocks &);
  void add_affine(inm_hessian *, const std::vector<double> &xi) const;
};

NumericProvider::NumericProvider(LAMMPS *lmp, const std::vector<ForcePart> &parts_in,
                                 double delta_in) :
    HessianProvider(lmp),
    parts(parts_in), delta(delta_in), chosen(), nevaluations(0), ncolor(0), nenlarged(0),
    none_sided(0), nunresolved(0), asymmetry(0.0), acoustic(NAN)
{
  for (auto &part : parts)
    (part.kind == ForcePart::KSPACE ? long_range : short_range).push_back(part);
}

std::string NumericProvider::description() const
{
  std::string text = fmt::format(
      "central differences of forces, {} evaluations, displacement {:.3g}, relative error {:.1g}",
      nevaluations, chosen.h, chosen.error);
  if (!short_range.empty()) text += fmt::format(", atoms in {} colors", ncolor);
  if (nenlarged)
    text += fmt::format(", coupling range extended by {}, as forces changed beyond it", nenlarged);
  if (none_sided)
    text += fmt::format(", {} displacements on one side of a discontinuity", none_sided);
  if (nunresolved)
    text += fmt::format(", {} between two discontinuities and not accurate", nunresolved);
  text += fmt::format(", asymmetry {:.1g}", asymmetry);
  if (!std::isnan(acoustic)) text += fmt::format(", acoustic sum {:.1g}", acoustic);
  return text;
}

/* kspace couples all pairs; those of short range are few beside them, or not known in advance */

double NumericProvider::expected_pairs(const HessianSites &sites, NeighList *) const
{
  const bool all_atoms = (sites.groupbit == 1);
  return (all_atoms && !long_range.empty())
      ? (double) sites.atom_of_row.size() * (double) atom->natoms
      : 0.0;
}

void NumericProvider::fill(inm_hessian *h, const HessianSites &sites, NeighList *list)
{
  MeasuredBlocks blocks(lmp, h, sites);

  nevaluations = 0;
  if (chosen.h == 0.0) {
    chosen = find_step(lmp, parts, sites, delta);
    nevaluations = chosen.nevaluations;
  }
  if (!short_range.empty()) fill_short_range(h, sites, list, blocks);
  if (!long_range.empty()) fill_long_range(h, sites, blocks);
  blocks.finish();
  asymmetry = blocks.asymmetry;
  acoustic = blocks.acoustic;
}

/* ----------------------------------------------------------------------
   -df/dr of all rows for some atoms displaced together, [nrow][3][3].
   visit(b, sign) is called after every evaluation.
------------------------------------------------------------------------- */

template <class Visit>
std::vector<double> NumericProvider::displace(ForceProbe &probe, const std::vector<tagint> &tags,
                                              const HessianSites &sites, Visit visit)
{
  const size_t nrow = sites.atom_of_row.size();
  std::vector<double> k(9 * nrow, 0.0);

  for (int b = 0; b < domain->dimension; b++)
    for (int sign = 1; sign >= -1; sign -= 2) {
      for (tagint tag : tags) probe.shift_atom(tag, b, sign * chosen.h);
      const double *f = probe.forces();
      nevaluations++;
      for (size_t r = 0; r < nrow; r++)
        for (int a = 0; a < 3; a++)
          k[9 * r + 3 * a + b] -=
              sign * f[3 * (size_t) sites.atom_of_row[r] + a] / (2.0 * chosen.h);
      visit(b, sign);
    }
  return k;
}

void NumericProvider::add_affine(inm_hessian *h, const std::vector<double> &xi) const
{
  int status = INM_OK;
  for (size_t r = 0; 27 * r < xi.size(); r++)
    if (status == INM_OK) status = inm_hessian_add_affine(h, (int) r, &xi[27 * r]);
  check_status(lmp, status, "adding the affine force");
}

/* ---- forces of short range -------------------------------------------------------------------- */

/* blocks of all rows with all atoms; false if a force changed beyond the reach of the graph */

bool NumericProvider::measure(ForceProbe &probe, BranchDifference &branch,
                              const CouplingGraph &graph, const HessianSites &sites,
                              std::vector<Block> &blocks)
{
  const double changed = std::max(CHANGED, CHANGED_ERRORS * chosen.error);
  const size_t nrow = sites.atom_of_row.size();
  double largest = 0.0;
  Progress progress(lmp, "Hessian by differences of forces");

  blocks.clear();
  for (int c = 0; c < graph.ncolor(); c++) {
    progress.done((double) c / graph.ncolor());
    const std::vector<tagint> &displaced = graph.members(c);
    std::vector<int> felt;
    for (size_t r = 0; r < nrow; r++) {
      const auto at = std::lower_bound(displaced.begin(), displaced.end(), graph.felt_by(r, c));
      felt.push_back(graph.felt_by(r, c) ? (int) (at - displaced.begin()) : BranchDifference::NONE);
    }
    std::vector<double> k(9 * nrow, 0.0);
    for (int b = 0; b < domain->dimension; b++) {
      const std::vector<double> df = branch.across_ranks(displaced.size(), felt, [&](double s) {
        for (tagint tag : displaced) probe.shift_atom(tag, b, s);
      });
      for (size_t ra = 0; ra < 3 * nrow; ra++) k[3 * ra + b] = df[ra];
    }
    double mine[2] = {0.0, 0.0}, all[2];    // largest change of what feels an atom, and of the rest
    for (size_t r = 0; r < nrow; r++) {
      const tagint column = graph.felt_by(r, c);
      Block block = {r, column, {}};
      std::copy(&k[9 * r], &k[9 * r] + 9, block.k);
      bool is_zero = true;
      for (double element : block.k) {
        is_zero = is_zero && element == 0.0;
        mine[column == 0] = std::max(mine[column == 0], fabs(element));
      }
      if (column && !is_zero) blocks.push_back(block);
    }
    MPI_Allreduce(mine, all, 2, MPI_DOUBLE, MPI_MAX, world);
    largest = std::max(largest, all[0]);
    if (all[1] > changed * largest) return false;
  }
  return true;
}

/* affine force [nrow][3][3][3] of all shears, whose neighbors move by the displacement */

std::vector<double> NumericProvider::strain(ForceProbe &probe, BranchDifference &branch,
                                            const HessianSites &sites)
{
  const size_t nrow = sites.atom_of_row.size();
  const double spacing = atom_spacing(lmp);
  std::vector<double> xi(27 * nrow, 0.0);

  for (int k = 0; k < domain->dimension; k++)
    for (int c = 0; c < domain->dimension; c++) {
      const std::vector<double> df = branch.by_row([&](double s) {
        probe.shear(k, c, s / spacing);
      });
      for (size_t r = 0; r < nrow; r++)
        for (int a = 0; a < 3; a++) xi[27 * r + 9 * a + 3 * k + c] = -spacing * df[3 * r + a];
    }
  return xi;
}

/* ----------------------------------------------------------------------
   With dU/dgamma = -W_kc for k != c, and -W_kk/(1+e) for r_k -> (1+e) r_k:
     d2U/dgamma2 = -dW_kc/dgamma,  d2U/de_k2 = W_kk - dW_kk/de_k
     d2U/de2     = tr W - sum_k d(tr W)/de_k  for r -> (1+e) r
   The core wants the last with (dim-1) tr W added.  kspace needs the box to be
   strained along: NaN for shears of a box that cannot be.
------------------------------------------------------------------------- */

void NumericProvider::add_strains(inm_hessian *h, const std::vector<ForcePart> &which)
{
  const int dim = domain->dimension;
  const bool box_too = which[0].kind == ForcePart::KSPACE;
  const double gamma = chosen.h / atom_spacing(lmp);
  double strain2[9] = {}, dilation2 = 0.0;
  ForceProbe probe(lmp);

  probe.select(which);
  probe.want_tallies();
  probe.open();
  for (int k = 0; k < dim; k++)
    for (int c = 0; c < dim; c++) {
      if (box_too && (k > c || (k < c && !domain->triclinic))) {
        strain2[3 * k + c] = NAN;
        continue;
      }
      double change = 0.0, stress = 0.0, change_of_trace = 0.0;
      for (int sign = 1; sign >= -1; sign -= 2) {
        probe.shear(k, c, sign * gamma);
        probe.forces();
        nevaluations++;
        change += sign * probe.virial(k, c) / (2.0 * gamma);
        stress += 0.5 * probe.virial(k, c);
        for (int a = 0; a < dim; a++) change_of_trace += sign * probe.virial(a, a) / (2.0 * gamma);
      }
      strain2[3 * k + c] = (k == c) ? stress - change : -change;
      if (k == c) dilation2 += dim * stress - change_of_trace;
    }
  probe.close();
  const bool once = comm->me == 0;
  for (auto &x : strain2) x *= once;
  check_status(lmp, inm_hessian_add_strains(h, strain2, once ? dilation2 : 0.0),
               "adding derivatives by strain");
}

void NumericProvider::fill_short_range(inm_hessian *h, const HessianSites &sites, NeighList *list,
                                       MeasuredBlocks &measured)
{
  CouplingGraph graph(lmp);
  ForceProbe probe(lmp);
  BranchDifference branch(lmp, probe, sites, chosen);
  std::vector<Block> blocks;

  graph.find(short_range, sites, list, 2.0 * chosen.h);
  probe.select(short_range);
  probe.open();
  for (nenlarged = 0; !measure(probe, branch, graph, sites, blocks); nenlarged++) graph.enlarge();
  const std::vector<double> xi = strain(probe, branch, sites);
  probe.close();
  if (sites.with_strains) add_strains(h, short_range);

  nevaluations += branch.nevaluations;
  none_sided = branch.none_sided;
  nunresolved = branch.nunresolved;
  ncolor = graph.ncolor();
  for (auto &block : blocks) measured.add(block.row, block.column, block.k);
  add_affine(h, xi);
}

/* ---- kspace ----------------------------------------------------------------------------------- */

void NumericProvider::fill_long_range(inm_hessian *h, const HessianSites &sites,
                                      MeasuredBlocks &measured)
{
  const size_t nrow = sites.atom_of_row.size();
  std::vector<double> xi(27 * nrow, 0.0);
  CouplingGraph graph(lmp);
  ForceProbe probe(lmp);

  graph.couple_all(sites);
  probe.select(long_range);
  probe.want_tallies();
  probe.open();
  const double *f = probe.forces();
  nevaluations++;
  for (size_t r = 0; r < nrow; r++)
    for (int a = 0; a < 3; a++)
      for (int k = 0; k < 3; k++)
        xi[27 * r + 9 * a + 3 * k + a] -= f[3 * (size_t) sites.atom_of_row[r] + k];

  Progress progress(lmp, "Hessian of kspace by differences of forces");
  for (int n = 0; n < graph.ncolor(); n++) {
    progress.done((double) n / graph.ncolor());
    double dw[27] = {};    // [a][k][c]
    const std::vector<double> block =
        displace(probe, graph.members(n), sites, [&](int a, int sign) {
          for (int k = 0; k < 3; k++)
            for (int c = 0; c < 3; c++)
              dw[9 * a + 3 * k + c] += sign * probe.virial(k, c) / (2.0 * chosen.h);
        });
    const HostAtoms atoms(lmp);
    for (size_t r = 0; r < nrow; r++) {
      measured.add(r, graph.felt_by(r, n), &block[9 * r]);
      if (atoms.tag(sites.atom_of_row[r]) == graph.members(n)[0])
        for (int m = 0; m < 27; m++) xi[27 * r + m] += dw[m];
    }
  }
  probe.close();
  add_affine(h, xi);
  if (sites.with_strains) add_strains(h, long_range);
}
}    // namespace

std::unique_ptr<HessianProvider>
INMVISC_NS::numeric_provider(LAMMPS *lmp, const std::vector<ForcePart> &parts, double delta)
{
  return std::unique_ptr<HessianProvider>(new NumericProvider(lmp, parts, delta));
}
