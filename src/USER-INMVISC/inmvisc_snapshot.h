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
#include "inmvisc_snapshot_cost.h"
#include "inmvisc_spectrum_solver.h"
#include "inmvisc_strain_energy.h"
#include "pointers.h"

#include "inm/inm_constraints.h"
#include "inm/inm_modulus.h"
#include "inm/inm_spectrum.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace LAMMPS_NS {
class NeighList;
}

namespace INMVISC_NS {

// Convergence criterion of polynomial solvers (inm_criterion), as a value type: the sum over modes of the
// squared projections of these planes of an affine force, above a lowest frequency; or a modulus.

struct Criterion {
  std::shared_ptr<AffineForce> force;
  int first_plane = 0, nplanes = NPLANE;
  Cutoff cutoff;

  // the rows of the modulus, when the Hessian has been assembled; null if they cannot be known now.  collective

  std::function<const inm_modulus_rows *()> modulus;
};

// One configuration: its Hessian, vectors to project on its modes, and its spectrum, computed on first
// request.  Fixes may move atoms or the box between two requests in one time step: that is another
// configuration, and computed again.
//
// compute inm/dos owns it, with its settings.  Other styles submit requests by value.  A request lasts as
// long as the style holds the returned pointer.

class Snapshot : protected LAMMPS_NS::Pointers {
 public:
  Snapshot(LAMMPS_NS::LAMMPS *, const std::string &label, int igroup);
  ~Snapshot() override;

  // settings, complete before init()

  HessianBuilder builder;
  SpectrumSolver solver;
  MatrixFile file;
  inm_request request;

  // requests of other styles; equal ones get the same result

  std::shared_ptr<AffineForce> want(const AffineForce &);
  std::shared_ptr<Criterion> want(const Criterion &);
  std::shared_ptr<StrainEnergy> want_strain_energy();

  void init();    // begin a run and drop everything from the last one
  void set_list(LAMMPS_NS::NeighList *ptr) { list = ptr; }

  // bring up to date.  collective

  void assemble();    // the Hessian and the affine forces
  void solve();       // and the spectrum
  bool is_solved() const;

  // number of the solution, never 0: another one for each configuration

  LAMMPS_NS::bigint version() const { return solution; }

  // results of the calls above

  const inm_spectrum *spectrum() const { return result; }
  const inm_modes &modes() const { return *inm_spectrum_modes(result); }
  double fingerprint() const { return trace; }    // distinguishes configurations, up to rounding

  // rigid bonds of the group, each of which makes a row of the mode table that is not a mode

  size_t constraints() const { return inm_hessian_constraints(builder.hessian())->count; }

  // rows of local arrays on this rank: modes do not belong to atoms, so divide the table evenly among
  // ranks, in ascending order

  void mode_slice(size_t &first, size_t &last) const;

  // cut of a sum above wmin at the mobility edge, with the width of the steps

  inm_cut cut(double wmin) const;

  double memory_usage() const;

 private:
  std::string label;    // "Compute inm/dos ID"
  int igroup;
  LAMMPS_NS::NeighList *list;    // null without a pair style
  std::vector<std::weak_ptr<AffineForce>> forces;
  std::vector<std::weak_ptr<Criterion>> criteria;
  std::weak_ptr<StrainEnergy> strain_energy;    // one for all
  std::vector<double> projections;              // [nproj][nrow][3] all affine forces, concatenated
  inm_spectrum *result;                         // owned; from the last solution
  LAMMPS_NS::bigint assembly_step, solution_step;    // -1 if none
  LAMMPS_NS::bigint solution;
  double mark;    // of the configuration that was assembled
  double trace;
  bool announced, gathering;
  SnapshotCost cost;

  bool is_present(LAMMPS_NS::bigint step) const;
  void rebuild_list();
  void project();
  std::vector<inm_criterion> evaluate_criteria();
};

}    // namespace INMVISC_NS

#endif
