/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifdef COMPUTE_CLASS
// clang-format off
ComputeStyle(affine/gamma,ComputeAffineGamma);
// clang-format on
#else

#ifndef LMP_COMPUTE_AFFINE_GAMMA_H
#define LMP_COMPUTE_AFFINE_GAMMA_H

#include "compute.h"

#include "inm/inm_measure.h"

#include <memory>
#include <string>

namespace INMVISC_NS {
struct Criterion;
class Cutoff;
struct AffineForce;
}    // namespace INMVISC_NS

namespace LAMMPS_NS {

class ComputeAffineGamma : public Compute {
 public:
  ComputeAffineGamma(class LAMMPS *, int, char **);
  ~ComputeAffineGamma() override;
  void init() override;
  void compute_array() override;
  void compute_peratom() override;
  void compute_local() override;
  double memory_usage() override;

  // for the other computes of the package; require() stops with an error of the caller

  static ComputeAffineGamma *require(class LAMMPS *, const std::string &id,
                                     const std::string &caller);

  // the same for a caller of this group, which uses the modes of compute inm/dos inm

  static ComputeAffineGamma *require(class LAMMPS *, const std::string &id,
                                     const class ComputeInmDos *inm, int igroup,
                                     const std::string &caller);
  const std::string &source() const { return inm_id; }
  const std::shared_ptr<INMVISC_NS::AffineForce> &affine_force() const { return force_field; }
  void request();    // ask the snapshot for the affine force; init() does it too

  // also project the affine force of volumetric strain, as long as somebody holds the result

  std::shared_ptr<INMVISC_NS::AffineForce> request_bulk();

  // convergence of the sum over modes above a lowest frequency, for polynomial solvers

  INMVISC_NS::Criterion criterion(const INMVISC_NS::Cutoff &) const;
  int plane() const { return first_plane; }    // first plane of the average
  int planes() const { return nplanes; }
  void tabulate();    // bring all outputs up to date.  collective
  const inm_measure &squared_projections() const { return xi2; }    // of the last snapshot

 private:
  std::string label;     // "Compute affine/gamma ID"
  std::string inm_id;    // the compute inm/dos whose modes are projected on
  class ComputeInmDos *inm;
  int first_plane, nplanes;                                // planes that Gamma is averaged over
  std::shared_ptr<INMVISC_NS::AffineForce> force_field;    // request to the snapshot
  std::weak_ptr<INMVISC_NS::AffineForce> bulk_force;       // of other styles
  bigint tabulated_step;                                   // time step of the outputs, -1 if none
  bigint tabulated;                                        // version of the snapshot, 0 if none
  inm_measure xi2;                                         // owned; mean over the planes

  void parse(int, char **);
  void find_inm();
  int first_vector() const;
  std::vector<double> volumetric_force() const;
  void tabulate_bins();
  void tabulate_peratom();
  void tabulate_local();
};

}    // namespace LAMMPS_NS

#endif
#endif
