/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_FORCE_PARTS_H
#define LMP_INMVISC_FORCE_PARTS_H

#include <string>
#include <vector>

namespace LAMMPS_NS {
class LAMMPS;
class Pair;
}    // namespace LAMMPS_NS

namespace INMVISC_NS {

// A part of the force field that can be evaluated alone: a pair style or a sub-style of pair
// hybrid, the bonds, angles, dihedrals, impropers, the long-range part.

struct ForcePart {
  enum Kind { PAIR, BOND, ANGLE, DIHEDRAL, IMPROPER, KSPACE } kind;

  LAMMPS_NS::Pair *pair;    // of kind PAIR, borrowed from LAMMPS
  std::string style;        // "lj/cut"

  // of kind PAIR: weights of special neighbors, [4], borrowed; those of force, or of the sub-style

  const double *special_lj, *special_coul;

  // of a sub-style of hybrid: which pairs of types it computes, [(ntypes+1)^2]; empty for all

  std::vector<char> typepair;
  int ntypes;

  bool covers(int itype, int jtype) const
  {
    return typepair.empty() || typepair[itype * (ntypes + 1) + jtype];
  }
  std::string name() const;    // "pair style lj/cut"
};

// all parts of the present force field; call it again for every run

std::vector<ForcePart> force_parts(LAMMPS_NS::LAMMPS *);

// What a part leaves besides forces, of this rank: its energy, without that of kspace, and its virial, that of
// kspace on rank 0

struct PartTally {
  double energy = 0.0;
  double virial[6] = {};    // xx yy zz xy xz yz
};

// Add the forces of one part to those of the atoms, ghosts included, and what it tallies to sum.  With sum, the
// energies of the styles and the tallies of kspace are overwritten, see EnergyTallies and ForceProbe.  collective

void compute_part(LAMMPS_NS::LAMMPS *, const ForcePart &, PartTally *sum = nullptr);

// While it lives, all pair styles evaluate what they otherwise interpolate in tables (pair_modify table,
// table/disp), of which the second derivative is not that of the function.

class ExactFunctions {
 public:
  explicit ExactFunctions(LAMMPS_NS::LAMMPS *);
  ~ExactFunctions();
  ExactFunctions(const ExactFunctions &) = delete;
  ExactFunctions &operator=(const ExactFunctions &) = delete;

 private:
  struct Saved {
    int *where, bits;
  };
  std::vector<Saved> saved;
  void switch_off(LAMMPS_NS::Pair *);
};

// energies of all styles of the step

class EnergyTallies {
 public:
  void save(LAMMPS_NS::LAMMPS *);
  void restore() const;

 private:
  struct Saved {
    double *where, value;
  };
  std::vector<Saved> saved;
  void keep(double *where);
  void keep_pair(LAMMPS_NS::Pair *);
};
}    // namespace INMVISC_NS

#endif
