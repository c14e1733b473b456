/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "compute_inm_dos.h"

#include "inm/inm_entropy.h"
#include "inm/inm_matrix_file.h"
#include "inmvisc_compat.h"
#include "inmvisc_parser.h"

#include "atom.h"
#include "citeme.h"
#include "comm.h"
#include "domain.h"
#include "error.h"
#include "force.h"
#include "group.h"
#include "memory.h"
#include "modify.h"
#include "neigh_list.h"
#include "neighbor.h"
#include "npair.h"
#include "update.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

static constexpr double GB = 1024.0 * 1024.0 * 1024.0;

// a translation is free if rows of the Hessian add up to this part of their diagonal; the mesh of
// kspace styles breaks translation invariance

static constexpr double ACOUSTIC_TOLERANCE = 1.0e-5, ACOUSTIC_TOLERANCE_KSPACE = 1.0e-3;

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
    Compute(lmp, narg, arg), nbin(0), fixed_range(false), edge(), w_edge(NAN), request(),
    said_modes(false), table(), assembly_step(-1), snapshot_step(-1), configuration(NAN),
    announced(false), warned_range(false), weighted(true), temperature(0.0), builder(nullptr),
    diagonalization(nullptr), list(nullptr), kpm(nullptr), solving(false)
{
  if (lmp->citeme) lmp->citeme->add(cite_compute_inm_dos);

  me = fmt::format("Compute inm/dos {}", id);
  if (!domain
           ->box_exist)    // LAMMPS lets computes be defined earlier, but types are not known then
    error->all(FLERR, "{}: it must be defined after the simulation box", me);
  builder = new HessianBuilder(lmp, me);
  diagonalization = new Diagonalization(lmp, me);
  kpm = new KpmSolver(lmp, me);
  request.ntypes = atom->ntypes;
  parse(narg, arg);
  check_bins(lmp, me, nbin, 5);

  scalar_flag = vector_flag = array_flag = peratom_flag = local_flag = 1;
  extscalar = extvector = extarray = 0;
  size_vector = 14;
  size_array_rows = nbin;
  size_array_cols = 5;
  size_peratom_cols = 6;
  size_local_cols = 4;
  size_local_rows = 0;

  vector = new double[size_vector];
  std::fill(vector, vector + size_vector, NAN);
  memory->create(array, nbin, size_array_cols, "inm/dos:array");
  std::fill(array[0], array[0] + (size_t) nbin * size_array_cols, NAN);
}

ComputeInmDos::~ComputeInmDos()
{
  delete builder;
  delete diagonalization;
  delete kpm;
  delete[] vector;
  memory->destroy(array);
  memory->destroy(array_atom);
  memory->destroy(array_local);
  inm_modes_free(&table);
}

/* ----------------------------------------------------------------------
   compute ID group inm/dos Nbin keyword values ...
------------------------------------------------------------------------- */

void ComputeInmDos::parse(int narg, char **arg)
{
  KeywordParser in(lmp, me, narg, arg, 3);
  bool said_weighted = false;

  nbin = in.integer("Nbin", 2);
  while (in.more()) {
    const std::string key = in.keyword();
    if (key == "range") {
      range.nbin = nbin;
      range.lo = in.number("range lo");
      range.hi = in.number("range hi");
      if (!(range.lo < range.hi)) in.fail("range lo must be below range hi");
      if (!std::isfinite(range.hi - range.lo)) in.fail("range is too wide");
      fixed_range = true;
    } else if (key == "edge") {
      parse_edge(in);
    } else if (key == "modes") {
      parse_modes(in);
    } else if (key == "hessian") {
      parse_hessian(in);
    } else if (key == "solver") {
      parse_solver(in);
    } else if (key == "precision") {
      const std::string which = in.choice("precision", {"double", "single"});
      request.precision = (which == "double") ? INM_DOUBLE : INM_SINGLE_PRECISION;
    } else if (key == "memory") {
      const double limit = GB * in.number("memory");
      if (!(limit > 0.0)) in.fail("memory must be a positive number of GB");
      diagonalization->memory_limit = kpm->memory_limit = limit;
    } else if (key == "threads") {
      request.max_threads = in.integer("threads", 1);
    } else if (key == "check") {
      builder->check = in.yesno("check");
    } else if (key == "eigenvector") {
      const std::string by = in.choice("eigenvector", {"index", "frequency"});
      request.keep = (by == "index") ? INM_KEEP_INDEX : INM_KEEP_FREQUENCY;
      request.keep_value = (by == "index") ? in.integer("eigenvector index", 1)
                                           : in.number("eigenvector frequency");
    } else if (key == "file") {
      file = in.word("file");
      if (inm_matrix_format_of(file.c_str()) == INM_MATRIX_UNKNOWN)
        in.fail("file must end in .npz or .mtx");
    } else if (key == "weighted") {
      weighted = in.yesno("weighted");
      said_weighted = true;
    } else if (key == "entropy") {
      temperature = in.number("entropy");
      if (!(temperature > 0.0)) in.fail("entropy needs a temperature above 0");
    } else if (!kpm->parse_keyword(key, in)) {
      in.unknown();
    }
  }
  if (said_weighted && file.empty()) error->all(FLERR, "{}: weighted needs the keyword file", me);
  if (!said_modes) request.vectors = kpm->is_chosen() ? INM_VECTORS_NONE : INM_VECTORS_ALL;
  check_arguments();
  request.edge = edge;
}

void ComputeInmDos::parse_edge(KeywordParser &in)
{
  const std::string kind = in.choice("edge", {"pr", "frequency", "none"});

  edge.kind = INM_EDGE_NONE;
  edge.value = 0.0;
  if (kind == "pr") {
    edge.kind = INM_EDGE_PARTICIPATION;
    edge.value = in.number("edge pr");
    if (!(edge.value > 0.0 && edge.value <= 1.0))
      in.fail("edge pr must lie between 0 and 1, participation ratios do");
  } else if (kind == "frequency") {
    edge.kind = INM_EDGE_FREQUENCY;
    edge.value = fabs(in.number("edge frequency"));
  }
}

void ComputeInmDos::parse_modes(KeywordParser &in)
{
  const std::string which = in.choice("modes", {"all", "unstable", "none", "lowest"});

  said_modes = true;
  kpm->nlowest = (which == "lowest") ? in.integer("modes lowest", 1) : 0;
  request.vectors = (which == "all") ? INM_VECTORS_ALL
      : (which == "unstable")        ? INM_VECTORS_UNSTABLE
                                     : INM_VECTORS_NONE;
}

void ComputeInmDos::parse_hessian(KeywordParser &in)
{
  const std::string how = in.choice("hessian", {"auto", "analytic", "numeric"});

  builder->method = (how == "auto") ? HessianBuilder::AUTO
      : (how == "analytic")         ? HessianBuilder::ANALYTIC
                                    : HessianBuilder::NUMERIC;
  if (how != "numeric") return;
  builder->delta = in.number("hessian numeric delta");
  if (!(builder->delta >= 0.0))
    in.fail("hessian numeric delta must be positive, or 0 for the default");
}

void ComputeInmDos::parse_solver(KeywordParser &in)
{
  const std::string name =
      in.choice("solver", {"auto", "lapack", "twostage", "scalapack", "elpa", "kpm"});

  kpm->decline();
  diagonalization->solver = inm_solver_find(name.c_str());
  if (name == "kpm")
    kpm->parse_products(in);
  else if (name != "auto" && !diagonalization->solver)
    in.fail("solver " + name +
            " is not in this plugin, its library was not there when it was built; "
            "possible here: auto, lapack, twostage, kpm");
}

/* what does not go together */

void ComputeInmDos::check_arguments() const
{
  const bool vectors = (request.vectors != INM_VECTORS_NONE);

  kpm->check_arguments(edge);
  if (kpm->is_chosen() && vectors)
    error->all(FLERR,
               "{}: modes all or unstable needs eigenvectors, and solver kpm has none; use modes "
               "lowest, or another solver for a smaller box or group",
               me);
  if (kpm->is_chosen() && temperature > 0.0)
    error->all(FLERR,
               "{}: entropy needs each eigenvalue, and solver kpm has none; use another solver",
               me);
  if (kpm->is_chosen() && request.precision != INM_DOUBLE)
    error->all(FLERR, "{}: precision single is not for solver kpm", me);
  if (edge.kind == INM_EDGE_PARTICIPATION && !vectors)
    error->all(FLERR,
               "{}: edge pr needs eigenvectors; use edge frequency, or modes all or unstable", me);
  if (request.keep != INM_KEEP_NONE && !vectors && !kpm->nlowest)
    error->all(FLERR, "{}: eigenvector needs modes {}", me,
               kpm->is_chosen() ? "lowest with solver kpm" : "all or unstable");
}

/* ----------------------------------------------------------------------
   The force field and the positions may have changed since the last run:
   nothing of it is kept.
------------------------------------------------------------------------- */

void ComputeInmDos::init()
{
  builder->init();
  diagonalization->begin_run();
  assembly_step = snapshot_step = -1;
  announced = warned_range = solving = false;

  // LAMMPS hands out the list again only if some request has changed

  if (builder->needs_list())
    request_list(neighbor, this, instance_me, true, true, 0.0, rank1());
  else
    list = nullptr;
}

void ComputeInmDos::init_list(int, NeighList *ptr)
{
  list = ptr;
}

/* ---------------------------------------------------------------------- */

ComputeInmDos *ComputeInmDos::require(LAMMPS *lmp, const std::string &id, const std::string &caller)
{
  auto inm = dynamic_cast<ComputeInmDos *>(compute_by_id(lmp->modify, id, rank1()));
  if (!inm) lmp->error->all(FLERR, "{}: there is no compute inm/dos with ID {}", caller, id);
  return inm;
}

void ComputeInmDos::add_projector(const std::string &compute_id)
{
  if (std::find(projectors.begin(), projectors.end(), compute_id) == projectors.end())
    projectors.push_back(compute_id);
}

/* a projector that was deleted, or replaced by another style, has left */

static ComputeInmDos::Projector *projector(Modify *modify, const std::string &compute_id)
{
  return dynamic_cast<ComputeInmDos::Projector *>(compute_by_id(modify, compute_id, rank1()));
}

void ComputeInmDos::add_judge(const std::string &compute_id)
{
  if (std::find(judges.begin(), judges.end(), compute_id) == judges.end())
    judges.push_back(compute_id);
}

int ComputeInmDos::first_projection(const std::string &compute_id) const
{
  const auto found = std::find(projectors.begin(), projectors.end(), compute_id);
  return (found == projectors.end()) ? -1 : 3 * (int) (found - projectors.begin());
}

bool ComputeInmDos::is_current() const
{
  return snapshot_step == update->ntimestep;
}

/* ----------------------------------------------------------------------
   From positions to the mode table and all that is read off it, once per
   time step, whoever asks first.
------------------------------------------------------------------------- */

void ComputeInmDos::snapshot()
{
  if (is_current()) return;
  if (solving)
    error->all(FLERR, "{}: what tells whether solver kpm has converged depends on its result", me);
  assemble();
  solve();
  tabulate();
  set_current();
}

/* ----------------------------------------------------------------------
   The Hessian and what is read off its blocks, without a mode.
------------------------------------------------------------------------- */

void ComputeInmDos::assemble()
{
  if (assembly_step == update->ntimestep) return;
  require_run(lmp, me);
  if (!builder->hessian())
    error->all(FLERR, "{}: it was defined after this run was set up; leave out pre no", me);

  if (list) rebuild(list);
  builder->build(groupbit, list);
  write_matrix();
  project();
  assembly_step = update->ntimestep;
}

/* ----------------------------------------------------------------------
   LAMMPS builds an occasional list once per reneighboring, at the first call.
   Atoms may since have come back from half a skin on one side to half a skin
   on the other, and the list would miss pairs, depending on when it was
   built: build it anew.
------------------------------------------------------------------------- */

void ComputeInmDos::rebuild(NeighList *which)
{
  for (NeighList *parent = which; parent; parent = parent->listcopy)
    if (parent->occasional && parent->np) parent->np->last_build = -1;
  neighbor->build_one(which);
}

/* ----------------------------------------------------------------------
   The matrix for other programs, before a solver may find it too large.
------------------------------------------------------------------------- */

void ComputeInmDos::write_matrix() const
{
  if (file.empty()) return;

  std::string name = file;
  const auto star = name.find('*');
  if (star != std::string::npos) name.replace(star, 1, std::to_string(update->ntimestep));

  const double *h = domain->h;    // xx, yy, zz, yz, xz, xy
  const inm_matrix_facts facts = {weighted,
                                  update->unit_style,
                                  (int64_t) update->ntimestep,
                                  {h[0], 0.0, 0.0, h[5], h[1], 0.0, h[4], h[3], h[2]}};
  const inm_status status = inm_matrix_write(builder->hessian(), name.c_str(), &facts);
  int reason = errno;

  MPI_Bcast(&reason, 1, MPI_INT, 0, world);
  if (status == INM_ERR_IO)
    error->all(FLERR, "{}: cannot write file {}: {}", me, name, strerror(reason));
  check_status(lmp, status, me + ": writing file " + name);
  if (comm->me == 0 && !announced)
    utils::logmesg(lmp, "{}: {} in file {}\n", me,
                   weighted ? "mass-weighted Hessian" : "Hessian without masses", name);
}

void ComputeInmDos::project()
{
  projectors.erase(std::remove_if(projectors.begin(), projectors.end(),
                                  [&](const std::string &p) {
                                    return !projector(modify, p);
                                  }),
                   projectors.end());

  const size_t per_compute = 9 * inm_hessian_nrow(builder->hessian());
  xi.assign(projectors.size() * per_compute + 1, 0.0);
  for (size_t k = 0; k < projectors.size(); k++)
    projector(modify, projectors[k])->affine_force(*builder, &xi[k * per_compute]);
}

void ComputeInmDos::solve()
{
  const inm_hessian *h = builder->hessian();

  configuration = inm_hessian_trace(h);
  if (!std::isfinite(configuration))
    error->all(FLERR, "{}: the Hessian has infinite elements, atoms may overlap", me);

  const double tolerance = force->kspace ? ACOUSTIC_TOLERANCE_KSPACE : ACOUSTIC_TOLERANCE;
  check_status(lmp, inm_hessian_translations(h, tolerance, request.is_free),
               me + ": looking for free translations");
  request.nproj = 3 * (int) projectors.size();
  request.proj = xi.data();
  if (kpm->is_chosen())
    solve_moments();
  else
    diagonalize();
}

void ComputeInmDos::diagonalize()
{
  const size_t n = (size_t) domain->dimension * (size_t) group->count(igroup);
  diagonalization->solve(builder->hessian(), n, request, table);
}

/* a judge that was deleted, or replaced by another style, has left */

void ComputeInmDos::solve_moments()
{
  std::vector<KpmSolver::Judge *> present;
  for (const auto &id_of : judges) {
    auto judge = dynamic_cast<KpmSolver::Judge *>(compute_by_id(modify, id_of, rank1()));
    if (judge) present.push_back(judge);
  }
  solving = true;
  kpm->solve(builder->hessian(), request, edge, present);
  solving = false;
  if (kpm->nlowest) kpm->solve_lowest(builder->hessian(), request, table);
}

double ComputeInmDos::mean_mass() const
{
  return kpm->is_chosen() ? inm_kpm_mean_mass(kpm->moments()) : inm_mean_mass(&table);
}

void ComputeInmDos::tabulate_moments()
{
  range.nbin = nbin;
  kpm->tabulate(range, fixed_range, edge, vector, array[0]);
  w_edge = vector[4];
  scalar = vector[1];
  vector[7] = builder->check_error();
  tabulate_peratom();
  tabulate_local();
  if (!announced) {
    kpm->announce(edge);
    if (comm->me == 0) announce_bins();
    if (comm->me == 0) announce_eigenvector();
  }
  fixed_range = announced = true;
}

void ComputeInmDos::tabulate()
{
  if (kpm->is_chosen()) {
    tabulate_moments();
    return;
  }
  if (!fixed_range) range = inm_range_of(&table, nbin);
  const size_t outside = inm_dos(&table, &range, array[0]);
  const inm_fractions f = inm_fractions_of(&table);
  w_edge = inm_edge_frequency(&range, array[0], edge);

  scalar = f.unstable;
  vector[0] = f.stable;
  vector[1] = f.unstable;
  vector[2] = f.localized;
  vector[3] = f.delocalized;
  vector[4] = w_edge;
  vector[5] = (double) table.nzero;
  vector[6] = inm_low_frequency_slope(&table);
  vector[7] = builder->check_error();
  tabulate_entropy();
  tabulate_peratom();
  tabulate_local();

  if (comm->me == 0 && !announced) announce();
  if (comm->me == 0 && outside > 0 && !warned_range) {
    error->warning(FLERR, "{}: {} modes lie outside range {:.8g} {:.8g}", me, outside, range.lo,
                   range.hi);
    warned_range = true;
  }
  fixed_range = announced = true;
}

/* k T / hbar is an angular frequency in 1/time */

void ComputeInmDos::tabulate_entropy()
{
  if (temperature == 0.0) return;
  const double hbar = force->hplanck / (2.0 * M_PI);
  const inm_entropy s = inm_harmonic_entropy(&table, force->boltz * temperature / hbar);
  vector[12] = s.classical;
  vector[13] = s.quantum;
}

/* once per run: what was done, and for every output that is NaN, how to get it */

void ComputeInmDos::announce() const
{
  utils::logmesg(lmp, "{}: {} modes of {} atoms, {} of them rigid translations\n", me, table.n,
                 table.natom, table.nzero);
  announce_bins();
  if (request.vectors == INM_VECTORS_NONE)
    utils::logmesg(lmp, "{}: no eigenvectors: what needs them is nan (keyword modes)\n", me);
  if (request.vectors == INM_VECTORS_UNSTABLE)
    utils::logmesg(lmp,
                   "{}: no eigenvectors of stable modes: P and projections are nan there "
                   "(keyword modes)\n",
                   me);
  if (temperature > 0.0 && std::isnan(vector[12]))
    utils::logmesg(
        lmp, "{}: there are unstable modes: the harmonic entropy is nan, minimize first\n", me);
  announce_eigenvector();
}

void ComputeInmDos::announce_eigenvector() const
{
  if (request.keep == INM_KEEP_NONE) return;
  const size_t p = table.kept;
  if (p == table.n)
    utils::logmesg(lmp, "{}: no eigenvector in the per-atom array: there are {} modes\n", me,
                   table.n);
  else if (!inm_has_vector(&table, p))
    utils::logmesg(lmp,
                   "{}: no eigenvector in the per-atom array: that of mode {} was not computed "
                   "(keyword modes)\n",
                   me, p + 1);
  else
    utils::logmesg(lmp,
                   "{}: eigenvector of mode {} in the per-atom array, frequency {:.6g}, "
                   "participation ratio {:.4g}\n",
                   me, p + 1, inm_frequency(table.lambda[p]), table.pr[p]);
}

void ComputeInmDos::announce_bins() const
{
  utils::logmesg(lmp, "{}: {} bins from {:.8g} to {:.8g}{}\n", me, nbin, range.lo, range.hi,
                 fixed_range ? "" : ", kept from now on (keyword range)");
  if (edge.kind == INM_EDGE_NONE)
    utils::logmesg(lmp,
                   "{}: no mobility edge: localized and delocalized modes are not told apart, "
                   "their outputs are nan (keyword edge)\n",
                   me);
}

void ComputeInmDos::tabulate_peratom()
{
  memory->destroy(array_atom);
  memory->create(array_atom, std::max(atom->nmax, 1), size_peratom_cols, "inm/dos:array_atom");

  const double outside = 0.0, unknown = NAN;
  for (int i = 0; i < atom->nlocal; i++) {
    const bool in_group = atom->mask[i] & groupbit;
    const size_t k = in_group ? inm_mode_atom(&table, atom->tag[i]) : table.natom;
    for (int a = 0; a < 3; a++) {
      array_atom[i][a] = (k < table.natom) ? table.share[3 * k + a] : in_group ? unknown : outside;
      array_atom[i][3 + a] = (k < table.natom) ? table.eigenvector[3 * k + a]
          : in_group                           ? unknown
                                               : outside;
    }
  }
}

/* ----------------------------------------------------------------------
   Modes belong to no atom: each rank shows an equal share of the table, in
   ascending order from rank to rank.
------------------------------------------------------------------------- */

void ComputeInmDos::mode_slice(size_t &first, size_t &last) const
{
  first = table.n * (size_t) comm->me / (size_t) comm->nprocs;
  last = table.n * ((size_t) comm->me + 1) / (size_t) comm->nprocs;
}

void ComputeInmDos::tabulate_local()
{
  size_t first, last;
  mode_slice(first, last);

  size_local_rows = (int) (last - first);
  memory->destroy(array_local);
  memory->create(array_local, std::max(size_local_rows, 1), size_local_cols, "inm/dos:array_local");
  for (size_t p = first; p < last; p++) {
    double *row = array_local[p - first];
    row[0] = table.lambda[p];
    row[1] = inm_frequency(table.lambda[p]);
    row[2] = table.pr[p];
    row[3] = (table.cls[p] == INM_UNSTABLE_UNKNOWN) ? NAN : table.cls[p];
  }
}

/* all outputs are there, so all can be asked for outside a run too */

void ComputeInmDos::set_current()
{
  snapshot_step = update->ntimestep;
  invoked_scalar = invoked_vector = invoked_array = invoked_peratom = invoked_local = snapshot_step;
}

double ComputeInmDos::compute_scalar()
{
  snapshot();
  return scalar;
}

void ComputeInmDos::compute_vector()
{
  snapshot();
}

void ComputeInmDos::compute_array()
{
  snapshot();
}

void ComputeInmDos::compute_peratom()
{
  snapshot();
}

void ComputeInmDos::compute_local()
{
  snapshot();
}

double ComputeInmDos::memory_usage()
{
  const double columns = 2.0 + 1.0 + table.nproj + table.ntypes;
  return builder->memory_usage() + 8.0 * (columns * (double) table.n + 8.0 * (double) table.natom) +
      8.0 *
      ((double) atom->nmax * size_peratom_cols + (double) size_local_rows * size_local_cols +
       (double) xi.size());
}
