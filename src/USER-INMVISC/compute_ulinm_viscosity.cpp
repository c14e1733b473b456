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
#include "inmvisc_outputs.h"
#include "inmvisc_parser.h"
#include "inmvisc_snapshot.h"
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

/* ---------------------------------------------------------------------- */

ComputeUlinmViscosity::ComputeUlinmViscosity(LAMMPS *lmp, int narg, char **arg) :
    Compute(lmp, narg, arg), label(fmt::format("Compute ulinm/viscosity {}", id)), inm(nullptr),
    gamma(nullptr), friction(lmp, label), snapshot_step(-1), version(0), wmin(NAN), volume(NAN),
    running(nullptr), running_numerics(nullptr), announced(false), warned_friction(false),
    noted_means(false)
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

  for (auto r : {&running, &running_numerics})
    check_status(lmp, inm_running_create(r, INM_NSET, atom->ntypes + 1), label);
  restore_means();
}

ComputeUlinmViscosity::~ComputeUlinmViscosity()
{
  delete[] vector;
  memory->destroy(array);
  inm_running_destroy(&running);
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
    else if (key == "wmin" || key == "bulk")
      parse_cutoff(key, in);
    else if (key == "friction/mix")
      friction.mix(in.choice("friction/mix", {"mode", "mean"}) == "mode");
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
        "{}: keyword wmin or bulk is missing: contributions to eta grow as 1/w^4, so "
        "without a lowest frequency the softest mode dominates (use wmin 0 if this is intended)",
        label);
}

void ComputeUlinmViscosity::parse_cutoff(const std::string &key, KeywordParser &in)
{
  if (cutoff.is_given()) in.refuse("wmin or bulk may be given only once");
  cutoff = Cutoff(lmp, Quantity(lmp, label, key, in.word(key)), key == "bulk");
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
  criterion = inm->snapshot()->want(gamma->criterion(cutoff));
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
  wmin = cutoff.wmin();
  if (!(wmin > 0.0)) current().solver.require(INM_HAS_LOW_CUTOFF, label, "wmin 0");
  sum_modes();
  version = current().version();
  snapshot_step = update->ntimestep;
  count_snapshot();
}

std::vector<double> ComputeUlinmViscosity::sums_with(const inm_cut &cut) const
{
  std::vector<double> result((size_t) INM_NSET * (atom->ntypes + 1));
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
  if (means->count(snapshot_step, current().fingerprint())) {
    inm_running_add(running, sums.data());
    inm_running_add(running_numerics, numerics.data());
  }
  save_means();
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
  return fmt::format("{} {} {} {} {:.17g} {}", group->names[igroup], friction.is_mixed(),
                     cutoff.text(), (int) edge.kind, edge.value, !sharp);
}

void ComputeUlinmViscosity::save_means()
{
  double *to = means->save(settings());
  if (!to) return;
  inm_running_store(running, to);
  inm_running_store(running_numerics, to + inm_running_size(running));
}

/* continue the means of a compute with the same ID in the restart file */

void ComputeUlinmViscosity::restore_means()
{
  const size_t n = inm_running_size(running);
  const double *from = nullptr;
  means.reset(new CountedMeans(lmp, id, n + inm_running_size(running_numerics)));
  const auto found = means->restore(settings(), &from);
  if (found == CountedMeans::SAME) {
    check_status(lmp, inm_running_restore(running, from), label);
    check_status(lmp, inm_running_restore(running_numerics, from + n), label);
  }
  if (comm->me) return;
  if (found == CountedMeans::SAME)
    utils::logmesg(lmp, "{}: continuing the means of {} snapshots in the restart file\n", label,
                   inm_running_count(running));
  if (found == CountedMeans::OTHER_SETTINGS)
    error->warning(
        FLERR,
        "{}: the means in the restart file are for another group, mobility edge, wmin or bulk, "
        "friction/mix, or solver; starting new means",
        label);
}

/* ---- outputs ---------------------------------------------------------------------------------- */

void ComputeUlinmViscosity::tabulate()
{
  std::vector<double> v, dv;
  friction.evaluate(composition.natoms, v, dv);
  const std::vector<double> c = coefficients(v);

  tabulate_sums(c);
  tabulate_means(c, coefficients(dv));
  tabulate_spectrum(c);
  vector[OUT_w_min] = wmin;
  vector[OUT_w_edge] = inm->edge_frequency();
  vector[OUT_v0] = composition.average(v);
  scalar = vector[OUT_eta_UL];

  invoked_scalar = invoked_vector = invoked_array = update->ntimestep;
  if (std::isnan(vector[OUT_v0]))
    warn_friction();
  else if (!announced)
    announce();
}

/* ----------------------------------------------------------------------
   between runs, at a step without a snapshot: the means are known there
------------------------------------------------------------------------- */

void ComputeUlinmViscosity::tabulate_means_only()
{
  if (inm_running_count(running) == 0) require_run(lmp, label);
  find_computes();
  if (composition.natoms.empty()) composition.count(lmp, groupbit);

  std::vector<double> v, dv;
  friction.evaluate(composition.natoms, v, dv);
  std::fill(vector, vector + size_vector, NAN);
  vector[OUT_v0] = composition.average(v);
  tabulate_means(coefficients(v), coefficients(dv));
  invoked_vector = update->ntimestep;

  if (comm->me == 0 && !noted_means)
    utils::logmesg(
        lmp,
        "{}: there is no snapshot at step {}, so its values are nan; running means of {} "
        "snapshots up to step {}\n",
        label, update->ntimestep, inm_running_count(running), means->last_step());
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
   so neither averages out.  Friction errors of the types add linearly.
------------------------------------------------------------------------- */

void ComputeUlinmViscosity::tabulate_means(const std::vector<double> &c,
                                           const std::vector<double> &dc)
{
  const bool exact = current().solver.has(INM_HAS_EIGENVALUES);

  for (int set = 0; set < INM_NSET; set++) {
    const double by_snapshots = inm_running_error(running, set, c.data());
    const double by_friction = inm_running_mean(running, set, dc.data());
    const double by_numerics = exact ? 0.0 : inm_running_mean(running_numerics, set, c.data());
    vector[OUT_mean_eta_UL + set] = inm_running_mean(running, set, c.data());
    vector[OUT_err_eta_UL + set] =
        sqrt(by_snapshots * by_snapshots + by_friction * by_friction + by_numerics * by_numerics);
  }
  vector[OUT_nsnapshot] = (double) inm_running_count(running);
}

void ComputeUlinmViscosity::tabulate_spectrum(const std::vector<double> &c)
{
  const inm_cut cut = current().cut(wmin);
  std::vector<double> per_volume(c);
  for (auto &x : per_volume) x /= volume;
  inm_viscosity_spectrum(&gamma->squared_projections(), &cut, per_volume.data(), &inm->bins(),
                         array[0]);
}

/* always print the mobility edge and w_min, since eta depends steeply on them */

void ComputeUlinmViscosity::announce()
{
  announced = true;
  if (comm->me) return;
  const inm_edge edge = current().request.edge;
  const std::string unit = unit_names(update->unit_style).frequency();
  const std::string text = (edge.kind == INM_EDGE_PARTICIPATION) ? fmt::format("P < {}", edge.value)
      : (edge.kind == INM_EDGE_FREQUENCY) ? fmt::format("|w| > {} {}", edge.value, unit)
                                          : "no mobility edge given";
  utils::logmesg(
      lmp,
      "{}: localized: {}, edge at |w| = {:.5g} {}; left out: |w| < {:.5g} {}{}; d ln eta_UL / d ln "
      "{} = {:.3g}, d ln eta_UL / d ln w_min = {:.3g}\n",
      label, text, inm->edge_frequency(), unit, wmin, unit,
      cutoff.is_from_bulk() ? " (from the bulk modulus)" : "",
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

double ComputeUlinmViscosity::compute_scalar()
{
  snapshot();
  tabulate();
  return scalar;
}

void ComputeUlinmViscosity::compute_vector()
{
  if (update->whichflag == 0 && snapshot_step != update->ntimestep) {
    tabulate_means_only();
    return;
  }
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
  return 8.0 * (size_array_rows * size_array_cols + (double) INM_NSET * nk * (6.0 + nk));
}
