/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifdef COMPUTE_CLASS
// clang-format off
ComputeStyle(inm/modulus,ComputeInmModulus);
// clang-format on
#else

#ifndef LMP_COMPUTE_INM_MODULUS_H
#define LMP_COMPUTE_INM_MODULUS_H

#include "compute.h"

#include "inm/inm_modulus.h"
#include "inmvisc_composition.h"
#include "inmvisc_counted_means.h"
#include "inmvisc_cutoff.h"
#include "inmvisc_friction.h"
#include "inmvisc_running_means.h"

#include <memory>
#include <string>
#include <vector>

namespace INMVISC_NS {
struct AffineForce;
struct Criterion;
struct StrainEnergy;
class KeywordParser;
class Snapshot;
}    // namespace INMVISC_NS

namespace LAMMPS_NS {

class ComputeInmModulus : public Compute {
 public:
  ComputeInmModulus(class LAMMPS *, int, char **);
  ~ComputeInmModulus() override;
  void init() override;
  double compute_scalar() override;
  void compute_vector() override;
  void compute_array() override;
  double memory_usage() override;

 private:
  enum { SHEAR, BULK, NCHANNEL };

  std::string label;    // "Compute inm/modulus ID"
  std::string inm_id, gamma_id;
  class ComputeInmDos *inm;
  class ComputeAffineGamma *gamma;
  INMVISC_NS::Friction friction;
  INMVISC_NS::Cutoff cutoff;    // of zeta; may be missing
  int every;                    // snapshots at multiples of this step only
  bool constant;                // friction/constant
  bool wanted[NCHANNEL];
  inm_mode_sign sign;
  double largest_change;        // kpm/change
  std::vector<double> omega;    // [n] angular frequencies

  std::shared_ptr<INMVISC_NS::AffineForce> bulk_force;    // requests to the snapshot
  std::shared_ptr<INMVISC_NS::StrainEnergy> strain_energy;
  std::shared_ptr<INMVISC_NS::Criterion> criterion;    // of zeta
  std::shared_ptr<INMVISC_NS::Criterion> row_criterion[NCHANNEL];

  bigint snapshot_step;                   // time step of the outputs, -1 if none
  bigint version;                         // of the snapshot behind them, 0 if none
  INMVISC_NS::Composition composition;    // of the group
  std::vector<inm_friction_at> at;        // [ntypes+1][n] friction of this snapshot
  std::vector<std::vector<inm_complex>>
      rates;                                 // [n][ntypes+1] of the modes, by type or (0) of all
  std::vector<inm_complex> common_rate;      // [n] the rate that is the same for all modes
  inm_modulus_rows wanted_rows[NCHANNEL];    // for the criteria
  std::vector<double> excess;        // [n][NCHANNEL] change over kpm/change, NaN if not known
  std::vector<double> slope;         // [n][NCHANNEL][ntypes+1][2] dM* / d(rate) of this snapshot
  std::vector<double> zeta_error;    // [INM_NSET] of the friction and of polynomials
  INMVISC_NS::RunningMeans of_vector;                 // [NQUANTITY]
  INMVISC_NS::RunningMeans of_rows;                   // [n][2 NCHANNEL]: M', M''
  INMVISC_NS::RunningMeans of_slopes;                 // as slope
  std::unique_ptr<INMVISC_NS::CountedMeans> means;    // which snapshots these have
  bool announced;

  void parse(int, char **);
  void find_computes();
  const INMVISC_NS::Snapshot &current() const;
  bool is_exact() const;
  double units() const;
  void snapshot();
  bool is_snapshot_step() const;
  void take_or_read();
  void tabulate_means_only();
  void find_strains(double *to) const;
  const inm_modulus_rows *rows_to_converge(int channel);
  void want_convergence();
  void tabulate_classes();
  void tabulate_rows();
  void response(int channel, const inm_measure &whole, const inm_measure *half);
  int first_vector(int channel) const;
  int nvectors(int channel) const;
  std::vector<double> coefficients(const std::vector<double> &) const;
  void find_rates();
  double friction_error(size_t k, int channel, bool imaginary) const;
  void count_snapshot();
  void tabulate_means();
  std::string settings() const;
  void save_means();
  void restore_means();
  void warn_group() const;
  double products_needed(size_t k, int channel) const;
  void announce();
  void announce_unresolved() const;
  void announce_affine() const;
  void announce_delta() const;
};

}    // namespace LAMMPS_NS

#endif
#endif
