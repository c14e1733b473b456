/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_STRAIN_ENERGY_H
#define LMP_INMVISC_STRAIN_ENERGY_H

#include "inmvisc_provider.h"
#include "inm/inm_constraints.h"

namespace LAMMPS_NS {
class LAMMPS;
}

namespace INMVISC_NS {

class HessianBuilder;

// Derivatives of the energy of all atoms by affine strain, and their kinetic energy: a request to a
// snapshot, filled when that is assembled.  Energies in the units of the script.  With rigid bonds, along
// a curve on the surface of the constraints (inm/inm_constraints.h); NaN if something is rigid that is not
// in the group.

struct StrainEnergy {
  double strain2[3][3];    // [k][c] d2U/dgamma2 for r_k -> r_k + gamma r_c; NaN if not known
  double dilation2;        // d2U/de2 for r -> (1 + e) r
  CutoffDelta delta;       // what the two above lack of truncated pairs
  double virial[6];        // of all forces of the Hessian and of constraints: xx yy zz xy xz yz

  // kT is of the degrees of freedom that constraints leave

  double kinetic2[3][3];      // [k][c] d2K/dgamma2
  double kinetic_dilation;    // V^2 d2K/dV2

  void compute(LAMMPS_NS::LAMMPS *, const HessianBuilder &);    // collective

 private:
  void kinetic_energy(LAMMPS_NS::LAMMPS *, const inm_constraint_facts &);
};

// Moduli of affine strain, pressure units, of all atoms.  G_born, G_A: mean over some of the planes.

struct AffineModuli {
  double born[3];    // xy xz yz; NaN if not known
  double G_born, G_kin, G_A;    // G_kin: rho kT without rigid bonds
  double K_born, P_conf, K_A;
};

AffineModuli affine_moduli(LAMMPS_NS::LAMMPS *, const StrainEnergy &, int first_plane, int nplanes);
}    // namespace INMVISC_NS

#endif
