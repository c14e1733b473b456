/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_strain_energy.h"

#include "inmvisc_affine_force.h"
#include "inmvisc_cutoff.h"
#include "inmvisc_force_probe.h"
#include "inmvisc_hessian.h"
#include "inmvisc_host.h"

#include "inm/inm_hessian.h"

#include "domain.h"
#include "force.h"

#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

void StrainEnergy::compute(LAMMPS *lmp, const HessianBuilder &builder)
{
  inm_hessian_strains(builder.hessian(), strain2[0], &dilation2);

  ForceProbe probe(lmp);
  probe.want_tallies();
  probe.open();
  probe.forces();
  probe.virial(virial);
  probe.close();

  for (int a = 0; a < lmp->domain->dimension; a++)
    dilation2 -= (lmp->domain->dimension - 1) * virial[a];

  const HostAtoms atoms(lmp);
  double mine = 0.0;
  for (int i = 0; i < atoms.nlocal(); i++) {
    const double *v = atoms.v(i);
    mine += atoms.mass(i) * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  }
  MPI_Allreduce(&mine, &kinetic, 1, MPI_DOUBLE, MPI_SUM, lmp->world);
  kinetic *= lmp->force->mvv2e;
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
  for (int p = first_plane; p < first_plane + nplanes; p++) m.G_born += m.born[p] / nplanes;
  m.G_kin = per_volume * e.kinetic / d;    // rho kT
  m.G_A = m.G_born + m.G_kin;

  for (int a = 0; a < dim; a++) m.P_conf += per_volume * e.virial[a] / d;
  m.K_born = per_volume * e.dilation2 / (d * d) - m.P_conf / d;
  m.K_A = m.K_born + m.P_conf + (1.0 + 2.0 / d) * m.G_kin;
  return m;
}
