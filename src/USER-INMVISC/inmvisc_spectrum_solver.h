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

// From a Hessian to its spectrum, with everything a user sees of it: choice of a solver that fits the
// memory, log lines about solver, time and accuracy, progress of long calculations, and a fallback to double
// precision where single is not accurate enough.

class SpectrumSolver : protected LAMMPS_NS::Pointers {
 public:
  SpectrumSolver(LAMMPS_NS::LAMMPS *, const std::string &label);

  // parse a keyword, or return false if it belongs to the caller; check all arguments after the last keyword

  bool parse_keyword(const std::string &key, KeywordParser &, inm_request &);
  void check_arguments(const inm_request &) const;

  // stop if the solver lacks a capability that the caller needs; asked: the setting as the user wrote it

  void require(inm_capability what, const std::string &caller, const std::string &asked) const;
  bool has(inm_capability what) const { return !inm_solver_lacks(solver, what); }

  // whether the number of products depends on convergence criteria

  bool needs_criteria(const inm_request &) const;

  void begin_run() { announced = false; }

  // solve for n modes; the caller owns the result.  changes the request to double precision if single was
  // not accurate enough, refined or not.  collective

  inm_spectrum *solve(const inm_hessian *, size_t n, inm_request &);

  double memory_limit;    // bytes to use on a node, 0: all

 private:
  std::string label;           // "Compute inm/dos ID"
  const inm_solver *solver;    // the user's choice, nullptr for the best dense one
  std::string for_products;    // last kpm/ keyword given, which needs a solver with products
  bool announced;              // in this run
  size_t nrigid;               // constraints: coordinates of the matrix that are not modes
  double core_speed;           // flops per second of a core, 0 until measured
  double speed_factor;    // measured over estimated time of the last solution; 1 before the first

  void parse_solver(KeywordParser &, inm_request &);
  void parse_products(KeywordParser &, inm_request &);
  inm_plan plan_for(const inm_hessian *, size_t n, const inm_request &) const;
  void check_memory(const inm_plan &) const;
  void check_lowest(size_t n, const inm_request &) const;
  void announce(const inm_plan &);
  inm_spectrum *attempt(const inm_plan &, const inm_hessian *, inm_request &, double &seconds);
  void use_double(inm_request &);
  void report(const inm_plan &, const inm_spectrum *, double seconds) const;
  void report_products(const inm_plan &, const inm_spectrum *, const inm_request &) const;
  void warn(const inm_plan &, const inm_spectrum *, const inm_request &) const;
};
}    // namespace INMVISC_NS

#endif
