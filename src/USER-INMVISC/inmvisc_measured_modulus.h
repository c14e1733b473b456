/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_MEASURED_MODULUS_H
#define LMP_INMVISC_MEASURED_MODULUS_H

#include "inmvisc_running_means.h"
#include "pointers.h"

#include <string>

namespace INMVISC_NS {

struct StrainEnergy;

// The modulus of the sound wave at w_min, measured in the run itself: the adiabatic bulk modulus
// K_A - S of affine modulus and fluctuations (inmvisc_pressure_sampler.h), or the affine shear modulus G_A.
// Both affine moduli are means over snapshots.

class MeasuredModulus : protected LAMMPS_NS::Pointers {
 public:
  // every: steps between samples of the pressure
  MeasuredModulus(LAMMPS_NS::LAMMPS *, const std::string &compute_id, bool is_bulk, int every);
  ~MeasuredModulus() override;
  MeasuredModulus(const MeasuredModulus &) = delete;
  MeasuredModulus &operator=(const MeasuredModulus &) = delete;

  void add(const StrainEnergy &, int first_plane, int nplanes);    // a snapshot

  double affine() const { return mean.mean(0); }    // K_A or G_A, NaN before the first snapshot
  double value(double &error_of) const;             // pressure units, NaN until known
  std::string text() const;                         // where it comes from, or why it is not known

  static constexpr int SIZE = 3;    // numbers for a restart file; the fix keeps its own
  const std::vector<double> &numbers() const { return mean.numbers(); }
  void restore(const double *from) { mean.restore(from); }

 private:
  bool is_bulk;
  std::string fix_id;    // of the sampler
  RunningMeans mean;

  class PressureSampler *sampler() const;
};
}    // namespace INMVISC_NS

#endif
