/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_strain_energy.h"

#include "inmvisc_force_probe.h"
#include "inmvisc_hessian.h"
#include "inmvisc_host.h"

#include "inm/inm_hessian.h"

#include "domain.h"
#include "force.h"

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

  const HostAtoms atoms(lmp);
  double mine = 0.0;
  for (int i = 0; i < atoms.nlocal(); i++) {
    const double *v = atoms.v(i);
    mine += atoms.mass(i) * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  }
  MPI_Allreduce(&mine, &kinetic, 1, MPI_DOUBLE, MPI_SUM, lmp->world);
  kinetic *= lmp->force->mvv2e;
}
