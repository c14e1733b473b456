/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_hessian.h"

#include "inmvisc_compat.h"
#include "inmvisc_constraints.h"
#include "inmvisc_fixes.h"
#include "inmvisc_force_gradient.h"
#include "inmvisc_force_probe.h"
#include "inmvisc_provider_list.h"
#include "inmvisc_units.h"

#include "inm/inm_hessian.h"
#include "inm/inm_machine.h"

#include "atom.h"
#include "comm.h"
#include "domain.h"
#include "error.h"
#include "force.h"
#include "neigh_list.h"
#include "pair.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <utility>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

HessianBuilder::HessianBuilder(LAMMPS *lmp, const std::string &caller_in) :
    Pointers(lmp), method(AUTO), delta(0.0), check(true), caller(caller_in), h(nullptr),
    announced(false), error_found(NAN)
{
}

HessianBuilder::~HessianBuilder()
{
  inm_hessian_destroy(&h);
}

bool HessianBuilder::needs_list() const
{
  return force->pair != nullptr;
}

double HessianBuilder::memory_usage() const
{
  return h ? inm_hessian_bytes(h) : 0.0;
}

CutoffDelta HessianBuilder::delta_at_cutoff() const
{
  CutoffDelta mine, all;
  for (const auto &a : assigned) {
    const CutoffDelta part = a.provider->delta_at_cutoff();
    for (int k = 0; k < 4; k++) mine.of[k] += part.of[k];
  }
  MPI_Allreduce(mine.of, all.of, 4, MPI_DOUBLE, MPI_SUM, world);
  return all;
}

/* ---- choice of providers ---------------------------------------------------------------------- */

std::string HessianBuilder::Assignment::name() const
{
  std::string text;
  for (auto &part : parts) text += (text.empty() ? "" : ", ") + part.name();
  return text.empty() ? "no forces" : text;
}

/* All numeric parts share one provider: an evaluation costs the same for one part and for all. */

void HessianBuilder::assign_numeric(const ForcePart &part, const std::string &why)
{
  auto found = std::find_if(assigned.begin(), assigned.end(), [](const Assignment &a) {
    return a.numeric;
  });
  if (found == assigned.end()) {
    assigned.push_back({{}, nullptr, true, "", {}});
    found = assigned.end() - 1;
  }
  found->parts.push_back(part);
  found->provider = numeric_provider(lmp, found->parts, delta);
  if (!why.empty()) found->why += (found->why.empty() ? "" : "; ") + part.name() + ": " + why;
}

/* ----------------------------------------------------------------------
   Refuse a displacement that rounding distorts, or one that changes the
   neighbors of an atom.
------------------------------------------------------------------------- */

void HessianBuilder::check_delta() const
{
  if (delta == 0.0) return;
  const double least = smallest_displacement(lmp), most = 0.5 * atom_spacing(lmp);
  if (!(delta >= least && delta <= most))
    error->all(FLERR,
               "{}: hessian numeric delta must lie between {:.3g}, due to rounding of coordinates, "
               "and {:.3g}, half the distance between atoms, not {}; 0 chooses it automatically",
               caller, least, most, delta);
}

/* ----------------------------------------------------------------------
   Providers are chosen again for every run: the force field may have changed.
------------------------------------------------------------------------- */

void HessianBuilder::init(int groupbit)
{
  ForceProbe probe(lmp);
  const std::string apart = forces_of_fixes(lmp), rigid = rigid_refusal(lmp, groupbit);
  const std::string never = rigid.empty() ? probe.refusal() : rigid;
  if (!never.empty()) error->all(FLERR, "{}: cannot compute the Hessian: {}", caller, never);
  if (!apart.empty() && comm->me == 0)
    error->warning(FLERR, "{}: the Hessian does not include the effect of fix {}", caller, apart);

  check_delta();
  inm_hessian_destroy(&h);
  h = create_hessian(lmp);
  announced = false;
  assigned.clear();

  const std::vector<ForcePart> parts = force_parts(lmp);
  if (parts.empty())
    error->all(FLERR, "{}: cannot compute the Hessian: there is no pair, bonded, or kspace style",
               caller);
  for (auto &part : parts) {
    if (method == NUMERIC) {
      assign_numeric(part, "");
      continue;
    }
    std::string why_not;
    auto analytic = analytic_provider(lmp, part, why_not);
    if (method == ANALYTIC && !analytic)
      error->all(FLERR, "{}: no analytic Hessian of {}: {}; use hessian auto or numeric", caller,
                 part.name(), why_not);
    if (analytic)
      assigned.push_back({{part}, std::move(analytic), false, "", {}});
    else
      assign_numeric(part, why_not);
  }
}

/* ---- assembly --------------------------------------------------------------------------------- */

/* position on a Z-order curve (Morton 1966) through cells: interleaved bits of the three indices */

static uint64_t along_curve(const double *x, const double *lo, double cell)
{
  constexpr int BITS = 21;    // for each index, 63 in all
  constexpr double LAST = (1 << BITS) - 1;
  uint64_t place = 0;

  for (int a = 0; a < 3; a++) {
    const auto index = (uint64_t) std::min(std::max(0.0, (x[a] - lo[a]) / cell), LAST);
    for (int bit = 0; bit < BITS; bit++) place |= (index >> bit & 1) << (3 * bit + a);
  }
  return place;
}

/* ----------------------------------------------------------------------
   Rows follow a space-filling curve, so that a product with vectors finds
   what it needs next in cache, whatever the size of the box and the order
   of the atoms.
------------------------------------------------------------------------- */

void HessianBuilder::find_sites(int groupbit)
{
  const HostAtoms atoms(lmp);
  const double cell = 2.0 * atom_spacing(lmp);
  std::vector<std::pair<uint64_t, int>> row;
  int nsite = 0;

  site.groupbit = groupbit;
  site.atom_of_row.clear();
  site.site_of_atom.assign(atoms.nall(), INM_OUTSIDE);
  for (int i = 0; i < atoms.nlocal(); i++)
    if (atoms.in_group(i, groupbit))
      row.emplace_back(along_curve(atoms.x(i), domain->boxlo, cell), i);
  std::sort(row.begin(), row.end());
  for (const auto &r : row) {
    site.site_of_atom[r.second] = nsite++;
    site.atom_of_row.push_back(r.second);
  }
  for (int i = atoms.nlocal(); i < atoms.nall(); i++)
    if (atoms.in_group(i, groupbit)) site.site_of_atom[i] = nsite++;
}

void HessianBuilder::assemble_all(NeighList *list)
{
  std::vector<HessianProvider *> all;
  for (auto &a : assigned) all.push_back(a.provider.get());
  assemble(lmp, h, site, all, list);
}

/* ----------------------------------------------------------------------
   An analytic part that is wrong is done numerically from now on.  One that cannot
   be checked stays: differences meet the same discontinuities.  Numeric parts are
   checked last, when all of them are known.
------------------------------------------------------------------------- */

void HessianBuilder::check_parts(HessianCheck &against_forces)
{
  for (size_t k = 0; k < assigned.size();) {
    Assignment &a = assigned[k];
    if (!a.numeric) a.check = against_forces.compare(*a.provider, a.parts, 0.0);
    if (a.numeric || a.check.passed || a.check.too_many_left_out() || method != AUTO)
      k++;
    else
      replace_by_numeric(k);
  }
  for (auto &a : assigned)
    if (a.numeric) a.check = against_forces.compare(*a.provider, a.parts, delta);
}

void HessianBuilder::replace_by_numeric(size_t k)
{
  const Assignment failed = std::move(assigned[k]);
  const double wrong_by = failed.check.relative();

  assigned.erase(assigned.begin() + k);
  if (comm->me == 0)
    error->warning(FLERR,
                   "{}: the analytic Hessian of {} has a relative error of {:.2g} against forces; "
                   "using central differences of forces",
                   caller, failed.name(), wrong_by);
  assign_numeric(failed.parts[0],
                 fmt::format("its analytic Hessian has a relative error of {:.2g}", wrong_by));
}

/* Forces that are not the gradient of the energy explain much of what follows. */

void HessianBuilder::check_gradients() const
{
  for (auto &a : assigned)
    for (auto &part : a.parts) {
      const double wrong_by = force_gradient_error(lmp, part);
      if (wrong_by > 0.0 && comm->me == 0)
        error->warning(FLERR,
                       "{}: the forces of {} are not the gradient of its energy, from which they "
                       "differ by {:.2g}: energy is not conserved, and the Hessian is the "
                       "derivative of the forces",
                       caller, part.name(), wrong_by);
    }
}

/* All parts one by one, then the whole; a single part is the whole and not assembled twice. */

void HessianBuilder::assemble_checked(NeighList *list)
{
  HessianCheck against_forces(lmp, site, list);
  HessianCheck::Result all = {};

  check_gradients();
  check_parts(against_forces);
  inm_hessian *last = against_forces.release();
  if (assigned.size() == 1) std::swap(h, last);
  inm_hessian_destroy(&last);
  if (assigned.size() > 1) assemble_all(list);

  const double whole = against_forces.size(h);
  for (auto &a : assigned) all.error = hypot(all.error, a.check.error);
  all.size = whole;
  error_found = all.relative();
  for (auto &a : assigned) against_forces.require(caller, a.name(), a.check, whole);
}

/* ----------------------------------------------------------------------
   Go over to the surface of rigid bonds.  The forces are those of the Hessian,
   without constraint forces, which fix shake adds later in the step.
------------------------------------------------------------------------- */

void HessianBuilder::constrain()
{
  const std::vector<inm_cluster> clusters = rigid_clusters(lmp, caller, site.groupbit);
  int mine = !clusters.empty(), any;
  MPI_Allreduce(&mine, &any, 1, MPI_INT, MPI_MAX, world);
  if (!any) return;

  std::vector<double> force;
  ForceProbe probe(lmp);
  probe.open();
  const double *f = probe.forces();
  for (int i : site.atom_of_row)
    force.insert(force.end(), f + 3 * (size_t) i, f + 3 * (size_t) i + 3);
  probe.close();
  const int status = inm_hessian_constrain(h, clusters.size(), clusters.data(), force.data());
  if (status == INM_ERR_ARG)
    error->all(FLERR,
               "{}: constraints that depend on each other: three atoms in line with all distances "
               "fixed, or an atom in clusters of two fixes",
               caller);
  check_status(lmp, status, caller + ": constraints");
}

void HessianBuilder::build(int groupbit, NeighList *list)
{
  const bool first = !announced;

  require_constraints(lmp, caller);
  find_sites(groupbit);
  error_found = first ? NAN : error_found;
  if (first) announce_memory(list);
  if (first && check)
    assemble_checked(list);
  else
    assemble_all(list);
  constrain();
  if (first) announce();
  announced = true;
}

/* ---- log -------------------------------------------------------------------------------------- */

/* before anything is built; providers that do not know their pairs yet count as 0 */

void HessianBuilder::announce_memory(NeighList *list)
{
  double mine[2] = {0.0, inm_memory_available()}, sum, most;
  for (auto &a : assigned) mine[0] += a.provider->expected_pairs(site, list);
  MPI_Allreduce(mine, &sum, 1, MPI_DOUBLE, MPI_SUM, world);
  MPI_Allreduce(mine, &most, 1, MPI_DOUBLE, MPI_MAX, world);
  if (sum <= 0.0) return;

  const double need = inm_hessian_bytes_for(most);
  if (comm->me == 0)
    utils::logmesg(lmp, "{}: the Hessian will take up to {:.0f} blocks of pairs, {} per rank\n",
                   caller, sum, bytes_text(need));
  if (mine[1] > 0.0 && inm_hessian_bytes_for(mine[0]) > mine[1])
    error->one(FLERR,
               "{}: the Hessian needs {} on this rank, but only {} are available; use more ranks",
               caller, bytes_text(inm_hessian_bytes_for(mine[0])), bytes_text(mine[1]));
}

void HessianBuilder::announce()
{
  double mine[3] = {(double) inm_hessian_nblock(h), (double) inm_hessian_nrow(h),
                    inm_hessian_bytes(h)},
         all[3];
  MPI_Allreduce(mine, all, 3, MPI_DOUBLE, MPI_SUM, world);
  if (comm->me) return;
  for (auto &a : assigned) {
    std::string text = a.provider->description();
    if (!a.why.empty()) text += " (" + a.why + ")";
    if (check)
      text += fmt::format("; H u against forces: relative error {:.2g}, {}", a.check.relative(),
                          a.check.exceptions());
    utils::logmesg(lmp, "{}: Hessian of {}: {}\n", caller, a.name(), text);
  }
  const size_t nrigid = inm_hessian_constraints(h)->count;
  if (nrigid > 0)
    utils::logmesg(lmp,
                   "{}: {} rigid bonds: the {:.0f} modes are those on the surface of the "
                   "constraints, zero modes included\n",
                   caller, nrigid, domain->dimension * all[1] - (double) nrigid);
  utils::logmesg(lmp, "{}: Hessian of {:.0f} atoms: {:.1f} blocks of pairs per atom, {:.1f} MB\n",
                 caller, all[1], (all[1] > 0.0) ? all[0] / all[1] : 0.0, all[2] / MB);
}
