/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_force_parts.h"

#include "angle.h"
#include "atom.h"
#include "bond.h"
#include "comm.h"
#include "dihedral.h"
#include "force.h"
#include "improper.h"
#include "kspace.h"
#include "pair.h"
#include "pair_hybrid.h"

#include <algorithm>
#include <cstring>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

namespace {

// What PairHybrid knows of its sub-styles is protected, and has no accessor.  A pointer to a member
// taken in a derived class may be applied to the base.

struct HybridMembers : PairHybrid {
  static int nstyles_of(PairHybrid *h) { return h->*(&HybridMembers::nstyles); }
  static Pair **styles_of(PairHybrid *h) { return h->*(&HybridMembers::styles); }
  static char **keywords_of(PairHybrid *h) { return h->*(&HybridMembers::keywords); }
  static int **nmap_of(PairHybrid *h) { return h->*(&HybridMembers::nmap); }
  static int ***map_of(PairHybrid *h) { return h->*(&HybridMembers::map); }
  static double **special_lj_of(PairHybrid *h) { return h->*(&HybridMembers::special_lj); }
  static double **special_coul_of(PairHybrid *h) { return h->*(&HybridMembers::special_coul); }
};

ForcePart plain_part(ForcePart::Kind kind, const char *style, Force *force)
{
  return {kind, nullptr, style, force->special_lj, force->special_coul, {}, 0};
}

ForcePart whole_pair(LAMMPS *lmp)
{
  ForcePart part = plain_part(ForcePart::PAIR, lmp->force->pair_style, lmp->force);
  part.pair = lmp->force->pair;
  return part;
}

ForcePart sub_style(LAMMPS *lmp, PairHybrid *hybrid, int m)
{
  const int ntypes = lmp->atom->ntypes;
  ForcePart part = plain_part(ForcePart::PAIR, HybridMembers::keywords_of(hybrid)[m], lmp->force);
  part.pair = HybridMembers::styles_of(hybrid)[m];
  if (const double *lj = HybridMembers::special_lj_of(hybrid)[m]) part.special_lj = lj;
  if (const double *coul = HybridMembers::special_coul_of(hybrid)[m]) part.special_coul = coul;

  part.ntypes = ntypes;
  part.typepair.assign((ntypes + 1) * (ntypes + 1), 0);
  for (int i = 1; i <= ntypes; i++)
    for (int j = i; j <= ntypes; j++) {
      const int *map = HybridMembers::map_of(hybrid)[i][j];
      const char is_mapped = std::count(map, map + HybridMembers::nmap_of(hybrid)[i][j], m) > 0;
      part.typepair[i * (ntypes + 1) + j] = part.typepair[j * (ntypes + 1) + i] = is_mapped;
    }
  return part;
}

bool is_zero(const char *style)
{
  return strcmp(style, "zero") == 0 || strcmp(style, "none") == 0;
}

/* ----------------------------------------------------------------------
   hybrid and hybrid/overlay are the sum of their sub-styles; the other
   hybrids weigh or choose by more than the types, and stay whole
------------------------------------------------------------------------- */

void add_pair_parts(LAMMPS *lmp, std::vector<ForcePart> &parts)
{
  Force *force = lmp->force;
  if (!force->pair || !force->pair->compute_flag) return;

  auto hybrid = dynamic_cast<PairHybrid *>(force->pair);
  const bool is_sum = strcmp(force->pair_style, "hybrid") == 0 ||
      strcmp(force->pair_style, "hybrid/overlay") == 0;
  if (!hybrid || !is_sum) {
    if (!is_zero(force->pair_style)) parts.push_back(whole_pair(lmp));
    return;
  }
  for (int m = 0; m < HybridMembers::nstyles_of(hybrid); m++) {
    if (!HybridMembers::styles_of(hybrid)[m]->compute_flag) continue;
    if (is_zero(HybridMembers::keywords_of(hybrid)[m])) continue;
    parts.push_back(sub_style(lmp, hybrid, m));
  }
}
}    // namespace

std::string ForcePart::name() const
{
  static const char *const kinds[] = {"pair style",     "bond style",     "angle style",
                                      "dihedral style", "improper style", "kspace style"};
  return std::string(kinds[kind]) + " " + style;
}

std::vector<ForcePart> INMVISC_NS::force_parts(LAMMPS *lmp)
{
  Force *force = lmp->force;
  std::vector<ForcePart> parts;

  add_pair_parts(lmp, parts);
  if (lmp->atom->molecular != Atom::ATOMIC) {
    if (force->bond && !is_zero(force->bond_style))
      parts.push_back(plain_part(ForcePart::BOND, force->bond_style, force));
    if (force->angle && !is_zero(force->angle_style))
      parts.push_back(plain_part(ForcePart::ANGLE, force->angle_style, force));
    if (force->dihedral && !is_zero(force->dihedral_style))
      parts.push_back(plain_part(ForcePart::DIHEDRAL, force->dihedral_style, force));
    if (force->improper && !is_zero(force->improper_style))
      parts.push_back(plain_part(ForcePart::IMPROPER, force->improper_style, force));
  }
  if (force->kspace && force->kspace->compute_flag)
    parts.push_back(plain_part(ForcePart::KSPACE, force->kspace_style, force));
  return parts;
}

/* ----------------------------------------------------------------------
   Flags (0,0) leave the tallies of this step alone.  Otherwise put back the
   virial that the style had tallied.
------------------------------------------------------------------------- */

template <class Style> static void compute_style(Style *style, PartTally *sum)
{
  static constexpr int ENERGY = 1, EXPLICIT = 1;    // virial of each interaction, not of the sums
  if (!sum) {
    style->compute(0, 0);
    return;
  }
  double saved[6];
  std::copy_n(style->virial, 6, saved);
  style->compute(ENERGY, EXPLICIT);
  for (int k = 0; k < 6; k++) sum->virial[k] += style->virial[k];
  std::copy_n(saved, 6, style->virial);
}

template <class Style> static void compute_bonded(Style *style, PartTally *sum)
{
  compute_style(style, sum);
  if (sum) sum->energy += style->energy;
}

static void compute_pair(Force *force, const ForcePart &part, PartTally *sum)
{
  double lj[4], coul[4];
  std::copy(force->special_lj, force->special_lj + 4, lj);
  std::copy(force->special_coul, force->special_coul + 4, coul);
  std::copy(part.special_lj, part.special_lj + 4, force->special_lj);
  std::copy(part.special_coul, part.special_coul + 4, force->special_coul);
  compute_style(part.pair, sum);
  if (sum) sum->energy += part.pair->eng_vdwl + part.pair->eng_coul;
  std::copy(lj, lj + 4, force->special_lj);
  std::copy(coul, coul + 4, force->special_coul);
}

static void compute_kspace(LAMMPS *lmp, PartTally *sum)
{
  KSpace *kspace = lmp->force->kspace;
  const int scalar = kspace->scalar_pressure_flag;
  if (sum) kspace->scalar_pressure_flag = 0;    // MSM: the tensor
  kspace->compute(0, sum ? 1 : 0);
  kspace->scalar_pressure_flag = scalar;
  for (int k = 0; sum && lmp->comm->me == 0 && k < 6; k++) sum->virial[k] += kspace->virial[k];
}

void INMVISC_NS::compute_part(LAMMPS *lmp, const ForcePart &part, PartTally *sum)
{
  Force *force = lmp->force;

  switch (part.kind) {
    case ForcePart::PAIR:
      compute_pair(force, part, sum);
      break;
    case ForcePart::BOND:
      compute_bonded(force->bond, sum);
      break;
    case ForcePart::ANGLE:
      compute_bonded(force->angle, sum);
      break;
    case ForcePart::DIHEDRAL:
      compute_bonded(force->dihedral, sum);
      break;
    case ForcePart::IMPROPER:
      compute_bonded(force->improper, sum);
      break;
    case ForcePart::KSPACE:
      compute_kspace(lmp, sum);
      break;
  }
}

ExactFunctions::ExactFunctions(LAMMPS *lmp)
{
  if (lmp->force->pair) switch_off(lmp->force->pair);
}

ExactFunctions::~ExactFunctions()
{
  for (const Saved &s : saved) *s.where = s.bits;
}

void ExactFunctions::switch_off(Pair *pair)
{
  for (int *bits : {&pair->ncoultablebits, &pair->ndisptablebits}) {
    saved.push_back({bits, *bits});
    *bits = 0;
  }
  auto hybrid = dynamic_cast<PairHybrid *>(pair);
  for (int m = 0; hybrid && m < HybridMembers::nstyles_of(hybrid); m++)
    switch_off(HybridMembers::styles_of(hybrid)[m]);
}

void EnergyTallies::keep(double *where)
{
  saved.push_back({where, *where});
}

void EnergyTallies::keep_pair(Pair *pair)
{
  keep(&pair->eng_vdwl);
  keep(&pair->eng_coul);
  for (int k = 0; k < pair->nextra; k++) keep(&pair->pvector[k]);
  auto hybrid = dynamic_cast<PairHybrid *>(pair);
  for (int m = 0; hybrid && m < HybridMembers::nstyles_of(hybrid); m++)
    keep_pair(HybridMembers::styles_of(hybrid)[m]);
}

void EnergyTallies::save(LAMMPS *lmp)
{
  Force *force = lmp->force;

  saved.clear();
  if (force->pair) keep_pair(force->pair);
  if (force->bond) keep(&force->bond->energy);
  if (force->angle) keep(&force->angle->energy);
  if (force->dihedral) keep(&force->dihedral->energy);
  if (force->improper) keep(&force->improper->energy);
}

void EnergyTallies::restore() const
{
  for (const Saved &s : saved) *s.where = s.value;
}
