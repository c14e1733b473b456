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
   This file is LAMMPS's side: arguments, results, restarts.  Atoms are sampled
   in inmvisc_velocity_sampler.cpp; origins, lags and blocks are in
   inm/inm_correlator.h, formulas in inm/inm_kernel.h, the copies that travel
   with the atoms in inmvisc_atom_history.cpp, and the lines of the log in
   inmvisc_kernel_report.cpp.
------------------------------------------------------------------------- */

#include "fix_orthogonal_dynamics.h"

#include "inm/inm_correlator.h"
#include "inmvisc_compat.h"
#include "inmvisc_kernel_report.h"
#include "inmvisc_parser.h"
#include "inmvisc_units.h"
#include "inmvisc_velocity_sampler.h"

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
    Fix(lmp, narg, arg), label(std::string("Fix orthogonal/dynamics ") + arg[0]), nblock(16),
    direct(false), per_type(true), normalized(false), startstep(0), sampler(nullptr), interval(NAN),
    unsampled(0), logged_at(0), evaluated_at(-1), known_from(-1), source(INM_FROM_KERNEL)
{
  if (lmp->citeme) lmp->citeme->add(cite_fix_orthogonal_dynamics);

  parse(narg, arg);
  check_arguments();
  sampler = new VelocitySampler(lmp, {label, groupbit, nevery, nlag, norigin, nblock, direct});
  friction_chosen.resize(atom->ntypes + 1, NOT_KNOWN);
  friction_chosen_error.resize(atom->ntypes + 1, NOT_KNOWN);
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
  if (sampler) {
    atom->delete_callback(id, Atom::GROW);
    atom->delete_callback(id, Atom::RESTART);
  }
  delete sampler;
}

/* ----------------------------------------------------------------------
   fix ID group orthogonal/dynamics Nevery Nlag Norigin keyword value ...
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::parse(int narg, char **arg)
{
  KeywordParser in(lmp, label, narg, arg, 3);

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
               "of the kernel at every step only; use estimator vacf for other Nevery",
               label);
  if (direct && norigin != 1)
    error->all(FLERR, "{}: estimator direct takes every sample as an origin, so Norigin must be 1",
               label);
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
  create_attribute = 1;    // so that new atoms are known as such
  maxexchange = sampler->atom_history().maxsize();
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
        label, bath);
  if (!constraint.empty())
    error->all(FLERR,
               "{}: estimator direct needs NVE dynamics: with fix {} the acceleration is not force "
               "over mass; use estimator vacf",
               label, constraint);
  if (utils::strmatch(update->integrate_style, "^respa"))
    error->all(FLERR, "{}: estimator direct needs run_style verlet", label);
}

/* ----------------------------------------------------------------------
   the first step of a run, a run of 0 steps, and each snapshot of a rerun
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::setup(int /*vflag*/)
{
  sampler->begin_run();
  if (due())
    sampler->sample(true);
  else if (update->ntimestep % nevery)
    unsampled++;
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::end_of_step()
{
  if (due()) sampler->sample(false);
}

/* ----------------------------------------------------------------------
   a step that two runs share, or on which rerun calls both setup() and
   end_of_step(), is sampled once
------------------------------------------------------------------------- */

bool FixOrthogonalDynamics::due()
{
  const bigint now = update->ntimestep;
  return now >= startstep && now % nevery == 0 && now != sampler->last_step();
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::reset_dt()
{
  sampler->check_timestep();
}

/* ----------------------------------------------------------------------
   results: evaluated when asked for, once per sample
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::evaluate()
{
  sampler->process_kept();
  if (evaluated_at == sampler->nsample()) return;

  const inm_friction *set = inm_correlator_friction(sampler->estimate(), 0);
  const int nset = atom->ntypes + 1;
  source = inm_friction_choose(nset, set);
  for (int i = 0; i < nset; i++) {
    friction_chosen[i] = inm_friction_value(set + i, (inm_friction_source) source);
    friction_chosen_error[i] = inm_friction_error(set + i, (inm_friction_source) source);
  }
  evaluated_at = sampler->nsample();
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
  const inm_friction *f = inm_correlator_friction(sampler->results(), i / NVECTOR);
  const double value[NVECTOR] = {f->kernel, f->kernel_error, f->einstein, f->einstein_error,
                                 f->diffusion};
  return value[i % NVECTOR];
}

/* ---------------------------------------------------------------------- */

double FixOrthogonalDynamics::compute_array(int i, int j)
{
  evaluate();
  if (j == 0) return i * sampler->interval();
  const int set = (j - 1) / 2;
  return (j - 1) % 2 == 0 ? inm_correlator_cbar(sampler->results(), set)[i]
                          : inm_correlator_integral(sampler->results(), set)[i];
}

/* ----------------------------------------------------------------------
   step of the sample that completes the first window
------------------------------------------------------------------------- */

bigint FixOrthogonalDynamics::first_known() const
{
  bigint first = sampler->first_step();
  if (first < 0) {
    const bigint from = std::max(startstep, update->ntimestep);
    first = (from + nevery - 1) / nevery * nevery;
  }
  return first + (bigint) (nlag + 1) * nevery;
}

/* ---------------------------------------------------------------------- */

void *FixOrthogonalDynamics::extract(const char *what, int &dim)
{
  if (strcmp(what, "correlator") == 0) {
    dim = 0;
    evaluate();
    return (void *) sampler->results();
  }
  if (strcmp(what, "interval") == 0) {
    dim = 0;
    interval = sampler->interval();
    return &interval;
  }
  if (strcmp(what, "friction/step") == 0) {
    dim = 0;
    known_from = first_known();
    return known_from > sampler->last_step() ? &known_from : nullptr;
  }
  const bool value = strcmp(what, "friction") == 0;
  if (!value && strcmp(what, "friction/error") != 0) return nullptr;
  dim = 1;
  evaluate();
  return value ? friction_chosen.data() : friction_chosen_error.data();
}

/* ----------------------------------------------------------------------
   end of a run that took samples: log what is known
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::post_run()
{
  sampler->end_run();
  evaluate();
  if (sampler->nsample() == 0 && unsampled > 1 && comm->me == 0)
    error->warning(FLERR,
                   "{}: no sample was taken, because none of {} snapshots is at a multiple of "
                   "Nevery = {}",
                   label, unsampled, nevery);
  unsampled = 0;
  if (sampler->nsample() == logged_at) return;
  logged_at = sampler->nsample();

  int status = INM_OK, reason = 0;
  if (comm->me == 0) {
    status = report();
    reason = errno;
  }
  MPI_Bcast(&status, 1, MPI_INT, 0, world);
  MPI_Bcast(&reason, 1, MPI_INT, 0, world);
  if (status != INM_OK)
    error->all(FLERR, "{}: cannot write file {}: {}", label, filename,
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
  out.dt = sampler->interval();
  out.friction = friction_chosen.data();
  out.friction_error = friction_chosen_error.data();
  out.source = source;
  out.checked = &sampler->source();
  out.results = sampler->results();
  out.log();
  return filename.empty() ? INM_OK : out.write(filename);
}

/* ----------------------------------------------------------------------
   per-atom data: they travel with the atom
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::grow_arrays(int nmax)
{
  sampler->atom_history().grow(nmax);
}

void FixOrthogonalDynamics::copy_arrays(int i, int j, int /*delflag*/)
{
  sampler->atom_history().copy(i, j);
}

void FixOrthogonalDynamics::set_arrays(int i)
{
  sampler->atom_history().clear(i);
}

int FixOrthogonalDynamics::pack_exchange(int i, double *buf)
{
  return sampler->atom_history().pack(i, buf);
}

int FixOrthogonalDynamics::unpack_exchange(int i, double *buf)
{
  return sampler->atom_history().unpack(i, buf);
}

/* ----------------------------------------------------------------------
   restart: all ranks have the same sums, so one of them writes them
------------------------------------------------------------------------- */

void FixOrthogonalDynamics::write_restart(FILE *fp)
{
  sampler->process_kept();    // so that nothing is kept
  sampler->end_run();
  const size_t n = sampler->size();
  if (n * sizeof(double) > (size_t) MAXSMALLINT)
    error->all(FLERR, "{}: {} of data do not fit in a restart file", label,
               bytes_text(n * sizeof(double)));
  if (comm->me) return;

  std::vector<double> list(n);
  sampler->pack(list.data());
  const int size = (int) (n * sizeof(double));
  fwrite(&size, sizeof(int), 1, fp);
  fwrite(list.data(), sizeof(double), n, fp);
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::restart(char *buf)
{
  const int status = sampler->unpack((const double *) buf);
  if (status == INM_ERR_DATA)
    error->all(FLERR,
               "{}: its data in the restart file are damaged; use another fix ID to start over",
               label);
  if (status != INM_OK)
    error->all(
        FLERR,
        "{}: the restart file has data for another Nlag, Norigin, blocks, estimator, number of "
        "types or dimension, or from another version of this fix; use the same, or another fix ID",
        label);
  logged_at = sampler->nsample();
}

/* ---------------------------------------------------------------------- */

int FixOrthogonalDynamics::pack_restart(int i, double *buf)
{
  // the size comes first, because other fixes skip the data by it

  buf[0] = sampler->atom_history().size() + 1;
  return 1 + sampler->atom_history().pack(i, buf + 1);
}

/* ---------------------------------------------------------------------- */

void FixOrthogonalDynamics::unpack_restart(int i, int nth)
{
  double *buf = atom->extra[i];
  for (int fix = 0; fix < nth; fix++) buf += (int) buf[0];
  if (buf[0] != sampler->atom_history().size() + 1)
    error->one(
        FLERR,
        "{}: data of an atom in the restart file are damaged; use another fix ID to start over",
        label);
  sampler->atom_history().unpack(i, buf + 1);
}

/* ---------------------------------------------------------------------- */

int FixOrthogonalDynamics::size_restart(int /*i*/)
{
  return sampler->atom_history().size() + 1;
}

/* ---------------------------------------------------------------------- */

int FixOrthogonalDynamics::maxsize_restart()
{
  return sampler->atom_history().maxsize() + 1;
}

/* ---------------------------------------------------------------------- */

double FixOrthogonalDynamics::memory_usage()
{
  return sampler->memory_usage();
}
