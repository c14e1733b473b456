/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_PROVIDER_H
#define LMP_INMVISC_PROVIDER_H

#include "inmvisc_check.h"
#include "inmvisc_force_parts.h"
#include "inmvisc_host.h"

#include "inm/inm_hessian.h"

#include "neigh_list.h"
#include "pointers.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace INMVISC_NS {

// The sites of the Hessian on this rank: rows are the owned atoms of the group, neighbors near each other,
// the other sites are ghosts of the group in local order.

struct HessianSites {
  int groupbit;
  std::vector<int> atom_of_row;     // [nrow] local index
  std::vector<int> site_of_atom;    // [nlocal + nghost], INM_OUTSIDE for atoms outside the group
  bool with_strains = false;        // derivatives by strain are wanted, of all atoms and the box

  // whether blocks of two atoms count: not if both are outside, unless for the derivatives by strain

  bool counts(int site, int other) const
  {
    return with_strains || site != INM_OUTSIDE || other != INM_OUTSIDE;
  }
};

// The force of a truncated pair jumps at the cutoff r_c, where u'' has a delta function that no block contains: sums
// over pairs of -u'(r_c) delta(r - r_c) times (x_k x_c / r)^2 for the shear planes xy, xz and yz, and times r^2 for
// r -> (1 + e) r.  Energies.

struct CutoffDelta {
  double of[4] = {0.0, 0.0, 0.0, 0.0};
};

// A provider turns one part of the force field into blocks of the Hessian.  A new one is a file
// inmvisc_provider_*.cpp and a line in inmvisc_provider_list.cpp.

class HessianProvider : protected LAMMPS_NS::Pointers {
 public:
  HessianProvider(LAMMPS_NS::LAMMPS *lmp) : Pointers(lmp) {}
  ~HessianProvider() override = default;

  // why it cannot do its part, after LAMMPS's init; empty if it can

  virtual std::string refusal() const = 0;

  // pairs of atoms that this rank is about to add, to tell the memory before it is taken

  virtual double expected_pairs(const HessianSites &, LAMMPS_NS::NeighList *) const { return 0.0; }

  // add all blocks that this rank knows.  the list is full and occasional, or null if there is no
  // pair style.  collective

  virtual void fill(inm_hessian *, const HessianSites &, LAMMPS_NS::NeighList *) = 0;

  // what was done, in a few words for the log, after fill()

  virtual std::string description() const = 0;

  // displacement with which forces were differenced; 0 if none

  virtual double step() const { return 0.0; }

  // what the derivatives by strain lack where the force jumps at the cutoff, from the pairs of this rank, after
  // fill()

  virtual CutoffDelta delta_at_cutoff() const { return {}; }

  // IDs of atoms where the force of LAMMPS is known not to be the gradient of the energy, from terms of
  // this rank, after fill()

  virtual std::vector<LAMMPS_NS::tagint> regularized() const { return {}; }
};

// An empty Hessian with the dimension and the units of LAMMPS; the caller owns it.  collective

inm_hessian *create_hessian(LAMMPS_NS::LAMMPS *);

// Start h with these sites and let the providers fill it.  collective

void assemble(LAMMPS_NS::LAMMPS *, inm_hessian *, const HessianSites &,
              const std::vector<HessianProvider *> &, LAMMPS_NS::NeighList *);

// An entry of a full neighbor list: atom j, owned or ghost, near the owned atom i

struct NeighborPair {
  int i, j, itype, jtype;
  int special;          // 0, or 1 to 3 for special neighbors, as in force->special_lj
  double dr[3], rsq;    // from j to i
};

// Call visit(pair) for each neighbor of owned atom i with which the part acts on it, whatever its
// group.  Lists reach beyond the cutoff by the skin: the visitor compares rsq with its own.

template <class Visit>
void for_neighbors(const HostAtoms &atoms, const ForcePart &part, const LAMMPS_NS::NeighList *list,
                   int i, Visit visit)
{
  NeighborPair p;
  p.i = i;
  p.itype = atoms.type(i);
  for (int jj = 0; jj < list->numneigh[i]; jj++) {
    const int entry = list->firstneigh[i][jj];
    p.j = entry & NEIGHMASK;
    p.jtype = atoms.type(p.j);
    if (!part.covers(p.itype, p.jtype)) continue;

    const double *xi = atoms.x(i), *xj = atoms.x(p.j);
    for (int a = 0; a < 3; a++) p.dr[a] = xi[a] - xj[a];
    p.rsq = p.dr[0] * p.dr[0] + p.dr[1] * p.dr[1] + p.dr[2] * p.dr[2];
    p.special = entry >> SBBITS & 3;
    visit(p);
  }
}

// The same for all owned atoms: each pair is seen from both of its atoms, maybe on two ranks

template <class Visit>
void for_pairs(const HostAtoms &atoms, const ForcePart &part, const LAMMPS_NS::NeighList *list,
               Visit visit)
{
  for (int ii = 0; ii < list->inum; ii++) for_neighbors(atoms, part, list, list->ilist[ii], visit);
}

// keeps() is true on exactly one of the two sides from which a pair is seen: that from which the other
// atom is above, along the axis that is divided between most ranks.  So a rank needs copies of the
// atoms beyond one of its two faces there.

class HalfShell {
 public:
  HalfShell(LAMMPS_NS::LAMMPS *lmp);
  bool keeps(int i, int j) const;    // i is owned, j is owned or ghost

 private:
  const HostAtoms atoms;
  int axis[3];
  double level;    // below it, a difference of coordinates is rounding
};

// a length to measure displacements by: that of the cube of one atom

double atom_spacing(LAMMPS_NS::LAMMPS *);

// the smallest displacement that still has six digits after rounding of the coordinates

double smallest_displacement(LAMMPS_NS::LAMMPS *);

// a field of random numbers in (-1,1) that is a function of the atom ID, so that every rank knows
// it for every atom, and so that it is the same for any number of ranks; ctx: number of dimensions

void random_field(void *ctx, int64_t tag, double *u);

}    // namespace INMVISC_NS

#endif
