/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_hessian.h"

#include "inmvisc_compat.h"
#include "inmvisc_force_probe.h"

#include "inm/inm_hessian.h"
#include "inm/inm_plan.h"

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

static constexpr double MB = 1.0e6;
static constexpr double ROUNDINGS = 1.0e6;    // of a coordinate, in the smallest displacement

double INMVISC_NS::atom_spacing(LAMMPS *lmp)
{
  Domain *domain = lmp->domain;
  const double n = (lmp->atom->natoms > 0) ? (double) lmp->atom->natoms : 1.0;
  if (domain->dimension == 2) return sqrt(domain->xprd * domain->yprd / n);
  return cbrt(domain->xprd * domain->yprd * domain->zprd / n);
}

double INMVISC_NS::smallest_displacement(LAMMPS *lmp)
{
  const Domain *domain = lmp->domain;
  return ROUNDINGS * DBL_EPSILON * std::max({domain->xprd, domain->yprd, domain->zprd});
}

/* ----------------------------------------------------------------------
   A ghost is at the place of its atom plus a translation, to rounding: in
   crystals many atoms are level to that, which must not decide.
------------------------------------------------------------------------- */

static constexpr double LEVEL = 1.0e-8;    // of the spacing of atoms

HalfShell::HalfShell(LAMMPS *lmp) : atom(lmp->atom), axis{2, 1, 0}, level(LEVEL * atom_spacing(lmp))
{
  const int *parts = lmp->comm->procgrid;
  std::stable_sort(axis, axis + 3, [parts](int a, int b) {
    return parts[a] > parts[b];
  });
}

bool HalfShell::keeps(int i, int j) const
{
  if (j < atom->nlocal) return i < j;

  for (int a : axis) {
    const double above = atom->x[j][a] - atom->x[i][a];
    if (fabs(above) > level) return above > 0.0;
  }
  return atom->tag[i] < atom->tag[j];    // at the same place
}

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

/* ---- who does what ---------------------------------------------------------------------------- */

std::string HessianBuilder::Assignment::name() const
{
  std::string text;
  for (auto &part : parts) text += (text.empty() ? "" : ", ") + part.name();
  return text.empty() ? "no forces" : text;
}

static std::unique_ptr<HessianProvider> make_analytic(LAMMPS *lmp, const ForcePart &part)
{
  switch (part.kind) {
    case ForcePart::PAIR:
      if (utils::strmatch(part.style, "^eam")) return make_eam_provider(lmp, part);
      if (utils::strmatch(part.style, "^sw")) return make_sw_provider(lmp, part);
      return make_pair_provider(lmp, part);
    case ForcePart::KSPACE:
      return nullptr;
    default:
      return make_bonded_provider(lmp, part);
  }
}

/* all that is numeric is done together: an evaluation costs the same for one part and for all */

void HessianBuilder::assign_numeric(const ForcePart &part, const std::string &why)
{
  auto found = std::find_if(assigned.begin(), assigned.end(), [](const Assignment &a) {
    return a.numeric;
  });
  if (found == assigned.end()) {
    assigned.push_back({{}, nullptr, true, "", {}, false});
    found = assigned.end() - 1;
  }
  found->parts.push_back(part);
  found->provider = make_numeric_provider(lmp, found->parts, delta);
  if (!why.empty()) found->why += (found->why.empty() ? "" : "; ") + part.name() + ": " + why;
}

/* ----------------------------------------------------------------------
   A displacement that rounding distorts, or one after which an atom has other
   neighbors than before.
------------------------------------------------------------------------- */

void HessianBuilder::check_delta() const
{
  if (delta == 0.0) return;
  const double least = smallest_displacement(lmp), most = 0.5 * atom_spacing(lmp);
  if (!(delta >= least && delta <= most))
    error->all(FLERR,
               "{}: hessian numeric delta must lie between {:.3g}, where coordinates are rounded, "
               "and {:.3g}, half the distance of atoms, not {}; 0 has it chosen",
               caller, least, most, delta);
}

/* ----------------------------------------------------------------------
   Providers are chosen anew for every run: the force field may have changed.
------------------------------------------------------------------------- */

void HessianBuilder::init()
{
  ForceProbe probe(lmp);
  const std::string never = probe.refusal(), apart = probe.forces_of_fixes();
  if (!never.empty()) error->all(FLERR, "{}: no Hessian, {}", caller, never);
  if (!apart.empty() && comm->me == 0)
    error->warning(FLERR, "{}: the Hessian does not contain what fix {} does", caller, apart);

  check_delta();
  inm_hessian_destroy(&h);
  check_status(lmp, inm_hessian_create(&h, world, domain->dimension, force->ftm2v),
               "creating the Hessian");
  announced = false;
  assigned.clear();

  const std::vector<ForcePart> parts = force_parts(lmp);
  if (parts.empty())
    error->all(FLERR, "{}: no Hessian, there are no forces: neither pair, bond nor kspace styles",
               caller);
  for (auto &part : parts) {
    if (method == NUMERIC) {
      assign_numeric(part, "");
      continue;
    }
    auto analytic = make_analytic(lmp, part);
    const std::string why_not = analytic ? analytic->refusal() : "it reaches all atoms";
    if (method == ANALYTIC && !why_not.empty())
      error->all(FLERR, "{}: no analytic Hessian of {}: {}; use hessian auto or numeric", caller,
                 part.name(), why_not);
    if (why_not.empty())
      assigned.push_back({{part}, std::move(analytic), false, "", {}, false});
    else
      assign_numeric(part, why_not);
  }
}

/* ---- assembly --------------------------------------------------------------------------------- */

/* place on a Z-order curve (Morton 1966) through cells: the bits of the three indices in turn */

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
   Rows are along a curve, so that what a product with vectors needs next
   is near in memory to what it has, however large the box and in whatever
   order atoms are.
------------------------------------------------------------------------- */

void HessianBuilder::find_sites(int groupbit)
{
  const int nall = atom->nlocal + atom->nghost;
  const double cell = 2.0 * atom_spacing(lmp);
  std::vector<std::pair<uint64_t, int>> row;
  int nsite = 0;

  site.groupbit = groupbit;
  site.atom_of_row.clear();
  site.site_of_atom.assign(nall, INM_OUTSIDE);
  for (int i = 0; i < atom->nlocal; i++)
    if (atom->mask[i] & groupbit) row.emplace_back(along_curve(atom->x[i], domain->boxlo, cell), i);
  std::sort(row.begin(), row.end());
  for (const auto &r : row) {
    site.site_of_atom[r.second] = nsite++;
    site.atom_of_row.push_back(r.second);
  }
  for (int i = atom->nlocal; i < nall; i++)
    if (atom->mask[i] & groupbit) site.site_of_atom[i] = nsite++;
}

void HessianBuilder::assemble(const std::vector<Assignment *> &who, NeighList *list)
{
  std::vector<int64_t> tag, ghost_tag;
  std::vector<int> type;
  std::vector<double> mass;

  for (int i : site.atom_of_row) {
    tag.push_back(atom->tag[i]);
    type.push_back(atom->type[i]);
    mass.push_back(atom->rmass ? atom->rmass[i] : atom->mass[atom->type[i]]);
  }
  for (int i = atom->nlocal; i < atom->nlocal + atom->nghost; i++)
    if (site.site_of_atom[i] != INM_OUTSIDE) ghost_tag.push_back(atom->tag[i]);

  check_status(lmp,
               inm_hessian_begin(h, tag.size(), tag.data(), type.data(), mass.data(),
                                 ghost_tag.size(), ghost_tag.data()),
               "starting the Hessian");
  for (Assignment *a : who) a->provider->fill(h, site, list);
  check_status(lmp, inm_hessian_end(h), "assembling the Hessian");
}

std::vector<HessianBuilder::Assignment *> HessianBuilder::everyone()
{
  std::vector<Assignment *> all;
  for (auto &a : assigned) all.push_back(&a);
  return all;
}

void HessianBuilder::build(int groupbit, NeighList *list)
{
  const bool first = !announced;

  find_sites(groupbit);
  error_found = first ? NAN : error_found;
  if (first) announce_memory(list);
  if (first && check)
    verify_all(list);
  else
    assemble(everyone(), list);
  if (first) announce();
  announced = true;
}

/* ---- what the log says ------------------------------------------------------------------------ */

/* before anything is built; providers that find their pairs only on the way say nothing */

void HessianBuilder::announce_memory(NeighList *list)
{
  double mine[2] = {0.0, inm_memory_available()}, sum, most;
  for (auto &a : assigned) mine[0] += a.provider->expected_pairs(site, list);
  MPI_Allreduce(mine, &sum, 1, MPI_DOUBLE, MPI_SUM, world);
  MPI_Allreduce(mine, &most, 1, MPI_DOUBLE, MPI_MAX, world);
  if (sum <= 0.0) return;

  const double need = inm_hessian_bytes_for(most);
  if (comm->me == 0)
    utils::logmesg(lmp,
                   "{}: the Hessian will take up to {:.0f} blocks of pairs, {:.1f} MB per rank\n",
                   caller, sum, need / MB);
  if (mine[1] > 0.0 && inm_hessian_bytes_for(mine[0]) > mine[1])
    error->one(
        FLERR,
        "{}: the Hessian needs {:.1f} MB on this rank, {:.1f} MB are available; use more ranks",
        caller, inm_hessian_bytes_for(mine[0]) / MB, mine[1] / MB);
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
      text +=
          fmt::format("; H u against forces: relative error {:.2g}, {:.0f} of {:.0f} atoms left "
                      "out at discontinuities of the force",
                      a.check.relative(), a.check.left_out, a.check.rows);
    utils::logmesg(lmp, "{}: Hessian of {}: {}\n", caller, a.name(), text);
  }
  utils::logmesg(lmp, "{}: Hessian of {:.0f} atoms: {:.1f} blocks of pairs per atom, {:.1f} MB\n",
                 caller, all[1], (all[1] > 0.0) ? all[0] / all[1] : 0.0, all[2] / MB);
}
