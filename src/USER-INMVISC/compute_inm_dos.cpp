/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "compute_inm_dos.h"

#include "inmvisc_check.h"
#include "inmvisc_compat.h"
#include "inmvisc_host.h"
#include "inmvisc_outputs.h"
#include "inmvisc_parser.h"
#include "inmvisc_snapshot.h"
#include "inmvisc_unit_names.h"

#include "inm/inm_entropy.h"
#include "inm/inm_modes.h"

#include "atom.h"
#include "citeme.h"
#include "comm.h"
#include "domain.h"
#include "error.h"
#include "fix.h"
#include "force.h"
#include "memory.h"
#include "modify.h"
#include "neighbor.h"
#include "update.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;
using namespace INMVISC_NS::INM_DOS;

static const char cite_compute_inm_dos[] =
    "compute inm/dos command: https://doi.org/10.1103/PhysRevLett.74.936\n\n"
    "@Article{Bembenek95,\n"
    " author = {S. D. Bembenek and B. B. Laird},\n"
    " title = {Instantaneous Normal Modes and the Glass Transition},\n"
    " journal = {Phys.\\ Rev.\\ Lett.},\n"
    " year =    1995,\n"
    " volume =  74,\n"
    " pages =   {936--939}\n"
    "}\n\n";

/* ---------------------------------------------------------------------- */

ComputeInmDos::ComputeInmDos(LAMMPS *lmp, int narg, char **arg) :
    Compute(lmp, narg, arg), nbin(0), given_range(false), fixed_range(false), range(), w_edge(NAN),
    temperature(0.0), tabulated(0), announced(false), warned_range(false)
{
  if (lmp->citeme) lmp->citeme->add(cite_compute_inm_dos);

  label = fmt::format("Compute inm/dos {}", id);

  // LAMMPS allows computes before the box is defined, but atom types are unknown then

  if (!domain->box_exist) error->all(FLERR, "{}: must be defined after the simulation box", label);
  current = std::make_shared<Snapshot>(lmp, label, igroup);
  current->request.ntypes = atom->ntypes;
  current->request.precision = INM_PRECISION_AUTO;
  parse(narg, arg);
  check_bins(lmp, label, nbin, NARRAY);

  scalar_flag = vector_flag = array_flag = peratom_flag = local_flag = 1;
  extscalar = extvector = extarray = 0;
  size_vector = NVECTOR;
  size_array_rows = nbin;
  size_array_cols = NARRAY;
  size_peratom_cols = NPERATOM;
  size_local_cols = NLOCAL;
  size_local_rows = 0;

  vector = new double[size_vector];
  std::fill(vector, vector + size_vector, NAN);
  memory->create(array, nbin, size_array_cols, "inm/dos:array");
  std::fill(array[0], array[0] + (size_t) nbin * size_array_cols, NAN);
}

ComputeInmDos::~ComputeInmDos()
{
  delete[] vector;
  memory->destroy(array);
  memory->destroy(array_atom);
  memory->destroy(array_local);
}

/* ----------------------------------------------------------------------
   compute ID group inm/dos Nbin keyword values ...
------------------------------------------------------------------------- */

void ComputeInmDos::parse(int narg, char **arg)
{
  KeywordParser in(lmp, label, narg, arg, 3);
  bool said_modes = false, said_weighted = false;

  nbin = in.integer("Nbin", 2);
  while (in.more()) {
    const std::string key = in.keyword();
    if (key == "range") {
      range.nbin = nbin;
      range.lo = in.number("range lo");
      range.hi = in.number("range hi");
      if (!(range.lo < range.hi)) in.fail("range hi must be above range lo");
      if (!std::isfinite(range.hi - range.lo))
        in.fail("range hi minus range lo must be a finite number");
      given_range = fixed_range = true;
    } else if (key == "edge") {
      parse_edge(in);
    } else if (key == "modes") {
      parse_modes(in);
      said_modes = true;
    } else if (key == "hessian") {
      parse_hessian(in);
    } else if (key == "check") {
      current->builder.check = in.yesno("check");
    } else if (key == "eigenvector") {
      const std::string by = in.choice("eigenvector", {"index", "frequency"});
      current->request.keep = (by == "index") ? INM_KEEP_INDEX : INM_KEEP_FREQUENCY;
      current->request.keep_value = (by == "index") ? in.integer("eigenvector index", 1)
                                                    : in.number("eigenvector frequency");
    } else if (key == "file") {
      current->file.parse(in);
    } else if (key == "weighted") {
      current->file.weighted = in.yesno("weighted");
      said_weighted = true;
    } else if (key == "entropy") {
      temperature = in.number("entropy");
      if (!(temperature > 0.0)) in.fail("entropy must be a temperature above 0");
    } else if (!current->solver.parse_keyword(key, in, current->request)) {
      in.unknown();
    }
  }
  if (said_weighted && !current->file.is_wanted())
    error->all(FLERR, "{}: keyword weighted needs keyword file", label);
  if (!said_modes)
    current->request.vectors = current->solver.has(INM_HAS_VECTORS) ? INM_VECTORS_ALL
                                                                    : INM_VECTORS_NONE;
  check_arguments();
}

void ComputeInmDos::parse_edge(KeywordParser &in)
{
  const std::string kind = in.choice("edge", {"pr", "frequency", "none"});
  inm_edge edge = {INM_EDGE_NONE, 0.0};

  if (kind == "pr") {
    edge.kind = INM_EDGE_PARTICIPATION;
    edge.value = in.number("edge pr");
    if (!(edge.value > 0.0 && edge.value <= 1.0))
      in.fail("edge pr must lie between 0 and 1, as participation ratios do");
  } else if (kind == "frequency") {
    edge.kind = INM_EDGE_FREQUENCY;
    edge.value = fabs(in.number("edge frequency"));
  }
  current->request.edge = edge;
}

void ComputeInmDos::parse_modes(KeywordParser &in)
{
  const std::string which = in.choice("modes", {"all", "unstable", "none", "lowest"});
  inm_request &request = current->request;

  request.vectors = (which == "all") ? INM_VECTORS_ALL
      : (which == "unstable")        ? INM_VECTORS_UNSTABLE
      : (which == "lowest")          ? INM_VECTORS_LOWEST
                                     : INM_VECTORS_NONE;
  request.nlowest = (request.vectors == INM_VECTORS_LOWEST) ? in.integer("modes lowest", 1) : 0;
}

void ComputeInmDos::parse_hessian(KeywordParser &in)
{
  const std::string how = in.choice("hessian", {"auto", "analytic", "numeric"});
  HessianBuilder &builder = current->builder;

  builder.method = (how == "auto") ? HessianBuilder::AUTO
      : (how == "analytic")        ? HessianBuilder::ANALYTIC
                                   : HessianBuilder::NUMERIC;
  if (how != "numeric") return;
  builder.delta = in.number("hessian numeric delta");
  if (!(builder.delta >= 0.0))
    in.fail("hessian numeric delta must be positive, or 0 for the default");
}

/* reject settings that exclude each other */

void ComputeInmDos::check_arguments() const
{
  const inm_request &request = current->request;
  const bool vectors =
      (request.vectors == INM_VECTORS_ALL || request.vectors == INM_VECTORS_UNSTABLE);

  current->solver.check_arguments(request);
  if (temperature > 0.0) current->solver.require(INM_HAS_EIGENVALUES, label, "entropy");
  if (request.edge.kind == INM_EDGE_PARTICIPATION && !vectors)
    error->all(FLERR,
               "{}: edge pr needs eigenvectors; use edge frequency, or modes all or unstable",
               label);
  if (request.keep != INM_KEEP_NONE && request.vectors == INM_VECTORS_NONE)
    error->all(FLERR, "{}: eigenvector needs modes {}", label,
               current->solver.has(INM_HAS_VECTORS) ? "all or unstable" : "lowest with solver kpm");
}

/* ----------------------------------------------------------------------
   Drop all results of the last run, since the force field and the positions
   may have changed.
------------------------------------------------------------------------- */

void ComputeInmDos::init()
{
  current->init();
  tabulated = 0;
  announced = warned_range = false;

  // LAMMPS calls init_list() again only if some request has changed

  if (current->builder.needs_list())
    request_list(neighbor, this, instance_me, true, true, 0.0, rank1());
  else
    current->set_list(nullptr);
}

void ComputeInmDos::init_list(int, NeighList *ptr)
{
  current->set_list(ptr);
}

ComputeInmDos *ComputeInmDos::require(LAMMPS *lmp, const std::string &id, const std::string &caller)
{
  auto inm = dynamic_cast<ComputeInmDos *>(compute_by_id(lmp->modify, id, rank1()));
  if (!inm) lmp->error->all(FLERR, "{}: there is no compute inm/dos with ID {}", caller, id);
  return inm;
}

/* ---- outputs ---------------------------------------------------------------------------------- */

/* compute all outputs together, so that all of them can be accessed between runs */

void ComputeInmDos::tabulate()
{
  current->solve();
  if (tabulated == current->version()) return;
  tabulate_bins();
  tabulate_fractions();
  tabulate_entropy();
  tabulate_peratom();
  tabulate_local();
  if (comm->me == 0 && !announced) announce();
  fixed_range = announced = true;

  tabulated = current->version();
  invoked_scalar = invoked_vector = invoked_array = invoked_peratom = invoked_local =
      update->ntimestep;
}

/* ----------------------------------------------------------------------
   A range found for a stable configuration, often the crystal that a run starts
   from, is no use for a liquid.  It may change as long as nothing averages bins.
------------------------------------------------------------------------- */

bool ComputeInmDos::may_choose_again() const
{
  if (given_range || !(range.lo >= 0.0)) return false;
  for (int i = 0; i < modify->nfix; i++)
    if (utils::strmatch(modify->fix[i]->style, "^ave/")) return false;
  return true;
}

void ComputeInmDos::tabulate_bins()
{
  const inm_spectrum *spectrum = current->spectrum();
  double outside;

  if (!fixed_range) range = inm_spectrum_range(spectrum, nbin);
  check_status(lmp, inm_dos(spectrum, &range, array[0], &outside), label + ": density of states");
  if (outside >= 0.5 && may_choose_again()) {
    fixed_range = false;
    announced = false;
    range = inm_spectrum_range(spectrum, nbin);
    check_status(lmp, inm_dos(spectrum, &range, array[0], &outside), label + ": density of states");
  }
  w_edge = inm_edge_frequency(&range, array[0], current->request.edge);
  if (comm->me == 0 && outside >= 0.5 && !warned_range) {
    error->warning(FLERR, "{}: {:.0f} modes lie outside range {:.8g} {:.8g}{}", label, outside,
                   range.lo, range.hi,
                   given_range ? "" : ", which the first snapshot determined (keyword range)");
    warned_range = true;
  }
}

void ComputeInmDos::tabulate_fractions()
{
  const inm_spectrum *spectrum = current->spectrum();
  const inm_spectrum_facts *about = inm_spectrum_about(spectrum);
  const inm_edge edge = current->request.edge;
  inm_fractions f, errors;

  check_status(lmp, inm_fractions_of(spectrum, edge, &f, &errors), label + ": fractions of modes");
  check_status(lmp, inm_low_frequency_slope(spectrum, &vector[OUT_slope_g]),
               label + ": density of states at low frequency");
  scalar = f.unstable;
  vector[OUT_f_stable] = f.stable;
  vector[OUT_f_unstable] = f.unstable;
  vector[OUT_f_UL] = f.localized;
  vector[OUT_f_UD] = f.delocalized;
  vector[OUT_w_edge] = w_edge;
  vector[OUT_nzero] = (double) (about->nzero - current->constraints());
  vector[OUT_err_hessian] = current->builder.check_error();
  vector[OUT_err_f_unstable] = errors.unstable;
  vector[OUT_err_f_UL] = errors.localized;
  if (about->products == 0) return;
  vector[OUT_nmatvec] = (double) about->products;
  if (edge.kind == INM_EDGE_FREQUENCY)
    vector[OUT_dw_edge] = inm_spectrum_resolution(spectrum, -edge.value);
}

/* k T / hbar is an angular frequency in 1/time */

void ComputeInmDos::tabulate_entropy()
{
  if (temperature == 0.0) return;
  const double hbar = force->hplanck / (2.0 * M_PI);
  inm_entropy s;
  check_status(lmp,
               inm_harmonic_entropy(current->spectrum(), force->boltz * temperature / hbar, &s),
               label + ": harmonic entropy");
  vector[OUT_S_classical] = s.classical;
  vector[OUT_S_quantum] = s.quantum;
}

void ComputeInmDos::tabulate_peratom()
{
  memory->destroy(array_atom);
  memory->create(array_atom, std::max(atom->nmax, 1), size_peratom_cols, "inm/dos:array_atom");

  const HostAtoms atoms(lmp);
  const inm_modes &table = current->modes();
  const double outside = 0.0, unknown = NAN;
  for (int i = 0; i < atoms.nlocal(); i++) {
    const bool in_group = atoms.in_group(i, groupbit);
    const size_t k = in_group ? inm_mode_atom(&table, atoms.tag(i)) : table.natom;
    const bool known = (k < table.natom);
    for (int a = 0; a < 3; a++) {
      const double missing = in_group ? unknown : outside;
      array_atom[i][OUT_e2_UL + a] = known ? table.intensity[3 * k + a] : missing;
      array_atom[i][OUT_e_x + a] = known ? table.eigenvector[3 * k + a] : missing;
    }
  }
}

void ComputeInmDos::tabulate_local()
{
  const inm_modes &table = current->modes();
  size_t first, last;
  current->mode_slice(first, last);

  size_local_rows = (int) (last - first);
  memory->destroy(array_local);
  memory->create(array_local, std::max(size_local_rows, 1), size_local_cols, "inm/dos:array_local");
  for (size_t p = first; p < last; p++) {
    double *row = array_local[p - first];
    row[OUT_lambda] = table.lambda[p];
    row[OUT_w] = inm_frequency(table.lambda[p]);
    row[OUT_P] = table.pr[p];
    row[OUT_class] = (table.cls[p] == INM_UNSTABLE_UNKNOWN) ? NAN : table.cls[p];
  }
}

/* ---- log output: once per run, with the remedy for each output that is NaN -------------------- */

void ComputeInmDos::announce() const
{
  const inm_spectrum_facts *about = inm_spectrum_about(current->spectrum());
  const inm_request &request = current->request;

  utils::logmesg(lmp, "{}: {} modes of {} atoms, {} of them zero modes{}\n", label,
                 about->nmode + about->nzero - current->constraints(), about->natom,
                 about->nzero - current->constraints(),
                 (about->products == 0) ? ""
                                        : ": free translations of separate parts; solver kpm does "
                                          "not count others, such as rotations");
  utils::logmesg(lmp, "{}: {} bins from {:.8g} to {:.8g} {}{}\n", label, nbin, range.lo, range.hi,
                 unit_names(update->unit_style).frequency(),
                 fixed_range ? "" : ", fixed from now on (keyword range)");
  if (request.edge.kind == INM_EDGE_NONE)
    utils::logmesg(lmp,
                   "{}: no mobility edge: localized and delocalized modes are not distinguished, "
                   "their outputs are nan (keyword edge)\n",
                   label);
  if (request.vectors == INM_VECTORS_NONE && current->solver.has(INM_HAS_VECTORS))
    utils::logmesg(lmp, "{}: no eigenvectors: outputs that need them are nan (keyword modes)\n",
                   label);
  if (request.vectors == INM_VECTORS_UNSTABLE)
    utils::logmesg(lmp,
                   "{}: no eigenvectors of stable modes: P and projections are nan there "
                   "(keyword modes)\n",
                   label);
  if (temperature > 0.0 && std::isnan(vector[OUT_S_classical]))
    utils::logmesg(lmp, "{}: the harmonic entropy is nan, because there are {}\n", label,
                   about->nmode ? "unstable modes: minimize first" : "zero modes only");
  announce_eigenvector();
}

void ComputeInmDos::announce_eigenvector() const
{
  const inm_modes &table = current->modes();
  const size_t p = table.kept;

  if (current->request.keep == INM_KEEP_NONE) return;
  if (p == table.n)
    utils::logmesg(lmp, "{}: no eigenvector in the per-atom array: there are only {} modes\n",
                   label, table.n);
  else if (!inm_has_vector(&table, p))
    utils::logmesg(lmp,
                   "{}: no eigenvector in the per-atom array: that of mode {} was not computed "
                   "(keyword modes)\n",
                   label, p + 1);
  else
    utils::logmesg(lmp,
                   "{}: eigenvector of mode {} in the per-atom array, frequency {:.6g} {}, "
                   "participation ratio {:.4g}\n",
                   label, p + 1, inm_frequency(table.lambda[p]),
                   unit_names(update->unit_style).frequency(), table.pr[p]);
}

/* ---------------------------------------------------------------------- */

double ComputeInmDos::compute_scalar()
{
  tabulate();
  return scalar;
}

void ComputeInmDos::compute_vector()
{
  tabulate();
}

void ComputeInmDos::compute_array()
{
  tabulate();
}

void ComputeInmDos::compute_peratom()
{
  tabulate();
}

void ComputeInmDos::compute_local()
{
  tabulate();
}

double ComputeInmDos::memory_usage()
{
  return current->memory_usage() +
      8.0 * ((double) atom->nmax * size_peratom_cols + (double) size_local_rows * size_local_cols);
}
