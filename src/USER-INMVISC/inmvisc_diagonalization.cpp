/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_diagonalization.h"

#include "inmvisc_check.h"
#include "inmvisc_compat.h"
#include "inmvisc_progress.h"

#include "inm/inm_cores.h"
#include "inm/inm_machine.h"

#include <cstring>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

static constexpr double GB = 1024.0 * 1024.0 * 1024.0;
static constexpr size_t WORTH_AN_ESTIMATE = 1500;    // modes: about a second
static constexpr double FAST = 0.1;                  // seconds that are not worth a number

/* ---------------------------------------------------------------------- */

Diagonalization::Diagonalization(LAMMPS *lmp, const std::string &who) :
    Pointers(lmp), solver(nullptr), memory_limit(0.0), caller(who), announced(false),
    core_speed(0.0), speed_factor(1.0), last_seconds(0.0)
{
}

/* ----------------------------------------------------------------------
   The matrix lives on rank 0, or on all ranks; nothing large has been
   allocated yet.
------------------------------------------------------------------------- */

inm_plan Diagonalization::plan_for(size_t n, const inm_request &request) const
{
  inm_plan plan;
  const inm_status status = inm_plan_make(&plan, world, n, &request, solver, memory_limit);
  if (status == INM_ERR_ARG)
    error->all(FLERR,
               "{}: solver {} has no single precision; precision single needs solver auto or "
               "twostage",
               caller, inm_solver_name(solver));
  if (status == INM_ERR_SIZE)
    error->all(FLERR,
               "{}: {} modes are too many for {} with these eigenvectors: use modes unstable or "
               "none, solver scalapack or elpa on more ranks, or solver kpm",
               caller, n, solver ? std::string("solver ") + inm_solver_name(solver) : "one rank");
  check_status(lmp, status, caller + ": choosing a solver");
  return plan;
}

void Diagonalization::check_memory(const inm_plan &plan) const
{
  const bool distributed = inm_solver_is_distributed(plan.solver);
  const std::string advice =
      fmt::format("modes unstable or none, precision single, {}, a smaller group, or {}",
                  distributed ? "solver scalapack" : "solver twostage, scalapack, elpa or kpm",
                  distributed ? "more nodes" : "a machine with more memory");
  require_memory(lmp, caller,
                 fmt::format("solver {} for {} modes", inm_solver_name(plan.solver), plan.job.n),
                 distributed ? "a node" : "rank 0", plan.need, plan.have, memory_limit, advice);
}

/* ----------------------------------------------------------------------
   One line before the first solution of a run.  How long it will take is
   known from the speed of a core, and better after a solution.
------------------------------------------------------------------------- */

void Diagonalization::announce(const inm_plan &plan)
{
  if (announced) return;
  announced = true;
  if (plan.job.n >= WORTH_AN_ESTIMATE && core_speed == 0.0) core_speed = inm_core_speed(world);
  if (comm->me) return;

  const bool distributed = inm_solver_is_distributed(plan.solver);
  const std::string who = distributed ? fmt::format("{} ranks", plan.job.nprocs)
                                      : fmt::format("{} threads on rank 0", plan.job.nthread);
  const std::string time = (core_speed > 0.0)
      ? fmt::format(", about {} a snapshot", duration(speed_factor * plan.work / core_speed))
      : "";
  utils::logmesg(lmp, "{}: {} modes, solver {}{}, {}, {:.3g} GB{}{}\n", caller, plan.job.n,
                 inm_solver_name(plan.solver),
                 plan.job.precision == INM_DOUBLE ? "" : " in single precision", who,
                 plan.need / GB, distributed ? " on a node" : "", time);
  utils::logmesg(lmp, "{}: LAPACK from {}\n", caller, inm_lapack_file());
}

static void report(void *progress, double done)
{
  ((Progress *) progress)->done(done);
}

/* ----------------------------------------------------------------------
   False if single precision was not safe: then the request is one for double.
------------------------------------------------------------------------- */

bool Diagonalization::attempt(const inm_plan &plan, const inm_hessian *h, inm_request &request,
                              inm_modes &modes)
{
  Progress progress(lmp, caller + ": diagonalization");
  request.progress = report;
  request.progress_ctx = &progress;
  if (plan.job.n >= WORTH_AN_ESTIMATE)
    progress.watch(core_speed > 0.0 ? speed_factor * plan.work / core_speed : 0.0);
  const inm_status status = inm_solve(plan.solver, h, &request, &modes);
  progress.end_watch();
  request.progress = nullptr;

  if (status == INM_ERR_PRECISION) {
    request.precision = INM_DOUBLE;
    announced = false;
    speed_factor = 1.0;
    if (comm->me == 0)
      error->warning(FLERR,
                     "{}: precision single is not safe here: of more than 1 % of the modes the "
                     "residual exceeds 1 % of the eigenvalue; double is used from now on",
                     caller);
    return false;
  }
  check_status(lmp, status, caller + ": diagonalization");

  last_seconds = progress.seconds();
  MPI_Bcast(&last_seconds, 1, MPI_DOUBLE, 0, world);
  if (core_speed > 0.0) speed_factor = last_seconds * core_speed / plan.work;
  return true;
}

void Diagonalization::solve(const inm_hessian *h, size_t n, inm_request &request, inm_modes &modes)
{
  const bool first = !announced;
  inm_plan plan;
  do {
    plan = plan_for(n, request);
    check_memory(plan);
    announce(plan);
  } while (!attempt(plan, h, request, modes));

  if (comm->me == 0 && strcmp(modes.solver, inm_solver_name(plan.solver)) != 0)
    error->warning(FLERR, "{}: eigenvectors of solver {} did not pass their check, {} was used",
                   caller, inm_solver_name(plan.solver), modes.solver);
  const bool distributed = inm_solver_is_distributed(plan.solver);
  if (comm->me == 0 && first && (distributed || last_seconds > FAST))
    utils::logmesg(lmp, "{}: diagonalization took {:.3g} s{}\n", caller, last_seconds,
                   distributed ? fmt::format(" on {} x {} ranks", modes.grid[0], modes.grid[1])
                               : "");
}
