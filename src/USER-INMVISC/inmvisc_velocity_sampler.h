/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_VELOCITY_SAMPLER_H
#define LMP_INMVISC_VELOCITY_SAMPLER_H

#include "inmvisc_atom_history.h"
#include "inmvisc_host.h"
#include "inmvisc_source_check.h"
#include "inmvisc_trajectory_mark.h"
#include "pointers.h"

#include <string>
#include <vector>

// C core, see inm/inm_correlator.h
struct inm_correlator;
struct inm_sample;

namespace INMVISC_NS {

// The samples of fix orthogonal/dynamics: velocities, accelerations and positions of the atoms, their
// products with those of the past, and the sums over atoms, which go to inm/inm_correlator.c.

class VelocitySampler : protected LAMMPS_NS::Pointers {
 public:
  struct Settings {
    std::string label;    // of the fix, for messages
    int groupbit;         // atoms to be sampled
    int nevery;           // steps between samples
    int nlag;             // last lag of the kernel, in samples
    int norigin;          // samples between two origins
    int nblock;           // least number of blocks for the errors
    bool direct;          // orthogonal dynamics itself
  };

  VelocitySampler(LAMMPS_NS::LAMMPS *, const Settings &);
  ~VelocitySampler() override;
  VelocitySampler(const VelocitySampler &) = delete;
  VelocitySampler &operator=(const VelocitySampler &) = delete;

  // the present step; stops if it does not follow the last one.  snapshot: see SourceCheck

  void sample(bool snapshot);
  void check_timestep();               // stops if the timestep was changed after the first sample
  void begin_run();                    // stops if atoms or box are not those of the last run
  void end_run();                      // remembers them.  all three collective
  const inm_correlator *estimate();    // evaluate all samples.  collective

  LAMMPS_NS::bigint last_step() const { return last; }    // of the last sample, -1 if there is none
  LAMMPS_NS::bigint first_step() const;                   // of the first one, likewise
  LAMMPS_NS::bigint nsample() const;                      // that the correlator has
  double interval() const;                                // time between samples
  const inm_correlator *results() const { return correlator; }
  const SourceCheck &source() const { return source_check; }
  AtomHistory &atom_history() { return *history; }    // what must travel with the atoms

  void process_kept(bool origin = false);    // multiply what was kept for it.  collective

  // the state in a restart file, without the history of the atoms, the same on all ranks; after
  // process_kept() and, in a run, end_run().  unpack() returns an inm_status

  size_t size() const;
  void pack(double *) const;
  int unpack(const double *);

  double memory_usage() const;

 private:
  const Settings set;
  inm_correlator *correlator;    // owned
  AtomHistory *history;          // owned
  SourceCheck source_check;

  LAMMPS_NS::bigint last;    // step of the last sample
  double dt;                 // time between samples, fixed by the first one
  double natoms, nsystem;    // atoms of the group and of the system, fixed by the first sample
  TrajectoryMark mark;       // at the end of the last run
  bool minimized;            // atoms were moved by a minimization since

  // bounds of the sums over atoms, and the numbers that round their summands accordingly
  struct Bounds {
    double mass, momentum, position, force, vv, mv2, av, aa;
  } bounds, rounder;
  static constexpr int NBOUNDS = 8;

  // sums over all atoms at the samples kept; of positions and forces at the last of them
  struct Total {
    double mass, momentum[3], count, everyone, position[3], force[3];
  };
  static constexpr int NTOTAL = 12;
  std::vector<Total> total;

  // sums over atoms of the group
  int nslot, row;                      // slots in use, and in a row
  std::vector<double> vv;              // [nkept][ntypes][row]
  std::vector<double> av, aa;          // [ntypes][row]
  static constexpr int NMOMENT = 3;    // m v^2 and 1, then v^2
  std::vector<double> at_origin;       // [ntypes][2] moments, [ntypes] v^2, [ntypes][npair] MSD
  std::vector<double> msd_rounder;     // [npair]
  std::vector<double> vv_dense, av_dense, aa_dense;    // [ntypes][nslot]

  void check_memory();
  void create_storage();
  void check(int, const char *);

  void check_continuity();
  void collect(Total &, bool);
  void find_bounds();
  void find_group_bounds(const double *);
  void set_rounders();
  void reduce_totals();
  void check_number(const Total &);
  void velocity_of_center(int, double *) const;
  void multiply_kept();
  void multiply_accelerations(int, const double *);
  void plan_displacements(const inm_sample *);
  void take_origin();
  void store_velocity(const HostAtoms &, int, int, const double *);
  void correlate_position(const HostAtoms &, int, const double *, const inm_sample *);
  void add_sample(const double *);
  void add_to_all(std::vector<double> &, size_t);
};
}    // namespace INMVISC_NS

#endif
