/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_AFFINE_FORCE_H
#define LMP_INMVISC_AFFINE_FORCE_H

#include <string>
#include <vector>

namespace LAMMPS_NS {
class LAMMPS;
}

namespace INMVISC_NS {

class HessianBuilder;

// Shear planes: displacement along k proportional to coordinate c, like change_box xy, xz, yz.

struct ShearPlane {
  const char *name;
  int k, c;
};

constexpr int NPLANE = 3;
extern const ShearPlane shear_planes[NPLANE];

// The affine force field (Lemaitre and Maloney 2006), a request to a snapshot: what and how, and once the
// snapshot is assembled, the result.
//
//   SHEAR  Xi = d f / d gamma of the three planes, r_k -> r_k + gamma r_c
//   BULK   Xi = d f / d e_v of the volumetric strain e_v = dV/V, r -> (1 + e_v/d) r in d dimensions

struct AffineForce {
  enum Channel { SHEAR, BULK };
  enum Method { HESSIAN, STRAIN };    // sum over Hessian blocks, or finite differences of forces

  Channel channel = SHEAR;
  Method method = HESSIAN;
  double strain = 0.0;    // of the differences
  std::string label;      // of the requesting command, for errors

  int first = -1;            // index of its first vector among the projections, -1 if none
  std::vector<double> xi;    // [nvectors()][nrow][3] force/strain, rows of the builder

  int nvectors() const { return channel == SHEAR ? NPLANE : 1; }
  bool is_same(const AffineForce &other) const
  {
    return channel == other.channel && method == other.method && strain == other.strain;
  }

  // fill xi for the Hessian just built.  collective

  void compute(LAMMPS_NS::LAMMPS *, const HessianBuilder &);

 private:
  void from_hessian(const HessianBuilder &);
  void from_strain(LAMMPS_NS::LAMMPS *, const HessianBuilder &);
};

// The parts of which a vector is the sum: factor times the derivative for r_k -> r_k + gamma r_c

struct StrainTerm {
  int vector, k, c;
  double factor;
};
std::vector<StrainTerm> strain_terms(AffineForce::Channel, int dimension);

}    // namespace INMVISC_NS

#endif
