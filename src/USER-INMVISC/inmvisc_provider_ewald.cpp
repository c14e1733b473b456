/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   Hessian of the kspace styles that evaluate Ewald's reciprocal sum of point
   charges, directly (ewald) or on a mesh (pppm): outer products of the core,
   inm/inm_reciprocal.h, with the g_ewald of the style, so that it complements
   the erfc part that the pair style has.

   Forces of a mesh are not those of the sum, nor the gradient of any energy.
   They are compared with the sum itself at the first configuration: if they
   agree within the accuracy that the style promises, their differences do not
   judge the Hessian.
------------------------------------------------------------------------- */

#include "inmvisc_provider.h"

#include "inmvisc_constraints.h"
#include "inmvisc_force_probe.h"

#include "inm/inm_hessian.h"
#include "inm/inm_reciprocal.h"

#include "atom.h"
#include "domain.h"
#include "force.h"
#include "kspace.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

namespace {

// the tail that is left out of sum_k w_k k^2: the accuracy of the style, within these bounds

constexpr double SHORTEST_TAIL = 1.0e-8, LONGEST_TAIL = 1.0e-5;

// forces of the style may differ from the sum by this multiple of its accuracy, which is an estimate for
// charges without correlations

constexpr double ESTIMATE = 10.0;

// a pointer to a protected member taken in a derived class may be applied to the base

struct KSpaceMembers : KSpace {
  static double scale_of(KSpace *k) { return k->*(&KSpaceMembers::scale); }    // of fix adapt
};

class EwaldProvider : public HessianProvider {
 public:
  EwaldProvider(LAMMPS *lmp, const ForcePart &part_in) :
      HessianProvider(lmp), part(part_in), nwave(0), error(NAN), size(0.0)
  {
  }

  std::string refusal() const override;
  std::string description() const override;
  void fill(inm_hessian *, const HessianSites &, NeighList *) override;
  bool approximated() const override { return error <= ESTIMATE * force->kspace->accuracy; }

 private:
  ForcePart part;
  size_t nwave;
  double error, size;    // rms over components: forces of the style minus the sum; the sum

  inm_ewald sum() const;
  void compare(const std::vector<double> &f);
};

std::string EwaldProvider::refusal() const
{
  const KSpace *k = force->kspace;
  if (!atom->q) return "atoms have no charges";
  if (has_shake(lmp))
    return "with rigid bonds of fix shake or rattle: the projection on them needs pairs of atoms";
  if (k->wireflag) return "with the wire correction";
  if (k->slabflag > 1) return "kspace_modify slab nozforce: the forces have no z component";
  return "";
}

std::string EwaldProvider::description() const
{
  return fmt::format("reciprocal sum of {} wave vectors in closed form; forces of the style differ "
                     "from it by {:.2g} of {:.2g} rms, stated accuracy {:.2g}",
                     nwave, error, size, force->kspace->accuracy);
}

inm_ewald EwaldProvider::sum() const
{
  KSpace *k = force->kspace;
  const double stretched = k->slabflag ? k->slab_volfactor : 1.0;
  const double accuracy = k->accuracy / k->two_charge_force;
  return {{{domain->xprd, 0.0, 0.0},
           {domain->xy, domain->yprd, 0.0},
           {domain->xz, domain->yz, stretched * domain->zprd}},
          k->g_ewald,
          force->qqrd2e * KSpaceMembers::scale_of(k),
          std::min(LONGEST_TAIL, std::max(SHORTEST_TAIL, accuracy)),
          k->slabflag ? 1 : 0};
}

/* f [nlocal][3] of the sum with those of the style */

void EwaldProvider::compare(const std::vector<double> &f)
{
  ForceProbe probe(lmp);
  double sums[3] = {};    // error^2, size^2, components

  probe.select({part});
  probe.open();
  const double *lammps = probe.forces();
  for (int x = 0; x < 3 * atom->nlocal; x++) {
    sums[0] += (lammps[x] - f[x]) * (lammps[x] - f[x]);
    sums[1] += f[x] * f[x];
    sums[2] += 1.0;
  }
  probe.close();
  MPI_Allreduce(MPI_IN_PLACE, sums, 3, MPI_DOUBLE, MPI_SUM, world);
  error = sqrt(sums[0] / sums[2]);
  size = sqrt(sums[1] / sums[2]);
}

void EwaldProvider::fill(inm_hessian *h, const HessianSites &sites, NeighList *)
{
  const HostAtoms atoms(lmp);
  const inm_ewald ewald = sum();
  std::vector<double> f(3 * atoms.nlocal() + 1);

  check_status(lmp,
               inm_hessian_add_reciprocal(h, &ewald, atoms.nlocal(), atoms.positions(),
                                          atoms.charges(), sites.site_of_atom.data(),
                                          sites.with_strains, f.data()),
               "adding the reciprocal sum");
  nwave = inm_hessian_wave_vectors(h);
  if (std::isnan(error)) compare(f);
}
}    // namespace

// for the table in inmvisc_provider_list.cpp

namespace INMVISC_NS {
std::unique_ptr<HessianProvider> ewald_provider(LAMMPS *lmp, const ForcePart &part)
{
  return std::unique_ptr<HessianProvider>(new EwaldProvider(lmp, part));
}
}    // namespace INMVISC_NS
