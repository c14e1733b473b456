/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_HESSIAN_H
#define LMP_INMVISC_HESSIAN_H

#include "inmvisc_hessian_check.h"
#include "inmvisc_provider.h"
#include "pointers.h"

#include <memory>
#include <string>
#include <vector>

namespace INMVISC_NS {

// Owns the Hessian of a group of atoms, chooses its providers, and has them checked against forces.

class HessianBuilder : protected LAMMPS_NS::Pointers {
 public:
  enum Method { AUTO, ANALYTIC, NUMERIC };

  HessianBuilder(LAMMPS_NS::LAMMPS *, const std::string &caller);
  ~HessianBuilder() override;

  Method method;    // the user's choice
  double delta;     // displacement for NUMERIC, 0 = to be chosen
  bool check;       // compare with forces at the first build

  void init(int groupbit);    // choose the providers; errors name the caller
  void build(int groupbit, LAMMPS_NS::NeighList *list);
  bool needs_list() const;

  // whether the derivatives of the energy by strain are wanted, before build()

  void want_strains(bool wanted) { site.with_strains = wanted; }

  CutoffDelta delta_at_cutoff() const;    // of all providers and ranks.  collective

  const inm_hessian *hessian() const { return h; }
  const HessianSites &sites() const { return site; }
  double check_error() const { return error_found; }
  double memory_usage() const;

 private:
  // a provider, its parts, and how it was chosen

  struct Assignment {
    std::vector<ForcePart> parts;
    std::unique_ptr<HessianProvider> provider;
    bool numeric;
    std::string why;    // reasons for numeric instead of analytic
    HessianCheck::Result check;
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
  void assemble_all(LAMMPS_NS::NeighList *list);
  void constrain();
  void assemble_checked(LAMMPS_NS::NeighList *list);
  void check_gradients() const;
  void check_parts(HessianCheck &);
  void replace_by_numeric(size_t k);
  void announce_memory(LAMMPS_NS::NeighList *list);
  void announce();
};

}    // namespace INMVISC_NS

#endif
