/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_ATOM_HISTORY_H
#define LMP_INMVISC_ATOM_HISTORY_H

#include "pointers.h"

namespace INMVISC_NS {

// Velocities, accelerations and positions of the past, which travel with their atom.  What they are
// for is decided in inm/inm_correlator.c and inmvisc_source_check.h; here they are moved, packed and
// counted.

class AtomHistory : protected LAMMPS_NS::Pointers {
 public:
  static constexpr int NKEEP = 20;    // samples whose velocities are kept, at most

  // nslot: slots for velocities, in the order of inm/inm_products.h; and for accelerations if wanted

  AtomHistory(class LAMMPS_NS::LAMMPS *, int nslot, bool accelerations);
  ~AtomHistory() override;
  AtomHistory(const AtomHistory &) = delete;
  AtomHistory &operator=(const AtomHistory &) = delete;

  double **velocity;        // per atom: rows of slots
  double **acceleration;    // likewise, or a null pointer
  double **position;        // per atom: [nlevel*INM_MSD_RING][3]
  double *kept[NKEEP];      // [3*i]: velocities of the last samples as they were
  int nkept;                // number of those samples
  double *step;             // per atom: time step of its last sample, -1 if there is none
  double **record;          // per atom: what SourceCheck has recorded of the last snapshot
  int nlevel;               // levels of positions that have storage

  void grow(int nmax);
  void grow_levels(int nlevel_new);
  void copy(int from, int to);
  void clear(int i);
  int pack(int i, double *buf) const;
  int unpack(int i, const double *buf);
  int size() const;       // numbers that pack() writes
  int maxsize() const;    // at most, ever
  double bytes_per_atom() const;

 private:
  int width;    // numbers in a row of slots

  int position_width() const;
  int slot_width() const;
};
}    // namespace INMVISC_NS

#endif
