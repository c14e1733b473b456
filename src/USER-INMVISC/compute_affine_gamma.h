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
#include "compute_inm_dos.h"

#include <string>
#include <vector>

namespace LAMMPS_NS {

class ComputeAffineGamma : public Compute, public ComputeInmDos::Projector {
 public:
  ComputeAffineGamma(class LAMMPS *, int, char **);
  ~ComputeAffineGamma() override;
  void init() override;
  void compute_array() override;
  void compute_peratom() override;
  void compute_local() override;
  double memory_usage() override;

  void affine_force(INMVISC_NS::HessianBuilder &, double *xi) override;

  // for compute ulinm/viscosity

  void snapshot();    // make all results current.  collective
  const std::vector<double> &squared_projections() const { return xi2; }    // [modes]
  const char *source() const { return inm_id.c_str(); }
  int first_vector() const;    // among the projections of compute inm/dos, of those averaged over
  int vectors() const { return nplanes; }

 private:
  enum { HESSIAN, STRAIN };

  std::string me;        // "Compute affine/gamma ID"
  std::string inm_id;    // the compute inm/dos whose modes are projected on
  class ComputeInmDos *inm;
  int first_plane, nplanes;    // planes that Gamma is averaged over
  int method;                  // HESSIAN or STRAIN
  double strain;
  bigint snapshot_step;           // time step of the results, -1 if none
  std::vector<double> xi_atom;    // [nlocal][3][3] of the last snapshot, 0 outside the group
  std::vector<double> xi2;        // [modes] squared projections, mean over the planes

  void find_inm();
  void keep_peratom(const INMVISC_NS::HessianSites &, const double *xi);
  void from_hessian(INMVISC_NS::HessianBuilder &, double *xi) const;
  void from_strain(INMVISC_NS::HessianBuilder &, double *xi) const;
  void tabulate_peratom();
  void tabulate_local();
};

}    // namespace LAMMPS_NS

#endif
#endif
