/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_kpm.h"

#include "inmvisc_check.h"
#include "inmvisc_parser.h"

#include "inm/inm_machine.h"

#include "comm.h"
#include "error.h"
#include "utils.h"

#include "fmt/format.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

// products and random vectors beyond which a number can only be a mistake

static constexpr int MANY = 1000000;

static constexpr int FIRST_PRODUCTS = 200, MOST_PRODUCTS = 10000;

// without anything to judge by: no edge, nor a viscosity

static constexpr int PLAIN_PRODUCTS = 800;

// products between signs of life

static constexpr size_t BATCH = 25;

KpmSolver::KpmSolver(LAMMPS *lmp, const std::string &caller_in) :
    Pointers(lmp), nlowest(0), memory_limit(0.0), caller(caller_in), chosen(false),
    fixed_products(0), nrandom(0), given_width(0.0), bound(1.0e-3), kpm(nullptr), seconds(0.0),
    last_change(NAN), bytes(0.0)
{
}

KpmSolver::~KpmSolver()
{
  inm_kpm_destroy(&kpm);
}

/* ---------------------------------------------------------------------- */

void KpmSolver::parse_products(KeywordParser &in)
{
  const std::string text = in.word("solver kpm");
  double value;
  chosen = true;
  fixed_products = 0;
  if (text == "auto") return;
  if (!is_number(text, value) || !(value >= 1.0 && value <= MANY) || value != floor(value))
    in.fail(fmt::format("solver kpm must be auto or a number of products from 1 to {}", MANY));
  fixed_products = (int) value;
}

bool KpmSolver::parse_keyword(const std::string &key, KeywordParser &in)
{
  if (key == "kpm/width") {
    given_width = in.number(key);
    if (!(given_width > 0.0)) in.fail("kpm/width must be above 0");
  } else if (key == "kpm/random") {
    nrandom = in.integer(key, 1, MANY);
  } else if (key == "kpm/error") {
    bound = in.number(key);
    if (!(bound > 0.0)) in.fail("kpm/error must be above 0");
  } else {
    return false;
  }
  needs = key;
  return true;
}

/* ----------------------------------------------------------------------
   What needs eigenvectors is refused: there are none.
------------------------------------------------------------------------- */

void KpmSolver::check_arguments(inm_edge edge) const
{
  if (!chosen && !needs.empty()) error->all(FLERR, "{}: {} needs solver kpm", caller, needs);
  if (!chosen && nlowest) error->all(FLERR, "{}: modes lowest needs solver kpm", caller);
  if (chosen && edge.kind == INM_EDGE_PARTICIPATION)
    error->all(FLERR,
               "{}: edge pr needs eigenvectors, and solver kpm has none; use edge frequency, with "
               "the edge frequency that a smaller box of the same liquid has with another solver",
               caller);
}

double KpmSolver::width(inm_edge edge) const
{
  if (given_width > 0.0) return given_width;
  return (edge.kind == INM_EDGE_FREQUENCY) ? 0.1 * edge.value : 0.0;
}

/* ---------------------------------------------------------------------- */

void KpmSolver::solve(const inm_hessian *h, const inm_request &modes, inm_edge edge,
                      const std::vector<Judge *> &judges)
{
  // vectors pass in groups of 8: random ones fill the last group, 4 at the least

  const int filled = (modes.nproj + 4 + 7) / 8 * 8 - modes.nproj;
  inm_kpm_request request = {};
  request.nproj = modes.nproj;
  request.proj = modes.proj;
  request.nrandom = nrandom ? nrandom : filled;
  std::copy(modes.is_free, modes.is_free + 3, request.is_free);

  inm_kpm_destroy(&kpm);
  const double mine = inm_kpm_bytes_for(h, &request);
  check_memory(mine, "solver kpm");
  MPI_Allreduce(&mine, &bytes, 1, MPI_DOUBLE, MPI_SUM, world);
  check_status(lmp, inm_kpm_create(&kpm, h, &request), caller + ": start of solver kpm");

  progress.reset(new Progress(lmp, caller + ": solver kpm"));
  seconds = 0.0;
  last_change = NAN;
  if (fixed_products)
    advance_to(fixed_products);
  else
    raise(edge, judges);
  inm_kpm_finish(kpm);
}

/* nothing large has been allocated yet */

void KpmSolver::check_memory(double bytes_of_rank, const std::string &what) const
{
  double need, have;
  inm_node_memory(world, bytes_of_rank, memory_limit, &need, &have);
  require_memory(lmp, caller, what, "a node", need, have, memory_limit,
                 "more nodes, or a smaller group");
}

/* ---------------------------------------------------------------------- */

void KpmSolver::solve_lowest(const inm_hessian *h, const inm_request &modes, inm_modes &table)
{
  const double begin = MPI_Wtime();
  size_t products;
  inm_lowest_request request = {};
  request.count = nlowest;
  request.lowest = inm_kpm_lowest(kpm);
  request.highest = inm_kpm_highest(kpm);
  request.edge = modes.edge;
  request.ntypes = modes.ntypes;
  request.nproj = modes.nproj;
  request.proj = modes.proj;
  std::copy(modes.is_free, modes.is_free + 3, request.is_free);
  request.keep = modes.keep;
  request.keep_value = modes.keep_value;

  check_memory(inm_lowest_bytes_for(h, nlowest), "modes lowest " + std::to_string(nlowest));
  if (inm_kpm_nmode(kpm) < 2 * inm_lowest_vectors(nlowest))
    error->all(FLERR,
               "{}: modes lowest {} works with {} vectors and needs twice as many modes, there are "
               "{}; use another solver",
               caller, nlowest, inm_lowest_vectors(nlowest), inm_kpm_nmode(kpm));
  check_status(lmp, inm_lowest_modes(h, &request, &table, &products), caller + ": lowest modes");
  lowest = fmt::format("{} lowest modes, |w| from {:.4g} to {:.4g}: {} products, {:.3g} s", nlowest,
                       fabs(inm_frequency(table.lambda[table.n - 1])),
                       fabs(inm_frequency(table.lambda[0])), products, MPI_Wtime() - begin);
}

/* ----------------------------------------------------------------------
   What has yet to come down to the bound: the change of what is asked for,
   or the resolution at the edge in terms of its width, times the bound.
------------------------------------------------------------------------- */

double KpmSolver::judge(inm_edge edge, const std::vector<Judge *> &judges) const
{
  const size_t done = inm_kpm_products(kpm);
  double worst = 0.0;

  for (auto j : judges) worst = std::max(worst, j->change(kpm));
  if (!judges.empty()) return worst;
  if (edge.kind == INM_EDGE_FREQUENCY)
    return bound * inm_kpm_resolution(kpm, -edge.value, done) / width(edge);
  return bound * PLAIN_PRODUCTS / (double) done;
}

/* ----------------------------------------------------------------------
   More and more products, without beginning anew, until the change is below
   the bound twice in succession: once may be by chance.
------------------------------------------------------------------------- */

void KpmSolver::raise(inm_edge edge, const std::vector<Judge *> &judges)
{
  size_t products = FIRST_PRODUCTS;

  for (int passed = 0;;) {
    advance_to(products);
    last_change = judge(edge, judges);
    passed = (last_change <= bound) ? passed + 1 : 0;
    if (passed == 2) break;
    if (products == MOST_PRODUCTS) {
      if (comm->me == 0)
        error->warning(FLERR,
                       "{}: solver kpm auto ends at {} products with a relative change of {:.2g} "
                       "in place of {:.2g}; a larger kpm/width needs fewer",
                       caller, products, last_change, bound);
      break;
    }
    products = std::min<size_t>(products + products / 4, MOST_PRODUCTS);
  }
}

void KpmSolver::advance_to(size_t target)
{
  while (inm_kpm_products(kpm) < target) {
    const double begin = MPI_Wtime();
    check_status(lmp, inm_kpm_advance(kpm, std::min(BATCH, target - inm_kpm_products(kpm))),
                 caller + ": products of solver kpm");
    seconds += MPI_Wtime() - begin;
    if (progress->due())
      progress->tell(fmt::format("{} of {}{} products in {}", inm_kpm_products(kpm),
                                 fixed_products ? "" : "at least ", target, duration(seconds)));
  }
}

/* ---------------------------------------------------------------------- */

void KpmSolver::tabulate(inm_range &range, bool fixed_range, inm_edge edge, double *vector,
                         double *array) const
{
  inm_fractions f, errors;

  if (!fixed_range)
    range = inm_range_around(inm_frequency(inm_kpm_lowest(kpm)),
                             inm_frequency(inm_kpm_highest(kpm)), range.nbin);
  check_status(lmp, inm_kpm_dos(kpm, &range, array), caller + ": density of states");
  inm_kpm_fractions(kpm, edge, &f, &errors);
  vector[0] = f.stable;
  vector[1] = f.unstable;
  vector[2] = f.localized;
  vector[3] = f.delocalized;
  vector[4] = (edge.kind == INM_EDGE_FREQUENCY) ? edge.value : NAN;
  vector[5] = (double) inm_kpm_nzero(kpm);
  vector[6] = inm_kpm_low_frequency_slope(kpm);
  vector[8] = errors.unstable;
  vector[9] = errors.localized;
  vector[10] = (double) inm_kpm_products(kpm);
  vector[11] = (edge.kind == INM_EDGE_FREQUENCY)
      ? inm_kpm_resolution(kpm, -edge.value, inm_kpm_products(kpm))
      : NAN;
}

double KpmSolver::bandwidth() const
{
  const double mine = inm_kpm_traffic(kpm);
  double all;
  MPI_Allreduce(&mine, &all, 1, MPI_DOUBLE, MPI_SUM, world);
  return all / seconds;
}

void KpmSolver::announce(inm_edge edge) const
{
  const size_t products = inm_kpm_products(kpm);
  const double rate = bandwidth();

  if (comm->me) return;
  std::string resolution = fmt::format("{:.3g} at w = 0", inm_kpm_resolution(kpm, 0.0, products));
  if (edge.kind == INM_EDGE_FREQUENCY)
    resolution += fmt::format(" and {:.3g} at the edge, whose step is {:.3g} wide",
                              inm_kpm_resolution(kpm, -edge.value, products), width(edge));
  utils::logmesg(lmp, "{}: {} atoms, {} modes without {} rigid translations; solver kpm{}\n",
                 caller, inm_kpm_natom(kpm), inm_kpm_nmode(kpm), inm_kpm_nzero(kpm),
                 fixed_products ? "" : " auto");
  utils::logmesg(lmp,
                 "{}: {} products with {} vectors, {} of them random, lambda from {:.8g} to "
                 "{:.8g}; {:.3g} s, {:.3g} GB/s, {:.4g} MB\n",
                 caller, products, inm_kpm_vectors(kpm), inm_kpm_random(kpm), inm_kpm_lowest(kpm),
                 inm_kpm_highest(kpm), seconds, 1.0e-9 * rate, bytes / 1048576.0);
  utils::logmesg(lmp, "{}: resolution in w: {}\n", caller, resolution);
  if (nlowest)
    utils::logmesg(lmp, "{}: {}; shares of atoms are those in these modes\n", caller, lowest);
  else
    utils::logmesg(lmp,
                   "{}: no modes and no eigenvectors: participation ratios, shares of atoms and "
                   "what needs them are nan, local arrays are empty (modes lowest, or another "
                   "solver)\n",
                   caller);
}
