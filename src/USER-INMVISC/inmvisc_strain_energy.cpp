/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_strain_energy.h"

#include "inmvisc_affine_force.h"
#include "inmvisc_constraints.h"
#include "inmvisc_cutoff.h"
#include "inmvisc_force_probe.h"
#include "inmvisc_hessian.h"
#include "inmvisc_host.h"

#include "inm/inm_hessian.h"

#include "atom.h"
#include "domain.h"
#include "force.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

void StrainEnergy::compute(LAMMPS *lmp, const HessianBuilder &builder)
{
  inm_hessian_strains(builder.hessian(), strain2[0], &dilation2);

  delta = builder.delta_at_cutoff();

  ForceProbe probe(lmp);
  probe.want_tallies();
  probe.open();
  probe.forces();
  probe.virial(virial);
  probe.close();

  for (int a = 0; a < lmp->domain->dimension; a++)
    dilation2 -= (lmp->domain->dimension - 1) * virial[a];

  static const int voigt[6][2] = {{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}};
  const inm_constraint_facts &facts = *inm_hessian_constraints(builder.hessian());
  for (int a = 0; a < 6; a++) virial[a] += facts.virial[voigt[a][0]][voigt[a][1]];
  kinetic_energy(lmp, facts);
  if (is_rigid_outside(lmp, builder.sites().groupbit)) {
    std::fill_n(strain2[0], 9, NAN);
    std::fill_n(virial, 6, NAN);
    dilation2 = NAN;
  }
}

/* ----------------------------------------------------------------------
   Of free atoms, r -> F r makes the mass matrix F^T M F:
     d2K/dgamma2 = N kT for a shear, V^2 d2K/dV2 = (1 + 2/d) N kT
   and constraints change K', K'' by the numbers of the core.  With V = (1+e)^d,
     V^2 d2K/dV2 = [K'' + (d-1)(-K')]/d^2
------------------------------------------------------------------------- */

void StrainEnergy::kinetic_energy(LAMMPS *lmp, const inm_constraint_facts &facts)
{
  const HostAtoms atoms(lmp);
  const double d = lmp->domain->dimension, natoms = (double) lmp->atom->natoms;
  double mine = 0.0, mv2;

  for (int i = 0; i < atoms.nlocal(); i++) {
    const double *v = atoms.v(i);
    mine += atoms.mass(i) * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  }
  MPI_Allreduce(&mine, &mv2, 1, MPI_DOUBLE, MPI_SUM, lmp->world);
  const double kT = lmp->force->mvv2e * mv2 / (d * natoms - (double) facts.count);
  for (int k = 0; k < 3; k++)
    for (int c = 0; c < 3; c++)
      kinetic2[k][c] = kT * (((k == c) ? 3.0 : 1.0) * natoms + facts.shear2[k][c]);
  kinetic_dilation = kT *
      ((1.0 + 2.0 / d) * natoms + (facts.dilation[1] + (d - 1.0) * facts.dilation[0]) / (d * d));
}

AffineModuli INMVISC_NS::affine_moduli(LAMMPS *lmp, const StrainEnergy &e, int first_plane,
                                       int nplanes)
{
  const int dim = lmp->domain->dimension;
  const double d = dim, per_volume = lmp->force->nktv2p / box_volume(lmp);
  AffineModuli m = {};

  for (int p = 0; p < NPLANE; p++)
    m.born[p] = p < (dim == 2 ? 1 : NPLANE)
        ? per_volume * e.strain2[shear_planes[p].k][shear_planes[p].c]
        : NAN;
  for (int p = first_plane; p < first_plane + nplanes; p++) {
    m.G_born += m.born[p] / nplanes;
    m.G_kin += per_volume * e.kinetic2[shear_planes[p].k][shear_planes[p].c] / nplanes;
  }
  m.G_A = m.G_born + m.G_kin;

  for (int a = 0; a < dim; a++) m.P_conf += per_volume * e.virial[a] / d;
  m.K_born = per_volume * e.dilation2 / (d * d) - m.P_conf / d;
  m.K_A = m.K_born + m.P_conf + per_volume * e.kinetic_dilation;
  return m;
}
