/* ----------------------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

/* ----------------------------------------------------------------------
   Memory kernel of the velocities (orthogonal, or projected, dynamics of
   Mori) and the friction that the atoms feel: its integral, and kT/D.
   This file has arguments, checks, results and restarts.  Atoms are sampled
   in inmvisc_orthogonal_sampling.cpp; origins, lags and blocks are in
   inm/inm_correlator.c, formulas in inm/inm_kernel.c, the copies that travel
   with the atoms in inmvisc_atom_history.cpp, and what is told to the user in
   inmvisc_kernel_report.cpp.
------------------------------------------------------------------------- */

#include "fix_orthogonal_dynamics.h"

#include "inm/inm_correlator.h"
#include "inm/inm_hash.h"
#include "inm/inm_machine.h"
#include "inm/inm_products.h"
#include "inmvisc_atom_history.h"
#include "inmvisc_compat.h"
#include "inmvisc_kernel_report.h"
#include "inmvisc_parser.h"

#include "citeme.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>

using namespace LAMMPS_NS;
using namespace FixConst;
using namespace INMVISC_NS;

static constexpr double NOT_KNOWN = std::numeric_limits<double>::quiet_NaN();
static constexpr int NVECTOR = 5;    // values in the global vector for each set of atoms

// state in a restart file: this, the bounds, a mark of both, and that of the correlator

enum { LAST_STEP, SAMPLE_TIME, NATOMS, LEVELS, NHEADER };

static const char cite_fix_orthogonal_dynamics[] =
    "fix orthogonal/dynamics command: J. Chem. Phys. 140, 124103 (2014)\n\n"
    "@Article{Carof14,\n"
    " author = {A. Carof and R. Vuilleumier and B. Rotenberg},\n"
    " title = {Two algorithms to compute projected correlation functions in molecular dynamics "
    "simulations},\n"
    " journal = {J.\\ Chem.\\ Phys.},\n"
    " year =    2014,\n"
    " volume =  140,\n"
    " pages =   124103\n"
    "}\n\n";

/* ---------------------------------------------------------------------- */

FixOrthogonalDynamics::FixOrthogonalDynamics(LAMMPS *lmp, int narg, char **arg) :
    Fix(lmp, narg, arg), me(std::string("Fix orthogonal/dynamics ") + arg[0]), nblock(16),
    direct(false), per_type(true), normalized(false), startstep(0), correlator(nullptr),
    history(nullptr), last_step(-1), dt(0.0), natoms(0.0), logged_at(0), bounds(), rounder(),
    evaluated_at(-1), source(INM_FROM_KERNEL)
{
  if (lmp->citeme) lmp->citeme->add(cite_fix_orthogonal_dynamics);

  static_assert(sizeof(Bounds) == NBOUNDS * sizeof(double), "bounds are stored as numbers");
  static_assert(sizeof(Total) == NTOTAL * sizeof(double), "totals are reduced as numbers");
  parse(narg, arg);
  check_arguments();
  check_memory();
  create_storage();
  set_output_flags();

  FixOrthogonalDynamics::grow_arrays(atom->nmax);
  atom->add_callback(Atom::GROW);
  atom->add_callback(Atom::RESTART);
  for (int i = 0; i < atom->nlocal; i++) FixOrthogonalDynamics::set_arrays(i);
}

/* ---------------------------------------------------------------------- */

FixOrthogonalDynamics::~FixOrthogonalDynamics()
{
  if (copymode) return;
  if (history) {
    atom->delete_callback(id, Atom::GROW);
    atom->delete_callback(id, Atom::RESTART);
  }
  delete history;
  inm_correlator_destroy(&correlator);
}

/* ----------------------------------------------------------------------
   fix ID group orthogonal/dynamics Nevery Nlag Norigin keyword value ...
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::parse(int narg, char **arg)
{
  KeywordParser in(lmp, me, narg, arg, 3);

  nevery = in.integer("Nevery", 1);
  nlag = in.integer("Nlag", 3);
  norigin = in.integer("Norigin", 1);
  while (in.more()) {
    const std::string key = in.keyword();
    if (key == "blocks") {
      nblock = in.integer("blocks", 2);
    } else if (key == "estimator") {
      direct = in.choice("estimator", {"vacf", "direct"}) == "direct";
    } else if (key == "start") {
      startstep = in.timestep("start");
    } else if (key == "file") {
      filename = in.word("file");
    } else if (key == "types") {
      per_type = in.yesno("types");
    } else if (key == "normalize") {
      normalized = in.yesno("normalize");
    } else {
      in.unknown();
    }
  }
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::check_arguments()
{
  if (direct && nevery != 1)
    error->all(FLERR,
               "{}: estimator direct needs Nevery 1, because force and velocity obey the sum rule "
               "of the kernel at every step only; estimator vacf may take any Nevery",
               me);
  if (direct && norigin != 1)
    error->all(FLERR, "{}: estimator direct takes every sample as an origin, so Norigin must be 1",
               me);
}

/* ----------------------------------------------------------------------
   memory of all ranks on a node, as far as can be known before it is taken
------------------------------------------------------------------------- */

static double sum_over_node(double mine, MPI_Comm world)
{
#if defined(MPI_STUBS)
  return mine;
#else
  MPI_Comm node;
  double all;
  MPI_Comm_split_type(world, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  MPI_Allreduce(&mine, &all, 1, MPI_DOUBLE, MPI_SUM, node);
  MPI_Comm_free(&node);
  return all;
#endif
}

/* ---------------------------------------------------------------------- */

static inm_correlator_options options_of(int ntypes, int nlag, int norigin, int nblock, int dim,
                                         bool direct)
{
  inm_correlator_options o;
  o.ntypes = ntypes;
  o.nlag = nlag;
  o.norigin = norigin;
  o.nblock = nblock;
  o.dim = dim;
  o.estimator = direct ? INM_DIRECT : INM_VACF;
  return o;
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::check_memory()
{
  static constexpr double GB = 1.0e9;
  const auto o = options_of(atom->ntypes, nlag, norigin, nblock, domain->dimension, direct);
  const double slots = std::ceil((nlag + 2.0) / norigin);
  const double per_atom = 3.0 * sizeof(double) * (slots * (direct ? 2 : 1) + AtomHistory::NKEEP);
  const double need =
      sum_over_node(inm_correlator_bytes(&o) + per_atom * std::max(atom->nmax, 1), world);
  double have = inm_memory_available(), least = have;
  int lacking = have > 0.0 && need > have, any = 0;

  MPI_Allreduce(&have, &least, 1, MPI_DOUBLE, MPI_MIN, world);
  MPI_Allreduce(&lacking, &any, 1, MPI_INT, MPI_MAX, world);
  if (any)
    error->all(FLERR,
               "{}: estimator {} with Nlag {} and Norigin {} needs {:.3g} GB on a node, and {:.3g} "
               "GB are available",
               me, direct ? "direct" : "vacf", nlag, norigin, need / GB, least / GB);
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::create_storage()
{
  const size_t ntypes = atom->ntypes;
  const auto o = options_of(atom->ntypes, nlag, norigin, nblock, domain->dimension, direct);
  check(inm_correlator_create(&correlator, &o), "set up the correlations");

  nslot = inm_correlator_nslot(correlator);
  if (inm_row_slots(nslot) > (size_t) MAXSMALLINT / 8)
    error->all(FLERR, "{}: Nlag/Norigin is too large", me);
  row = (int) inm_row_slots(nslot);
  history = new AtomHistory(lmp, nslot, direct);
  total.resize(AtomHistory::NKEEP);
  vv.resize(AtomHistory::NKEEP * ntypes * row);
  vv_dense.resize(ntypes * nslot);
  at_origin.resize(ntypes * (NMOMENT + INM_MSD_LAGS));
  msd_rounder.resize(INM_MSD_LAGS);
  if (direct) {
    for (auto sums : {&av, &aa}) sums->resize(ntypes * row);
    for (auto sums : {&av_dense, &aa_dense}) sums->resize(ntypes * nslot);
  }
  friction_chosen.resize(ntypes + 1, NOT_KNOWN);
  friction_chosen_error.resize(ntypes + 1, NOT_KNOWN);
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::set_output_flags()
{
  const int nset = per_type ? atom->ntypes : 0;

  scalar_flag = vector_flag = array_flag = 1;
  extscalar = extvector = extarray = 0;    // friction belongs to an atom, whatever their number
  size_vector = NVECTOR * (1 + nset);
  size_array_rows = nlag + 1;
  size_array_cols = 3 + 2 * nset;
  global_freq = nevery;

  time_depend = 1;
  dynamic_group_allow = 0;
  restart_global = 1;
  restart_peratom = 1;
  maxexchange = history->maxsize();
}

/* ----------------------------------------------------------------------
   stop if a function of the core failed; what fails on one rank fails on all
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::check(int status, const char *what)
{
  status = inm_status_sync((inm_status) status, world);
  if (status != INM_OK)
    error->all(FLERR, "{}: could not {}: {}", me, what, inm_strerror((inm_status) status));
}

/* ---------------------------------------------------------------------- */

int FixOrthogonalDynamics::setmask()
{
  return END_OF_STEP;    // LAMMPS calls post_run() of every fix
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::init()
{
  if (!direct) return;
  const std::string bath = thermostats(modify), constraint = constraints(modify);
  if (!bath.empty())
    error->all(
        FLERR,
        "{}: estimator direct needs NVE dynamics: with thermostat {} the acceleration is not "
        "force over mass; use estimator vacf",
        me, bath);
  if (!constraint.empty())
    error->all(FLERR,
               "{}: estimator direct needs NVE dynamics: with fix {} the acceleration is not force "
               "over mass; use estimator vacf",
               me, constraint);
  if (utils::strmatch(update->integrate_style, "^respa"))
    error->all(FLERR, "{}: estimator direct needs run_style verlet", me);
}

/* ----------------------------------------------------------------------
   the first step of a run, a run of 0 steps, and each snapshot of a rerun
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::setup(int /*vflag*/)
{
  if (due()) sample();
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::end_of_step()
{
  if (due()) sample();
}

/* ----------------------------------------------------------------------
   a step that two runs share, or on which rerun calls both setup() and
   end_of_step(), is sampled once
------------------------------------------------------------------------- */

bool FixOrthogonalDynamics::due()
{
  const bigint now = update->ntimestep;
  return now >= startstep && now % nevery == 0 && now != last_step;
}

/* ----------------------------------------------------------------------
   samples must follow each other at equal times
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::reset_dt()
{
  if (last_step >= 0 && update->dt * nevery != dt)
    error->all(FLERR,
               "{}: the timestep was changed from {} to {} after sampling began; delete and "
               "redefine the fix",
               me, dt / nevery, update->dt);
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::check_continuity()
{
  reset_dt();
  if (last_step >= 0 && update->ntimestep != last_step + nevery)
    error->all(FLERR,
               "{}: samples must be {} steps apart, but step {} follows step {}; delete and "
               "redefine the fix, or choose Nevery like the snapshots",
               me, nevery, update->ntimestep, last_step);
}

/* ----------------------------------------------------------------------
   results: evaluated when asked for, once per sample
------------------------------------------------------------------------- */

double FixOrthogonalDynamics::sample_time()
{
  return last_step < 0 ? update->dt * nevery : dt;
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::evaluate()
{
  process_kept(false);
  const bigint nsample = inm_correlator_nsample(correlator);
  if (evaluated_at == nsample) return;

  check(inm_correlator_estimate(correlator, sample_time(), world), "evaluate the correlations");
  const int nset = atom->ntypes + 1;
  const inm_friction *set = inm_correlator_friction(correlator, 0);
  source = inm_friction_choose(nset, set);
  for (int i = 0; i < nset; i++) {
    friction_chosen[i] = inm_friction_value(set + i, (inm_friction_source) source);
    friction_chosen_error[i] = inm_friction_error(set + i, (inm_friction_source) source);
  }
  evaluated_at = nsample;
}

/* ---------------------------------------------------------------------- */

double FixOrthogonalDynamics::compute_scalar()
{
  evaluate();
  return friction_chosen[0];
}

/* ---------------------------------------------------------------------- */

double FixOrthogonalDynamics::compute_vector(int i)
{
  evaluate();
  const inm_friction *f = inm_correlator_friction(correlator, i / NVECTOR);
  const double value[NVECTOR] = {f->kernel, f->kernel_error, f->einstein, f->einstein_error,
                                 f->diffusion};
  return value[i % NVECTOR];
}

/* ---------------------------------------------------------------------- */

double FixOrthogonalDynamics::compute_array(int i, int j)
{
  evaluate();
  if (j == 0) return i * sample_time();
  const int set = (j - 1) / 2;
  return (j - 1) % 2 == 0 ? inm_correlator_cbar(correlator, set)[i]
                          : inm_correlator_integral(correlator, set)[i];
}

/* ---------------------------------------------------------------------- */

void *FixOrthogonalDynamics::extract(const char *what, int &dim)
{
  const bool value = strcmp(what, "friction") == 0;
  if (!value && strcmp(what, "friction/error") != 0) return nullptr;
  dim = 1;
  evaluate();
  return value ? friction_chosen.data() : friction_chosen_error.data();
}

/* ----------------------------------------------------------------------
   end of a run that took samples: tell what is known
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::post_run()
{
  evaluate();
  const bigint nsample = inm_correlator_nsample(correlator);
  if (nsample == logged_at) return;
  logged_at = nsample;

  int status = INM_OK, reason = 0;
  if (comm->me == 0) {
    status = report();
    reason = errno;
  }
  MPI_Bcast(&status, 1, MPI_INT, 0, world);
  MPI_Bcast(&reason, 1, MPI_INT, 0, world);
  if (status != INM_OK)
    error->all(FLERR, "{}: cannot write file {}: {}", me, filename,
               status == INM_ERR_IO ? strerror(reason) : inm_strerror((inm_status) status));
}

/* ---------------------------------------------------------------------- */

/* on rank 0; the status of writing the file */

int FixOrthogonalDynamics::report()
{
  KernelReport out(lmp);
  out.id = id;
  out.nlag = nlag;
  out.norigin = norigin;
  out.nblock = nblock;
  out.per_type = per_type;
  out.normalized = normalized;
  out.dt = dt;
  out.friction = friction_chosen[0];
  out.friction_error = friction_chosen_error[0];
  out.source = source;
  out.results = correlator;
  out.log();
  return filename.empty() ? INM_OK : out.write(filename);
}

/* ----------------------------------------------------------------------
   per-atom data: they travel with the atom
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::grow_arrays(int nmax)
{
  history->grow(nmax);
}

void FixOrthogonalDynamics::copy_arrays(int i, int j, int /*delflag*/)
{
  history->copy(i, j);
}

void FixOrthogonalDynamics::set_arrays(int i)
{
  history->clear(i);
}

int FixOrthogonalDynamics::pack_exchange(int i, double *buf)
{
  return history->pack(i, buf);
}

int FixOrthogonalDynamics::unpack_exchange(int i, double *buf)
{
  return history->unpack(i, buf);
}

/* ----------------------------------------------------------------------
   restart: all ranks have the same sums, so one of them writes them
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::write_restart(FILE *fp)
{
  process_kept(false);    // so that nothing is kept
  const size_t n = NHEADER + NBOUNDS + 1 + inm_correlator_pack_size(correlator);
  if (n * sizeof(double) > (size_t) MAXSMALLINT)
    error->all(FLERR, "{}: {:.3g} GB of data do not fit in a restart file", me, 8.0e-9 * n);
  if (comm->me) return;

  std::vector<double> list(n);
  list[LAST_STEP] = (double) last_step;
  list[SAMPLE_TIME] = dt;
  list[NATOMS] = natoms;
  list[LEVELS] = history->nlevel;
  memcpy(&list[NHEADER], &bounds, sizeof(bounds));
  list[NHEADER + NBOUNDS] = inm_fingerprint(NHEADER + NBOUNDS, list.data());
  inm_correlator_pack(correlator, &list[NHEADER + NBOUNDS + 1]);
  const int size = (int) (n * sizeof(double));
  fwrite(&size, sizeof(int), 1, fp);
  fwrite(list.data(), sizeof(double), n, fp);
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::restart(char *buf)
{
  const double *list = (const double *) buf;
  inm_status status = inm_correlator_unpack(correlator, list + NHEADER + NBOUNDS + 1);
  if (status == INM_OK && list[NHEADER + NBOUNDS] != inm_fingerprint(NHEADER + NBOUNDS, list))
    status = INM_ERR_DATA;
  if (status == INM_ERR_DATA)
    error->all(FLERR, "{}: its data in the restart file are damaged; use another fix ID to start anew",
               me);
  if (status != INM_OK)
    error->all(
        FLERR,
        "{}: the restart file has data of other Nlag, Norigin, blocks, estimator, atom types "
        "or dimension, or of another version of this fix; use the same or another fix ID",
        me);
  last_step = (bigint) list[LAST_STEP];
  dt = list[SAMPLE_TIME];
  natoms = list[NATOMS];
  memcpy(&bounds, list + NHEADER, sizeof(bounds));
  set_rounders();
  logged_at = inm_correlator_nsample(correlator);

  const int needed = (int) list[LEVELS];    // rows in the file have this many
  if (needed > history->nlevel) history->grow_levels(needed);
}

/* ---------------------------------------------------------------------- */

int FixOrthogonalDynamics::pack_restart(int i, double *buf)
{
  buf[0] = history->size() + 1;    // first, because other fixes skip it by this number
  return 1 + history->pack(i, buf + 1);
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::unpack_restart(int i, int nth)
{
  double *buf = atom->extra[i];
  for (int fix = 0; fix < nth; fix++) buf += (int) buf[0];
  if (buf[0] != history->size() + 1)
    error->one(FLERR, "{}: data of an atom in the restart file are damaged; use another fix ID to start anew",
               me);
  history->unpack(i, buf + 1);
}

/* ---------------------------------------------------------------------- */

int FixOrthogonalDynamics::size_restart(int /*i*/)
{
  return history->size() + 1;
}

/* ---------------------------------------------------------------------- */

int FixOrthogonalDynamics::maxsize_restart()
{
  return history->maxsize() + 1;
}

/* ---------------------------------------------------------------------- */

double FixOrthogonalDynamics::memory_usage()
{
  const auto o = options_of(atom->ntypes, nlag, norigin, nblock, domain->dimension, direct);
  return atom->nmax * history->bytes_per_atom() + inm_correlator_bytes(&o);
}
