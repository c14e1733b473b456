/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_snapshot.h"

#include "inmvisc_check.h"
#include "inmvisc_fixes.h"
#include "inmvisc_ghosts.h"

#include "inm/inm_hessian.h"

#include "comm.h"
#include "domain.h"
#include "error.h"
#include "force.h"
#include "group.h"
#include "neigh_list.h"
#include "neighbor.h"
#include "npair.h"
#include "update.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

// a translation is free if the row sums of the Hessian are below this bound, relative to the
// diagonal; the mesh of kspace styles breaks translation invariance

static constexpr double ACOUSTIC_TOLERANCE = 1.0e-5, ACOUSTIC_TOLERANCE_KSPACE = 1.0e-3;

Snapshot::Snapshot(LAMMPS *lmp, const std::string &label_in, int igroup_in) :
    Pointers(lmp), builder(lmp, label_in), solver(lmp, label_in), file(lmp, label_in), request(),
    label(label_in), igroup(igroup_in), list(nullptr), result(nullptr), assembly_step(-1),
    solution_step(-1), solution(0), mark(0.0), trace(NAN), announced(false), gathering(false),
    cost(lmp, label_in)
{
}

Snapshot::~Snapshot()
{
  inm_spectrum_destroy(&result);
}

/* ---- requests of other styles ----------------------------------------------------------------- */

std::shared_ptr<AffineForce> Snapshot::want(const AffineForce &value)
{
  for (const auto &f : forces) {
    auto known = f.lock();
    if (known && known->is_same(value)) return known;
  }
  auto added = std::make_shared<AffineForce>(value);
  added->first = -1;
  added->xi.clear();
  forces.push_back(added);
  return added;
}

std::shared_ptr<Criterion> Snapshot::want(const Criterion &value)
{
  auto added = std::make_shared<Criterion>(value);
  criteria.push_back(added);
  return added;
}

std::shared_ptr<StrainEnergy> Snapshot::want_strain_energy()
{
  auto wanted = strain_energy.lock();
  if (!wanted) strain_energy = wanted = std::make_shared<StrainEnergy>();
  return wanted;
}

/* drop requests that no style holds any more */

template <class Wish> static void drop_expired(std::vector<std::weak_ptr<Wish>> &wishes)
{
  wishes.erase(std::remove_if(wishes.begin(), wishes.end(),
                              [](const std::weak_ptr<Wish> &w) {
                                return w.expired();
                              }),
               wishes.end());
}

/* ---- one configuration ------------------------------------------------------------------------ */

void Snapshot::init()
{
  builder.init(group->bitmask[igroup]);
  warn_of_held_atoms(lmp, label, igroup);
  solver.begin_run();
  cost.begin_run();
  assembly_step = solution_step = -1;
  announced = gathering = false;
}

/* ----------------------------------------------------------------------
   Whether what was computed at this step is of the present configuration.
   Between runs, the last one of the run counts.
------------------------------------------------------------------------- */

bool Snapshot::is_present(bigint step) const
{
  if (step != update->ntimestep) return false;
  if (update->whichflag == 0) return true;
  int changed = (mark_of_configuration(lmp) != mark), any;
  MPI_Allreduce(&changed, &any, 1, MPI_INT, MPI_MAX, world);
  return !any;
}

bool Snapshot::is_solved() const
{
  return is_present(solution_step);
}

/* ----------------------------------------------------------------------
   LAMMPS builds an occasional list only once per reneighboring, at the first
   call.  Atoms may have moved by half the skin since, so the pairs in the list
   would depend on when that was.  Rebuild the list for a result that does not.
------------------------------------------------------------------------- */

void Snapshot::rebuild_list()
{
  for (NeighList *parent = list; parent; parent = parent->listcopy)
    if (parent->occasional && parent->np) parent->np->last_build = -1;
  neighbor->build_one(list);
}

void Snapshot::assemble()
{
  if (is_present(assembly_step)) return;
  require_run(lmp, label);
  if (!builder.hessian())
    error->all(FLERR, "{}: must be defined before the run is set up; do not use run pre no", label);

  const CurrentGhosts ghosts(lmp);
  require_known_pairs(lmp, label);
  if (list) rebuild_list();
  const auto strains = strain_energy.lock();
  builder.want_strains(strains != nullptr);
  builder.build(group->bitmask[igroup], list);
  if (strains) strains->compute(lmp, builder);
  file.write(builder.hessian(), !announced);
  project();
  announced = true;
  mark = mark_of_configuration(lmp);
  assembly_step = update->ntimestep;
}

/* concatenate the vectors of all requested affine forces */

void Snapshot::project()
{
  drop_expired(forces);
  projections.clear();
  request.nproj = 0;
  for (const auto &wish : forces) {
    const auto f = wish.lock();
    f->compute(lmp, builder);
    f->first = request.nproj;
    request.nproj += f->nvectors();
    projections.insert(projections.end(), f->xi.begin(), f->xi.end());
  }
  projections.push_back(0.0);    // never empty
  request.proj = projections.data();
}

/* ----------------------------------------------------------------------
   Evaluate the convergence criteria of the styles for this configuration.
   Variables in them must not depend on the spectrum that is being computed.
------------------------------------------------------------------------- */

std::vector<inm_criterion> Snapshot::evaluate_criteria()
{
  std::vector<inm_criterion> values;
  drop_expired(criteria);
  gathering = true;
  for (const auto &wish : criteria) {
    const auto c = wish.lock();
    if (c->force->first < 0) continue;    // of another snapshot
    const int first = c->force->first + c->first_plane;
    if (!c->modulus)
      values.push_back({first, c->nplanes, cut(c->cutoff.wmin()), nullptr});
    else if (const inm_modulus_rows *rows = c->modulus())
      values.push_back({first, c->nplanes, {}, rows});
  }
  gathering = false;
  return values;
}

void Snapshot::solve()
{
  if (is_solved()) return;
  if (gathering)
    error->all(FLERR, "{}: the convergence criterion of solver kpm depends on its own result",
               label);
  cost.begin();
  assemble();

  const inm_hessian *h = builder.hessian();
  trace = inm_hessian_trace(h);
  if (!std::isfinite(trace))
    error->all(FLERR, "{}: the Hessian is not finite at atom {}: atoms may overlap", label,
               inm_hessian_infinite_atom(h));
  const double tolerance = force->kspace ? ACOUSTIC_TOLERANCE_KSPACE : ACOUSTIC_TOLERANCE;
  check_status(lmp, inm_hessian_translations(h, tolerance, request.is_free),
               label + ": looking for free translations");

  std::vector<inm_criterion> values;
  if (solver.needs_criteria(request)) values = evaluate_criteria();
  request.ncriterion = (int) values.size();
  request.criterion = values.data();
  inm_spectrum_destroy(&result);
  const size_t freedoms = (size_t) domain->dimension * (size_t) group->count(igroup);
  result = solver.solve(h, freedoms, request);
  request.ncriterion = 0;
  request.criterion = nullptr;
  solution_step = update->ntimestep;
  static bigint solutions = 0;    // of all snapshots: the styles may be given another one
  solution = ++solutions;
  cost.end(sqrt(std::fabs(trace) / (double) freedoms));
}

/* ---- results ---------------------------------------------------------------------------------- */

void Snapshot::mode_slice(size_t &first, size_t &last) const
{
  const size_t n = modes().n, rank = comm->me, nprocs = comm->nprocs;
  first = n * rank / nprocs;
  last = n * (rank + 1) / nprocs;
}

inm_cut Snapshot::cut(double wmin) const
{
  const double width =
      solver.has(INM_HAS_VECTORS) ? 0.0 : inm_default_width(request.width, request.edge, wmin);
  return {request.edge, wmin, width};
}

double Snapshot::memory_usage() const
{
  double bytes = builder.memory_usage() + sizeof(double) * (double) projections.size();
  for (const auto &wish : forces)
    if (const auto f = wish.lock()) bytes += sizeof(double) * (double) f->xi.size();
  if (!result) return bytes;
  const double columns = 2.0 + 1.0 + modes().nproj + modes().ntypes;
  return bytes + sizeof(double) * (columns * (double) modes().n + 8.0 * (double) modes().natom);
}
