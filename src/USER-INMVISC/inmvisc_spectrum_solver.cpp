/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_spectrum_solver.h"

#include "inmvisc_check.h"
#include "inmvisc_parser.h"
#include "inmvisc_progress.h"
#include "inmvisc_unit_names.h"
#include "inmvisc_units.h"

#include "inm/inm_constraints.h"
#include "inm/inm_cores.h"
#include "inm/inm_machine.h"

#include "comm.h"
#include "error.h"
#include "update.h"
#include "utils.h"

#include <cmath>
#include <cstring>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

static constexpr size_t WORTH_AN_ESTIMATE = 1500;    // modes: about a second
static constexpr double FAST = 0.1;                  // seconds, not worth reporting

// more products or random vectors can only be a mistake

static constexpr int MANY = 1000000;

/* ---------------------------------------------------------------------- */

SpectrumSolver::SpectrumSolver(LAMMPS *lmp, const std::string &label_in) :
    Pointers(lmp), memory_limit(0.0), label(label_in), solver(nullptr), announced(false), nrigid(0),
    core_speed(0.0), speed_factor(1.0)
{
}

/* ---- parsing ---------------------------------------------------------------------------------- */

/* if the keyword is repeated, the last solver and its number of products apply */

void SpectrumSolver::parse_solver(KeywordParser &in, inm_request &request)
{
  if (in.next_is("lowest"))
    in.refuse("solver lowest is not available on its own; use solver kpm with modes lowest K");
  const std::string name =
      in.choice("solver", {"auto", "lapack", "twostage", "scalapack", "elpa", "kpm"});

  solver = inm_solver_find(name.c_str());
  request.products = 0;
  if (name != "auto" && !solver)
    in.refuse("solver " + name +
              " is not available in this plugin, which was built without its library; "
              "use auto, lapack, twostage, or kpm");
  if (solver && has(INM_HAS_PRODUCTS)) parse_products(in, request);
}

void SpectrumSolver::parse_products(KeywordParser &in, inm_request &request)
{
  const std::string name = inm_solver_name(solver), text = in.word("solver " + name);
  double value;
  if (text == "auto") return;
  if (!is_number(text, value) || !(value >= 1.0 && value <= MANY) || value != floor(value))
    in.fail(fmt::format("solver {} must be auto or a number of products from 1 to {}", name, MANY));
  request.products = (size_t) value;
}

bool SpectrumSolver::parse_keyword(const std::string &key, KeywordParser &in, inm_request &request)
{
  const auto positive = [&](const std::string &unit) {
    const double value = in.number(key);
    if (!(value > 0.0)) in.fail(key + (unit.empty() ? " must be above 0" : unit));
    return value;
  };

  if (key == "solver") {
    parse_solver(in, request);
  } else if (key == "precision") {
    const std::string which = in.choice("precision", {"auto", "double", "single"});
    request.precision = (which == "auto") ? INM_PRECISION_AUTO
        : (which == "double")             ? INM_DOUBLE
                                          : INM_SINGLE_PRECISION;
  } else if (key == "memory") {
    memory_limit = GB * positive(" must be a positive number of GB");
  } else if (key == "threads") {
    request.max_threads = in.integer("threads", 1);
  } else if (key == "kpm/width") {
    request.width = positive("");
  } else if (key == "kpm/random") {
    request.nrandom = in.integer(key, 1, MANY);
  } else if (key == "kpm/error") {
    request.bound = positive("");
  } else {
    return false;
  }
  if (key.compare(0, 4, "kpm/") == 0) for_products = key;
  return true;
}

void SpectrumSolver::require(inm_capability what, const std::string &caller,
                             const std::string &asked) const
{
  const char *reason = inm_solver_lacks(solver, what);
  if (reason) error->all(FLERR, "{}: {} is not possible: {}", caller, asked, reason);
}

void SpectrumSolver::check_arguments(const inm_request &request) const
{
  if (!for_products.empty()) require(INM_HAS_PRODUCTS, label, for_products);
  if (request.precision == INM_SINGLE_PRECISION) require(INM_HAS_SINGLE, label, "precision single");
  if (request.vectors == INM_VECTORS_LOWEST) require(INM_HAS_LOWEST, label, "modes lowest");
  if (request.vectors == INM_VECTORS_ALL) require(INM_HAS_VECTORS, label, "modes all");
  if (request.vectors == INM_VECTORS_UNSTABLE) require(INM_HAS_VECTORS, label, "modes unstable");
  if (request.edge.kind == INM_EDGE_PARTICIPATION) require(INM_HAS_VECTORS, label, "edge pr");
}

bool SpectrumSolver::needs_criteria(const inm_request &request) const
{
  return request.products == 0 && solver && has(INM_HAS_PRODUCTS);
}

/* ---- before the solution ---------------------------------------------------------------------- */

/* choose a solver before anything large is allocated */

inm_plan SpectrumSolver::plan_for(const inm_hessian *h, size_t n, const inm_request &request) const
{
  inm_plan plan;
  const inm_status status = inm_plan_make(&plan, world, n, h, &request, solver, memory_limit);
  if (status == INM_ERR_SIZE)
    error->all(FLERR,
               "{}: {} modes are too many for {} with these eigenvectors: use modes unstable or "
               "none, solver scalapack or elpa on more ranks, or solver kpm",
               label, n, solver ? std::string("solver ") + inm_solver_name(solver) : "one rank");
  check_status(lmp, status, label + ": choosing a solver");
  return plan;
}

void SpectrumSolver::check_memory(const inm_plan &plan) const
{
  const inm_place place = inm_solver_place(plan.solver);
  const std::string name = inm_solver_name(plan.solver);
  std::string advice;

  if (place == INM_MATRIX_FREE)
    advice = "more nodes, or a smaller group";
  else
    advice = fmt::format("modes unstable or none, precision single, {}, a smaller group, or {}",
                         (place == INM_ON_GRID) ? "solver scalapack"
                                                : "solver twostage, scalapack, elpa or kpm",
                         (place == INM_ON_GRID) ? "more nodes" : "a machine with more memory");
  require_memory(lmp, label, fmt::format("solver {} for {} modes", name, plan.job.n),
                 (place == INM_ON_ROOT) ? "rank 0" : "a node", plan.need, plan.have, memory_limit,
                 advice);
}

/* ----------------------------------------------------------------------
   Announce the solver before the first solution of a run.  Estimate its time
   from the speed of a core, and calibrate that by the last solution.
------------------------------------------------------------------------- */

static std::string in_precision(inm_precision which)
{
  if (which == INM_SINGLE_PRECISION) return " in single precision";
  return (which == INM_REFINED) ? " in single precision, refined to double" : "";
}

void SpectrumSolver::announce(const inm_plan &plan)
{
  if (announced || plan.work == 0.0) return;
  if (plan.job.n >= WORTH_AN_ESTIMATE && core_speed == 0.0) core_speed = inm_core_speed(world);
  if (comm->me) return;

  const bool on_grid = (inm_solver_place(plan.solver) == INM_ON_GRID);
  const std::string workers = on_grid ? fmt::format("{} ranks", plan.job.nprocs)
                                      : fmt::format("{} threads on rank 0", plan.job.nthread);
  const std::string time = (core_speed > 0.0)
      ? fmt::format(", about {} per snapshot", duration(speed_factor * plan.work / core_speed))
      : "";
  utils::logmesg(lmp, "{}: {} modes, solver {}{}, {}, {:.3g} GB{}{}\n", label, plan.job.n - nrigid,
                 inm_solver_name(plan.solver), in_precision(plan.job.precision), workers,
                 plan.need / GB, on_grid ? " on a node" : "", time);
  utils::logmesg(lmp, "{}: LAPACK from {}\n", label, inm_lapack_file());
}

/* ---- the solution ----------------------------------------------------------------------------- */

namespace {
struct Listener {
  Progress *progress;
  bool open_ended;    // the target of products may rise
};
}    // namespace

static void tell_progress(void *ctx, const inm_progress *p)
{
  const auto listener = (const Listener *) ctx;
  Progress *progress = listener->progress;
  if (p->target == 0)
    progress->done(p->done);
  else if (progress->due())
    progress->tell(fmt::format("{} of {}{} products in {}", p->products,
                               listener->open_ended ? "at least " : "", p->target,
                               duration(progress->seconds())));
}

/* returns nullptr if modes of single precision were not accurate enough, and sets the request to double */

inm_spectrum *SpectrumSolver::attempt(const inm_plan &plan, const inm_hessian *h,
                                      inm_request &request, double &seconds)
{
  const bool dense = (inm_solver_place(plan.solver) != INM_MATRIX_FREE);
  Progress progress(lmp, label + (dense ? ": diagonalization" : ": solver kpm"));
  inm_spectrum *spectrum = nullptr;

  Listener listener = {&progress, request.products == 0};
  request.progress = tell_progress;
  request.progress_ctx = &listener;
  if (dense && plan.job.n >= WORTH_AN_ESTIMATE)
    progress.watch(core_speed > 0.0 ? speed_factor * plan.work / core_speed : 0.0);
  const inm_status status = inm_solve(plan.solver, h, &request, &spectrum);
  progress.end_watch();
  request.progress = nullptr;

  if (status == INM_ERR_PRECISION) {
    use_double(request);
    return nullptr;
  }
  if (status == INM_ERR_ARG && request.vectors == INM_VECTORS_LOWEST)
    error->all(FLERR,
               "{}: modes lowest {} needs more modes beside the free translations of separate "
               "parts; use another solver",
               label, request.nlowest);
  check_status(lmp, status, label + (dense ? ": diagonalization" : ": solver kpm"));

  seconds = progress.seconds();
  MPI_Bcast(&seconds, 1, MPI_DOUBLE, 0, world);
  if (dense && core_speed > 0.0) speed_factor = seconds * core_speed / plan.work;
  return spectrum;
}

// what the user has asked for deserves a warning

void SpectrumSolver::use_double(inm_request &request)
{
  const bool asked = (request.precision == INM_SINGLE_PRECISION);

  request.precision = INM_DOUBLE;
  announced = false;
  speed_factor = 1.0;
  if (comm->me) return;
  if (asked)
    error->warning(FLERR,
                   "{}: precision single is not accurate enough: the residual exceeds 1 % of the "
                   "eigenvalue for more than 1 % of the modes, or too many modes are near zero; "
                   "using double from now on",
                   label);
  else
    utils::logmesg(lmp,
                   "{}: modes of single precision could not be refined to double; using double "
                   "from now on\n",
                   label);
}

inm_spectrum *SpectrumSolver::solve(const inm_hessian *h, size_t n, inm_request &request)
{
  inm_spectrum *spectrum = nullptr;
  inm_plan plan;
  double seconds = 0.0;

  nrigid = inm_hessian_constraints(h)->count;
  if (request.vectors == INM_VECTORS_LOWEST) check_lowest(n, request);
  do {
    plan = plan_for(h, n, request);
    check_memory(plan);
    announce(plan);
    spectrum = attempt(plan, h, request, seconds);
  } while (!spectrum);

  warn(plan, spectrum, request);
  if (!announced) {
    report(plan, spectrum, seconds);
    report_products(plan, spectrum, request);
  }
  announced = true;
  return spectrum;
}

/* the subspace has 1.5 times as many vectors as wanted modes, at most half the number of modes */

void SpectrumSolver::check_lowest(size_t n, const inm_request &request) const
{
  const size_t nfree = (size_t) (request.is_free[0] + request.is_free[1] + request.is_free[2]);
  const size_t nmode = n - std::min(n, nfree), nvector = inm_solver_vectors(request.nlowest);
  if (nmode < 2 * nvector)
    error->all(
        FLERR,
        "{}: modes lowest {} works with {} vectors and needs twice as many modes, but there are "
        "only {}; use another solver",
        label, request.nlowest, nvector, nmode);
}

/* ---- after the solution ----------------------------------------------------------------------- */

void SpectrumSolver::warn(const inm_plan &plan, const inm_spectrum *spectrum,
                          const inm_request &request) const
{
  const inm_spectrum_facts *about = inm_spectrum_about(spectrum);
  const double bound = inm_default_bound(request.bound);

  if (comm->me) return;
  if (strcmp(about->solver, inm_solver_name(plan.solver)) != 0)
    error->warning(FLERR, "{}: eigenvectors of solver {} failed their check, {} was used instead",
                   label, inm_solver_name(plan.solver), about->solver);
  if (needs_criteria(request) && !(about->change <= bound))
    error->warning(FLERR,
                   "{}: solver kpm auto stopped at {} products with a relative change of {:.2g}, "
                   "above the {:.2g} of kpm/error; a larger kpm/width needs fewer",
                   label, about->products, about->change, bound);
}

void SpectrumSolver::report(const inm_plan &plan, const inm_spectrum *spectrum,
                            double seconds) const
{
  const inm_spectrum_facts *about = inm_spectrum_about(spectrum);
  const bool on_grid = (inm_solver_place(plan.solver) == INM_ON_GRID);

  if (comm->me || inm_solver_place(plan.solver) == INM_MATRIX_FREE) return;
  if (on_grid || seconds > FAST)
    utils::logmesg(lmp, "{}: diagonalization took {:.3g} s{}\n", label, seconds,
                   on_grid ? fmt::format(" on {} x {} ranks", about->grid[0], about->grid[1]) : "");
}

static double eigenvalue(double w)
{
  return w * fabs(w);
}

void SpectrumSolver::report_products(const inm_plan &plan, const inm_spectrum *spectrum,
                                     const inm_request &request) const
{
  const inm_spectrum_facts *about = inm_spectrum_about(spectrum);
  const inm_edge edge = request.edge;
  double mine[2] = {about->traffic, inm_solver_bytes(plan.solver, &plan.job)}, all[2];

  if (about->products == 0) return;
  MPI_Allreduce(mine, all, 2, MPI_DOUBLE, MPI_SUM, world);
  if (comm->me) return;

  const std::string unit = unit_names(update->unit_style).frequency();
  std::string resolution = fmt::format("{:.3g} at w = 0", inm_spectrum_resolution(spectrum, 0.0));
  if (edge.kind == INM_EDGE_FREQUENCY)
    resolution += fmt::format(" and {:.3g} at the edge, which is a step of width {:.3g}",
                              inm_spectrum_resolution(spectrum, -edge.value),
                              inm_default_width(request.width, edge, 0.0));
  utils::logmesg(lmp, "{}: {} modes, solver {}{}\n", label, plan.job.n - nrigid, about->solver,
                 request.products ? "" : " auto");
  utils::logmesg(lmp,
                 "{}: {} products with {} vectors, {} of them random, lambda from {:.8g} to "
                 "{:.8g} {}^2; {:.3g} s, {:.3g} GB/s, {:.4g} MB\n",
                 label, about->products, about->nvector, about->nrandom, eigenvalue(about->lowest),
                 eigenvalue(about->highest), unit, about->seconds, all[0] / GB / about->seconds,
                 all[1] / MB);
  utils::logmesg(lmp, "{}: resolution in w: {}, in {}\n", label, resolution, unit);

  const inm_modes *modes = inm_spectrum_modes(spectrum);
  if (modes->n > 0)
    utils::logmesg(lmp,
                   "{}: {} lowest modes, |w| from {:.4g} to {:.4g} {}: {} products, {:.3g} s; the "
                   "per-atom array has means over these modes only\n",
                   label, modes->n, fabs(inm_frequency(modes->lambda[modes->n - 1])),
                   fabs(inm_frequency(modes->lambda[0])), unit, about->low_products,
                   about->low_seconds);
  else
    utils::logmesg(lmp,
                   "{}: no modes and no eigenvectors: participation ratios and outputs that need "
                   "them are nan, local arrays are empty (modes lowest, or another solver)\n",
                   label);
}
