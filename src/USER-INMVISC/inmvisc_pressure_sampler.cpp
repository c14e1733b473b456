/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_pressure_sampler.h"

#include "inmvisc_compat.h"
#include "inmvisc_cutoff.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

static const char STYLE[] = "INMVISC/PRESSURE";

static constexpr size_t LARGEST_NUMBER = 32;    // of blocks; then pairs of them are merged
static constexpr size_t SMALLEST_NUMBER = 16;
static constexpr double SHORTEST_BLOCK = 8.0;    // samples

static Fix *create_sampler(LAMMPS *lmp, int narg, char **arg)
{
  return new PressureSampler(lmp, narg, arg);
}

PressureSampler *PressureSampler::create(LAMMPS *lmp, const std::string &id, int every)
{
  lmp->modify->fix_map->insert({STYLE, (Modify::FixCreator) &create_sampler});
  return static_cast<PressureSampler *>(
      lmp->modify->add_fix(fmt::format("{} all {} {}", id, STYLE, every)));
}

PressureSampler::PressureSampler(LAMMPS *lmp, int narg, char **arg) :
    Fix(lmp, narg, arg), ensemble(UNKNOWN), description("there was no run yet"),
    volume(NAN), reference{0.0, 0.0}, length(1.0)
{
  nevery = utils::inumeric(FLERR, arg[3], false, lmp);
  restart_global = 1;
}

int PressureSampler::setmask()
{
  return FixConst::END_OF_STEP;
}

/* ---- ensemble --------------------------------------------------------------------------------- */

static std::string name_of(const Fix *fix)
{
  return fmt::format("fix {} ({})", fix->id, fix->style);
}

/* thermostats with canonical fluctuations of the energy */

static bool is_canonical(const Fix *fix)
{
  for (const char *style :
       {"^nvt", "^langevin", "^temp/csvr", "^temp/csld", "^gjf", "^gle", "^gld"})
    if (utils::strmatch(fix->style, style)) return true;
  return false;
}

static bool is_newtonian(const Fix *fix)
{
  for (const char *style : {"^nve$", "^nve/omp", "^nve/kk", "^nve/intel", "^nve/gpu", "^nve/opt"})
    if (utils::strmatch(fix->style, style)) return true;
  return false;
}

/* fixes that leave no known ensemble of fixed volume */

static bool is_other(const Fix *fix)
{
  for (const char *style :
       {"^npt",         "^nph",      "^press/",   "^box/relax", "^deform",
        "^nvt/sllod",   "^temp/",    "^heat",     "^ehex",      "^thermal/conductivity",
        "^viscosity",   "^viscous",  "^bocs",     "^shake",     "^rattle",
        "^rigid",       "^setforce", "^aveforce", "^move",      "^nve/limit",
        "^nve/noforce", "^ffl",      "^tgnpt"})
    if (utils::strmatch(fix->style, style)) return true;
  return fix->box_change;
}

void PressureSampler::find_ensemble()
{
  std::string integrators, baths;
  ensemble = UNKNOWN;
  for (int k = 0; k < modify->nfix; k++) {
    const Fix *fix = modify->fix[k];
    const bool canonical = is_canonical(fix) && !utils::strmatch(fix->style, "^nvt/sllod");
    if (is_other(fix) && !canonical) {
      description = name_of(fix) + " leaves neither constant energy nor a canonical ensemble";
      return;
    }
    if (fix->time_integrate && !canonical && !is_newtonian(fix)) {
      description = "the ensemble of " + name_of(fix) + " is not known";
      return;
    }
    if (canonical)
      baths += (baths.empty() ? "" : ", ") + name_of(fix);
    else if (fix->time_integrate)
      integrators += (integrators.empty() ? "" : ", ") + name_of(fix);
  }
  if (baths.empty() && integrators.empty()) {
    description = "no fix integrates";
    return;
  }
  ensemble = baths.empty() ? CONSTANT_ENERGY : CANONICAL;
  description = baths.empty() ? "constant energy, " + integrators : "canonical, " + baths;
}

/* ---- samples ---------------------------------------------------------------------------------- */

void PressureSampler::start_over()
{
  blocks.clear();
  length = 1.0;
  volume = NAN;
}

void PressureSampler::init()
{
  const Ensemble before = ensemble;
  find_ensemble();
  if (ensemble != before && before != UNKNOWN) start_over();
  if (std::fabs(box_volume(lmp) - volume) > 1.0e-10 * volume) start_over();
}

/* the virial and the energy are tallied at steps that were announced in time */

void PressureSampler::announce_next() const
{
  const bigint next = (update->ntimestep / nevery + 1) * nevery;
  for (const char *name : {"thermo_press", "thermo_pe"})
    if (Compute *compute = compute_by_id(modify, name, rank1())) compute->addstep(next);
}

void PressureSampler::setup(int /*vflag*/)
{
  if (ensemble != UNKNOWN) announce_next();
}

void PressureSampler::end_of_step()
{
  if (ensemble == UNKNOWN) return;
  Compute *press = compute_by_id(modify, "thermo_press", rank1());
  Compute *pe = compute_by_id(modify, "thermo_pe", rank1());
  Compute *temp = compute_by_id(modify, "thermo_temp", rank1());
  const bigint now = update->ntimestep;

  if (press && pe && temp && update->vflag_global == now && update->eflag_global == now) {
    const double kT = force->boltz * temp->compute_scalar();
    add(press->compute_scalar(), pe->compute_scalar() + 0.5 * temp->dof * kT, kT);
  }
  announce_next();
}

void PressureSampler::add(double p, double e, double kT)
{
  if (blocks.empty()) {
    volume = box_volume(lmp);
    reference[0] = p;
    reference[1] = e;
  }
  if (blocks.empty() || blocks.back().sum[COUNT] == length) {
    if (blocks.size() == LARGEST_NUMBER) {
      for (size_t b = 0; b < LARGEST_NUMBER / 2; b++)
        for (int s = 0; s < NSUM; s++)
          blocks[b].sum[s] = blocks[2 * b].sum[s] + blocks[2 * b + 1].sum[s];
      blocks.resize(LARGEST_NUMBER / 2);
      length *= 2.0;
    }
    blocks.push_back(Block());
  }
  const double dp = p - reference[0], de = e - reference[1];
  const double sample[NSUM] = {1.0, dp, de, kT, dp * dp, dp * de, de * de};
  for (int s = 0; s < NSUM; s++) blocks.back().sum[s] += sample[s];
}

/* ---- results ---------------------------------------------------------------------------------- */

double PressureSampler::softening_of(const Block &all) const
{
  double mean[NSUM];
  for (int s = 0; s < NSUM; s++) mean[s] = all.sum[s] / all.sum[COUNT];
  double square = mean[PP] - mean[P] * mean[P];
  if (ensemble == CANONICAL)
    square -= pow(mean[PE] - mean[P] * mean[E], 2) / (mean[EE] - mean[E] * mean[E]);
  return volume * square / (mean[KT] * force->nktv2p);
}

double PressureSampler::nsample() const
{
  double n = 0.0;
  for (const Block &b : blocks) n += b.sum[COUNT];
  return n;
}

/* jackknife: each block left out once */

double PressureSampler::softening(double &error_of) const
{
  error_of = NAN;
  if (ensemble == UNKNOWN || blocks.size() < SMALLEST_NUMBER || length < SHORTEST_BLOCK) return NAN;
  Block all = {};
  for (const Block &b : blocks)
    for (int s = 0; s < NSUM; s++) all.sum[s] += b.sum[s];

  const double n = (double) blocks.size();
  double mean = 0.0, square = 0.0;
  for (const Block &b : blocks) {
    Block others = all;
    for (int s = 0; s < NSUM; s++) others.sum[s] -= b.sum[s];
    const double x = softening_of(others);
    mean += x / n;
    square += x * x / n;
  }
  error_of = sqrt((n - 1.0) * std::max(square - mean * mean, 0.0));
  return softening_of(all);
}

/* ---- restart file ----------------------------------------------------------------------------- */

void PressureSampler::write_restart(FILE *fp)
{
  if (comm->me) return;
  std::vector<double> list = {(double) ensemble, volume, reference[0],
                              reference[1],      length, (double) blocks.size()};
  for (const Block &b : blocks) list.insert(list.end(), b.sum, b.sum + NSUM);
  const int size = (int) (list.size() * sizeof(double));
  fwrite(&size, sizeof(int), 1, fp);
  fwrite(list.data(), sizeof(double), list.size(), fp);
}

void PressureSampler::restart(char *buf)
{
  double head[6];
  memcpy(head, buf, sizeof(head));
  if (!(head[5] >= 0.0 && head[5] <= (double) LARGEST_NUMBER)) return;    // not ours
  ensemble = (Ensemble) (int) head[0];
  volume = head[1];
  reference[0] = head[2];
  reference[1] = head[3];
  length = head[4];
  blocks.resize((size_t) head[5]);
  for (size_t b = 0; b < blocks.size(); b++)
    memcpy(blocks[b].sum, buf + sizeof(head) + b * sizeof(Block), sizeof(Block));
}
