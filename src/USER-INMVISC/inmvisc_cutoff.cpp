/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_cutoff.h"

#include "inmvisc_host.h"

#include "domain.h"
#include "force.h"
#include "lammps.h"

#include "fmt/format.h"

#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

static constexpr double TWO_PI = 6.28318530717958647692;

double INMVISC_NS::box_volume(LAMMPS *lmp)
{
  const Domain *domain = lmp->domain;
  return domain->xprd * domain->yprd * (domain->dimension == 2 ? 1.0 : domain->zprd);
}

Cutoff::Cutoff(LAMMPS *lmp_in, const Quantity &quantity_in, bool is_bulk_modulus) :
    lmp(lmp_in), quantity(quantity_in), from_bulk(is_bulk_modulus)
{
}

std::string Cutoff::text() const
{
  return fmt::format("{} {}", from_bulk, quantity.text());
}

static double total_mass(LAMMPS *lmp)
{
  const HostAtoms atoms(lmp);
  double mine = 0.0, all = 0.0;
  for (int i = 0; i < atoms.nlocal(); i++) mine += atoms.mass(i);
  MPI_Allreduce(&mine, &all, 1, MPI_DOUBLE, MPI_SUM, lmp->world);
  return all;
}

/* ----------------------------------------------------------------------
   Frequency of the lowest sound wave in the box: w_min = 2 pi v_s / L with
   v_s = sqrt(B / rho), L = V^(1/3).  B in pressure units, rho in mass/volume.
------------------------------------------------------------------------- */

double Cutoff::wmin() const
{
  if (!from_bulk) return quantity.value();
  const Force *force = lmp->force;
  const double volume = box_volume(lmp), rho = total_mass(lmp) / volume;
  const double v2 = quantity.value() / force->nktv2p * force->ftm2v / rho;
  const double length = (lmp->domain->dimension == 2) ? sqrt(volume) : cbrt(volume);
  return TWO_PI * sqrt(v2) / length;
}
