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

namespace INMVISC_NS {
class AtomHistory;
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
  std::string me;          // for messages
  int nlag;                // last lag of the kernel, in samples
  int norigin;             // samples between two origins
  int nblock;              // least number of blocks for the errors
  bool direct;             // orthogonal dynamics itself
  bool per_type;           // the array has columns for each type
  bool normalized;         // kernel and VACF in the file relative to their start
  bigint startstep;        // no sample before this step
  std::string filename;    // results at the end of each run, empty if not wanted

  struct inm_correlator *correlator;         // owned
  class INMVISC_NS::AtomHistory *history;    // owned

  bigint last_step;    // step of the last sample, -1 if there is none
  double dt;           // time between samples, fixed by the first one
  double natoms;       // atoms of the group, fixed by the first sample
  bigint logged_at;    // number of samples when results were last logged

  // bounds of the sums over atoms, and the numbers that round their summands accordingly
  struct Bounds {
    double mass, momentum, position, force, vv, mv2, av, aa;
  } bounds, rounder;
  static constexpr int NBOUNDS = 8;

  // sums over all atoms at the samples kept; of positions and forces at the last of them
  struct Total {
    double mass, momentum[3], count, position[3], force[3];
  };
  static constexpr int NTOTAL = 11;
  std::vector<Total> total;

  // sums over atoms of the group
  int nslot, row;                      // slots in use, and in a row
  std::vector<double> vv;              // [nkept][ntypes][row]
  std::vector<double> av, aa;          // [ntypes][row]
  static constexpr int NMOMENT = 3;    // m v^2 and 1, then v^2
  std::vector<double> at_origin;       // [ntypes][2] moments, [ntypes] v^2, [ntypes][npair] MSD
  std::vector<double> msd_rounder;     // [npair]
  std::vector<double> vv_dense, av_dense, aa_dense;    // [ntypes][nslot]

  bigint evaluated_at;                                           // samples behind the values below
  int source;                                                    // which estimate they are
  std::vector<double> friction_chosen, friction_chosen_error;    // [ntypes+1]

  void parse(int, char **);
  void check_arguments();
  void check_memory();
  void create_storage();
  void set_output_flags();
  void check(int, const char *);

  bool due();
  void sample();
  void check_continuity();
  void collect(Total &, bool);
  void find_bounds();
  void find_group_bounds(const double *);
  void set_rounders();
  void process_kept(bool);
  void reduce_totals();
  void velocity_of_center(int, double *) const;
  void multiply_kept();
  void multiply_accelerations(int, const double *);
  void plan_displacements(const struct inm_sample *);
  void take_origin();
  void store_velocity(int, int, const double *);
  void correlate_position(int, const double *, const struct inm_sample *);
  void add_sample(const double *);
  void add_to_all(std::vector<double> &, size_t);
  double atom_mass(int) const;

  void evaluate();
  double sample_time();
  int report();
};

}    // namespace LAMMPS_NS

#endif
#endif
