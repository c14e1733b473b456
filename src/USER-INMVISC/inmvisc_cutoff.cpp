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

Cutoff::Cutoff(LAMMPS *lmp_in, const Quantity &quantity_in, const std::string &keyword_in) :
    lmp(lmp_in), quantity(quantity_in), keyword(keyword_in)
{
}

Cutoff Cutoff::measured(LAMMPS *lmp, const std::string &keyword)
{
  return Cutoff(lmp, Quantity(), keyword);
}

bool Cutoff::is_keyword(const std::string &key)
{
  return key == "wmin" || key == "bulk" || key == "shear";
}

void Cutoff::init() const
{
  if (!is_measured()) quantity.init();
}

std::string Cutoff::text() const
{
  return keyword + " " + (is_measured() ? "auto" : quantity.text());
}

double INMVISC_NS::total_mass(LAMMPS *lmp)
{
  const HostAtoms atoms(lmp);
  double mine = 0.0, all = 0.0;
  for (int i = 0; i < atoms.nlocal(); i++) mine += atoms.mass(i);
  MPI_Allreduce(&mine, &all, 1, MPI_DOUBLE, MPI_SUM, lmp->world);
  return all;
}

static double box_length(LAMMPS *lmp)
{
  const double volume = box_volume(lmp);
  return (lmp->domain->dimension == 2) ? sqrt(volume) : cbrt(volume);
}

double Cutoff::modulus() const
{
  return quantity.value();
}

double Cutoff::wmin() const
{
  return is_from_modulus() ? wmin_of(modulus()) : quantity.value();
}

/* ----------------------------------------------------------------------
   Frequency of the lowest sound wave in the box: w_min = 2 pi v_s / L with
   v_s = sqrt(M / rho), L = V^(1/3).  Modulus M in pressure units, rho in
   mass/volume.
------------------------------------------------------------------------- */

double Cutoff::wmin_of(double modulus) const
{
  const Force *force = lmp->force;
  const double rho = total_mass(lmp) / box_volume(lmp);
  return TWO_PI * sqrt(modulus / force->nktv2p * force->ftm2v / rho) / box_length(lmp);
}

double Cutoff::sound_of(double wmin) const
{
  return wmin * box_length(lmp) / TWO_PI;
}
