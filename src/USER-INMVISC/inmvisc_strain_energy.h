/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_STRAIN_ENERGY_H
#define LMP_INMVISC_STRAIN_ENERGY_H

namespace LAMMPS_NS {
class LAMMPS;
}

namespace INMVISC_NS {

class HessianBuilder;

// Derivatives of the energy of all atoms by affine strain, and their kinetic energy: a request to a
// snapshot, filled when that is assembled.  Energies in the units of the script.

struct StrainEnergy {
  double strain2[3][3];    // [k][c] d2U/dgamma2 for r_k -> r_k + gamma r_c; NaN if not known
  double dilation2;        // d2U/de2 for r -> (1 + e) r
  double virial[6];        // of all forces of the Hessian, sum of r_c f_k: xx yy zz xy xz yz
  double kinetic;          // sum of m v^2

  void compute(LAMMPS_NS::LAMMPS *, const HessianBuilder &);    // collective
};

// Moduli of affine strain, pressure units, of all atoms.  G_born, G_A: mean over some of the planes.

struct AffineModuli {
  double born[3];    // xy xz yz; NaN if not known
  double G_born, G_kin, G_A;
  double K_born, P_conf, K_A;
};

AffineModuli affine_moduli(LAMMPS_NS::LAMMPS *, const StrainEnergy &, int first_plane, int nplanes);
}    // namespace INMVISC_NS

#endif
