/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_SPECTRUM_SOLVER_H
#define LMP_INMVISC_SPECTRUM_SOLVER_H

#include "pointers.h"

#include "inm/inm_plan.h"
#include "inm/inm_solver.h"

#include <string>

namespace INMVISC_NS {

class KeywordParser;

// From a Hessian to its spectrum as a user sees it: a solver that fits the memory, lines that say which
// one, how long and how accurate, progress if that is long, and double precision where single was not
// safe.

class SpectrumSolver : protected LAMMPS_NS::Pointers {
 public:
  SpectrumSolver(LAMMPS_NS::LAMMPS *, const std::string &label);

  // parsing: a keyword of ours, false if it is not; the end of all keywords

  bool parse_keyword(const std::string &key, KeywordParser &, inm_request &);
  void check_arguments(const inm_request &) const;

  // stop unless the solver has what a command of the caller asks for; asked: in the words of the user

  void require(inm_capability what, const std::string &caller, const std::string &asked) const;
  bool has(inm_capability what) const { return !inm_solver_lacks(solver, what); }

  // whether criteria decide how many products are enough

  bool needs_criteria(const inm_request &) const;

  void begin_run() { announced = false; }

  // a solution for n modes, which the caller owns; the request is for double precision afterwards where
  // single was not safe.  collective

  inm_spectrum *solve(const inm_hessian *, size_t n, inm_request &);

  double memory_limit;    // bytes on a node that it may use, 0: all there are

 private:
  std::string label;           // "Compute inm/dos ID"
  const inm_solver *solver;    // the user's choice, nullptr for the best dense one
  std::string for_products;    // a keyword was given that only matters for solvers with products
  bool announced;              // in this run
  double core_speed;           // flops per second of a core, 0 as long as it was not measured
  double speed_factor;         // seconds that the last solution took over those estimated; 1 before it

  void parse_solver(KeywordParser &, inm_request &);
  void parse_products(KeywordParser &, inm_request &);
  inm_plan plan_for(const inm_hessian *, size_t n, const inm_request &) const;
  void check_memory(const inm_plan &) const;
  void check_lowest(size_t n, const inm_request &) const;
  void announce(const inm_plan &);
  inm_spectrum *attempt(const inm_plan &, const inm_hessian *, inm_request &, double &seconds);
  void report(const inm_plan &, const inm_spectrum *, double seconds) const;
  void report_products(const inm_plan &, const inm_spectrum *, const inm_request &) const;
  void warn(const inm_plan &, const inm_spectrum *, const inm_request &) const;
};
}    // namespace INMVISC_NS

#endif
