/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_SOURCE_CHECK_H
#define LMP_INMVISC_SOURCE_CHECK_H

#include "pointers.h"

#include <string>

namespace INMVISC_NS {

class HostAtoms;

// Whether positions and velocities that do not come from time integration, but from a dump file (rerun),
// fit each other.  LAMMPS keeps the old velocities or image flags of an atom where the file has none,
// without a message.  Consecutive snapshots are compared: a displacement must be the velocity times the
// time between them.  All of this is accumulated, so the answers get better with each snapshot.

class SourceCheck : protected LAMMPS_NS::Pointers {
 public:
  enum { X = 0, V = 3, IMAGE = 6, NRECORD };    // what is recorded of an atom at a snapshot

  SourceCheck(LAMMPS_NS::LAMMPS *, const std::string &label);

  // One sample: begin(), add() for each atom of the group, and sometime reduce(), which is collective and
  // stops if an atom was not in the group at the last sample.
  //   snapshot  the sample does not follow the last one by time integration
  //   last      time step of the last sample, -1 if there is none
  //   dt        time between samples
  //   step      time step of the last sample of this atom, updated

  void begin(bool snapshot, LAMMPS_NS::bigint last, double dt);
  void add(const HostAtoms &, int i, double &step, double *record);
  void reduce();

  // why data cannot be used, or "" if they can; and whether they come from several snapshots

  std::string velocities() const;
  std::string positions() const;
  bool is_file() const { return total.npair > 0.0; }

  // what else is doubtful, "" if nothing is

  std::string timestep() const;
  bool box_changes() const { return box_changed != 0.0; }

  // the state in a restart file, the same on all ranks after reduce()

  static size_t size();
  void pack(double *) const;
  void unpack(const double *);

 private:
  std::string label;    // of the fix, for messages
  bool comparing;       // this sample and the last one are snapshots
  bool recording;       // this sample is one
  LAMMPS_NS::bigint last_step;
  double interval;

  // kept in restart files: the box of the last snapshot, and flags

  static constexpr int NBOX = 9;
  double box[NBOX], box_changed, was_snapshot;

  // Sums over atoms and samples.  d: displacement by the minimum image; u: mean velocity times interval

  struct Sums {
    double natom, moving, unknown;    // atoms; those that move; those not in the last sample
    double npair;                     // atoms in two consecutive snapshots
    double dd[3], uu[3], du[3],
        turn;                        // products; square of the change of velocity times interval
    double fraction[3], jumps[3];    // (d/box)^2; displacements by more than half of the box
    double v_changed[3], image_changed;    // number of such atoms
  } mine, total;
  static constexpr int NSUM = 24;

  void compare(const HostAtoms &, int i, const double *record);
  void minimum_image(double *d, double *relative);
  bool is_velocity_missing(int k) const;
  bool is_position_missing(int k) const;
  bool is_image_missing(int k) const;
  bool is_at_rest(int k) const;
};
}    // namespace INMVISC_NS

#endif
