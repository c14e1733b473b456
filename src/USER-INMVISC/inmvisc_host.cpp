/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_host.h"

#include "domain.h"
#include "lammps.h"
#include "neighbor.h"

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

/* ----------------------------------------------------------------------
   The place for a sync from the device: with lmp->kokkos, make all that the
   accessors return current on the host here.  Up to 4Feb2025 only AtomKokkos
   has a sync(); newer versions have the virtual Atom::sync_modify(), so the
   call belongs into inmvisc_compat.h.
------------------------------------------------------------------------- */

HostAtoms::HostAtoms(LAMMPS *lmp_in) : lmp(lmp_in), atom(lmp_in->atom) {}

void HostAtoms::unwrap(int i, double *position) const
{
  lmp->domain->unmap(atom->x[i], atom->image[i], position);
}

std::vector<tagint> HostAtoms::owned_tags() const
{
  return std::vector<tagint>(atom->tag, atom->tag + atom->nlocal);
}

/* The place for a sync of these lists, which KOKKOS builds on the device. */

TermList INMVISC_NS::bonded_terms(LAMMPS *lmp, ForcePart::Kind kind)
{
  const Neighbor *neighbor = lmp->neighbor;

  switch (kind) {
    case ForcePart::BOND:
      return {2, neighbor->nbondlist, neighbor->bondlist};
    case ForcePart::ANGLE:
      return {3, neighbor->nanglelist, neighbor->anglelist};
    case ForcePart::DIHEDRAL:
      return {4, neighbor->ndihedrallist, neighbor->dihedrallist};
    case ForcePart::IMPROPER:
      return {4, neighbor->nimproperlist, neighbor->improperlist};
    default:
      return {0, 0, nullptr};
  }
}
