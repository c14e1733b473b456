/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_FORCE_PROBE_H
#define LMP_INMVISC_FORCE_PROBE_H

#include "pointers.h"

#include <string>
#include <vector>

namespace INMVISC_NS {

// Forces at displaced positions, in the middle of a time step and without a trace of it:
// positions, forces, energies, virials and per-atom tallies are bit for bit as before.

class ForceProbe : protected LAMMPS_NS::Pointers {
 public:
  ForceProbe(class LAMMPS_NS::LAMMPS *);

  // why this cannot be done in the present run; empty if it can

  std::string refusal() const;

  // keep positions and forces; all ranks evaluate the same number of times until close()

  void open();
  void close();

  // displace on top of the saved positions, ghosts along with their owners;
  // u = field(atom ID) for the atoms of a group; shear: all atoms, x_k += strain x_c

  void shift_atom(LAMMPS_NS::tagint tag, int direction, double delta);
  void shift_all(int groupbit, void (*field)(void *, int64_t tag, double *u), void *ctx,
                 double delta);
  void shear(int k, int c, double strain);

  // pair, bonded and kspace forces at the present positions, then positions back.
  // returns flat array [nlocal][3], valid until the next call

  const double *forces();

 private:
  std::vector<double> x_saved, f_saved, torque_saved, f_out;
  bool own_map;    // there was no atom map: made for the moment

  int nall() const;
  void evaluate();
};
}    // namespace INMVISC_NS

#endif
