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

// C core, see inm/inm_correlator.h
struct inm_correlator;
struct inm_sample;

namespace LAMMPS_NS {

class FixOrthogonalDynamics : public Fix {
 public:
  FixOrthogonalDynamics(class LAMMPS *, int, char **);
  ~FixOrthogonalDynamics() override;
  int setmask() override;
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
  void *extract(const char *, int &) override;

  // the chosen v~(0) of a type and its standard error, NaN if not known; collective
  double friction(int type);
  double friction_error(int type);
  double friction_pooled();

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
  int nlag;                // last lag of the kernel, in samples
  int norigin;             // samples between two origins
  int nblock;              // least number of blocks for the errors
  int per_type;            // 1 if the array has columns for each type
  bigint startstep;        // no sample before this step
  std::string filename;    // results at the end of each run, empty if not wanted

  struct inm_correlator *correlator;    // owned

  bigint last_step;    // step of the last sample, -1 if there is none
  double dt;           // time between samples, fixed by the first one
  double natoms;       // atoms of the group, fixed by the first sample
  bigint logged_at;    // number of samples when results were last logged

  int nkept;         // samples whose velocities are kept to be multiplied together
  int nslot;         // velocity slots in use
  int vstride;       // nslot rounded up to whole chunks of a row
  int nlevel;        // levels of positions that have storage
  double **vslot;    // per atom: velocities in the slots, relative to the center of mass
  double **vkept;    // per atom: velocities of the samples kept
  double **xslot;    // per atom: unwrapped positions, likewise

  // sums over the atoms of this rank, [ntypes] times [vstride], [nslot], [2], [displacements]
  std::vector<double> vv, vv_dense, moment, msd;

  bigint evaluated_at;                                           // samples behind the values below
  int source;                                                    // which estimate they are
  std::vector<double> friction_chosen, friction_chosen_error;    // [ntypes+1]

  void set_keyword(const std::string &, const char *);
  void set_output_flags();
  void check(int, const char *);

  bool due();
  void sample();
  double center_of_mass(double *, double *, bool);
  void check_continuity(double);
  void take_origin(double *, const double *);
  void keep_velocities(const double *);
  void multiply_kept(const double *);
  void add_sample(const double *);
  void store_velocities(int, double *);
  void correlate_positions(const double *, const struct inm_sample *);
  void grow_levels(int);
  int row_size();

  void evaluate();
  double sample_time();
  void log_results();
  void log_set(int);
  void log_warnings();
  std::string thermostats();
  void write_file();
  void write_kernel(FILE *);
  void write_displacements(FILE *);
};

}    // namespace LAMMPS_NS

#endif
#endif
