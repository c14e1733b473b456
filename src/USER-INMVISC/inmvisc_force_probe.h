/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_FORCE_PROBE_H
#define LMP_INMVISC_FORCE_PROBE_H

#include "inmvisc_force_parts.h"
#include "pointers.h"

#include <memory>
#include <string>
#include <vector>

namespace INMVISC_NS {

// Forces at displaced positions, in the middle of a time step.  Afterwards positions, forces, energies,
// virials and per-atom tallies are bit for bit as before.  The only code that moves atoms or writes
// forces, as HostAtoms is the one to read them: with a device, both sides must be as before.

class ForceProbe : protected LAMMPS_NS::Pointers {
 public:
  ForceProbe(class LAMMPS_NS::LAMMPS *);

  // why this cannot be done in the present run; empty if it can

  std::string refusal() const;

  // forces() are those of these parts only; all parts if nothing is selected.  before open()

  void select(const std::vector<ForcePart> &);

  // tally energy and virial along with the forces; before open()

  void want_tallies() { tally = true; }

  // keep positions and forces; all ranks evaluate the same number of times until close()

  void open();
  void close();

  // displace on top of the saved positions, ghosts along with their owners;
  // u = field(atom ID) for the atoms of a group; shear: all atoms, x_k += strain x_c with k <= c,
  // and the box too if kspace forces are selected, with k < c possible in a triclinic box only

  void shift_atom(LAMMPS_NS::tagint tag, int direction, double delta);
  void shift_all(int groupbit, void (*field)(void *, int64_t tag, double *u), void *ctx,
                 double delta);
  void shear(int k, int c, double strain);

  // forces of the selected parts at the present positions, then positions back.
  // returns flat array [nlocal][3], valid until the next call

  const double *forces();

  // at the last forces(), of the selected parts on all ranks: W_kc = sum of r_c f_k, which is
  // -dU/dgamma for the shear x_k += gamma x_c of atoms and box

  double virial(int k, int c) const;
  void virial(double *xx_yy_zz_xy_xz_yz) const;

  // at the last forces(): energy of the selected parts on this rank, without kspace

  double energy() const { return energy_out; }

 private:
  std::vector<double> x_saved, f_saved, torque_saved, f_out;
  std::vector<ForcePart> all_parts, selected;
  bool own_map;              // there was no atom map: made for the time from open() to close()
  bool tally;                // energies and virials too
  EnergyTallies energies;    // of the step
  std::unique_ptr<ExactFunctions> exact;    // from open() to close()
  double kspace_saved[7];                   // energy and virial of the step
  double energy_out, tensor[6];             // at the last forces()
  bool box_is_strained;
  double box_saved[9];    // boxlo, boxhi, xy, xz, yz

  int nall() const;
  void save();
  void restore();
  void strain_box(int k, int c, double strain);
  void restore_box();
  void evaluate(const std::vector<ForcePart> &, PartTally *sum = nullptr);
};
}    // namespace INMVISC_NS

#endif
