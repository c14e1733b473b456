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

#include "inm/inm.h"
#include "inmvisc_kpm.h"
#include "inmvisc_restart_store.h"

#include <memory>
#include <string>
#include <vector>

namespace LAMMPS_NS {

class ComputeUlinmViscosity : public Compute, public INMVISC_NS::KpmSolver::Judge {
 public:
  ComputeUlinmViscosity(class LAMMPS *, int, char **);
  ~ComputeUlinmViscosity() override;
  void init() override;
  double compute_scalar() override;
  void compute_vector() override;
  void compute_array() override;
  double memory_usage() override;

  double change(const inm_kpm *) override;

 private:
  // a number of the input script: a constant or an equal-style variable

  struct Quantity {
    double value = 0.0;
    std::string variable;    // empty for a constant
  };

  enum { FRICTION_QUANTITY, FRICTION_FIX, FRICTION_FIX_COMPONENT };

  std::string me;    // "Compute ulinm/viscosity ID"
  std::string inm_id, gamma_id;
  class ComputeInmDos *inm;
  class ComputeAffineGamma *gamma;
  int friction_kind;
  Quantity friction;
  std::string fix_id;    // friction f_ID or f_ID[i]
  int fix_component;     // i, 0 for the scalar
  bool mix_by_mode;      // friction/mix mode
  bool has_bulk;         // w_min from a bulk modulus
  Quantity cutoff;       // w_min or bulk modulus

  bigint snapshot_step;    // time step of the sums below, -1 if none
  bigint counted_step;     // time step and configuration last counted
  double counted_configuration;
  double wmin, volume;                   // of the last snapshot
  std::vector<double> natoms_of_type;    // [ntypes+1], atoms of the group
  std::vector<double> sums;              // [INM_NSET][ntypes+1] / volume, last snapshot
  std::vector<double> sums_edge[2];      // the same at 0.9 and 1.1 of the mobility edge
  std::vector<double> sums_wmin[2];      // the same at 0.9 and 1.1 of w_min
  struct inm_running *running;           // owned; over all snapshots
  inm_nodes nodes;                       // owned; with solver kpm, density of Xi^2 of the snapshot
  std::vector<double> numerics;          // [INM_NSET][ntypes+1], numerical errors of the sums
  struct inm_running *running_numerics;               // owned; over all snapshots
  std::unique_ptr<INMVISC_NS::RestartStore> store;    // of what is over all snapshots
  bool announced;

  Quantity parse_quantity(const std::string &word, const std::string &name) const;
  void parse_friction(const std::string &word);
  double evaluate(const Quantity &, const char *name) const;
  void find_computes();
  class Fix *friction_fix() const;
  void snapshot();
  void sum_modes();
  void sum_moments();
  std::vector<double> edge_doubt() const;
  inm_steps steps(double w_edge_factor, double wmin_factor, double width_factor) const;
  double settings() const;
  void save_means();
  void restore_means();
  void find_cutoff();
  void check_mixing() const;
  double minimum_frequency() const;
  void friction_by_type(std::vector<double> &value, std::vector<double> &error) const;
  std::vector<double> coefficients(const std::vector<double> &friction) const;
  double number_average(const std::vector<double> &by_type) const;
  void tabulate();
  void announce();
};

}    // namespace LAMMPS_NS

#endif
#endif
