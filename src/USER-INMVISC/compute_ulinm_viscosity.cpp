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
#include "inmvisc_host.h"
#include "inmvisc_measured_modulus.h"
#include "inmvisc_outputs.h"
#include "inmvisc_parser.h"
#include "inmvisc_snapshot.h"
#include "inmvisc_strain_energy.h"
#include "inmvisc_unit_names.h"

#include "atom.h"
#include "citeme.h"
#include "comm.h"
#include "domain.h"
#include "error.h"
#include "force.h"
#include "group.h"
#include "memory.h"
#include "update.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;
using namespace INMVISC_NS::ULINM_VISCOSITY;

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

// Number of lowest frequencies with means where the modulus is measured, up to HIGHEST times that of the
// affine modulus of the first snapshot.  The adiabatic modulus is smaller than the affine one.

static constexpr int NWMIN = 64;
static constexpr double HIGHEST = 1.2;

// interatomic distances times Einstein frequency: faster sound is not plausible

static constexpr double FASTEST = 3.0;

// columns of the array that depend on the snapshot, which are followed by their means

static constexpr int NSPECTRUM = OUT_mean_deta_UL - OUT_deta_UL;
static_assert(NARRAY == 1 + 2 * NSPECTRUM, "means of all columns");

/* ---------------------------------------------------------------------- */

ComputeUlinmViscosity::ComputeUlinmViscosity(LAMMPS *lmp, int narg, char **arg) :
    Compute(lmp, narg, arg), label(fmt::format("Compute ulinm/viscosity {}", id)), inm(nullptr),
    gamma(nullptr), friction(lmp, label), every(1), bulk_every(10), snapshot_step(-1), version(0),
    wmin(NAN), volume(NAN), wmin_step(0.0), running_numerics(nullptr), of_bins(0), range_of_bins(),
    announced(false), warned_friction(false), warned_modulus(false), noted_means(false)
{
  if (lmp->citeme) lmp->citeme->add(cite_compute_ulinm_viscosity);

  parse(narg, arg);
  inm = ComputeInmDos::require(lmp, inm_id, label);
  check_bins(lmp, label, inm->nbins(), NARRAY);
  scalar_flag = vector_flag = array_flag = 1;
  extscalar = extvector = extarray = 0;
  size_vector = NVECTOR;
  size_array_rows = inm->nbins();
  size_array_cols = NARRAY;
  vector = new double[size_vector];
  std::fill(vector, vector + size_vector, NAN);
  memory->create(array, size_array_rows, size_array_cols, "ulinm/viscosity:array");
  std::fill(array[0], array[0] + (size_t) size_array_rows * size_array_cols, NAN);
  local_flag = !edges.empty();
  size_local_cols = NLOCAL;
  size_local_rows = comm->me ? 0 : (int) edges.size();
  if (local_flag)
    memory->create(array_local, std::max(size_local_rows, 1), size_local_cols,
                   "ulinm/viscosity:array_local");

  if (cutoff.is_measured())
    measured.reset(new MeasuredModulus(lmp, id, cutoff.is_bulk(), bulk_every));
  running.resize((1 + edges.size()) * nwmin(), nullptr);
  for (auto &r : running)
    check_status(lmp, inm_running_create(&r, INM_NSET, atom->ntypes + 1), label);
  check_status(lmp, inm_running_create(&running_numerics, INM_NSET, atom->ntypes + 1), label);
  of_bins = RunningMeans((size_t) size_array_rows * NSPECTRUM * (atom->ntypes + 1));
  restore_means();
}

ComputeUlinmViscosity::~ComputeUlinmViscosity()
{
  delete[] vector;
  memory->destroy(array);
  memory->destroy(array_local);
  for (auto &r : running) inm_running_destroy(&r);
  inm_running_destroy(&running_numerics);
}

/* ----------------------------------------------------------------------
   compute ID group ulinm/viscosity inm-ID gamma-ID keyword values ...
------------------------------------------------------------------------- */

void ComputeUlinmViscosity::parse(int narg, char **arg)
{
  KeywordParser in(lmp, label, narg, arg, 3);

  inm_id = in.word("inm-ID");
  gamma_id = in.word("gamma-ID");
  while (in.more()) {
    const std::string key = in.keyword();
    if (key == "friction")
      friction.parse(in.word("friction"));
    else if (Cutoff::is_keyword(key))
      parse_cutoff(key, in);
    else if (key == "edges")
      parse_edges(in);
    else if (key == "bulk/every")
      bulk_every = in.integer(key, 1);
    else if (key == "friction/mix")
      friction.mix(in.choice("friction/mix", {"mode", "mean"}) == "mode");
    else if (key == "every")
      every = in.integer("every", 1);
    else
      in.unknown();
  }
  if (!friction.is_given())
    error->all(FLERR,
               "{}: keyword friction is missing: it takes a number, v_name, f_ID of a fix "
               "orthogonal/dynamics, or f_ID[i]",
               label);
  if (!cutoff.is_given())
    error->all(
        FLERR,
        "{}: keyword wmin, bulk or shear is missing: contributions to eta grow as 1/w^4, so "
        "without a lowest frequency the softest mode dominates (use wmin 0 if this is intended)",
        label);
}

void ComputeUlinmViscosity::parse_edges(KeywordParser &in)
{
  const double lo = in.number("edges lo");
  if (!(lo > 0.0)) in.fail("edges lo must be above 0");
  const double hi = in.number("edges hi");
  if (!(hi > lo)) in.fail("edges hi must be above edges lo");
  const int n = in.integer("edges n", 2, 1000);
  edges.resize(n);
  for (int k = 0; k < n; k++) edges[k] = lo + (hi - lo) * k / (n - 1);
}

void ComputeUlinmViscosity::parse_cutoff(const std::string &key, KeywordParser &in)
{
  if (cutoff.is_given()) in.refuse("wmin, bulk or shear may be given only once");
  if (key != "wmin" && in.next_is("auto")) {
    in.word(key);
    cutoff = Cutoff::measured(lmp, key);
  } else {
    const char *allowed = key == "wmin" ? "a number >= 0 or v_name"
                                        : "a number >= 0, v_name or auto";
    cutoff = Cutoff(lmp, Quantity(lmp, label, key, in.word(key), allowed), key);
  }
}

/* look up at every use: with run pre no, a compute may have been deleted since init() */

void ComputeUlinmViscosity::find_computes()
{
  inm = ComputeInmDos::require(lmp, inm_id, label);
  gamma = ComputeAffineGamma::require(lmp, gamma_id, inm, igroup, label);
  if (inm->nbins() != size_array_rows)
    error->all(FLERR, "{}: the number of bins of compute inm/dos {} has changed", label, inm_id);
}

const Snapshot &ComputeUlinmViscosity::current() const
{
  return *inm->snapshot();
}

void ComputeUlinmViscosity::init()
{
  find_computes();
  friction.init();
  cutoff.init();
  snapshot_step = -1;
  version = 0;
  announced = false;
  means->begin_run();
  friction.check_mixing(current().solver, groupbit);
  gamma->request();    // it may be defined, and initialized, after this compute
  if (!edges.empty()) {
    current().solver.require(INM_HAS_EIGENVALUES, label, "edges");
    if (current().request.edge.kind == INM_EDGE_NONE)
      error->all(FLERR,
                 "{}: edges needs edge pr or edge frequency in compute inm/dos {}, whose kind the "
                 "edges have",
                 label, inm_id);
  }
  if (measured) {
    current().solver.require(INM_HAS_EIGENVALUES, label, cutoff.name() + " auto");
    strain_energy = inm->snapshot()->want_strain_energy();
  } else {
    criterion = inm->snapshot()->want(gamma->criterion(cutoff));
  }
}

/* ----------------------------------------------------------------------
   Factors of the sums, with units: friction by type for friction/mix mode, or
   the number averages <v>/<m> for all modes.
------------------------------------------------------------------------- */

std::vector<double> ComputeUlinmViscosity::coefficients(const std::vector<double> &v) const
{
  std::vector<double> c = friction.coefficients(current().solver, composition, v);
  for (auto &x : c) x *= force->nktv2p * force->ftm2v;
  return c;
}

/* ---- one snapshot ----------------------------------------------------------------------------- */

/* Whether the outputs of this step have a snapshot; else they have the running means only. */

bool ComputeUlinmViscosity::is_snapshot_step() const
{
  if (update->whichflag == 0) return snapshot_step == update->ntimestep;
  return update->ntimestep % every == 0;
}

/* sums do not depend on the friction, so a snapshot counts even before the fix has a value */

void ComputeUlinmViscosity::snapshot()
{
  if (snapshot_step == update->ntimestep && update->whichflag == 0) return;
  require_run(lmp, label);
  find_computes();
  gamma->tabulate();
  if (version == current().version()) return;

  composition.count(lmp, groupbit);
  volume = box_volume(lmp);
  const bool is_new = means->count(update->ntimestep, current().fingerprint());
  if (measured && is_new) measured->add(*strain_energy, gamma->plane(), gamma->planes());
  wmin = current_wmin();
  if (wmin == 0.0) current().solver.require(INM_HAS_LOW_CUTOFF, label, "wmin 0");
  sum_modes();
  version = current().version();
  snapshot_step = update->ntimestep;
  if (is_new) count_snapshot();
  save_means();
}

std::vector<double> ComputeUlinmViscosity::sums_with(const inm_cut &cut) const
{
  std::vector<double> result((size_t) INM_NSET * (atom->ntypes + 1), NAN);
  if (std::isnan(cut.wmin)) return result;
  inm_viscosity_sums(&gamma->squared_projections(), &cut, result.data());
  for (auto &s : result) s /= volume;
  return result;
}

std::vector<double> ComputeUlinmViscosity::uncertainty(const inm_cut &cut) const
{
  const int first = gamma->affine_force()->first + gamma->plane();
  double of_set[INM_NSET];
  check_status(
      lmp, inm_viscosity_uncertainty(current().spectrum(), first, gamma->planes(), &cut, of_set),
      label);

  std::vector<double> result((size_t) INM_NSET * (atom->ntypes + 1), NAN);    // by type: unknown
  for (int set = 0; set < INM_NSET; set++)
    result[(size_t) set * (atom->ntypes + 1)] = of_set[set] / volume;
  return result;
}

void ComputeUlinmViscosity::sum_modes()
{
  const inm_cut cut = current().cut(wmin);

  sums = sums_with(cut);
  numerics = uncertainty(cut);
  for (int k = 0; k < 2; k++) {
    const double factor = k ? 1.1 : 0.9;
    inm_cut moved_edge = cut, moved_wmin = cut;
    moved_edge.edge.value *= factor;
    moved_wmin.wmin *= factor;
    sums_edge[k] = sums_with(moved_edge);
    sums_wmin[k] = sums_with(moved_wmin);
  }
}

void ComputeUlinmViscosity::count_snapshot()
{
  if (measured && wmin_step == 0.0)
    wmin_step = HIGHEST * cutoff.wmin_of(measured->affine()) / NWMIN;
  for (size_t k = 0; k < running.size(); k++) {
    inm_cut cut = current().cut(measured ? wmin_step * (double) (k % NWMIN + 1) : wmin);
    cut.edge = edge_of(k / nwmin());
    inm_running_add(running[k], sums_with(cut).data());
  }
  inm_running_add(running_numerics, numerics.data());
  count_bins();
}

/* ---- w_min ------------------------------------------------------------------------------------ */

/* error of the modulus, NaN if there is none; modulus: NaN until known */

double ComputeUlinmViscosity::modulus_error(double *modulus) const
{
  double error_of = 0.0;
  *modulus = NAN;
  if (measured)
    *modulus = measured->value(error_of);
  else if (cutoff.is_from_modulus())
    *modulus = cutoff.modulus();
  return std::isnan(*modulus) ? NAN : error_of;
}

double ComputeUlinmViscosity::current_wmin() const
{
  double modulus;
  if (!measured) return cutoff.wmin();
  modulus_error(&modulus);
  return cutoff.wmin_of(modulus);
}

/* a property of the means for the lowest frequency w, linear between those that have means */

double ComputeUlinmViscosity::at_wmin(size_t row, double w,
                                      const std::function<double(const inm_running *)> &f) const
{
  const inm_running *const *means_of = &running[row * nwmin()];
  if (!measured) return f(means_of[0]);
  const double x = w / wmin_step - 1.0;
  if (!(x >= 0.0 && x <= NWMIN - 1.0)) return NAN;
  const int k = std::min((int) x, NWMIN - 2);
  return f(means_of[k]) * (k + 1.0 - x) + f(means_of[k + 1]) * (x - k);
}

int ComputeUlinmViscosity::nwmin() const
{
  return measured ? NWMIN : 1;
}

/* row 0: the edge of compute inm/dos; then those of the keyword edges, which are of the same kind */

inm_edge ComputeUlinmViscosity::edge_of(size_t row) const
{
  inm_edge edge = current().request.edge;
  if (row > 0) edge.value = edges[row - 1];
  return edge;
}

size_t ComputeUlinmViscosity::nsnapshot() const
{
  return inm_running_count(running[0]);
}

/* without a snapshot, a variable is not evaluated */

void ComputeUlinmViscosity::tabulate_cutoff(bool has_snapshot)
{
  vector[OUT_modulus] = vector[OUT_err_modulus] = NAN;
  if (has_snapshot || measured) vector[OUT_err_modulus] = modulus_error(&vector[OUT_modulus]);
  vector[OUT_w_min] = has_snapshot ? wmin : measured ? current_wmin() : NAN;
  vector[OUT_v_sound] = cutoff.sound_of(vector[OUT_w_min]);
}

/* ----------------------------------------------------------------------
   The array for a friction of 1 of each type, or (k = 0) of all modes.  Bins
   that were chosen again start over.
------------------------------------------------------------------------- */

void ComputeUlinmViscosity::count_bins()
{
  const size_t nk = atom->ntypes + 1, nbin = size_array_rows;
  const inm_range &bins = inm->bins();
  const inm_cut cut = current().cut(wmin);
  std::vector<double> rows(nbin * (1 + NSPECTRUM));
  if (std::isnan(wmin)) return;    // not known yet

  if (bins.lo != range_of_bins.lo || bins.hi != range_of_bins.hi)
    of_bins = RunningMeans(nbin * NSPECTRUM * nk);
  range_of_bins = bins;
  for (size_t k = 0; k < nk; k++) {
    std::vector<double> of_k(nk, 0.0);
    of_k[k] = 1.0 / volume;
    inm_viscosity_spectrum(&gamma->squared_projections(), &cut, of_k.data(), &bins, rows.data());
    for (size_t b = 0; b < nbin; b++)
      for (int j = 0; j < NSPECTRUM; j++)
        of_bins.add((b * NSPECTRUM + j) * nk + k, rows[b * (1 + NSPECTRUM) + 1 + j]);
  }
}

/* ---- means in a restart file ------------------------------------------------------------------ */

/* ----------------------------------------------------------------------
   Settings that must agree for sums to be averaged.  Friction is not among
   them, because it is applied later.
------------------------------------------------------------------------- */

std::string ComputeUlinmViscosity::settings() const
{
  const inm_edge edge = current().request.edge;
  const bool sharp = current().solver.has(INM_HAS_EIGENVALUES);
  std::string list;
  for (double e : edges) list += fmt::format(" {:.17g}", e);
  return list +
      fmt::format("{} {} {} {} {:.17g} {}", group->names[igroup], friction.is_mixed(),
                  cutoff.text(), (int) edge.kind, edge.value, !sharp);
}

void ComputeUlinmViscosity::save_means()
{
  double *to = means->save(settings());
  if (!to) return;
  if (measured) {
    to = std::copy(measured->numbers().begin(), measured->numbers().end(), to);
    *to++ = wmin_step;
  }
  for (const auto &r : running) {
    inm_running_store(r, to);
    to += inm_running_size(r);
  }
  inm_running_store(running_numerics, to);
  to += inm_running_size(running_numerics);
  *to++ = range_of_bins.lo;
  *to++ = range_of_bins.hi;
  std::copy(of_bins.numbers().begin(), of_bins.numbers().end(), to);
}

/* continue the means of a compute with the same ID in the restart file */

void ComputeUlinmViscosity::restore_means()
{
  const size_t n1 = inm_running_size(running[0]), n0 = measured ? MeasuredModulus::SIZE + 1 : 0;
  const size_t n = n0 + running.size() * n1;
  const double *from = nullptr;
  const size_t nn = inm_running_size(running_numerics);
  means.reset(new CountedMeans(lmp, id, n + nn + 2 + of_bins.numbers().size()));
  const auto found = means->restore(settings(), &from);
  if (found == CountedMeans::SAME) {
    if (measured) {
      measured->restore(from);
      wmin_step = from[MeasuredModulus::SIZE];
    }
    for (size_t k = 0; k < running.size(); k++)
      check_status(lmp, inm_running_restore(running[k], from + n0 + k * n1), label);
    check_status(lmp, inm_running_restore(running_numerics, from + n), label);
    range_of_bins.lo = from[n + nn];
    range_of_bins.hi = from[n + nn + 1];
    of_bins.restore(from + n + nn + 2);
  }
  if (comm->me) return;
  if (found == CountedMeans::SAME)
    utils::logmesg(lmp, "{}: continuing the means of {} snapshots in the restart file\n", label,
                   nsnapshot());
  if (found == CountedMeans::OTHER_SETTINGS)
    error->warning(
        FLERR,
        "{}: the means in the restart file are for another group, mobility edge, wmin, bulk or "
        "shear, friction/mix, or solver; starting new means",
        label);
}

/* ---- outputs ---------------------------------------------------------------------------------- */

void ComputeUlinmViscosity::tabulate()
{
  std::vector<double> v, dv;
  friction.evaluate(composition.natoms, v, dv);
  const std::vector<double> c = coefficients(v);

  tabulate_cutoff(true);
  tabulate_sums(c);
  tabulate_means(c, coefficients(dv));
  tabulate_edges(c, coefficients(dv), true);
  tabulate_spectrum(c);
  vector[OUT_w_edge] = inm->edge_frequency();
  vector[OUT_v0] = composition.average(v);
  scalar = vector[OUT_eta_UL];

  invoked_scalar = invoked_vector = invoked_array = update->ntimestep;
  if (std::isnan(vector[OUT_v0]))
    warn_friction();
  else if (std::isnan(wmin))
    warn_modulus();
  else if (!announced)
    announce();
}

/* ----------------------------------------------------------------------
   at a step without a snapshot, in a run or between runs: the means are known
------------------------------------------------------------------------- */

void ComputeUlinmViscosity::tabulate_means_only()
{
  const bool in_run = (update->whichflag != 0);
  if (nsnapshot() == 0) require_run(lmp, label);
  find_computes();
  if (composition.natoms.empty()) composition.count(lmp, groupbit);

  std::vector<double> v, dv;
  friction.evaluate(composition.natoms, v, dv);
  std::fill(vector, vector + size_vector, NAN);
  vector[OUT_v0] = composition.average(v);
  tabulate_cutoff(false);
  tabulate_means(coefficients(v), coefficients(dv));
  tabulate_edges(coefficients(v), coefficients(dv), false);
  for (int b = 0; b < size_array_rows; b++) std::fill_n(array[b] + OUT_deta_UL, NSPECTRUM, NAN);
  tabulate_mean_spectrum(coefficients(v));
  scalar = NAN;
  invoked_scalar = invoked_vector = invoked_array = update->ntimestep;

  if (in_run) return;
  if (comm->me == 0 && !noted_means)
    utils::logmesg(
        lmp,
        "{}: there is no snapshot at step {}, so its values are nan; running means of {} "
        "snapshots up to step {}\n",
        label, update->ntimestep, nsnapshot(), means->last_step());
  noted_means = true;
}

/* ----------------------------------------------------------------------
   this snapshot; c: friction of the types
------------------------------------------------------------------------- */

void ComputeUlinmViscosity::tabulate_sums(const std::vector<double> &c)
{
  const int nk = atom->ntypes + 1;
  const bool exact = current().solver.has(INM_HAS_EIGENVALUES);
  const auto eta = [&](const std::vector<double> &s, int set) {
    return inm_viscosity_contract(c.data(), &s[(size_t) set * nk], nk);
  };

  for (int set = 0; set < INM_NSET; set++) {
    vector[OUT_eta_UL + set] = eta(sums, set);
    if (!exact) vector[OUT_num_eta_UL + set] = eta(numerics, set);
  }
  vector[OUT_slope_edge] = inm_log_slope(eta(sums_edge[0], INM_UL), eta(sums_edge[1], INM_UL));
  vector[OUT_slope_wmin] = inm_log_slope(eta(sums_wmin[0], INM_UL), eta(sums_wmin[1], INM_UL));
}

/* ----------------------------------------------------------------------
   running means; dc: error of the friction.  Friction errors come from one
   trajectory, and errors of polynomials have the same sign in all snapshots,
   so neither averages out.  Friction errors of the types add linearly.  The
   modulus that is measured changes the means through w_min, which is
   proportional to its root.
------------------------------------------------------------------------- */

void ComputeUlinmViscosity::mean_and_error(size_t row, int set, const std::vector<double> &c,
                                           const std::vector<double> &dc, double *mean,
                                           double *error_of) const
{
  const bool exact = current().solver.has(INM_HAS_EIGENVALUES);
  const double w = vector[OUT_w_min];
  const double dw = measured ? 0.5 * w * vector[OUT_err_modulus] / vector[OUT_modulus] : 0.0;

  const auto mean_at = [&](double at) {
    return at_wmin(row, at, [&](const inm_running *r) {
      return inm_running_mean(r, set, c.data());
    });
  };
  const double by_wmin = measured ? 0.5 * (mean_at(w + dw) - mean_at(w - dw)) : 0.0;
  const double by_snapshots = at_wmin(row, w, [&](const inm_running *r) {
    return inm_running_error(r, set, c.data());
  });
  const double by_friction = at_wmin(row, w, [&](const inm_running *r) {
    return inm_running_mean(r, set, dc.data());
  });
  const double by_numerics = exact ? 0.0 : inm_running_mean(running_numerics, set, c.data());
  *mean = mean_at(w);
  *error_of = sqrt(by_snapshots * by_snapshots + by_friction * by_friction +
                   by_numerics * by_numerics + by_wmin * by_wmin);
}

void ComputeUlinmViscosity::tabulate_means(const std::vector<double> &c,
                                           const std::vector<double> &dc)
{
  for (int set = 0; set < INM_NSET; set++)
    mean_and_error(0, set, c, dc, &vector[OUT_mean_eta_UL + set], &vector[OUT_err_eta_UL + set]);
  vector[OUT_nsnapshot] = (double) nsnapshot();
}

/* the viscosity as a function of the edge; collective, though only rank 0 has rows */

void ComputeUlinmViscosity::tabulate_edges(const std::vector<double> &c,
                                           const std::vector<double> &dc, bool has_snapshot)
{
  const int nk = atom->ntypes + 1;
  for (int b = 0; b < size_local_rows; b++) {
    double *row = array_local[b];
    std::fill_n(row, NLOCAL, NAN);
    row[OUT_edge] = edges[b];
    inm_cut cut = current().cut(wmin);
    cut.edge = edge_of(b + 1);
    const std::vector<double> s = has_snapshot ? sums_with(cut) : std::vector<double>();
    for (int set : {INM_UL, INM_UD}) {
      if (has_snapshot)
        row[OUT_edge_eta_UL + set] = inm_viscosity_contract(c.data(), &s[(size_t) set * nk], nk);
      mean_and_error(b + 1, set, c, dc, &row[OUT_mean_edge_eta_UL + set],
                     &row[OUT_err_edge_eta_UL + set]);
    }
  }
  invoked_local = update->ntimestep;
}

void ComputeUlinmViscosity::tabulate_spectrum(const std::vector<double> &c)
{
  const inm_cut cut = current().cut(wmin);
  std::vector<double> per_volume(c);
  for (auto &x : per_volume) x /= volume;
  const int width = 1 + NSPECTRUM;
  std::vector<double> rows((size_t) size_array_rows * width);
  inm_viscosity_spectrum(&gamma->squared_projections(), &cut, per_volume.data(), &inm->bins(),
                         rows.data());
  for (int b = 0; b < size_array_rows; b++) std::copy_n(&rows[(size_t) b * width], width, array[b]);
  for (int b = 0; b < size_array_rows && std::isnan(wmin); b++)
    std::fill_n(array[b] + OUT_deta_UL, NSPECTRUM, NAN);
  tabulate_mean_spectrum(c);
}

void ComputeUlinmViscosity::tabulate_mean_spectrum(const std::vector<double> &c)
{
  const int nk = atom->ntypes + 1;
  std::vector<double> of_types(nk);
  for (int b = 0; b < size_array_rows; b++)
    for (int j = 0; j < NSPECTRUM; j++) {
      for (int k = 0; k < nk; k++)
        of_types[k] = of_bins.mean(((size_t) b * NSPECTRUM + j) * nk + k);
      array[b][OUT_mean_deta_UL + j] = inm_viscosity_contract(c.data(), of_types.data(), nk);
    }
}

/* which sound wave, its speed, and where the modulus comes from */

std::string ComputeUlinmViscosity::cutoff_text() const
{
  if (!cutoff.is_from_modulus()) return "";
  const UnitNames names = unit_names(update->unit_style);
  std::string text = fmt::format(", {} sound of speed {:.4g} {}/{} from {} = {:.6g}",
                                 cutoff.is_bulk() ? "longitudinal" : "transverse",
                                 vector[OUT_v_sound], names.distance, names.time,
                                 !measured              ? cutoff.name()
                                     : cutoff.is_bulk() ? "B_S"
                                                        : "G_A",
                                 vector[OUT_modulus]);
  if (measured)
    text += fmt::format(" +- {:.2g} pressure units of this run ({})", vector[OUT_err_modulus],
                        measured->text());
  return text;
}

/* always print the mobility edge and w_min, since eta depends steeply on them */

void ComputeUlinmViscosity::announce()
{
  announced = true;
  warn_sound();
  if (comm->me) return;
  warn_setup();
  const inm_edge edge = current().request.edge;
  const std::string unit = unit_names(update->unit_style).frequency();
  const std::string text = (edge.kind == INM_EDGE_PARTICIPATION) ? fmt::format("P < {}", edge.value)
      : (edge.kind == INM_EDGE_FREQUENCY) ? fmt::format("|w| > {} {}", edge.value, unit)
                                          : "no mobility edge given";
  utils::logmesg(
      lmp,
      "{}: localized: {}, edge at |w| = {:.5g} {}; left out: |w| < {:.5g} {}{}; d ln eta_UL / d ln "
      "{} = {:.3g}, d ln eta_UL / d ln w_min = {:.3g}\n",
      label, text, inm->edge_frequency(), unit, wmin, unit, cutoff_text(),
      edge.kind == INM_EDGE_FREQUENCY ? "w_edge" : "P_c", vector[OUT_slope_edge],
      vector[OUT_slope_wmin]);
  if (current().solver.has(INM_HAS_EIGENVALUES)) return;

  const auto relative = [&](int set) {
    return vector[OUT_num_eta_UL + set] / vector[OUT_eta_UL + set];
  };
  utils::logmesg(
      lmp,
      "{}: relative numerical uncertainty, from half of the products and from edges other "
      "than steps of width {:.4g} {}: eta_UL {:.2g}, eta_UD {:.2g}, eta_stable {:.2g}, "
      "eta_all {:.2g}\n",
      label, current().cut(wmin).width, unit, relative(INM_UL), relative(INM_UD), relative(INM_S),
      relative(INM_ALL));
}

/* once: printed at every tenth step, nothing but nan may take hours */

void ComputeUlinmViscosity::warn_friction()
{
  if (warned_friction) return;
  warned_friction = true;
  const std::string outlook = friction.outlook();
  if (comm->me) return;
  error->warning(
      FLERR,
      "{}: the viscosity at step {} is nan, because the friction is not known: {}; the "
      "snapshot is in the running means (mean_eta_UL ...), which will not be nan, unlike "
      "averages of fix ave/time",
      label, update->ntimestep, outlook);
}

/* once; the snapshot counts as it does without a friction */

void ComputeUlinmViscosity::warn_modulus()
{
  if (!measured || warned_modulus) return;
  warned_modulus = true;
  const std::string source = measured->text();
  if (comm->me) return;
  error->warning(FLERR,
                 "{}: the viscosity at step {} is nan, because {} auto is not known ({}); the "
                 "snapshot will be in the running means",
                 label, update->ntimestep, cutoff.name(), source);
}

/* what was probably not meant.  rank 0 only */

void ComputeUlinmViscosity::warn_setup()
{
  const inm_edge edge = current().request.edge;
  const double w_edge = inm->edge_frequency();

  if (edge.kind == INM_EDGE_NONE)
    error->warning(FLERR,
                   "{}: eta_UL and eta_UD are nan, because compute inm/dos {} has no mobility "
                   "edge; use its keyword edge",
                   label, inm_id);
  else if (w_edge < wmin)
    error->warning(FLERR,
                   "{}: the mobility edge, |w| = {:.4g}, is below w_min = {:.4g}: w_min decides "
                   "which unstable modes are in eta_UL, not the edge",
                   label, w_edge, wmin);
  if (composition.total() != (double) atom->natoms)
    error->warning(
        FLERR,
        "{}: group {} has {:.0f} of {} atoms, but the volume is that of the box: this is "
        "the contribution of the group, not the viscosity of the liquid",
        label, group->names[igroup], composition.total(), atom->natoms);
}

/* ----------------------------------------------------------------------
   The modulus of a liquid is above rho kT, so that sound is faster than
   sqrt(kT/m); and no wave crosses more than a few atoms in an Einstein period.
   Modulus in other units, or for another unit style, fails by orders of
   magnitude.  collective
------------------------------------------------------------------------- */

void ComputeUlinmViscosity::warn_sound()
{
  if (!cutoff.is_from_modulus() || measured) return;
  const HostAtoms atoms(lmp);
  double mine = 0.0, mv2;
  for (int i = 0; i < atoms.nlocal(); i++)
    for (int a = 0; a < 3; a++) mine += atoms.mass(i) * atoms.v(i)[a] * atoms.v(i)[a];
  MPI_Allreduce(&mine, &mv2, 1, MPI_DOUBLE, MPI_SUM, world);
  const double mass = total_mass(lmp);    // collective
  if (comm->me) return;

  const double d = domain->dimension, n = (double) atom->natoms;
  const double thermal = sqrt(mv2 / d / mass);
  const double einstein = sqrt(fabs(current().fingerprint()) / (d * composition.total()));
  const double fastest = FASTEST * einstein * pow(volume / n, 1.0 / d);
  const double speed = vector[OUT_v_sound];
  const UnitNames names = unit_names(update->unit_style);
  if (speed >= thermal && speed <= fastest) return;
  error->warning(
      FLERR,
      "{}: {} {:.6g} means a speed of sound of {:.4g} {}/{}, which is not plausible: "
      "expected between the thermal speed of the atoms, {:.4g}, and {:.4g}; the modulus is "
      "in pressure units of unit style {}",
      label, cutoff.name(), vector[OUT_modulus], speed, names.distance, names.time, thermal,
      fastest, update->unit_style);
}

double ComputeUlinmViscosity::compute_scalar()
{
  if (update->whichflag != 0 && !is_snapshot_step()) {
    tabulate_means_only();
    return scalar;
  }
  snapshot();
  tabulate();
  return scalar;
}

void ComputeUlinmViscosity::compute_vector()
{
  if (!is_snapshot_step()) {
    tabulate_means_only();
    return;
  }
  snapshot();
  tabulate();
}

void ComputeUlinmViscosity::compute_array()
{
  if (!is_snapshot_step()) {
    tabulate_means_only();
    return;
  }
  snapshot();
  tabulate();
}

void ComputeUlinmViscosity::compute_local()
{
  compute_array();
}

double ComputeUlinmViscosity::memory_usage()
{
  const double nk = atom->ntypes + 1;
  return 8.0 *
      (size_array_rows * (size_array_cols + 3.0 * NSPECTRUM * nk) + (double) INM_NSET * nk * (6.0 + nk));
}
