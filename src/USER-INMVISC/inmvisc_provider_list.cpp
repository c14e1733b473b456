/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_provider_list.h"

#include "utils.h"

#include <utility>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

// All analytic providers, one line each.  The first line that matches the kind of part and the name of
// its style counts, so special styles stand before the general ones.  Without a factory the part is
// left to central differences, and the last column is the reason.
//
//    kind of part, pattern of the style, factory, source of the formulas, what it can do

// clang-format off
#define INMVISC_PROVIDERS(ENTRY, NONE)                                                                \
  ENTRY(PAIR,     "^eam", eam_provider,    "Daw, Baskes, Phys Rev B, 29, 6443 (1984)",                \
        "eam, eam/alloy, eam/fs, eam/he and their opt and omp versions, from their spline tables")    \
  ENTRY(PAIR,     "^sw",  sw_provider,     "Stillinger, Weber, Phys Rev B, 31, 5262 (1985)",          \
        "sw itself, with or without threebody")                                                       \
  ENTRY(PAIR,     ".",    pair_provider,   "Lemaitre, Maloney, J Stat Phys, 123, 415 (2006)",         \
        "pairwise additive styles with single(); born_matrix() where it passes a self-test")          \
  ENTRY(BOND,     ".",    bonded_provider, "Van Workum et al, J Chem Phys, 125, 144506 (2006)",       \
        "styles with born_matrix(); hybrid does not pass it on")                                      \
  ENTRY(ANGLE,    ".",    bonded_provider, "Van Workum et al, J Chem Phys, 125, 144506 (2006)",       \
        "styles with born_matrix(); hybrid does not pass it on")                                      \
  ENTRY(DIHEDRAL, ".",    bonded_provider, "Van Workum et al, J Chem Phys, 125, 144506 (2006)",       \
        "styles with born_matrix(); hybrid does not pass it on")                                      \
  NONE( IMPROPER, ".",    "LAMMPS has no second derivatives of impropers")                            \
  ENTRY(KSPACE,   "^ewald$", ewald_provider, "Ewald, Ann Phys, 369, 253 (1921)",                      \
        "reciprocal sum of point charges")                                                            \
  ENTRY(KSPACE,   "^ewald/omp$", ewald_provider, "Ewald, Ann Phys, 369, 253 (1921)",                  \
        "reciprocal sum of point charges")                                                            \
  ENTRY(KSPACE,   "^pppm$", ewald_provider, "Ewald, Ann Phys, 369, 253 (1921)",                       \
        "reciprocal sum of point charges")                                                            \
  ENTRY(KSPACE,   "^pppm/omp$", ewald_provider, "Ewald, Ann Phys, 369, 253 (1921)",                   \
        "reciprocal sum of point charges")                                                            \
  ENTRY(KSPACE,   "^pppm/cg$", ewald_provider, "Ewald, Ann Phys, 369, 253 (1921)",                    \
        "reciprocal sum of point charges")                                                            \
  ENTRY(KSPACE,   "^pppm/cg/omp$", ewald_provider, "Ewald, Ann Phys, 369, 253 (1921)",                \
        "reciprocal sum of point charges")                                                            \
  ENTRY(KSPACE,   "^pppm/stagger$", ewald_provider, "Ewald, Ann Phys, 369, 253 (1921)",               \
        "reciprocal sum of point charges")                                                            \
  NONE( KSPACE,   "/tip4p", "its charges are not at the atoms")                                       \
  NONE( KSPACE,   "/disp",  "the closed form is for point charges, without dispersion")               \
  NONE( KSPACE,   "^msm",   "it is no reciprocal sum")                                                \
  NONE( KSPACE,   ".",      "it couples all atoms")
// clang-format on

namespace INMVISC_NS {
typedef std::unique_ptr<HessianProvider> Factory(LAMMPS *, const ForcePart &);

// factories are declared here only, so that a new provider needs no header

#define DECLARE(kind, pattern, factory, reference, ability) Factory factory;
#define DECLARE_NONE(kind, pattern, reason)
INMVISC_PROVIDERS(DECLARE, DECLARE_NONE)
}    // namespace INMVISC_NS

namespace {

struct Entry {
  ForcePart::Kind kind;
  const char *pattern;      // of the style, for utils::strmatch()
  Factory *factory;         // null: no provider
  const char *reference;    // source of the formulas
  const char *remark;       // what it can do, or why there is none
};

#define ENTRY(kind, pattern, factory, reference, ability) \
  {ForcePart::kind, pattern, factory, reference, ability},
#define NONE(kind, pattern, reason) {ForcePart::kind, pattern, nullptr, "", reason},
const Entry providers[] = {INMVISC_PROVIDERS(ENTRY, NONE)};
}    // namespace

std::unique_ptr<HessianProvider> INMVISC_NS::analytic_provider(LAMMPS *lmp, const ForcePart &part,
                                                               std::string &why_not)
{
  for (auto &entry : providers) {
    if (entry.kind != part.kind || !utils::strmatch(part.style, entry.pattern)) continue;
    auto provider = entry.factory ? entry.factory(lmp, part) : nullptr;
    why_not = provider ? provider->refusal() : entry.remark;
    return why_not.empty() ? std::move(provider) : nullptr;
  }
  why_not = "it has no analytic provider";
  return nullptr;
}
