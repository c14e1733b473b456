/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_PRESSURE_SAMPLER_H
#define LMP_INMVISC_PRESSURE_SAMPLER_H

#include "fix.h"

#include <string>
#include <vector>

namespace INMVISC_NS {

// Internal fix: fluctuations of pressure P and total energy E, sampled every N steps, for the adiabatic bulk
// modulus
//
//   B_S = K_A - S,  S = (V/kT) <dP^2>                           at constant energy
//                   S = (V/kT) (<dP^2> - <dE dP>^2 / <dE^2>)    canonical
//
// The second is K_T = K_A - (V/kT) <dP^2> plus T V (dP/dT)_V^2 / C_V, with <dE dP> = k T^2 (dP/dT)_V and
// <dE^2> = k T^2 C_V.  Sums are in blocks, for a jackknife error.

class PressureSampler : public LAMMPS_NS::Fix {
 public:
  PressureSampler(LAMMPS_NS::LAMMPS *, int, char **);
  int setmask() override;
  void init() override;
  void setup(int) override;
  void end_of_step() override;
  void write_restart(FILE *) override;
  void restart(char *) override;

  static PressureSampler *create(LAMMPS_NS::LAMMPS *, const std::string &id, int every);

  // S above in pressure units, NaN until it is known, and its standard error
  double softening(double &error_of) const;
  double nsample() const;

  // "constant energy (fix nve)", or why there is no S
  const std::string &text() const { return description; }

 private:
  enum Ensemble { UNKNOWN, CONSTANT_ENERGY, CANONICAL } ensemble;
  std::string description;
  double volume;          // of the samples
  double reference[2];    // P and E of the first sample, to lose no digits

  enum { COUNT, P, E, KT, PP, PE, EE, NSUM };
  struct Block {
    double sum[NSUM];
  };
  std::vector<Block> blocks;    // each but the last has length samples
  double length;

  void announce_next() const;
  void find_ensemble();
  void start_over();
  void add(double p, double e, double kT);
  double softening_of(const Block &) const;
};
}    // namespace INMVISC_NS

#endif
