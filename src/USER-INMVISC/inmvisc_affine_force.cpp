/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_affine_force.h"

#include "inmvisc_force_probe.h"
#include "inmvisc_hessian.h"

#include "inm/inm_constraints.h"
#include "inm/inm_hessian.h"

#include "domain.h"
#include "error.h"
#include "force.h"

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

const ShearPlane INMVISC_NS::shear_planes[NPLANE] = {{"xy", 0, 1}, {"xz", 0, 2}, {"yz", 1, 2}};

std::vector<StrainTerm> INMVISC_NS::strain_terms(AffineForce::Channel channel, int dimension)
{
  std::vector<StrainTerm> terms;
  if (channel == AffineForce::BULK) {
    for (int a = 0; a < dimension; a++) terms.push_back({0, a, a, 1.0 / dimension});
  } else {
    for (int p = 0; p < (dimension == 2 ? 1 : NPLANE); p++)
      terms.push_back({p, shear_planes[p].k, shear_planes[p].c, 1.0});
  }
  return terms;
}

void AffineForce::compute(LAMMPS *lmp, const HessianBuilder &builder)
{
  xi.assign((size_t) nvectors() * 3 * builder.sites().atom_of_row.size(), 0.0);
  if (method == HESSIAN)
    from_hessian(builder);
  else
    from_strain(lmp, builder);
}

void AffineForce::from_hessian(const HessianBuilder &builder)
{
  const size_t n = xi.size() / nvectors();
  std::vector<double> one(n + 1);
  for (const auto &t : strain_terms(channel, inm_hessian_dim(builder.hessian()))) {
    inm_hessian_affine_force(builder.hessian(), t.k, t.c, one.data());
    for (size_t i = 0; i < n; i++) xi[t.vector * n + i] += t.factor * one[i];
  }
}

/* ----------------------------------------------------------------------
   Central difference.  All atoms and their images are displaced by the strain,
   so the box can stay as it is.
------------------------------------------------------------------------- */

void AffineForce::from_strain(LAMMPS *lmp, const HessianBuilder &builder)
{
  const std::vector<int> &atoms = builder.sites().atom_of_row;
  ForceProbe probe(lmp);

  if (inm_hessian_constraints(builder.hessian())->count > 0)
    lmp->error->all(FLERR,
                    "{}: method strain violates the constraints of fix shake or rattle; use method "
                    "hessian",
                    label);
  if (channel == SHEAR && lmp->force->kspace && !lmp->domain->triclinic)
    lmp->error->all(FLERR,
                    "{}: method strain with a kspace style needs a triclinic box (change_box all "
                    "triclinic); method hessian does not",
                    label);
  probe.open();
  for (const auto &t : strain_terms(channel, lmp->domain->dimension))
    for (int sign = 1; sign >= -1; sign -= 2) {
      probe.shear(t.k, t.c, sign * strain);
      const double *f = probe.forces();
      for (size_t r = 0; r < atoms.size(); r++)
        for (int a = 0; a < 3; a++)
          xi[3 * (t.vector * atoms.size() + r) + a] +=
              sign * t.factor * f[3 * (size_t) atoms[r] + a] / (2.0 * strain);
    }
  probe.close();
}
