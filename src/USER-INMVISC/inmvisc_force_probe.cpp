/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_force_probe.h"

#include "atom.h"
#include "atom_vec.h"
#include "bond_hybrid.h"
#include "comm.h"
#include "domain.h"
#include "fix.h"
#include "force.h"
#include "kspace.h"
#include "modify.h"
#include "pair.h"
#include "update.h"
#include "utils.h"

#include <algorithm>
#include <cstring>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

namespace {

// what makes forces that cannot be asked for twice, that have no Hessian, or that are not there

struct Hazard {
  const char *style, *reason;
};

const char random_forces[] = "has random forces";
const char history[] = "has forces that depend on the history of contacts";
const char velocities[] = "has forces that depend on velocities";

const Hazard pair_hazards[] = {
    {"^dpd", random_forces},    {"^tdpd", random_forces}, {"^mdpd", random_forces},
    {"^edpd", random_forces},   {"^sdpd", random_forces}, {"^brownian", random_forces},
    {"^dsmc", random_forces},   {"^gran", history},       {"^granular", history},
    {"^smd/", history},         {"^bpm/", history},       {"^peri/", history},
    {"^lubricate", velocities}, {"^sph/", velocities},    {"^rheo", velocities},
};

const Hazard bond_hazards[] = {
    {"^quartic$", "breaks bonds"},    // quartic/exp does not
    {"^quartic/omp", "breaks bonds"},
    {"^bpm/", "breaks bonds and depends on velocities"},
    {"^rheo/", "breaks bonds and depends on velocities"},
};

// fixes that make the Hessian of all 3N coordinates meaningless, or that own the forces

const Hazard fix_hazards[] = {
    {"^shake/", "KOKKOS styles keep positions and forces on the device"},
    {"^rattle/", "KOKKOS styles keep positions and forces on the device"},
    {"^ilves", "constraints of fix ilves remove degrees of freedom"},
    {"^filter/corotate", "fix filter/corotate filters the forces"},
    {"^GPU", "the GPU package adds its forces outside the pair style"},
    {"^package_intel", "the INTEL package stores forces separately"},
    {"^bond/react", "reactive bonds change the topology"},
    {"^drude", "Drude particles follow their cores"},
};

// pair style or any sub-style of hybrid: 1 asks for the first of several that match

bool has_pair(Force *force, const char *pattern)
{
  return force->pair && (force->pair_match(pattern, 0) || force->pair_match(pattern, 0, 1));
}

// a pattern without what is special in it

std::string plain(const std::string &pattern)
{
  const size_t last = pattern.find('$');
  return pattern.substr(1, (last == std::string::npos) ? last : last - 1);
}

// bond style or any sub-style of hybrid

bool has_bond(Force *force, const char *pattern)
{
  if (!force->bond) return false;
  if (utils::strmatch(force->bond_style, pattern)) return true;
  auto hybrid = dynamic_cast<BondHybrid *>(force->bond);
  for (int m = 0; hybrid && m < hybrid->nstyles; m++)
    if (utils::strmatch(hybrid->keywords[m], pattern)) return true;
  return false;
}
}    // namespace

ForceProbe::ForceProbe(LAMMPS *lmp) :
    Pointers(lmp), own_map(false), tally(false), energy_out(0.0), tensor(), box_is_strained(false)
{
}

std::string ForceProbe::refusal() const
{
  if (!atom->tag_enable) return "atoms have no IDs (atom_modify id no)";
  if (lmp->kokkos) return "KOKKOS styles keep positions and forces on the device";
  if (utils::strmatch(update->integrate_style, "^respa"))
    return "run_style respa splits the forces";
  if (atom->avec->forceclearflag)
    return fmt::format("atom style {} accumulates more than forces", atom->atom_style);
  for (auto &h : pair_hazards)
    if (has_pair(force, h.style)) return fmt::format("pair style {} {}", plain(h.style), h.reason);
  for (auto &h : bond_hazards)
    if (has_bond(force, h.style)) return fmt::format("bond style {} {}", plain(h.style), h.reason);
  for (int i = 0; i < modify->nfix; i++)
    for (auto &h : fix_hazards)
      if (utils::strmatch(modify->fix[i]->style, h.style)) return h.reason;
  return "";
}

void ForceProbe::select(const std::vector<ForcePart> &parts)
{
  selected = parts;
}

int ForceProbe::nall() const
{
  return atom->nlocal + atom->nghost;
}

/* ---- positions and forces as they were --------------------------------------------------------- */

/* The place for a sync from the device: what is saved must be current on the host. */

void ForceProbe::save()
{
  const size_t n = 3 * (size_t) nall();

  x_saved.resize(n);
  f_saved.resize(n);
  torque_saved.resize(atom->torque ? n : 0);
  if (force->kspace) {
    kspace_saved[0] = force->kspace->energy;
    std::copy_n(force->kspace->virial, 6, kspace_saved + 1);
  }
  energies.save(lmp);
  if (n == 0) return;
  memcpy(x_saved.data(), atom->x[0], n * sizeof(double));
  memcpy(f_saved.data(), atom->f[0], n * sizeof(double));
  if (atom->torque) memcpy(torque_saved.data(), atom->torque[0], n * sizeof(double));
}

/* ----------------------------------------------------------------------
   From copies, not by moving back, so that nothing drifts.  Positions too,
   since a kspace style in a triclinic box takes them to lamda space and back,
   with rounding.
   The place for marking positions and forces as modified on the host.
------------------------------------------------------------------------- */

void ForceProbe::restore()
{
  if (nall() > 0) {
    memcpy(atom->x[0], x_saved.data(), x_saved.size() * sizeof(double));
    memcpy(atom->f[0], f_saved.data(), f_saved.size() * sizeof(double));
    if (atom->torque)
      memcpy(atom->torque[0], torque_saved.data(), torque_saved.size() * sizeof(double));
  }
  if (force->kspace) {
    force->kspace->energy = kspace_saved[0];
    std::copy_n(kspace_saved + 1, 6, force->kspace->virial);
  }
  energies.restore();
}

void ForceProbe::open()
{
  all_parts = force_parts(lmp);
  if (selected.empty()) selected = all_parts;
  own_map = (atom->map_style == Atom::MAP_NONE);
  if (own_map) {
    atom->map_init();
    atom->map_set();
  }
  f_out.resize(3 * (size_t) atom->nlocal);
  save();
}

/* ----------------------------------------------------------------------
   One more evaluation at the saved positions, since pair styles keep
   per-atom intermediates (EAM: density) that others may ask for.
------------------------------------------------------------------------- */

void ForceProbe::close()
{
  evaluate(all_parts);
  restore();
  if (own_map) {
    atom->map_delete();
    atom->map_style = Atom::MAP_NONE;
  }
}

/* ---- displacements ----------------------------------------------------------------------------- */

void ForceProbe::shift_atom(tagint tag, int direction, double delta)
{
  for (int j = atom->map(tag); j >= 0; j = atom->sametag[j]) atom->x[j][direction] += delta;
}

void ForceProbe::shift_all(int groupbit, void (*field)(void *, int64_t, double *), void *ctx,
                           double delta)
{
  double u[3];
  for (int i = 0; i < nall(); i++) {
    if (!(atom->mask[i] & groupbit)) continue;
    field(ctx, atom->tag[i], u);
    for (int a = 0; a < 3; a++) atom->x[i][a] += delta * u[a];
  }
}

void ForceProbe::shear(int k, int c, double strain)
{
  for (int i = 0; i < nall(); i++) atom->x[i][k] += strain * atom->x[i][c];
  for (auto &part : selected)
    if (part.kind == ForcePart::KSPACE) strain_box(k, c, strain);
}

/* ----------------------------------------------------------------------
   Edges a = (xprd,0,0), b = (xy,yprd,0), c = (xz,yz,zprd) and the corner
   move as the atoms do.  Neighbors and owners stay.
------------------------------------------------------------------------- */

static void set_box(Domain *domain)
{
  domain->set_global_box();
  domain->set_local_box();
}

void ForceProbe::strain_box(int k, int c, double strain)
{
  std::copy_n(domain->boxlo, 3, box_saved);
  std::copy_n(domain->boxhi, 3, box_saved + 3);
  box_saved[6] = domain->xy;
  box_saved[7] = domain->xz;
  box_saved[8] = domain->yz;
  box_is_strained = true;

  if (k == 0 && c == 0) domain->xy += strain * domain->xy;
  if (k == 0 && c == 0) domain->xz += strain * domain->xz;
  if (k == 1 && c == 1) domain->yz += strain * domain->yz;
  if (k == 0 && c == 1) domain->xy += strain * domain->yprd;
  if (k == 0 && c == 1) domain->xz += strain * domain->yz;
  if (k == 0 && c == 2) domain->xz += strain * domain->zprd;
  if (k == 1 && c == 2) domain->yz += strain * domain->zprd;
  domain->boxhi[k] += strain * (k == c ? domain->boxhi[c] : domain->boxlo[c]);
  domain->boxlo[k] += strain * domain->boxlo[c];
  set_box(domain);
  force->kspace->setup();
}

void ForceProbe::restore_box()
{
  std::copy_n(box_saved, 3, domain->boxlo);
  std::copy_n(box_saved + 3, 3, domain->boxhi);
  domain->xy = box_saved[6];
  domain->xz = box_saved[7];
  domain->yz = box_saved[8];
  box_is_strained = false;
  set_box(domain);
  force->kspace->setup();
}

/* ---- evaluation --------------------------------------------------------------------------------- */

const double *ForceProbe::forces()
{
  PartTally mine;
  evaluate(selected, tally ? &mine : nullptr);
  energy_out = mine.energy;
  if (tally) MPI_Allreduce(mine.virial, tensor, 6, MPI_DOUBLE, MPI_SUM, world);
  if (atom->nlocal > 0) memcpy(f_out.data(), atom->f[0], f_out.size() * sizeof(double));
  if (nall() > 0) memcpy(atom->x[0], x_saved.data(), x_saved.size() * sizeof(double));
  if (box_is_strained) restore_box();
  return f_out.data();
}

double ForceProbe::virial(int k, int c) const
{
  static const int voigt[3][3] = {{0, 3, 4}, {3, 1, 5}, {4, 5, 2}};
  return tensor[voigt[k][c]];
}

void ForceProbe::virial(double *all) const
{
  std::copy_n(tensor, 6, all);
}

/* ----------------------------------------------------------------------
   Neighbor lists stay: displacements are far below the skin.
   The place for marking positions as modified on the host before the parts
   are computed, or a device would see unmoved atoms, and for a sync of the
   forces to the host afterwards.
------------------------------------------------------------------------- */

void ForceProbe::evaluate(const std::vector<ForcePart> &parts, PartTally *sum)
{
  const int n = atom->nlocal + (force->newton ? atom->nghost : 0);
  if (n > 0) {
    memset(atom->f[0], 0, 3 * (size_t) n * sizeof(double));
    if (atom->torque) memset(atom->torque[0], 0, 3 * (size_t) n * sizeof(double));
  }

  // the OPENMP package has force arrays of each thread to clear

  for (int i = 0; i < modify->nfix; i++)
    if (strcmp(modify->fix[i]->style, "OMP") == 0) modify->fix[i]->pre_force(0);

  for (auto &part : parts) compute_part(lmp, part, sum);
  if (force->newton) comm->reverse_comm();
}
