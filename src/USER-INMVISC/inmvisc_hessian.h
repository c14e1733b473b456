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
#include "inmvisc_force_parts.h"
#include "pointers.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct inm_hessian;    // C core, see inm/inm_hessian.h

namespace LAMMPS_NS {
class NeighList;
}

namespace INMVISC_NS {

// The sites of the Hessian on this rank: rows are the owned atoms of the group, neighbors near each other,
// the other sites are ghosts of the group in local order.

struct HessianSites {
  int groupbit;
  std::vector<int> atom_of_row;     // [nrow] local index
  std::vector<int> site_of_atom;    // [nlocal + nghost], INM_OUTSIDE for atoms outside the group
};

// Each pair within the cutoff is seen from two sides, maybe on two ranks.  keeps() is true on exactly one
// of them: that from which the other atom is above, along the axis that is divided between most ranks.
// So a rank needs copies of the atoms beyond one of its two faces there.

class HalfShell {
 public:
  HalfShell(LAMMPS_NS::LAMMPS *lmp);
  bool keeps(int i, int j) const;    // i is owned, j is owned or ghost

 private:
  const LAMMPS_NS::Atom *atom;
  int axis[3];
  double level;    // below it, a difference of coordinates is rounding
};

// A provider turns one part of the force field into blocks of the Hessian.

class HessianProvider : protected LAMMPS_NS::Pointers {
 public:
  HessianProvider(LAMMPS_NS::LAMMPS *lmp) : Pointers(lmp) {}
  ~HessianProvider() override = default;

  // why it cannot do its part, after LAMMPS's init; empty if it can

  virtual std::string refusal() const = 0;

  // pairs of atoms that this rank is about to add, to tell the memory before it is taken

  virtual double expected_pairs(const HessianSites &, LAMMPS_NS::NeighList *) const { return 0.0; }

  // add all blocks that this rank knows.  the list is full and occasional, or null if there is no
  // pair style.  collective

  virtual void fill(inm_hessian *, const HessianSites &, LAMMPS_NS::NeighList *) = 0;

  // what was done, in a few words for the log, after fill()

  virtual std::string description() const = 0;

  // displacement with which forces were differenced; 0 if none

  virtual double step() const { return 0.0; }
};

std::unique_ptr<HessianProvider> make_pair_provider(LAMMPS_NS::LAMMPS *, const ForcePart &);
std::unique_ptr<HessianProvider> make_eam_provider(LAMMPS_NS::LAMMPS *, const ForcePart &);
std::unique_ptr<HessianProvider> make_sw_provider(LAMMPS_NS::LAMMPS *, const ForcePart &);
std::unique_ptr<HessianProvider> make_bonded_provider(LAMMPS_NS::LAMMPS *, const ForcePart &);

// delta: displacement, 0 to have it chosen

std::unique_ptr<HessianProvider>
make_numeric_provider(LAMMPS_NS::LAMMPS *, const std::vector<ForcePart> &, double delta);

// a length to measure displacements by: that of the cube of one atom

double atom_spacing(LAMMPS_NS::LAMMPS *);

// the smallest displacement that the rounding of coordinates leaves six digits

double smallest_displacement(LAMMPS_NS::LAMMPS *);

// a field of random numbers in (-1,1) that is a function of the atom ID, so that every rank knows
// it for every atom, and so that it is the same for any number of ranks; ctx: number of dimensions

void random_field(void *ctx, int64_t tag, double *u);

// Owns the Hessian of a group of atoms, chooses who fills it, and checks it against forces.

class HessianBuilder : protected LAMMPS_NS::Pointers {
 public:
  enum Method { AUTO, ANALYTIC, NUMERIC };

  HessianBuilder(LAMMPS_NS::LAMMPS *, const std::string &caller);
  ~HessianBuilder() override;

  Method method;    // the user's choice
  double delta;     // displacement for NUMERIC, 0 = to be chosen
  bool check;       // compare with forces at the first build

  void init();    // choose the providers; errors name the caller
  void build(int groupbit, LAMMPS_NS::NeighList *list);
  bool needs_list() const;

  const inm_hessian *hessian() const { return h; }
  const HessianSites &sites() const { return site; }
  double check_error() const { return error_found; }
  double memory_usage() const;

 private:
  // H u against forces: |difference| and |H u| over the atoms that are not left out

  struct Comparison {
    double error, size, left_out, rows;
    double step;    // displacement
    bool passed(double tolerance) const;
    double relative() const;
  };

  // a provider, what it does, and how it came to do it

  struct Assignment {
    std::vector<ForcePart> parts;
    std::unique_ptr<HessianProvider> provider;
    bool numeric;
    std::string why;    // numeric in place of analytic: for every part, why
    Comparison check;
    bool passed;
    std::string name() const;
  };

  std::string caller;    // "Compute inm/dos ID"
  inm_hessian *h;        // owned
  HessianSites site;
  std::vector<Assignment> assigned;
  bool announced;        // providers and check were printed in this run
  double error_found;    // of all parts relative to the whole, NaN if not checked

  void check_delta() const;
  void assign_numeric(const ForcePart &, const std::string &why);
  void find_sites(int groupbit);
  void announce_memory(LAMMPS_NS::NeighList *list);
  std::vector<Assignment *> everyone();
  void assemble(const std::vector<Assignment *> &, LAMMPS_NS::NeighList *list);
  void verify_all(LAMMPS_NS::NeighList *list);
  void verify_parts(LAMMPS_NS::NeighList *list);
  bool verify(Assignment &, LAMMPS_NS::NeighList *list);
  void verify_delta(Assignment &, const std::vector<double> &hu) const;
  Comparison compare(const Assignment &, const std::vector<double> &hu, double step) const;
  void announce();
  std::vector<double> product_with_field() const;
};

}    // namespace INMVISC_NS

#endif
