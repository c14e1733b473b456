/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_KPM_H
#define LMP_INMVISC_KPM_H

#include "inm/inm_kpm.h"
#include "inm/inm_lowest.h"
#include "inm/inm_plan.h"
#include "inmvisc_progress.h"
#include "pointers.h"

#include <memory>
#include <string>
#include <vector>

namespace INMVISC_NS {

class KeywordParser;

// The kernel polynomial method for compute inm/dos: its keywords, how many products are enough, and
// the outputs of that compute.

class KpmSolver : protected LAMMPS_NS::Pointers {
 public:
  // One whose result decides how many products are enough: its relative change between half of the
  // products done and all of them.  collective

  class Judge {
   public:
    virtual double change(const inm_kpm *) = 0;

   protected:
    ~Judge() = default;    // never deleted through this interface
  };

  KpmSolver(LAMMPS_NS::LAMMPS *, const std::string &caller);
  ~KpmSolver() override;

  // parsing: the value of solver kpm; a keyword of ours, false if it is not; another solver; the end

  void parse_products(KeywordParser &);
  bool parse_keyword(const std::string &key, KeywordParser &);
  void decline() { chosen = false; }
  void check_arguments(inm_edge) const;

  int nlowest;            // lowest modes that are wanted one by one
  double memory_limit;    // bytes on a node that matrix and vectors may take, 0: all there are

  bool is_chosen() const { return chosen; }
  double width(inm_edge) const;    // of the steps, 0 if it is not known here
  const inm_kpm *moments() const { return kpm; }

  // start vectors are those of the request.  collective

  void solve(const inm_hessian *, const inm_request &, inm_edge, const std::vector<Judge *> &);

  // the lowest modes, after the moments: a table of them alone.  collective

  void solve_lowest(const inm_hessian *, const inm_request &, inm_modes &);

  // outputs of compute inm/dos from the moments; the range is found if nbin is given for it

  void tabulate(inm_range &, bool fixed_range, inm_edge, double *vector, double *array) const;
  void announce(inm_edge) const;

 private:
  std::string caller;                    // "Compute inm/dos ID"
  bool chosen;                           // solver kpm was given
  int fixed_products;                    // K, 0 for auto
  int nrandom;                           // random start vectors, 0 for the default
  double given_width;                    // of the steps, 0 for the default
  double bound;                          // of the error, for auto
  std::string needs;                     // a keyword that was given and is for this solver only
  inm_kpm *kpm;                          // owned; of the last snapshot
  double seconds;                        // of the products
  double last_change;                    // what the judges said in the end
  double bytes;                          // of all ranks, matrix and vectors
  std::unique_ptr<Progress> progress;    // of the products
  std::string lowest;                    // what is to be said of the lowest modes

  double judge(inm_edge, const std::vector<Judge *> &) const;
  void raise(inm_edge, const std::vector<Judge *> &);
  void advance_to(size_t products);
  double bandwidth() const;
  void check_memory(double bytes_of_rank, const std::string &what) const;
};

}    // namespace INMVISC_NS

#endif
