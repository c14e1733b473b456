/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_SNAPSHOT_H
#define LMP_INMVISC_SNAPSHOT_H

#include "inmvisc_affine_force.h"
#include "inmvisc_cutoff.h"
#include "inmvisc_hessian.h"
#include "inmvisc_matrix_file.h"
#include "inmvisc_spectrum_solver.h"
#include "pointers.h"

#include "inm/inm_spectrum.h"

#include <memory>
#include <string>
#include <vector>

namespace LAMMPS_NS {
class NeighList;
}

namespace INMVISC_NS {

// A sum over modes that a solver with polynomials has to reproduce (inm_criterion), as a value: of the
// squared projections of these planes of an affine force, above this lowest frequency.

struct Criterion {
  std::shared_ptr<AffineForce> force;
  int first_plane = 0, nplanes = NPLANE;
  Cutoff cutoff;
};

// One configuration: its Hessian, the vectors that styles want projected on its modes, its spectrum.
// Once per time step, for whoever asks first.
//
// compute inm/dos makes it and holds its settings; the other styles say what they want of it with values,
// which are in force as long as they hold the pointer that they get back.

class Snapshot : protected LAMMPS_NS::Pointers {
 public:
  Snapshot(LAMMPS_NS::LAMMPS *, const std::string &label, int igroup);
  ~Snapshot() override;

  // settings, to be complete before init()

  HessianBuilder builder;
  SpectrumSolver solver;
  MatrixFile file;
  inm_request request;

  // what styles want; equal wishes share one result

  std::shared_ptr<AffineForce> want(const AffineForce &);
  std::shared_ptr<Criterion> want(const Criterion &);

  void init();    // begin a run: nothing of the last one is kept
  void set_list(LAMMPS_NS::NeighList *ptr) { list = ptr; }

  // make current.  collective

  void assemble();    // the Hessian and the affine forces
  void solve();       // the spectrum too
  bool is_solved() const;

  // results, after the call above that makes them

  const inm_spectrum *spectrum() const { return result; }
  const inm_modes &modes() const { return *inm_spectrum_modes(result); }
  double fingerprint() const { return trace; }    // distinguishes configurations, to rounding

  // rows of local arrays on this rank: modes belong to no atom, so each rank shows an equal part of the
  // table, in ascending order from rank to rank

  void mode_slice(size_t &first, size_t &last) const;

  // width of the steps at the edges of a sum above wmin, and 0.9, 1.1 times the edges

  inm_cut cut(double wmin) const;

  double memory_usage() const;

 private:
  std::string label;    // "Compute inm/dos ID"
  int igroup;
  LAMMPS_NS::NeighList *list;    // null without a pair style
  std::vector<std::weak_ptr<AffineForce>> forces;
  std::vector<std::weak_ptr<Criterion>> criteria;
  std::vector<double> projections;    // [nproj][nrow][3] the forces one after the other
  inm_spectrum *result;               // owned; of the last solution
  LAMMPS_NS::bigint assembly_step, solution_step;    // -1 if none
  double trace;
  bool announced, gathering;

  void rebuild_list();
  void project();
  std::vector<inm_criterion> evaluate_criteria();
};

}    // namespace INMVISC_NS

#endif
