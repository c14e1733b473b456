/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   Complex shear and bulk modulus from the modes of a snapshot, with formulas in
   inm/inm_modulus.h:
     G*(W) = G_A - S(W),  G_A = G_born + rho kT
     K*(W) = K_A - S_bulk(W),  K_A = K_born + P_config + (1 + 2/d) rho kT
   Strain derivatives of the energy come from the Hessian
   (inmvisc_strain_energy.h), the friction from its source
   (inmvisc_friction.h).
------------------------------------------------------------------------- */

#include "compute_inm_modulus.h"

#include "compute_affine_gamma.h"
#include "compute_inm_dos.h"
#include "inmvisc_check.h"
#include "inmvisc_outputs.h"
#include "inmvisc_parser.h"
#include "inmvisc_snapshot.h"

#include "inm/inm_viscosity.h"

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
using namespace INMVISC_NS::INM_MODULUS;

// quantities of the vector, which are followed by their means and errors; values of a row likewise

static constexpr int NQUANTITY = OUT_mean_G_born;
static constexpr int NVALUE = OUT_mean_G_storage - OUT_G_storage;
static_assert(NVECTOR == 3 * NQUANTITY + 1, "means and errors of all quantities");
static_assert(NARRAY == 1 + 3 * NVALUE + 2, "means and errors of all columns");

// jumps at the cutoff are mentioned from this part of K_A on

static constexpr double NOTEWORTHY = 1.0e-4;

// column of M' of each channel; M'' follows

static constexpr int COLUMN[] = {OUT_G_storage, OUT_K_storage};

static const char cite_compute_inm_modulus[] =
    "compute inm/modulus command: J. Stat. Phys. 123, 415 (2006), Soft Matter 14, 8475 (2018)\n\n"
    "@Article{Palyulin18,\n"
    " author = {V. V. Palyulin and C. Ness and R. Milkus and R. M. Elder and T. W. Sirk and A. "
    "Zaccone},\n"
    " title = {Parameter-free predictions of the viscoelastic response of glassy polymers from "
    "non-affine lattice dynamics},\n"
    " journal = {Soft Matter},\n"
    " year =    2018,\n"
    " volume =  14,\n"
    " pages =   8475\n"
    "}\n\n";

/* ---------------------------------------------------------------------- */

ComputeInmModulus::ComputeInmModulus(LAMMPS *lmp, int narg, char **arg) :
    Compute(lmp, narg, arg), label(fmt::format("Compute inm/modulus {}", id)), inm(nullptr),
    gamma(nullptr), friction(lmp, label), every(1), constant(false), wanted{true, false},
    sign(INM_MODES_ALL), largest_change(0.02), snapshot_step(-1), version(0), of_vector(0),
    of_rows(0), of_slopes(0), announced(false)
{
  if (lmp->citeme) lmp->citeme->add(cite_compute_inm_modulus);

  parse(narg, arg);
  inm = ComputeInmDos::require(lmp, inm_id, label);
  check_bins(lmp, label, (int) omega.size(), NARRAY);
  scalar_flag = vector_flag = array_flag = 1;
  extscalar = extvector = extarray = 0;
  size_vector = NVECTOR;
  size_array_rows = (int) omega.size();
  size_array_cols = NARRAY;
  vector = new double[size_vector];
  std::fill(vector, vector + size_vector, NAN);
  memory->create(array, size_array_rows, size_array_cols, "inm/modulus:array");
  std::fill(array[0], array[0] + (size_t) size_array_rows * size_array_cols, NAN);

  zeta_error.resize(INM_NSET, NAN);
  excess.assign(omega.size() * NCHANNEL, NAN);
  slope.resize(omega.size() * NCHANNEL * (atom->ntypes + 1) * 2);
  of_vector = RunningMeans(NQUANTITY);
  of_rows = RunningMeans(omega.size() * 2 * NCHANNEL);
  of_slopes = RunningMeans(slope.size());
  restore_means();
}

ComputeInmModulus::~ComputeInmModulus()
{
  delete[] vector;
  memory->destroy(array);
}

/* ----------------------------------------------------------------------
   compute ID group inm/modulus inm-ID gamma-ID lo hi n keyword values ...
------------------------------------------------------------------------- */

void ComputeInmModulus::parse(int narg, char **arg)
{
  KeywordParser in(lmp, label, narg, arg, 3);

  inm_id = in.word("inm-ID");
  gamma_id = in.word("gamma-ID");
  const double lo = in.number("lo");
  if (!(lo > 0.0)) in.fail("lo must be above 0");
  const double hi = in.number("hi");
  if (!(hi >= lo)) in.fail("hi must not be below lo");
  const int n = in.integer("n", 1, 100000);
  if (n > 1 && hi == lo)
    error->all(FLERR, "{}: hi must be above lo for more than one frequency, not {}", label, hi);
  const double ln_lo = log(lo), step = n > 1 ? (log(hi) - ln_lo) / (n - 1) : 0.0;
  for (int k = 0; k < n; k++)
    omega.push_back(k == 0 ? lo : k == n - 1 ? hi : exp(ln_lo + k * step));

  while (in.more()) {
    const std::string key = in.keyword();
    if (key == "friction") {
      friction.parse(in.word("friction"));
    } else if (key == "friction/mix") {
      friction.mix(in.choice("friction/mix", {"mode", "mean"}) == "mode");
    } else if (key == "friction/constant") {
      constant = in.yesno("friction/constant");
    } else if (key == "modes") {
      const std::string which = in.choice("modes", {"all", "stable", "unstable"});
      sign = which == "all"   ? INM_MODES_ALL
          : which == "stable" ? INM_MODES_STABLE
                              : INM_MODES_UNSTABLE;
    } else if (key == "channel") {
      const std::string which = in.choice("channel", {"shear", "bulk", "both"});
      wanted[SHEAR] = which != "bulk";
      wanted[BULK] = which != "shear";
    } else if (Cutoff::is_keyword(key)) {
      if (cutoff.is_given()) in.fail("wmin, bulk or shear may be given only once");
      cutoff = Cutoff(lmp, Quantity(lmp, label, key, in.word(key)), key);
    } else if (key == "every") {
      every = in.integer("every", 1);
    } else if (key == "kpm/change") {
      largest_change = in.number(key);
      if (!(largest_change > 0.0)) in.fail(key + " must be above 0");
    } else {
      in.unknown();
    }
  }
  if (!friction.is_given())
    error->all(FLERR,
               "{}: keyword friction is missing: a number, v_name, f_ID of a fix "
               "orthogonal/dynamics, or f_ID[i]",
               label);
}

/* look up at every use: with run pre no, a compute may have been deleted since init() */

void ComputeInmModulus::find_computes()
{
  inm = ComputeInmDos::require(lmp, inm_id, label);
  gamma = ComputeAffineGamma::require(lmp, gamma_id, inm, igroup, label);
}

const Snapshot &ComputeInmModulus::current() const
{
  return *inm->snapshot();
}

/* whether each mode is known, or only the moments of their distribution */

bool ComputeInmModulus::is_exact() const
{
  return current().solver.has(INM_HAS_VECTORS);
}

void ComputeInmModulus::init()
{
  find_computes();
  friction.init();
  if (cutoff.is_given()) cutoff.init();
  friction.check_mixing(current().solver, groupbit);
  if (is_exact() && current().request.vectors != INM_VECTORS_ALL &&
      !(sign == INM_MODES_UNSTABLE && current().request.vectors == INM_VECTORS_UNSTABLE))
    error->all(FLERR,
               "{}: modes {} need the eigenvectors of these modes: use modes all{} in compute "
               "inm/dos {}, or solver kpm",
               label, sign == INM_MODES_UNSTABLE ? "unstable" : "all and stable",
               sign == INM_MODES_UNSTABLE ? " or unstable" : "", inm_id);

  snapshot_step = -1;
  version = 0;
  announced = false;
  means->begin_run();
  gamma->request();    // it may be defined, and initialized, after this compute
  bulk_force = wanted[BULK] ? gamma->request_bulk() : nullptr;
  strain_energy = inm->snapshot()->want_strain_energy();
  if (cutoff.is_given()) criterion = inm->snapshot()->want(gamma->criterion(cutoff));
  want_convergence();
  warn_group();
}

void ComputeInmModulus::warn_group() const
{
  const bigint here = group->count(igroup);
  if (here != atom->natoms && comm->me == 0)
    error->warning(FLERR,
                   "{}: the affine moduli count all {} atoms, but only the {} of group {} relax; "
                   "the others move with the strain",
                   label, atom->natoms, here, group->names[igroup]);
}

/* ---- convergence of solver kpm auto ----------------------------------------------------------- */

void ComputeInmModulus::want_convergence()
{
  for (int c = 0; c < NCHANNEL; c++) {
    row_criterion[c].reset();
    if (!wanted[c]) continue;
    Criterion wish;
    wish.force = (c == SHEAR) ? gamma->affine_force() : bulk_force;
    wish.first_plane = (c == SHEAR) ? gamma->plane() : 0;
    wish.nplanes = nvectors(c);
    wish.modulus = [this, c] {
      return rows_to_converge(c);
    };
    row_criterion[c] = inm->snapshot()->want(wish);
  }
}

/* before the spectrum is known: leaves all outputs as they are */

const inm_modulus_rows *ComputeInmModulus::rows_to_converge(int channel)
{
  if (!friction.is_available()) return nullptr;
  std::vector<double> affine(NVECTOR);

  composition.count(lmp, groupbit);
  find_strains(affine.data());
  find_rates();
  common_rate.clear();
  for (const auto &rate : rates) common_rate.push_back(rate[0]);
  wanted_rows[channel] = {omega.size(), sign,
                          affine[channel == SHEAR ? OUT_G_A : OUT_K_A] / units(), omega.data(),
                          common_rate.data()};
  return &wanted_rows[channel];
}

/* from force^2/mass/(1/time^2)/volume to pressure */

double ComputeInmModulus::units() const
{
  return force->nktv2p * force->ftm2v / box_volume(lmp);
}

/* ---- one snapshot ----------------------------------------------------------------------------- */

void ComputeInmModulus::snapshot()
{
  if (snapshot_step == update->ntimestep && update->whichflag == 0) return;
  require_run(lmp, label);
  find_computes();
  gamma->tabulate();
  if (version == current().version()) return;

  composition.count(lmp, groupbit);
  find_strains(vector);
  tabulate_rows();
  tabulate_classes();
  version = current().version();
  snapshot_step = update->ntimestep;
  count_snapshot();
  tabulate_means();
  scalar = vector[OUT_G_A];
  invoked_scalar = invoked_vector = invoked_array = update->ntimestep;
  if (!announced) announce();
}

/* affine moduli: of all atoms, whatever the group.  to [NVECTOR] */

void ComputeInmModulus::find_strains(double *to) const
{
  const AffineModuli m = affine_moduli(lmp, *strain_energy, gamma->plane(), gamma->planes());
  std::copy(m.born, m.born + NPLANE, to + OUT_G_born_xy);
  to[OUT_G_born] = m.G_born;
  to[OUT_G_kin] = m.G_kin;
  to[OUT_G_A] = m.G_A;
  to[OUT_P_conf] = m.P_conf;
  to[OUT_K_born] = m.K_born;
  to[OUT_K_A] = m.K_A;
}

/* factors of the sums over modes */

std::vector<double> ComputeInmModulus::coefficients(const std::vector<double> &v) const
{
  return friction.coefficients(current().solver, composition, v);
}

/* friction at each frequency, and the rates of the modes that it gives */

void ComputeInmModulus::find_rates()
{
  const size_t n = omega.size(), nk = atom->ntypes + 1;

  friction.transform(composition.natoms, omega, constant, at);
  rates.assign(n, std::vector<inm_complex>(nk));
  for (size_t k = 0; k < n; k++) {
    std::vector<double> re(nk, 0.0), im(nk, 0.0);
    for (size_t t = 1; t < nk; t++) {
      re[t] = at[t * n + k].value.re;
      im[t] = at[t * n + k].value.im;
    }
    re = coefficients(re);
    im = coefficients(im);
    for (size_t t = 0; t < nk; t++) rates[k][t] = {re[t], im[t]};
  }
}

/* vectors of a channel among the projections */

int ComputeInmModulus::first_vector(int channel) const
{
  return channel == SHEAR ? gamma->affine_force()->first + gamma->plane() : bulk_force->first;
}

int ComputeInmModulus::nvectors(int channel) const
{
  return channel == SHEAR ? gamma->planes() : 1;
}

void ComputeInmModulus::tabulate_rows()
{
  const inm_spectrum *spectrum = current().spectrum();
  find_rates();
  for (size_t k = 0; k < omega.size(); k++) {
    std::fill(array[k], array[k] + NARRAY, NAN);
    array[k][OUT_w] = omega[k];
  }
  std::fill(slope.begin(), slope.end(), NAN);
  std::fill(excess.begin(), excess.end(), NAN);
  vector[OUT_G_stable] = vector[OUT_K_stable] = NAN;
  for (int c = 0; c < NCHANNEL; c++) {
    if (!wanted[c]) continue;
    inm_measure whole = {}, half = {};
    check_status(lmp, inm_spectrum_projected(spectrum, first_vector(c), nvectors(c), 1.0, &whole),
                 label);
    if (whole.is_polynomial)
      check_status(lmp, inm_spectrum_projected(spectrum, first_vector(c), nvectors(c), 0.5, &half),
                   label);
    response(c, whole, whole.is_polynomial ? &half : nullptr);
    inm_measure_free(&whole);
    inm_measure_free(&half);
  }
}

/* ----------------------------------------------------------------------
   half: with half of the products, null for modes.  A row whose change between
   half and all of the products is too large is not known.
------------------------------------------------------------------------- */

void ComputeInmModulus::response(int channel, const inm_measure &whole, const inm_measure *half)
{
  const int nk = atom->ntypes + 1;
  const double affine = vector[channel == SHEAR ? OUT_G_A : OUT_K_A], unit = units();
  std::vector<inm_complex> derivative(nk);

  if (!half && sign != INM_MODES_UNSTABLE)
    vector[channel == SHEAR ? OUT_G_stable : OUT_K_stable] =
        affine - unit * inm_modulus_static(&whole);

  for (size_t k = 0; k < omega.size(); k++) {
    const inm_complex *rate = rates[k].data();
    const inm_complex s = inm_modulus_response(&whole, sign, omega[k], rate, derivative.data());
    double *row = array[k], *to = row + COLUMN[channel];
    double *d = &slope[(k * NCHANNEL + channel) * nk * 2];
    if (half) {
      const inm_complex h = inm_modulus_response(half, sign, omega[k], rate, nullptr);
      row[channel == SHEAR ? OUT_num_G : OUT_num_K] = unit * hypot(s.re - h.re, s.im - h.im);
      double &over = excess[k * NCHANNEL + channel];
      over = inm_modulus_change(affine / unit, s, h) / largest_change;
      if (!(over <= 1.0)) continue;
    }
    to[0] = affine - unit * s.re;
    to[1] = -unit * s.im;
    if (channel == SHEAR) row[OUT_eta] = to[1] / omega[k];
    for (int t = 0; t < nk; t++) {
      d[2 * t] = -unit * derivative[t].re;
      d[2 * t + 1] = -unit * derivative[t].im;
    }
  }
}

/* viscosity of volumetric strain by class, at zero frequency, of the modes above w_min */

void ComputeInmModulus::tabulate_classes()
{
  const int nk = atom->ntypes + 1;
  for (int set = 0; set < INM_NSET; set++) vector[OUT_zeta_UL + set] = NAN;
  if (!wanted[BULK] || !cutoff.is_given()) return;

  const double wmin = cutoff.wmin();
  if (!(wmin > 0.0)) current().solver.require(INM_HAS_LOW_CUTOFF, label, "wmin 0");
  const inm_cut cut = current().cut(wmin);
  std::vector<double> v, dv, sums((size_t) INM_NSET * nk);
  double numerics[INM_NSET];
  inm_measure xi2 = {};

  friction.evaluate(composition.natoms, v, dv);
  const std::vector<double> c = coefficients(v), dc = coefficients(dv);
  check_status(lmp, inm_spectrum_projected(current().spectrum(), bulk_force->first, 1, 1.0, &xi2),
               label);
  inm_viscosity_sums(&xi2, &cut, sums.data());
  inm_measure_free(&xi2);
  check_status(
      lmp, inm_viscosity_uncertainty(current().spectrum(), bulk_force->first, 1, &cut, numerics),
      label);
  for (int set = 0; set < INM_NSET; set++) {
    const double *s = &sums[(size_t) set * nk];
    vector[OUT_zeta_UL + set] = units() * inm_viscosity_contract(c.data(), s, nk);
    zeta_error[set] = units() *
        hypot(inm_viscosity_contract(dc.data(), s, nk), is_exact() ? 0.0 : c[0] * numerics[set]);
  }
}

/* ---- means ------------------------------------------------------------------------------------ */

void ComputeInmModulus::count_snapshot()
{
  if (!means->count(snapshot_step, current().fingerprint())) return;
  for (int q = 0; q < NQUANTITY; q++) of_vector.add(q, vector[q]);
  for (size_t k = 0; k < omega.size(); k++)
    for (int c = 0; c < NCHANNEL; c++)
      for (int part = 0; part < 2; part++)
        of_rows.add((k * NCHANNEL + c) * 2 + part, array[k][COLUMN[c] + part]);
  for (size_t i = 0; i < slope.size(); i++) of_slopes.add(i, slope[i]);
  save_means();
}

/* ----------------------------------------------------------------------
   Standard error of the mean of M' or M'' that is due to the friction: with
   dM* = d (x + iy), d = a + ib, dM' = a x - b y and dM'' = b x + a y.  Errors of
   the types add linearly, and do not average out, being from one trajectory.
------------------------------------------------------------------------- */

double ComputeInmModulus::friction_error(size_t k, int channel, bool imaginary) const
{
  const size_t n = omega.size(), nk = atom->ntypes + 1;
  const bool by_mode = friction.is_mixed_by_mode(current().solver);
  double error_sum = 0.0;

  for (size_t t = 1; t < nk; t++) {
    if (composition.natoms[t] == 0.0) continue;
    std::vector<double> of_type(nk, 0.0);
    of_type[t] = 1.0;
    const inm_friction_at &v = at[t * n + k];
    const size_t place = by_mode ? t : 0, i = ((k * NCHANNEL + channel) * nk + place) * 2;
    const double factor = coefficients(of_type)[place];
    const double a = factor * of_slopes.mean(i), b = factor * of_slopes.mean(i + 1);
    const double x = imaginary ? b : a, y = imaginary ? a : -b;
    const double variance = x * x * v.var_re + y * y * v.var_im + 2.0 * x * y * v.cov;
    error_sum += variance < 0.0 ? 0.0 : sqrt(variance);    // below 0 by rounding; NaN if not known
  }
  return error_sum;
}

void ComputeInmModulus::tabulate_means()
{
  for (int q = 0; q < NQUANTITY; q++) {
    vector[OUT_mean_G_born + q] = of_vector.mean(q);
    vector[OUT_err_G_born + q] = of_vector.error(q);
  }
  for (int set = 0; set < INM_NSET; set++) {
    double &error_of = vector[OUT_err_zeta_UL + set];
    error_of = hypot(error_of, zeta_error[set]);
  }
  vector[OUT_nsnapshot] = of_vector.count(OUT_G_kin);

  for (size_t k = 0; k < omega.size(); k++) {
    double *row = array[k];
    for (int c = 0; c < NCHANNEL; c++)
      for (int part = 0; part < 2; part++) {
        const size_t i = (k * NCHANNEL + c) * 2 + part;
        const int column = COLUMN[c] + part - OUT_G_storage;
        const double change = is_exact() ? 0.0 : row[c == SHEAR ? OUT_num_G : OUT_num_K];
        row[OUT_mean_G_storage + column] = of_rows.mean(i);
        row[OUT_err_G_storage + column] =
            sqrt(pow(of_rows.error(i), 2) + pow(friction_error(k, c, part), 2) + change * change);
      }
    row[OUT_mean_eta] = row[OUT_mean_G_loss] / omega[k];
    row[OUT_err_eta] = row[OUT_err_G_loss] / omega[k];
  }
}

/* ----------------------------------------------------------------------
   At a step without a snapshot, in a run or between runs: means are known.
   After a restart their errors miss that of the friction until it is evaluated.
------------------------------------------------------------------------- */

void ComputeInmModulus::tabulate_means_only()
{
  if (of_vector.count(OUT_G_kin) == 0.0) require_run(lmp, label);
  find_computes();
  if (at.empty()) {
    composition.count(lmp, groupbit);
    find_rates();
  }
  tabulate_means();
  std::fill(vector, vector + NQUANTITY, NAN);
  for (size_t k = 0; k < omega.size(); k++) {
    std::fill_n(array[k] + OUT_G_storage, NVALUE, NAN);
    array[k][OUT_w] = omega[k];
  }
  scalar = NAN;
  invoked_scalar = invoked_vector = invoked_array = update->ntimestep;
}

/* settings that must agree for means to be continued */

std::string ComputeInmModulus::settings() const
{
  const inm_edge edge = current().request.edge;
  return fmt::format("{} {} {} {} {} {} {} {} {:.17g} {:.17g} {:.17g} {}", group->names[igroup],
                     friction.text(), friction.is_mixed(), constant,
                     wanted[SHEAR] + 2 * wanted[BULK], (int) sign,
                     cutoff.is_given() ? cutoff.text() : "none", (int) edge.kind, edge.value,
                     omega.front(), omega.back(), is_exact());
}

void ComputeInmModulus::save_means()
{
  double *to = means->save(settings());
  if (!to) return;
  for (auto of : {&of_vector, &of_rows, &of_slopes})
    to = std::copy(of->numbers().begin(), of->numbers().end(), to);
}

/* continue the means of a compute with the same ID in the restart file */

void ComputeInmModulus::restore_means()
{
  size_t n = 0;
  const double *from = nullptr;
  for (auto of : {&of_vector, &of_rows, &of_slopes}) n += of->numbers().size();
  means.reset(new CountedMeans(lmp, id, n));
  const auto found = means->restore(settings(), &from);
  if (found == CountedMeans::OTHER_SETTINGS && comm->me == 0)
    error->warning(FLERR,
                   "{}: the restart file has means with other settings, which are dropped; use "
                   "another compute ID to keep both",
                   label);
  if (found != CountedMeans::SAME) return;

  for (auto of : {&of_vector, &of_rows, &of_slopes}) {
    of->restore(from);
    from += of->numbers().size();
  }
  if (comm->me == 0)
    utils::logmesg(lmp, "{}: continuing the means of {:.0f} snapshots\n", label,
                   of_vector.count(OUT_G_kin));
}

/* ---- log -------------------------------------------------------------------------------------- */

/* products that would resolve frequency k: those of now, and what its pole needs for the rest */

double ComputeInmModulus::products_needed(size_t k, int channel) const
{
  inm_measure xi2 = {};
  check_status(lmp,
               inm_spectrum_projected(current().spectrum(), first_vector(channel),
                                      nvectors(channel), 1.0, &xi2),
               label);
  const double more =
      inm_modulus_products(&xi2, omega[k], rates[k][0], excess[k * NCHANNEL + channel]);
  inm_measure_free(&xi2);
  return (double) inm_spectrum_about(current().spectrum())->products + more;
}

/* once the friction is known: what was measured, and which rows are not known and why.  collective */

void ComputeInmModulus::announce()
{
  const size_t n = omega.size();
  const bool by_mode = friction.is_mixed_by_mode(current().solver);
  size_t no_friction = 0;
  for (size_t k = 0; k < n; k++)
    if (std::isnan(rates[k][by_mode ? 1 : 0].re)) no_friction++;
  if (no_friction == n) return;
  announced = true;
  announce_affine();

  if (no_friction) {
    const inm_frequency_range range = friction.frequency_range();
    if (comm->me == 0)
      utils::logmesg(lmp,
                     "{}: {} of {} frequencies are NaN: the friction kernel is known from {:.4g} "
                     "to {:.4g} radian/time\n",
                     label, no_friction, n, range.lowest, range.highest);
  }
  announce_unresolved();
}

/* the frequency that needs the most products: the lowest one, or one where the friction is small */

void ComputeInmModulus::announce_unresolved() const
{
  size_t nrow = 0, worst = 0;
  double most = 0.0;

  for (size_t k = 0; k < omega.size(); k++) {
    bool counts = false;
    for (int c = 0; c < NCHANNEL; c++) {
      if (!(excess[k * NCHANNEL + c] > 1.0)) continue;
      counts = true;
      const double products = products_needed(k, c);
      if (products > most) worst = k;
      most = std::max(most, products);
    }
    if (counts) nrow++;
  }
  if (nrow && comm->me == 0)
    utils::logmesg(lmp,
                   "{}: {} of {} frequencies are NaN: from half to all of the products they change "
                   "by more than {:g} of their value; W = {:.4g} needs {} products\n",
                   label, nrow, omega.size(), largest_change, omega[worst],
                   most < 1e9 ? fmt::format("about {:.0f}", most) : "too many");
}

void ComputeInmModulus::announce_affine() const
{
  if (comm->me) return;
  const std::string shear = std::isnan(vector[OUT_G_born])
      ? "G_A is not known"
      : fmt::format("G_A = {:.6g} (Born term {:.6g}, kinetic {:.4g})", vector[OUT_G_A],
                    vector[OUT_G_born], vector[OUT_G_kin]);
  utils::logmesg(lmp, "{}: {}, K_A = {:.6g} pressure units\n", label, shear, vector[OUT_K_A]);
  announce_delta();
  if (std::isnan(vector[OUT_G_born]))
    error->warning(FLERR,
                   "{}: G_A is not known: the box of a kspace style must be sheared; use "
                   "change_box all triclinic",
                   label);
}

void ComputeInmModulus::announce_delta() const
{
  const double d = domain->dimension, per_volume = force->nktv2p / box_volume(lmp);
  const double of_bulk = per_volume * strain_energy->delta.of[NPLANE] / (d * d);
  double of_shear = 0.0;
  for (int p = gamma->plane(); p < gamma->plane() + gamma->planes(); p++)
    of_shear += per_volume * strain_energy->delta.of[p] / gamma->planes();
  if (fabs(of_bulk) > NOTEWORTHY * fabs(vector[OUT_K_A]))
    utils::logmesg(lmp,
                   "{}: the force of a pair style jumps at its cutoff, which would add about "
                   "{:.3g} to G_A and {:.3g} to K_A; neither contains it\n",
                   label, of_shear, of_bulk);
}

/* ---- outputs ---------------------------------------------------------------------------------- */

/* Whether the outputs of this step have a snapshot; else they have the running means only. */

bool ComputeInmModulus::is_snapshot_step() const
{
  if (update->whichflag == 0) return snapshot_step == update->ntimestep;
  return update->ntimestep % every == 0;
}

void ComputeInmModulus::take_or_read()
{
  if (is_snapshot_step())
    snapshot();
  else
    tabulate_means_only();
}

double ComputeInmModulus::compute_scalar()
{
  if (update->whichflag == 0)
    snapshot();    // it has no mean
  else
    take_or_read();
  return scalar;
}

void ComputeInmModulus::compute_vector()
{
  take_or_read();
}

void ComputeInmModulus::compute_array()
{
  take_or_read();
}

double ComputeInmModulus::memory_usage()
{
  return 8.0 *
      ((double) size_array_rows * size_array_cols + 4.0 * (double) slope.size() +
       6.0 * (double) at.size() + 12.0 * (double) omega.size());
}
