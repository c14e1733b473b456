/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "compute_ulinm_viscosity.h"

#include "compute_affine_gamma.h"
#include "compute_inm_dos.h"
#include "inmvisc_check.h"
#include "inmvisc_compat.h"
#include "inmvisc_parser.h"

#include "inm/inm_correlator.h"
#include "inm/inm_hash.h"

#include "atom.h"
#include "citeme.h"
#include "comm.h"
#include "domain.h"
#include "error.h"
#include "fix.h"
#include "force.h"
#include "group.h"
#include "input.h"
#include "memory.h"
#include "modify.h"
#include "update.h"
#include "variable.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

static constexpr double TWO_PI = 6.28318530717958647692;

// positions of the outputs in the global vector

enum {
  ETA = 0,
  WMIN = 4,
  EDGE,
  FRICTION,
  SLOPE_EDGE,
  SLOPE_WMIN,
  MEAN,
  ERROR = 13,
  COUNT = 17,
  NUMERICS,
  NVECTOR = NUMERICS + 4
};

static const char cite_compute_ulinm_viscosity[] =
    "compute ulinm/viscosity command: arXiv:2408.07937\n\n"
    "@Misc{Huang25,\n"
    " author = {L.-Z. Huang and B. Cui and V. Vaibhav and M. Baggioli and Y.-J. Wang},\n"
    " title = {Microscopic origin of liquid viscosity from unstable localized modes},\n"
    " year =    2025,\n"
    " note =    {arXiv:2408.07937v2}\n"
    "}\n\n"
    "@Article{Zaccone23,\n"
    " author = {A. Zaccone},\n"
    " title = {General theory of the viscosity of liquids and solids from nonaffine particle "
    "motions},\n"
    " journal = {Phys.\\ Rev.\\ E},\n"
    " year =    2023,\n"
    " volume =  108,\n"
    " pages =   044101\n"
    "}\n\n";

/* ----------------------------------------------------------------------
   compute ID group ulinm/viscosity inm-ID gamma-ID keyword values ...
------------------------------------------------------------------------- */

ComputeUlinmViscosity::ComputeUlinmViscosity(LAMMPS *lmp, int narg, char **arg) :
    Compute(lmp, narg, arg), inm(nullptr), gamma(nullptr), friction_kind(-1), fix_component(0),
    mix_by_mode(true), has_bulk(false), snapshot_step(-1), counted_step(-1),
    counted_configuration(NAN), wmin(NAN), volume(NAN), running(nullptr), nodes(),
    running_numerics(nullptr), announced(false)
{
  if (lmp->citeme) lmp->citeme->add(cite_compute_ulinm_viscosity);

  me = fmt::format("Compute ulinm/viscosity {}", id);
  KeywordParser in(lmp, me, narg, arg, 3);
  bool has_cutoff = false;

  inm_id = in.word("inm-ID");
  gamma_id = in.word("gamma-ID");
  while (in.more()) {
    const std::string key = in.keyword();
    if (key == "friction") {
      parse_friction(in.word("friction"));
    } else if (key == "wmin" || key == "bulk") {
      if (has_cutoff) in.fail("give wmin or bulk once");
      cutoff = parse_quantity(in.word(key), key);
      has_bulk = (key == "bulk");
      has_cutoff = true;
    } else if (key == "friction/mix") {
      mix_by_mode = (in.choice("friction/mix", {"mode", "mean"}) == "mode");
    } else {
      in.unknown();
    }
  }
  if (friction_kind < 0)
    error->all(FLERR,
               "{}: keyword friction is missing: a number, v_name, f_ID of a fix "
               "orthogonal/dynamics, or f_ID[i]",
               me);
  if (!has_cutoff)
    error->all(FLERR,
               "{}: keyword wmin or bulk is missing: eta grows as 1/w^4, without a lowest "
               "frequency the softest single mode decides (wmin 0 if that is wanted)",
               me);

  inm = ComputeInmDos::require(lmp, inm_id, me);

  check_bins(lmp, me, inm->nbins(), 5);
  scalar_flag = vector_flag = array_flag = 1;
  extscalar = extvector = extarray = 0;
  size_vector = NVECTOR;
  size_array_rows = inm->nbins();
  size_array_cols = 5;
  vector = new double[size_vector];
  std::fill(vector, vector + size_vector, NAN);
  memory->create(array, size_array_rows, size_array_cols, "ulinm/viscosity:array");
  std::fill(array[0], array[0] + (size_t) size_array_rows * size_array_cols, NAN);

  for (auto r : {&running, &running_numerics})
    check_status(lmp, inm_running_create(r, INM_NSET, atom->ntypes + 1), me);
  restore_means();
}

ComputeUlinmViscosity::~ComputeUlinmViscosity()
{
  delete[] vector;
  memory->destroy(array);
  inm_running_destroy(&running);
  inm_running_destroy(&running_numerics);
  inm_nodes_free(&nodes);
}

/* ---------------------------------------------------------------------- */

ComputeUlinmViscosity::Quantity ComputeUlinmViscosity::parse_quantity(const std::string &word,
                                                                      const std::string &name) const
{
  Quantity q;
  if (word.compare(0, 2, "v_") == 0 && word.size() > 2) {
    q.variable = word.substr(2);
    return q;
  }
  if (!is_number(word, q.value) || q.value < 0.0)
    error->all(FLERR, "{}: {} must be a number >= 0 or v_name, not {}", me, name, word);
  return q;
}

void ComputeUlinmViscosity::parse_friction(const std::string &word)
{
  if (word.compare(0, 2, "f_") != 0) {
    friction_kind = FRICTION_QUANTITY;
    friction = parse_quantity(word, "friction");
    return;
  }
  const size_t bracket = word.find('[');
  fix_id = word.substr(2, bracket == std::string::npos ? bracket : bracket - 2);
  if (bracket == std::string::npos) {
    friction_kind = FRICTION_FIX;
    return;
  }
  char *end = nullptr;
  const long component = strtol(word.c_str() + bracket + 1, &end, 10);
  fix_component = (int) std::min<long>(component, MAXSMALLINT);
  if (component < 1 || strcmp(end, "]") != 0)
    error->all(FLERR, "{}: friction must be f_ID or f_ID[i] with i from 1 on, not {}", me, word);
  friction_kind = FRICTION_FIX_COMPONENT;
}

/* looked up at every use: a run without set-up (pre no) may follow when one was deleted */

void ComputeUlinmViscosity::find_computes()
{
  inm = ComputeInmDos::require(lmp, inm_id, me);
  gamma = dynamic_cast<ComputeAffineGamma *>(compute_by_id(modify, gamma_id, rank1()));
  if (!gamma) error->all(FLERR, "{}: there is no compute affine/gamma with ID {}", me, gamma_id);
  if (inm_id != gamma->source())
    error->all(FLERR, "{}: compute affine/gamma {} uses the modes of {}, not of {}", me, gamma_id,
               gamma->source(), inm_id);
  if (inm->igroup != igroup)
    error->all(FLERR, "{}: its group must be that of compute inm/dos {}", me, inm_id);
  if (inm->nbins() != size_array_rows)
    error->all(FLERR, "{}: compute inm/dos {} has another number of bins than before", me, inm_id);
}

void ComputeUlinmViscosity::init()
{
  find_computes();
  for (auto q : {&friction, &cutoff}) {
    if (q->variable.empty()) continue;
    const int ivar = input->variable->find(q->variable.c_str());
    const char *name = (q == &friction) ? "friction" : has_bulk ? "bulk" : "wmin";
    if (ivar < 0)
      error->all(FLERR, "{}: {} v_{}: there is no variable {}", me, name, q->variable, q->variable);
    if (!input->variable->equalstyle(ivar))
      error->all(FLERR, "{}: {} v_{}: variable {} is not equal-style", me, name, q->variable,
                 q->variable);
  }
  snapshot_step = -1;
  announced = false;
  if (inm->has_moments()) {
    inm->add_judge(id);
    check_mixing();
  }
  if (friction_kind != FRICTION_QUANTITY) friction_fix();
}

/* the fix that the friction comes from, if it is what it has to be */

Fix *ComputeUlinmViscosity::friction_fix() const
{
  Fix *fix = fix_by_id(modify, fix_id, rank1());
  if (!fix) error->all(FLERR, "{}: there is no fix {} for the friction", me, fix_id);
  if (friction_kind == FRICTION_FIX && strcmp(fix->style, "orthogonal/dynamics") != 0)
    error->all(
        FLERR,
        "{}: friction f_{} must be a fix orthogonal/dynamics; f_{}[i] takes the value of any fix",
        me, fix_id, fix_id);
  if (friction_kind == FRICTION_FIX_COMPONENT &&
      (!fix->vector_flag || fix->size_vector < fix_component))
    error->all(FLERR, "{}: friction f_{}[{}]: fix {} has no component {} of a global vector", me,
               fix_id, fix_component, fix_id, fix_component);
  return fix;
}

double ComputeUlinmViscosity::evaluate(const Quantity &q, const char *name) const
{
  if (q.variable.empty()) return q.value;
  const int ivar = input->variable->find(q.variable.c_str());
  if (ivar < 0)
    error->all(FLERR, "{}: {} v_{}: there is no variable {}", me, name, q.variable, q.variable);
  const double value = input->variable->compute_equal(ivar);
  if (value < 0.0) error->all(FLERR, "{}: {} v_{} is negative: {}", me, name, q.variable, value);

  // a friction may not be known yet; a cutoff that is not would leave out all modes

  const bool unknown_is_fine = (&q == &friction && std::isnan(value));
  if (!std::isfinite(value) && !unknown_is_fine)
    error->all(FLERR, "{}: {} v_{} must be a number, not {}", me, name, q.variable, value);
  return value;
}

/* ----------------------------------------------------------------------
   w_min = 2 pi v_s / L with v_s = sqrt(B / rho), L = V^(1/3): the lowest
   sound wave of the box.  B in pressure units, rho in mass/volume.
------------------------------------------------------------------------- */

double ComputeUlinmViscosity::minimum_frequency() const
{
  if (!has_bulk) return evaluate(cutoff, "wmin");

  double mine = 0.0, mass = 0.0;
  for (int i = 0; i < atom->nlocal; i++)
    mine += atom->rmass ? atom->rmass[i] : atom->mass[atom->type[i]];
  MPI_Allreduce(&mine, &mass, 1, MPI_DOUBLE, MPI_SUM, world);

  const double v2 = evaluate(cutoff, "bulk") / force->nktv2p * force->ftm2v / (mass / volume);
  const double length = (domain->dimension == 2) ? sqrt(volume) : cbrt(volume);
  return TWO_PI * sqrt(v2) / length;
}

/* ----------------------------------------------------------------------
   A snapshot leaves coefficients that do not know the friction, so one that
   was taken before the fix has a value still counts.
------------------------------------------------------------------------- */

void ComputeUlinmViscosity::snapshot()
{
  if (snapshot_step == update->ntimestep) return;
  require_run(lmp, me);
  find_computes();
  gamma->snapshot();

  std::vector<double> mine(atom->ntypes + 1, 0.0);
  for (int i = 0; i < atom->nlocal; i++)
    if (atom->mask[i] & groupbit) mine[atom->type[i]] += 1.0;
  natoms_of_type.resize(mine.size());
  MPI_Allreduce(mine.data(), natoms_of_type.data(), (int) mine.size(), MPI_DOUBLE, MPI_SUM, world);

  find_cutoff();
  if (inm->has_moments())
    sum_moments();
  else
    sum_modes();
  snapshot_step = update->ntimestep;

  // once per time step and configuration: a second run begins where the first one ended.
  // the trace of the Hessian tells configurations apart, but for rounding

  const double configuration = inm->fingerprint();
  const bool again = (counted_step == snapshot_step) &&
      fabs(configuration - counted_configuration) <= 1.0e-9 * fabs(configuration);
  if (again) return;
  counted_step = snapshot_step;
  counted_configuration = configuration;
  inm_running_add(running, sums.data());
  if (inm->has_moments()) inm_running_add(running_numerics, numerics.data());
  save_means();
}

/* ----------------------------------------------------------------------
   What sums of different snapshots have to agree in before they are averaged,
   as a number.  The friction can be put in later.
------------------------------------------------------------------------- */

double ComputeUlinmViscosity::settings() const
{
  const inm_edge edge = inm->mobility_edge();
  const std::string text =
      fmt::format("{} {} {} {} {:.17g} {} {:.17g} {}", group->names[igroup], mix_by_mode, has_bulk,
                  cutoff.variable, cutoff.value, (int) edge.kind, edge.value, inm->has_moments());
  const std::vector<double> letters(text.begin(), text.end());
  return inm_fingerprint(letters.size(), letters.data());
}

/* positions in the store: settings, snapshot counted last, then means and moments */

enum { SETTINGS, COUNTED_STEP, COUNTED_CONFIGURATION, NHEAD };

void ComputeUlinmViscosity::save_means()
{
  double *to = store->values();
  if (!to) return;
  to[SETTINGS] = settings();
  to[COUNTED_STEP] = (double) counted_step;
  to[COUNTED_CONFIGURATION] = counted_configuration;
  inm_running_store(running, to + NHEAD);
  inm_running_store(running_numerics, to + NHEAD + inm_running_size(running));
}

/* the means of a compute with the same ID in the restart file go on */

void ComputeUlinmViscosity::restore_means()
{
  const size_t n = inm_running_size(running);
  store.reset(new RestartStore(lmp, id, (int) (NHEAD + n + inm_running_size(running_numerics))));
  const double *from = store->values();
  if (!store->was_restored() || from[NHEAD] == 0.0) return;

  const bool same = (from[SETTINGS] == settings());
  if (same) {
    counted_step = (bigint) from[COUNTED_STEP];
    counted_configuration = from[COUNTED_CONFIGURATION];
    check_status(lmp, inm_running_restore(running, from + NHEAD), me);
    check_status(lmp, inm_running_restore(running_numerics, from + NHEAD + n), me);
  }
  if (comm->me) return;
  if (same)
    utils::logmesg(lmp, "{}: means go on after {} snapshots in the restart file\n", me,
                   inm_running_count(running));
  else
    error->warning(
        FLERR,
        "{}: the restart file has means with another group, mobility edge, wmin or bulk, "
        "friction/mix, or solver; they begin anew",
        me);
}

void ComputeUlinmViscosity::find_cutoff()
{
  volume = domain->xprd * domain->yprd * (domain->dimension == 2 ? 1.0 : domain->zprd);
  wmin = minimum_frequency();
}

void ComputeUlinmViscosity::sum_modes()
{
  const inm_modes &modes = inm->modes();
  const double *xi2 = gamma->squared_projections().data();
  const inm_edge edge = inm->mobility_edge();
  const size_t n = (size_t) INM_NSET * (modes.ntypes + 1);

  const auto evaluate_sums = [&](std::vector<double> &result, double low, inm_edge at) {
    result.resize(n);
    inm_viscosity_sums(&modes, xi2, low, at, result.data());
    for (auto &s : result) s /= volume;
  };
  evaluate_sums(sums, wmin, edge);
  for (int k = 0; k < 2; k++) {
    const double factor = k ? 1.1 : 0.9;
    inm_edge moved = edge;
    moved.value *= factor;
    evaluate_sums(sums_edge[k], wmin, moved);
    evaluate_sums(sums_wmin[k], factor * wmin, edge);
  }
}

/* ----------------------------------------------------------------------
   Without eigenvectors there is no friction over mass of a mode: it has to be
   the same for all modes.
------------------------------------------------------------------------- */

void ComputeUlinmViscosity::check_mixing() const
{
  if (!mix_by_mode) return;
  double mine[3] = {-INFINITY, -INFINITY, -INFINITY}, all[3];    // of mass, -mass, -type
  int largest_type = 0, all_types;
  for (int i = 0; i < atom->nlocal; i++) {
    if (!(atom->mask[i] & groupbit)) continue;
    const double mass = atom->rmass ? atom->rmass[i] : atom->mass[atom->type[i]];
    mine[0] = std::max(mine[0], mass);
    mine[1] = std::max(mine[1], -mass);
    mine[2] = std::max(mine[2], -(double) atom->type[i]);
    largest_type = std::max(largest_type, atom->type[i]);
  }
  MPI_Allreduce(mine, all, 3, MPI_DOUBLE, MPI_MAX, world);
  MPI_Allreduce(&largest_type, &all_types, 1, MPI_INT, MPI_MAX, world);
  const bool several_masses = all[0] > -all[1];
  const bool several_frictions = friction_kind == FRICTION_FIX && all_types > -all[2];
  if (several_masses || several_frictions)
    error->all(FLERR,
               "{}: friction/mix mode needs eigenvectors where atoms differ in {}, and solver kpm "
               "of compute inm/dos {} has none; use friction/mix mean",
               me, several_masses ? "mass" : "friction", inm_id);
}

/* ----------------------------------------------------------------------
   The steps at the edges are as wide as compute inm/dos says; without a mobility
   edge, a tenth of w_min.
------------------------------------------------------------------------- */

inm_steps ComputeUlinmViscosity::steps(double w_edge_factor, double wmin_factor,
                                       double width_factor) const
{
  inm_steps s = {inm->mobility_edge(), wmin_factor * wmin, inm->step_width()};
  s.edge.value *= w_edge_factor;
  if (s.width == 0.0) s.width = 0.1 * wmin;
  s.width *= width_factor;
  return s;
}

/* ----------------------------------------------------------------------
   Asked by solver kpm auto before there is a snapshot: relative change of
   eta_UL, or of eta_all without a mobility edge, with the second half of the
   products.
------------------------------------------------------------------------- */

double ComputeUlinmViscosity::change(const inm_kpm *kpm)
{
  const size_t products[2] = {inm_kpm_products(kpm), inm_kpm_products(kpm) / 2};
  const int set = (inm->mobility_edge().kind == INM_EDGE_FREQUENCY) ? INM_UL : INM_ALL;
  double found[2], all[INM_NSET];

  find_cutoff();
  const inm_steps whole = steps(1.0, 1.0, 1.0);
  for (int k = 0; k < 2; k++) {
    check_status(
        lmp, inm_kpm_nodes(&nodes, kpm, gamma->first_vector(), gamma->vectors(), products[k]), me);
    inm_nodes_class_sums(&nodes, &whole, all);
    found[k] = all[set];
  }
  return (found[0] == found[1]) ? 0.0 : fabs((found[0] - found[1]) / found[0]);
}

/* of the four sums, from the nodes of the snapshot */

std::vector<double> ComputeUlinmViscosity::edge_doubt() const
{
  const inm_kpm *kpm = inm->moments();
  const int nrandom = inm_kpm_random(kpm), first = inm_kpm_vectors(kpm) - nrandom;
  const inm_steps whole = steps(1.0, 1.0, 1.0);
  inm_nodes modes = {};
  std::vector<double> doubt(INM_NSET);

  check_status(lmp, inm_kpm_nodes(&modes, kpm, first, nrandom, inm_kpm_products(kpm)), me);
  inm_nodes_edge_doubt(&nodes, &modes, (double) inm_kpm_nmode(kpm), &whole, doubt.data());
  inm_nodes_free(&modes);
  return doubt;
}

/* ----------------------------------------------------------------------
   The sums from moments, and their numerical errors: what half of the products
   change, and the most of what a half and a quarter of the width change and of
   what sharp edges may change by chance.
------------------------------------------------------------------------- */

void ComputeUlinmViscosity::sum_moments()
{
  const inm_kpm *kpm = inm->moments();
  const size_t nk = atom->ntypes + 1;
  const auto evaluate_sums = [&](std::vector<double> &result, const inm_steps &s) {
    double by_set[INM_NSET];
    inm_nodes_class_sums(&nodes, &s, by_set);
    result.assign(INM_NSET * nk, NAN);    // by type: unknown
    for (int set = 0; set < INM_NSET; set++) result[set * nk] = by_set[set] / volume;
  };
  const auto take_products = [&](size_t products) {
    check_status(lmp, inm_kpm_nodes(&nodes, kpm, gamma->first_vector(), gamma->vectors(), products),
                 me);
  };
  std::vector<double> halved, quartered;

  if (!(wmin > 0.0))
    error->all(FLERR,
               "{}: the lowest frequency must be above 0 with solver kpm of compute inm/dos {}: "
               "polynomials cannot follow 1/w^4 down to w = 0",
               me, inm_id);
  take_products(inm_kpm_products(kpm) / 2);
  evaluate_sums(halved, steps(1.0, 1.0, 1.0));
  take_products(inm_kpm_products(kpm));
  evaluate_sums(sums, steps(1.0, 1.0, 1.0));
  numerics.assign(sums.size(), NAN);
  for (int set = 0; set < INM_NSET; set++)
    numerics[set * nk] = fabs(sums[set * nk] - halved[set * nk]);
  evaluate_sums(halved, steps(1.0, 1.0, 0.5));
  evaluate_sums(quartered, steps(1.0, 1.0, 0.25));
  std::vector<double> doubt = edge_doubt();
  for (int set = 0; set < INM_NSET; set++)
    numerics[set * nk] +=
        std::max({fabs(sums[set * nk] - halved[set * nk]),
                  fabs(sums[set * nk] - quartered[set * nk]), doubt[set] / volume});
  for (int k = 0; k < 2; k++) {
    evaluate_sums(sums_edge[k], steps(k ? 1.1 : 0.9, 1.0, 1.0));
    evaluate_sums(sums_wmin[k], steps(1.0, k ? 1.1 : 0.9, 1.0));
  }
}

/* friction of each type, mass/time, and its standard error.  [ntypes+1], entry 0 unused */

void ComputeUlinmViscosity::friction_by_type(std::vector<double> &value,
                                             std::vector<double> &error_of) const
{
  const size_t n = atom->ntypes + 1;
  value.assign(n, 0.0);
  error_of.assign(n, 0.0);

  if (friction_kind == FRICTION_QUANTITY) {
    std::fill(value.begin(), value.end(), evaluate(friction, "friction"));
    return;
  }
  Fix *fix = friction_fix();
  if (friction_kind == FRICTION_FIX_COMPONENT) {
    if (update->whichflag > 0 && update->ntimestep % fix->global_freq)
      error->all(FLERR, "{}: friction f_{}[{}]: fix {} is not computed at a compatible time", me,
                 fix_id, fix_component, fix_id);
    std::fill(value.begin(), value.end(), fix->compute_vector(fix_component - 1));
    return;
  }
  int dim = 0;
  const double *v = (const double *) fix->extract("friction", dim);
  if (v) std::copy(v, v + n, value.begin());
  const double *e = (const double *) fix->extract("friction/error", dim);
  if (e) std::copy(e, e + n, error_of.begin());

  // the friction of a type without atoms is unknown, and not needed

  for (size_t t = 1; t < n; t++)
    if (natoms_of_type[t] == 0.0) value[t] = error_of[t] = 0.0;
}

/* ----------------------------------------------------------------------
   What the sums are to be multiplied with, units included: by mode and type,
   or number averages <v>/<m> for all modes alike.
------------------------------------------------------------------------- */

std::vector<double> ComputeUlinmViscosity::coefficients(const std::vector<double> &v) const
{
  const double units = force->nktv2p * force->ftm2v;
  std::vector<double> c(atom->ntypes + 1, 0.0);

  if (mix_by_mode && !inm->has_moments())
    for (int t = 1; t <= atom->ntypes; t++) c[t] = units * v[t];
  else
    c[0] = units * number_average(v) / inm->mean_mass();
  return c;
}

double ComputeUlinmViscosity::number_average(const std::vector<double> &by_type) const
{
  double sum = 0.0, n = 0.0;
  for (int t = 1; t <= atom->ntypes; t++) {
    sum += natoms_of_type[t] * by_type[t];
    n += natoms_of_type[t];
  }
  return sum / n;
}

/* ---------------------------------------------------------------------- */

void ComputeUlinmViscosity::tabulate()
{
  const int nk = atom->ntypes + 1;
  std::vector<double> v, dv;
  friction_by_type(v, dv);
  const std::vector<double> c = coefficients(v), dc = coefficients(dv);
  const auto eta = [&](const std::vector<double> &s, int set) {
    return inm_viscosity_contract(c.data(), &s[set * nk], nk);
  };

  for (int set = 0; set < INM_NSET; set++) {
    vector[ETA + set] = eta(sums, set);
    vector[MEAN + set] = inm_running_mean(running, set, c.data());

    // errors of the types' frictions come from one trajectory: added, not squared
    const double by_snapshots = inm_running_error(running, set, c.data());
    const double by_friction = inm_running_mean(running, set, dc.data());
    double square = by_snapshots * by_snapshots + by_friction * by_friction;

    // errors of the polynomials have the same sign in all snapshots: they do not average out
    if (inm->has_moments()) {
      vector[NUMERICS + set] = eta(numerics, set);
      const double by_numerics = inm_running_mean(running_numerics, set, c.data());
      square += by_numerics * by_numerics;
    }
    vector[ERROR + set] = sqrt(square);
  }
  vector[WMIN] = wmin;
  vector[EDGE] = inm->edge_frequency();
  vector[FRICTION] = number_average(v);
  vector[SLOPE_EDGE] = inm_log_slope(eta(sums_edge[0], INM_UL), eta(sums_edge[1], INM_UL));
  vector[SLOPE_WMIN] = inm_log_slope(eta(sums_wmin[0], INM_UL), eta(sums_wmin[1], INM_UL));
  vector[COUNT] = (double) inm_running_count(running);
  scalar = vector[ETA];

  std::vector<double> per_volume(c);
  for (auto &x : per_volume) x /= volume;
  if (inm->has_moments()) {
    const inm_steps s = steps(1.0, 1.0, 1.0);
    inm_nodes_spectrum(&nodes, &s, per_volume[0], &inm->bins(), array[0]);
  } else {
    inm_viscosity_spectrum(&inm->modes(), gamma->squared_projections().data(), wmin,
                           inm->mobility_edge(), per_volume.data(), &inm->bins(), array[0]);
  }

  invoked_scalar = invoked_vector = invoked_array = update->ntimestep;
  if (!announced && !std::isnan(vector[FRICTION])) announce();
}

/* eta is steep in the mobility edge and in w_min: they are never left unsaid */

void ComputeUlinmViscosity::announce()
{
  announced = true;
  if (comm->me) return;
  const inm_edge edge = inm->mobility_edge();
  const std::string text = (edge.kind == INM_EDGE_PARTICIPATION) ? fmt::format("P < {}", edge.value)
      : (edge.kind == INM_EDGE_FREQUENCY) ? fmt::format("|w| > {}", edge.value)
                                          : "no mobility edge given";
  utils::logmesg(
      lmp,
      "{}: localized: {}, edge at |w| = {:.5g}; left out: |w| < {:.5g}{}; d ln eta_UL / d ln {} = "
      "{:.3g}, d ln eta_UL / d ln w_min = {:.3g}\n",
      me, text, inm->edge_frequency(), wmin, has_bulk ? " (from the bulk modulus)" : "",
      edge.kind == INM_EDGE_FREQUENCY ? "w_edge" : "P_c", vector[SLOPE_EDGE], vector[SLOPE_WMIN]);
  if (inm->has_moments())
    utils::logmesg(
        lmp,
        "{}: numerical errors, with half of the products, and with other edges than steps of width "
        "{:.4g}: eta_UL {:.2g}, eta_UD {:.2g}, eta_stable {:.2g}, eta_all {:.2g} of "
        "their values\n",
        me, steps(1.0, 1.0, 1.0).width, vector[NUMERICS] / vector[ETA],
        vector[NUMERICS + 1] / vector[ETA + 1], vector[NUMERICS + 2] / vector[ETA + 2],
        vector[NUMERICS + 3] / vector[ETA + 3]);
}

double ComputeUlinmViscosity::compute_scalar()
{
  snapshot();
  tabulate();
  return scalar;
}

void ComputeUlinmViscosity::compute_vector()
{
  snapshot();
  tabulate();
}

void ComputeUlinmViscosity::compute_array()
{
  snapshot();
  tabulate();
}

double ComputeUlinmViscosity::memory_usage()
{
  const double nk = atom->ntypes + 1;
  return 8.0 * (size_array_rows * size_array_cols + INM_NSET * nk * (6.0 + nk));
}
