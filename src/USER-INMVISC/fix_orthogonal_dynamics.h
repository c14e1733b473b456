/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifdef FIX_CLASS
// clang-format off
FixStyle(orthogonal/dynamics,FixOrthogonalDynamics);
// clang-format on
#else

#ifndef LMP_FIX_ORTHOGONAL_DYNAMICS_H
#define LMP_FIX_ORTHOGONAL_DYNAMICS_H

#include "fix.h"

#include <string>
#include <vector>

namespace INMVISC_NS {
class VelocitySampler;
}

namespace LAMMPS_NS {

class FixOrthogonalDynamics : public Fix {
 public:
  FixOrthogonalDynamics(class LAMMPS *, int, char **);
  ~FixOrthogonalDynamics() override;
  int setmask() override;
  void init() override;
  void setup(int) override;
  void end_of_step() override;
  void post_run() override;
  void reset_dt() override;

  double compute_scalar() override;
  double compute_vector(int) override;
  double compute_array(int, int) override;

  // "friction", "friction/error": double[ntypes+1] of the chosen v~(0) in mass/time and of its
  // standard error, 0 = all atoms of the group, 1.. = types; dim = 1.  Evaluates first, so the
  // call is collective; the pointer stays, its values are those of the last call.
  // "correlator": const inm_correlator *, after an evaluation; "interval": double, the time between
  // its samples; dim = 0.
  // "friction/step": bigint, dim = 0, the step of the sample that completes the first window, or the
  // null pointer if there is one already.
  void *extract(const char *, int &) override;

  void grow_arrays(int) override;
  void copy_arrays(int, int, int) override;
  void set_arrays(int) override;
  int pack_exchange(int, double *) override;
  int unpack_exchange(int, double *) override;
  void write_restart(FILE *) override;
  void restart(char *) override;
  int pack_restart(int, double *) override;
  void unpack_restart(int, int) override;
  int size_restart(int) override;
  int maxsize_restart() override;
  double memory_usage() override;

 private:
  std::string label;       // for messages
  int nlag;                // last lag of the kernel, in samples
  int norigin;             // samples between two origins
  int nblock;              // least number of blocks for the errors
  bool direct;             // orthogonal dynamics itself
  bool per_type;           // the array has columns for each type
  bool normalized;         // kernel and VACF in the file relative to their start
  bigint startstep;        // no sample before this step
  std::string filename;    // results at the end of each run, empty if not wanted

  class INMVISC_NS::VelocitySampler *sampler;    // owned

  double interval;        // for extract()
  bigint unsampled;       // snapshots of a rerun at which no sample was due
  bigint logged_at;       // number of samples when results were last logged
  bigint evaluated_at;    // samples behind the values below
  bigint known_from;      // for extract()
  int source;             // which estimate they are
  std::vector<double> friction_chosen, friction_chosen_error;    // [ntypes+1]

  void parse(int, char **);
  void check_arguments();
  void set_output_flags();
  bool due();
  bigint first_known() const;
  void evaluate();
  int report();
};

}    // namespace LAMMPS_NS

#endif
#endif
