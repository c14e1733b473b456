/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_ghosts.h"

#include "inmvisc_gather.h"
#include "inmvisc_host.h"

#include "inm/inm_hash.h"

#include "atom_vec.h"
#include "comm.h"
#include "domain.h"
#include "error.h"
#include "force.h"
#include "neighbor.h"
#include "pair.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

/* ---- ghosts where their owners are ------------------------------------------------------------ */

/* ----------------------------------------------------------------------
   The same ghosts as in the force computation of this step, with the shifts
   of the present box.  Packed without a shift, they are what
   forward_comm() has to overwrite, whatever the atom style communicates.
------------------------------------------------------------------------- */

CurrentGhosts::CurrentGhosts(LAMMPS *lmp) : Pointers(lmp), ghost(atom->nghost)
{
  AtomVec *avec = atom->avec;
  const int width = avec->size_forward + (comm->ghost_velocity ? avec->size_velocity : 0);

  std::iota(ghost.begin(), ghost.end(), atom->nlocal);
  received.resize((size_t) width * ghost.size() + 1);
  if (comm->ghost_velocity)
    avec->pack_comm_vel((int) ghost.size(), ghost.data(), received.data(), 0, nullptr);
  else
    avec->pack_comm((int) ghost.size(), ghost.data(), received.data(), 0, nullptr);
  comm->forward_comm();
}

CurrentGhosts::~CurrentGhosts()
{
  if (comm->ghost_velocity)
    atom->avec->unpack_comm_vel((int) ghost.size(), atom->nlocal, received.data());
  else
    atom->avec->unpack_comm((int) ghost.size(), atom->nlocal, received.data());
}

/* ---- pairs that the neighbor lists do not know ------------------------------------------------ */

namespace {

// What Neighbor remembers of its last build is protected.  A pointer to a member taken in a derived
// class may be applied to the base.

struct LastBuild : Neighbor {
  static double **positions(Neighbor *n) { return n->*(&LastBuild::xhold); }
  static int has_box(Neighbor *n) { return n->*(&LastBuild::boxcheck); }
  static const double *boxlo(Neighbor *n) { return n->*(&LastBuild::boxlo_hold); }
  static const double *boxhi(Neighbor *n) { return n->*(&LastBuild::boxhi_hold); }
  static double (*corners(Neighbor *n))[3] { return n->*(&LastBuild::corners_hold); }
};

// edges of the box as rows

struct Edges {
  double a[3][3];

  static Edges now(const Domain *domain)
  {
    const double *h = domain->h;    // xx, yy, zz, yz, xz, xy
    return {{{h[0], 0.0, 0.0}, {h[5], h[1], 0.0}, {h[4], h[3], h[2]}}};
  }

  static Edges at_last_build(Neighbor *neighbor, const Domain *domain)
  {
    static const int corner[3] = {1, 2, 4};
    if (!LastBuild::has_box(neighbor)) return now(domain);

    Edges e = {};
    for (int k = 0; k < 3; k++)
      if (domain->triclinic)
        for (int x = 0; x < 3; x++)
          e.a[k][x] =
              LastBuild::corners(neighbor)[corner[k]][x] - LastBuild::corners(neighbor)[0][x];
      else
        e.a[k][k] = LastBuild::boxhi(neighbor)[k] - LastBuild::boxlo(neighbor)[k];
    return e;
  }
};

// an atom that has moved far since the last build

struct Mover {
  double tag, type, x[3], x_then[3];
};
constexpr int NMOVER = 8;

// All lengths are squared.  An image by n edges of the box was one at the last build, too, since atoms
// are wrapped only then.

double distance2(const double *xi, const double *xj, const Edges &e, const int *n)
{
  double sum = 0.0;
  for (int x = 0; x < 3; x++) {
    const double shift = n[0] * e.a[0][x] + n[1] * e.a[1][x] + n[2] * e.a[2][x];
    sum += pow(xi[x] - xj[x] - shift, 2);
  }
  return sum;
}

class PairSearch {
 public:
  explicit PairSearch(LAMMPS *lmp_in) :
      lmp(lmp_in), atoms(lmp_in), x_then(LastBuild::positions(lmp_in->neighbor)),
      edges(Edges::now(lmp->domain)), edges_then(Edges::at_last_build(lmp->neighbor, lmp->domain))
  {
    const Domain *d = lmp->domain;
    for (int k = 0; k < 3; k++)
      images[k] = d->periodicity[k]
          ? 1 + d->triclinic + (int) (lmp->neighbor->cutneighmax / edges.a[k][k])
          : 0;
  }

  std::vector<Mover> movers() const;
  double count_unknown(const std::vector<Mover> &) const;

 private:
  LAMMPS *lmp;
  const HostAtoms atoms;
  double **x_then;
  const Edges edges, edges_then;
  int images[3];

  double reach() const;
  bool is_unknown(int i, const Mover &, const int *n) const;
};

/* ----------------------------------------------------------------------
   How far an atom may move before a pair with another one can come from
   beyond the lists: half of the skin, less what the edges of the box moved.
------------------------------------------------------------------------- */

double PairSearch::reach() const
{
  double moved = 0.0;
  for (int k = 0; k < 3; k++) {
    double change2 = 0.0;
    for (int x = 0; x < 3; x++) change2 += pow(edges.a[k][x] - edges_then.a[k][x], 2);
    moved += images[k] * sqrt(change2);
  }
  return std::max(0.0, 0.5 * (lmp->neighbor->skin - moved));
}

/* the atoms of all ranks that moved farther, relative to the mean of all */

std::vector<Mover> PairSearch::movers() const
{
  double mine[4] = {0.0, 0.0, 0.0, (double) atoms.nlocal()}, all[4];
  const double near = reach();
  std::vector<double> flat;

  for (int i = 0; i < atoms.nlocal(); i++)
    for (int x = 0; x < 3; x++) mine[x] += atoms.x(i)[x] - x_then[i][x];
  MPI_Allreduce(mine, all, 4, MPI_DOUBLE, MPI_SUM, lmp->world);

  for (int i = 0; i < atoms.nlocal(); i++) {
    double moved2 = 0.0;
    for (int x = 0; x < 3; x++) moved2 += pow(atoms.x(i)[x] - x_then[i][x] - all[x] / all[3], 2);
    if (sqrt(moved2) <= near) continue;
    flat.push_back((double) atoms.tag(i));
    flat.push_back(atoms.type(i));
    flat.insert(flat.end(), atoms.x(i), atoms.x(i) + 3);
    flat.insert(flat.end(), x_then[i], x_then[i] + 3);
  }
  flat = gather(lmp, flat, MPI_DOUBLE);

  std::vector<Mover> found;
  for (size_t k = 0; k + NMOVER <= flat.size(); k += NMOVER) {
    const double *m = &flat[k];
    found.push_back({m[0], m[1], {m[2], m[3], m[4]}, {m[5], m[6], m[7]}});
  }
  return found;
}

/* within the cutoff now, and beyond the skin then */

bool PairSearch::is_unknown(int i, const Mover &m, const int *n) const
{
  const bool itself = (n[0] == 0 && n[1] == 0 && n[2] == 0 && (double) atoms.tag(i) == m.tag);
  const double cut2 = lmp->force->pair->cutsq[atoms.type(i)][(int) m.type];
  if (itself || distance2(atoms.x(i), m.x, edges, n) >= cut2) return false;
  return distance2(x_then[i], m.x_then, edges_then, n) >= pow(sqrt(cut2) + lmp->neighbor->skin, 2);
}

double PairSearch::count_unknown(const std::vector<Mover> &far) const
{
  double count = 0.0;
  int n[3];
  for (const Mover &m : far)
    for (int i = 0; i < atoms.nlocal(); i++)
      for (n[0] = -images[0]; n[0] <= images[0]; n[0]++)
        for (n[1] = -images[1]; n[1] <= images[1]; n[1]++)
          for (n[2] = -images[2]; n[2] <= images[2]; n[2]++)
            if (is_unknown(i, m, n)) count += 1.0;
  MPI_Allreduce(MPI_IN_PLACE, &count, 1, MPI_DOUBLE, MPI_SUM, lmp->world);
  return count;
}
}    // namespace

/* without neigh_modify check yes LAMMPS does not keep the positions of the last build */

void INMVISC_NS::require_known_pairs(LAMMPS *lmp, const std::string &caller)
{
  if (!lmp->force->pair || !lmp->neighbor->dist_check || lmp->neighbor->includegroup) return;

  const PairSearch search(lmp);
  const std::vector<Mover> far = search.movers();
  const double unknown = far.empty() ? 0.0 : search.count_unknown(far);
  if (unknown > 0.0)
    lmp->error->all(FLERR,
                    "{}: {} pairs within the cutoff are not in the neighbor lists: {} atoms moved "
                    "by more than half the skin since these were built; use a smaller timestep, "
                    "smaller steps of the fix that moves them, or a larger skin (neighbor)",
                    caller, unknown, far.size());
}

/* ---- which configuration ---------------------------------------------------------------------- */

double INMVISC_NS::mark_of_configuration(LAMMPS *lmp)
{
  const HostAtoms atoms(lmp);
  const Domain *d = lmp->domain;
  const double box[] = {
      d->boxlo[0], d->boxlo[1],
      d->boxlo[2], d->boxhi[0],
      d->boxhi[1], d->boxhi[2],
      d->xy,       d->xz,
      d->yz,       inm_fingerprint(3 * (size_t) atoms.nlocal(), atoms.positions())};
  return inm_fingerprint(10, box);
}
