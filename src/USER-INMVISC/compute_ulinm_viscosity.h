/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifdef COMPUTE_CLASS
// clang-format off
ComputeStyle(ulinm/viscosity,ComputeUlinmViscosity);
// clang-format on
#else

#ifndef LMP_COMPUTE_ULINM_VISCOSITY_H
#define LMP_COMPUTE_ULINM_VISCOSITY_H

#include "compute.h"

#include "inm/inm_viscosity.h"
#include "inmvisc_composition.h"
#include "inmvisc_counted_means.h"
#include "inmvisc_cutoff.h"
#include "inmvisc_friction.h"
#include "inmvisc_running_means.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace INMVISC_NS {
struct Criterion;
struct StrainEnergy;
class KeywordParser;
class MeasuredModulus;
class Snapshot;
}    // namespace INMVISC_NS

namespace LAMMPS_NS {

class ComputeUlinmViscosity : public Compute {
 public:
  ComputeUlinmViscosity(class LAMMPS *, int, char **);
  ~ComputeUlinmViscosity() override;
  void init() override;
  double compute_scalar() override;
  void compute_vector() override;
  void compute_array() override;
  void compute_local() override;
  double memory_usage() override;

 private:
  std::string label;    // "Compute ulinm/viscosity ID"
  std::string inm_id, gamma_id;
  class ComputeInmDos *inm;
  class ComputeAffineGamma *gamma;
  INMVISC_NS::Friction friction;
  INMVISC_NS::Cutoff cutoff;
  int every;                    // snapshots at multiples of this step only
  std::vector<double> edges;    // of the local array
  int bulk_every;               // steps between samples of the pressure, for bulk auto
  std::unique_ptr<INMVISC_NS::MeasuredModulus> measured;    // of the run, null unless auto

  std::shared_ptr<INMVISC_NS::Criterion> criterion;    // requests to the snapshot
  std::shared_ptr<INMVISC_NS::StrainEnergy> strain_energy;

  bigint snapshot_step;                   // time step of the sums below, -1 if none
  bigint version;                         // of the snapshot, 0 if none
  double wmin, volume;                    // of the last snapshot
  INMVISC_NS::Composition composition;    // of the group
  std::vector<double> sums;               // [INM_NSET][ntypes+1] / volume, last snapshot
  std::vector<double> sums_edge[2];       // the same at 0.9 and 1.1 of the mobility edge
  std::vector<double> sums_wmin[2];       // the same at 0.9 and 1.1 of w_min
  std::vector<double> numerics;           // [INM_NSET][ntypes+1], their numerical uncertainty
  // Owned; of the sums over all snapshots.  A modulus that is measured gives w_min at the end of the run
  // only, so there are means for many lowest frequencies, multiples of wmin_step.
  // [1+edges][lowest frequencies]; first the edge of compute inm/dos
  std::vector<struct inm_running *> running;
  double wmin_step;                                   // 0 before the first snapshot
  struct inm_running *running_numerics;               // owned; of the uncertainty
  INMVISC_NS::RunningMeans of_bins;                   // [nbin][NSPECTRUM][ntypes+1], of the array
  inm_range range_of_bins;                            // that these have
  std::unique_ptr<INMVISC_NS::CountedMeans> means;    // which snapshots these have
  bool announced, warned_friction, warned_modulus, noted_means;

  void parse(int, char **);
  void parse_edges(INMVISC_NS::KeywordParser &);
  void parse_cutoff(const std::string &key, INMVISC_NS::KeywordParser &);
  void find_computes();
  const INMVISC_NS::Snapshot &current() const;
  bool is_snapshot_step() const;
  void snapshot();
  void sum_modes();
  void count_snapshot();
  void count_bins();
  double modulus_error(double *modulus) const;
  double current_wmin() const;
  double at_wmin(size_t row, double w, const std::function<double(const inm_running *)> &) const;
  size_t nsnapshot() const;
  int nwmin() const;
  inm_edge edge_of(size_t row) const;
  void mean_and_error(size_t row, int set, const std::vector<double> &c,
                      const std::vector<double> &dc, double *mean, double *error_of) const;
  void tabulate_edges(const std::vector<double> &c, const std::vector<double> &dc,
                      bool has_snapshot);
  void tabulate_cutoff(bool has_snapshot);
  std::vector<double> sums_with(const inm_cut &) const;
  std::vector<double> uncertainty(const inm_cut &) const;
  std::string settings() const;
  void save_means();
  void restore_means();
  std::vector<double> coefficients(const std::vector<double> &friction) const;
  void tabulate();
  void tabulate_sums(const std::vector<double> &c);
  void tabulate_means(const std::vector<double> &c, const std::vector<double> &dc);
  void tabulate_spectrum(const std::vector<double> &c);
  void tabulate_mean_spectrum(const std::vector<double> &c);
  void tabulate_means_only();
  void announce();
  std::string cutoff_text() const;
  void warn_friction();
  void warn_modulus();
  void warn_setup();
  void warn_sound();
};

}    // namespace LAMMPS_NS

#endif
#endif
