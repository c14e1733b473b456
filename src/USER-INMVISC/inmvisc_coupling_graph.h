/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_COUPLING_GRAPH_H
#define LMP_INMVISC_COUPLING_GRAPH_H

#include "inmvisc_force_parts.h"
#include "inmvisc_provider.h"
#include "pointers.h"

#include "inm/inm_coloring.h"

#include <cstdint>
#include <vector>

namespace INMVISC_NS {

// Which atoms of a group feel the displacement of which others, and colors: atoms of one color can
// be displaced together, since no atom of the group feels two of them.  The atom IDs alone decide the
// colors, not the distribution over ranks.

class CouplingGraph : protected LAMMPS_NS::Pointers {
 public:
  CouplingGraph(LAMMPS_NS::LAMMPS *);
  ~CouplingGraph() override;

  // Neighbors and bonded terms of parts of short range; pairs count if they are within their
  // cutoff + margin.  The list may be null without a pair style.  collective

  void find(const std::vector<ForcePart> &, const HessianSites &, LAMMPS_NS::NeighList *,
            double margin);

  // Every atom feels every other.  collective

  void couple_all(const HessianSites &);

  // Extend the reach by one neighbor; if that adds no pairs, every atom feels every other.
  // after find(); collective

  void enlarge();

  // Atoms to displace together: IDs of a color, the same on all ranks

  int ncolor() const { return (int) color.size(); }
  const std::vector<LAMMPS_NS::tagint> &members(int c) const { return color[c]; }

  // ID of the atom of color c that row r feels, which may be its own; 0 if it feels none

  LAMMPS_NS::tagint felt_by(size_t r, int c) const;

 private:
  std::vector<LAMMPS_NS::tagint> tag;    // of all atoms of all ranks, ascending: the vertices
  std::vector<int32_t> row;              // [nrow] vertices of this rank's rows
  std::vector<char> in_group;            // [natoms]
  inm_graph joined;                      // owned; neighbors of all atoms
  int hops;                              // two atoms feel each other if so many edges join them
  size_t nreached;                       // pairs within so many hops, on rank 0
  bool all_coupled;

  struct Felt {
    int color;
    LAMMPS_NS::tagint tag;
  };
  std::vector<std::vector<LAMMPS_NS::tagint>> color;
  std::vector<Felt> felt;            // of row 0, row 1, ..., each by color
  std::vector<size_t> felt_begin;    // [nrow+1]

  void find_vertices(const HessianSites &);
  int32_t vertex(LAMMPS_NS::tagint) const;
  void add_pairs(const ForcePart &, LAMMPS_NS::NeighList *, double margin,
                 std::vector<int32_t> &edge) const;
  void add_terms(const TermList &, std::vector<int32_t> &edge) const;
  void couple_all();
  void color_atoms();
  void collect_felt(const std::vector<int> &color_of);
};
}    // namespace INMVISC_NS

#endif
