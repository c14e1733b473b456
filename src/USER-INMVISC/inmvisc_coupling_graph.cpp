/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   Two atoms have a block of the Hessian only if they are in one term of the
   energy: a pair within its cutoff; the atoms of a bond, angle, dihedral or
   improper; for many-body pair styles, an atom and all its neighbors, so
   that two atoms with a common neighbor are coupled: two hops.
------------------------------------------------------------------------- */

#include "inmvisc_coupling_graph.h"

#include "inmvisc_gather.h"

#include "comm.h"
#include "pair.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

CouplingGraph::CouplingGraph(LAMMPS *lmp) :
    Pointers(lmp), joined(), hops(1), nreached(0), all_coupled(false)
{
}

CouplingGraph::~CouplingGraph()
{
  inm_graph_free(&joined);
}

/* ---- vertices --------------------------------------------------------------------------------- */

int32_t CouplingGraph::vertex(tagint t) const
{
  return (int32_t) (std::lower_bound(tag.begin(), tag.end(), t) - tag.begin());
}

void CouplingGraph::find_vertices(const HessianSites &sites)
{
  const HostAtoms atoms(lmp);
  tag = gather(lmp, atoms.owned_tags(), MPI_LMP_TAGINT);
  std::sort(tag.begin(), tag.end());

  row.clear();
  for (int i : sites.atom_of_row) row.push_back(vertex(atoms.tag(i)));
  in_group.assign(tag.size(), 0);
  for (int32_t v : gather(lmp, row, MPI_INT32_T)) in_group[v] = 1;
}

/* ---- edges ------------------------------------------------------------------------------------ */

/* the full list has every pair from both sides */

void CouplingGraph::add_pairs(const ForcePart &part, NeighList *list, double margin,
                              std::vector<int32_t> &edge) const
{
  const HostAtoms atoms(lmp);

  for_pairs(atoms, part, list, [&](const NeighborPair &p) {
    if (atoms.tag(p.i) >= atoms.tag(p.j)) return;
    if (sqrt(p.rsq) >= sqrt(part.pair->cutsq[p.itype][p.jtype]) + margin) return;
    edge.push_back(vertex(atoms.tag(p.i)));
    edge.push_back(vertex(atoms.tag(p.j)));
  });
}

/* all atoms of a term are joined */

void CouplingGraph::add_terms(const TermList &list, std::vector<int32_t> &edge) const
{
  const HostAtoms atoms(lmp);

  for (int n = 0; n < list.n; n++)
    for (int a = 0; a < list.natom; a++)
      for (int b = 0; b < a; b++) {
        edge.push_back(vertex(atoms.tag(list.term[n][a])));
        edge.push_back(vertex(atoms.tag(list.term[n][b])));
      }
}

void CouplingGraph::find(const std::vector<ForcePart> &parts, const HessianSites &sites,
                         NeighList *list, double margin)
{
  std::vector<int32_t> edge;

  find_vertices(sites);
  hops = 1;
  for (auto &part : parts) {
    add_terms(bonded_terms(lmp, part.kind), edge);
    if (part.kind != ForcePart::PAIR) continue;
    if (part.pair->manybody_flag) hops = 2;
    if (list) add_pairs(part, list, margin, edge);
  }

  edge = gather(lmp, edge, MPI_INT32_T);
  inm_graph_free(&joined);
  check_status(lmp, inm_graph_create(&joined, tag.size(), edge.size() / 2, edge.data()),
               "finding the couplings between atoms");
  nreached = 0;
  all_coupled = false;
  color_atoms();
}

/* ---- colors ----------------------------------------------------------------------------------- */

void CouplingGraph::couple_all()
{
  all_coupled = true;
  color.clear();
  for (size_t v = 0; v < tag.size(); v++)
    if (in_group[v]) color.push_back({tag[v]});
}

void CouplingGraph::couple_all(const HessianSites &sites)
{
  find_vertices(sites);
  couple_all();
}

void CouplingGraph::enlarge()
{
  const size_t before = nreached;
  hops++;
  color_atoms();
  int saturated = (nreached == before);
  MPI_Bcast(&saturated, 1, MPI_INT, 0, world);
  if (saturated) couple_all();
}

/* rank 0 colors, since that needs the neighbors of all atoms; the others keep those of their rows */

void CouplingGraph::color_atoms()
{
  std::vector<int> color_of(tag.size());
  int ncolor = 0, status = INM_OK;

  if (comm->me == 0) {
    inm_graph reach;
    status = inm_graph_power(&reach, &joined, hops, tag.size(), nullptr);
    if (status == INM_OK)
      status = inm_graph_color(&reach, in_group.data(), color_of.data(), &ncolor);
    nreached = (status == INM_OK) ? reach.start[reach.nrow] : 0;
    inm_graph_free(&reach);
  }
  check_status(lmp, status, "coloring the atoms");
  MPI_Bcast(&ncolor, 1, MPI_INT, 0, world);
  MPI_Bcast(color_of.data(), (int) color_of.size(), MPI_INT, 0, world);

  color.assign(ncolor, {});
  for (size_t v = 0; v < tag.size(); v++)
    if (color_of[v] >= 0) color[color_of[v]].push_back(tag[v]);
  collect_felt(color_of);
}

void CouplingGraph::collect_felt(const std::vector<int> &color_of)
{
  inm_graph reach;
  const int status = inm_graph_power(&reach, &joined, hops, row.size(), row.data());
  if (status != INM_OK) inm_graph_free(&reach);
  check_status(lmp, status, "finding the couplings between atoms");

  felt.clear();
  felt_begin.assign(1, 0);
  for (size_t r = 0; r < row.size(); r++) {
    felt.push_back({color_of[row[r]], tag[row[r]]});
    for (size_t k = reach.start[r]; k < reach.start[r + 1]; k++) {
      const int32_t v = reach.neighbor[k];
      if (color_of[v] >= 0) felt.push_back({color_of[v], tag[v]});
    }
    std::sort(felt.begin() + felt_begin[r], felt.end(), [](const Felt &a, const Felt &b) {
      return a.color < b.color;
    });
    felt_begin.push_back(felt.size());
  }
  inm_graph_free(&reach);
}

tagint CouplingGraph::felt_by(size_t r, int c) const
{
  if (all_coupled) return color[c][0];
  const auto end = felt.begin() + felt_begin[r + 1];
  const auto found =
      std::lower_bound(felt.begin() + felt_begin[r], end, c, [](const Felt &f, int wanted) {
        return f.color < wanted;
      });
  return (found != end && found->color == c) ? found->tag : 0;
}
