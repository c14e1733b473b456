/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_measured_modulus.h"

#include "inmvisc_compat.h"
#include "inmvisc_pressure_sampler.h"
#include "inmvisc_strain_energy.h"

#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

MeasuredModulus::MeasuredModulus(LAMMPS *lmp, const std::string &compute_id, bool is_bulk_in,
                                 int every) :
    Pointers(lmp),
    is_bulk(is_bulk_in), fix_id(compute_id + "_COMPUTE_PRESSURE"), mean(1)
{
  if (is_bulk) PressureSampler::create(lmp, fix_id, every);
}

MeasuredModulus::~MeasuredModulus()
{
  if (is_bulk && modify->nfix && fix_by_id(modify, fix_id, rank1())) modify->delete_fix(fix_id);
}

/* null if a command has deleted it */

PressureSampler *MeasuredModulus::sampler() const
{
  return dynamic_cast<PressureSampler *>(fix_by_id(modify, fix_id, rank1()));
}

void MeasuredModulus::add(const StrainEnergy &e, int first_plane, int nplanes)
{
  const AffineModuli m = affine_moduli(lmp, e, first_plane, nplanes);
  mean.add(0, is_bulk ? m.K_A : m.G_A);
}

double MeasuredModulus::value(double &error_of) const
{
  if (!is_bulk) {
    error_of = mean.error(0);
    return mean.mean(0);
  }
  error_of = NAN;
  const PressureSampler *p = sampler();
  if (!p) return NAN;
  double of_softening;
  const double b = mean.mean(0) - p->softening(of_softening);
  error_of = std::hypot(mean.error(0), of_softening);
  return b > 0.0 ? b : NAN;
}

std::string MeasuredModulus::text() const
{
  if (!is_bulk) return fmt::format("G_A, mean of {:.0f} snapshots", mean.count(0));
  const PressureSampler *p = sampler();
  if (!p) return "the fix that samples the pressure was deleted";
  return fmt::format("{}; {:.0f} samples of the pressure, 1 every {} steps", p->text(),
                     p->nsample(), p->nevery);
}
