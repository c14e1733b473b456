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

#include <memory>
#include <string>
#include <vector>

namespace INMVISC_NS {
struct Criterion;
class KeywordParser;
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
  double memory_usage() override;

 private:
  std::string label;    // "Compute ulinm/viscosity ID"
  std::string inm_id, gamma_id;
  class ComputeInmDos *inm;
  class ComputeAffineGamma *gamma;
  INMVISC_NS::Friction friction;
  INMVISC_NS::Cutoff cutoff;
  std::shared_ptr<INMVISC_NS::Criterion> criterion;    // request to the snapshot

  bigint snapshot_step;                    // time step of the sums below, -1 if none
  bigint version;                          // of the snapshot, 0 if none
  double wmin, volume;                     // of the last snapshot
  INMVISC_NS::Composition composition;     // of the group
  std::vector<double> sums;                // [INM_NSET][ntypes+1] / volume, last snapshot
  std::vector<double> sums_edge[2];        // the same at 0.9 and 1.1 of the mobility edge
  std::vector<double> sums_wmin[2];        // the same at 0.9 and 1.1 of w_min
  std::vector<double> numerics;            // [INM_NSET][ntypes+1], their numerical uncertainty
  struct inm_running *running;             // owned; of the sums over all snapshots
  struct inm_running *running_numerics;    // owned; of the uncertainty
  std::unique_ptr<INMVISC_NS::CountedMeans> means;    // which snapshots these have
  bool announced, warned_friction, noted_means;

  void parse(int, char **);
  void parse_cutoff(const std::string &key, INMVISC_NS::KeywordParser &);
  void find_computes();
  const INMVISC_NS::Snapshot &current() const;
  void snapshot();
  void sum_modes();
  void count_snapshot();
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
  void tabulate_means_only();
  void announce();
  void warn_friction();
};

}    // namespace LAMMPS_NS

#endif
#endif
