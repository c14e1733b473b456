/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_HESSIAN_H
#define LMP_INMVISC_HESSIAN_H

#include "inmvisc_check.h"
#include "pointers.h"

#include <memory>
#include <string>
#include <vector>

struct inm_hessian;    // C core, see inm/inm_hessian.h

namespace LAMMPS_NS {
class NeighList;
}

namespace INMVISC_NS {

// what a provider needs to know of the rows of this rank

struct HessianRows {
  int groupbit;
  std::vector<int> atom_of_row;    // local index of the atom of each row
  std::vector<int> row_of_atom;    // [nlocal], -1 outside the group
};

// A provider turns one kind of interaction into blocks of the Hessian.

class HessianProvider : protected LAMMPS_NS::Pointers {
 public:
  HessianProvider(LAMMPS_NS::LAMMPS *lmp) : Pointers(lmp) {}
  ~HessianProvider() override = default;

  // why it cannot do the present force field, after LAMMPS's init; empty if it can

  virtual std::string refusal() const = 0;

  // add all blocks of this rank's rows.  collective

  virtual void fill(inm_hessian *h, const HessianRows &rows, LAMMPS_NS::NeighList *list) = 0;

  // what was done, in a few words for the log, after fill()

  virtual std::string description() const = 0;

  // displacement with which forces were differenced; 0 if none

  virtual double step() const { return 0.0; }

  // why the affine force cannot be had from its blocks; empty if it can

  virtual std::string affine_refusal() const { return ""; }
};

std::unique_ptr<HessianProvider> make_pair_provider(LAMMPS_NS::LAMMPS *);
std::unique_ptr<HessianProvider> make_numeric_provider(LAMMPS_NS::LAMMPS *, double delta);

// a length to measure displacements by: that of the cube of one atom

double atom_spacing(LAMMPS_NS::LAMMPS *);

// Owns the Hessian of a group of atoms, chooses who fills it, and checks it against forces.

class HessianBuilder : protected LAMMPS_NS::Pointers {
 public:
  enum Method { AUTO, ANALYTIC, NUMERIC };

  HessianBuilder(LAMMPS_NS::LAMMPS *, const std::string &caller);
  ~HessianBuilder() override;

  Method method;    // the user's choice
  double delta;     // displacement for NUMERIC, 0 = default
  bool check;       // compare with forces at the first build

  void init();    // choose the provider; errors name the caller
  void build(int groupbit, LAMMPS_NS::NeighList *list);
  bool needs_list() const;

  const inm_hessian *hessian() const { return h; }
  const HessianRows &rows() const { return row; }
  double check_error() const { return error_found; }
  std::string affine_refusal() const { return provider->affine_refusal(); }
  double memory_usage() const;

 private:
  std::string caller;    // "Compute inm/dos ID"
  inm_hessian *h;        // owned
  HessianRows row;
  std::unique_ptr<HessianProvider> provider;
  std::string why_numeric;    // AUTO: what the analytic provider said
  bool announced;             // provider and check were printed in this run
  double error_found;         // of the check, NaN if not done
  std::string check_text;

  void assemble(int groupbit, LAMMPS_NS::NeighList *list);
  void verify(LAMMPS_NS::NeighList *list);
  void announce();
  std::vector<char> near_cutoff(LAMMPS_NS::NeighList *list, double reach) const;
  std::vector<double> difference_along_field(class ForceProbe &, double step) const;
};

}    // namespace INMVISC_NS

#endif
