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

// The affine force field Xi = d f / d gamma of the three planes (Lemaitre and Maloney 2006), a request to
// a snapshot: the method, and once the snapshot is assembled, the result.

struct AffineForce {
  enum Method { HESSIAN, STRAIN };    // sum over Hessian blocks, or finite differences of forces

  Method method = HESSIAN;
  double strain = 0.0;    // of the differences
  std::string label;      // of the requesting command, for errors

  int first = -1;            // index of its first vector among the projections, -1 if none
  std::vector<double> xi;    // [NPLANE][nrow][3] force/strain, rows of the builder

  bool is_same(const AffineForce &other) const
  {
    return method == other.method && strain == other.strain;
  }

  // fill xi for the Hessian just built.  collective

  void compute(LAMMPS_NS::LAMMPS *, const HessianBuilder &);

 private:
  void from_hessian(const HessianBuilder &);
  void from_strain(LAMMPS_NS::LAMMPS *, const HessianBuilder &);
};

}    // namespace INMVISC_NS

#endif
