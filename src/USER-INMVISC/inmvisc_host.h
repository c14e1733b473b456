/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_HOST_H
#define LMP_INMVISC_HOST_H

#include "inmvisc_force_parts.h"

#include "atom.h"

#include <cstddef>
#include <vector>

namespace INMVISC_NS {

// The atoms of this rank as the host sees them, to be read.  Together with ForceProbe, which moves
// atoms, and CurrentGhosts, this is the only code that touches arrays which an accelerator may keep on
// its device.
// Construct it where reading begins and do not keep it: that is when the host has to be current.  Pass
// it on to what is called once per atom.

class HostAtoms {
 public:
  explicit HostAtoms(LAMMPS_NS::LAMMPS *);

  int nlocal() const { return atom->nlocal; }
  int nall() const { return atom->nlocal + atom->nghost; }

  const double *x(int i) const { return atom->x[i]; }
  const double *v(int i) const { return atom->v[i]; }
  const double *f(int i) const { return atom->f[i]; }
  int type(int i) const { return atom->type[i]; }
  LAMMPS_NS::tagint tag(int i) const { return atom->tag[i]; }
  LAMMPS_NS::imageint image(int i) const { return atom->image[i]; }
  bool in_group(int i, int groupbit) const { return atom->mask[i] & groupbit; }
  double mass(int i) const { return atom->rmass ? atom->rmass[i] : atom->mass[atom->type[i]]; }
  void unwrap(int i, double *position) const;    // without the periodic boundaries

  // of all atoms, ghosts included: [nall][3], null without atoms

  const double *positions() const { return nall() ? atom->x[0] : nullptr; }

  const double *charges() const { return atom->q; }

  // of the owned atoms

  std::vector<LAMMPS_NS::tagint> owned_tags() const;

 private:
  LAMMPS_NS::LAMMPS *lmp;
  const LAMMPS_NS::Atom *atom;
};

// Bonded terms that LAMMPS computes on this rank: local indices of natom atoms, images that belong
// together, and the type.

struct TermList {
  int natom, n, **term;    // term [n][natom+1], borrowed
};

TermList bonded_terms(LAMMPS_NS::LAMMPS *, ForcePart::Kind);    // none for PAIR and KSPACE
}    // namespace INMVISC_NS

#endif
