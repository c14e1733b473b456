// What single(), born_matrix() and compute() of one pair, bond, angle, dihedral or improper say, in any
// LAMMPS, for second_derivatives.py.
//
//   probe DECK KIND      KIND: pair, bond, angle, dihedral, improper
//
// DECK is run first, so that all styles are set up.  After that the neighbor list of the pair style, or
// the list of bonds ..., is replaced by one with a single entry, whose atoms are moved by hand.  Each
// line of the output is a configuration; second_derivatives.py knows its columns.
// Differences are of fourth order, of compute()'s energies and forces only.

#include "angle.h"
#include "atom.h"
#include "bond.h"
#include "comm.h"
#include "dihedral.h"
#include "force.h"
#include "improper.h"
#include "lammps.h"
#include "library.h"
#include "neigh_list.h"
#include "neighbor.h"
#include "pair.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <vector>

using namespace LAMMPS_NS;

namespace {

const double PI = 3.14159265358979323846;
const int RADII = INMVISC_RADII;                 // per pair of types
const double NEAREST = 0.15, FARTHEST = 0.98;    // of the cutoff
const double STEP = INMVISC_STEP;                // of a distance, or radian
const double SMALL_STEP = 2.0e-6;                // of all atoms: hardly any pair crosses a cutoff
const int SPECIAL = 1;                           // which factor stands for all that are not 1
const double FACTOR_LJ = 0.3, FACTOR_COUL = 0.6;
const double NOT_THERE = NAN;

typedef std::array<double, 3> Vector;
typedef std::function<double(double)> Function;

double slope(const Function &u, double at, double h)
{
  return (8.0 * (u(at + h) - u(at - h)) - (u(at + 2.0 * h) - u(at - 2.0 * h))) / (12.0 * h);
}

double curvature(const Function &u, double at, double h)
{
  return (16.0 * (u(at + h) + u(at - h)) - (u(at + 2.0 * h) + u(at - 2.0 * h)) - 30.0 * u(at)) /
      (12.0 * h * h);
}

// angles of chains: atom 1 at the origin, the second and third bond by their angles
struct Chain {
  double bond[3], bend[2];
  std::vector<Vector> angle(double theta) const
  {
    return {
        {bond[0], 0.0, 0.0}, {0.0, 0.0, 0.0}, {bond[1] * cos(theta), bond[1] * sin(theta), 0.0}};
  }
  // phi = 0: cis, as in born_matrix() of dihedrals
  std::vector<Vector> dihedral(double phi) const
  {
    const double along = -bond[2] * cos(bend[1]), across = bond[2] * sin(bend[1]);
    return {{bond[0] * cos(bend[0]), bond[0] * sin(bend[0]), 0.0},
            {0.0, 0.0, 0.0},
            {bond[1], 0.0, 0.0},
            {bond[1] + along, across * cos(phi), across * sin(phi)}};
  }
};
const Chain CHAIN = {{1.3, 1.5, 1.2}, {1.9, 2.0}};

class Probe {
 public:
  explicit Probe(const char *deck)
  {
    const char *words[] = {"probe", "-log", "none", "-screen", "none", "-nocite"};
    handle = lammps_open_no_mpi(6, const_cast<char **>(words), nullptr);
    lammps_file(handle, deck);
    if (!lammps_has_error(handle)) lammps_command(handle, "run 0 post no");
    if (lammps_has_error(handle)) {
      char text[512];
      lammps_get_last_error_message(handle, text, sizeof(text));
      printf("ERROR: %s\n", text);
      exit(2);
    }
    lmp = static_cast<LAMMPS *>(handle);
  }

  // energy of the style of this kind, forces in atom->f
  double evaluate(const std::string &kind) const
  {
    const int n = lmp->atom->nlocal + lmp->atom->nghost;
    memset(&lmp->atom->f[0][0], 0, sizeof(double) * 3 * n);
    Force *force = lmp->force;
    if (kind == "pair") {
      force->pair->compute(1, 0);
      return force->pair->eng_vdwl + force->pair->eng_coul;
    }
    if (kind == "bond") return force->bond->compute(1, 0), force->bond->energy;
    if (kind == "angle") return force->angle->compute(1, 0), force->angle->energy;
    if (kind == "dihedral") {
      // the energy of pairs 1-4, of styles that compute them, is added to that of the pair style
      Pair *pair = force->pair;
      pair->evflag = pair->eflag_either = pair->eflag_global = 1;
      pair->eng_vdwl = pair->eng_coul = 0.0;
      force->dihedral->compute(1, 0);
      return force->dihedral->energy + pair->eng_vdwl + pair->eng_coul;
    }
    return force->improper->compute(1, 0), force->improper->energy;
  }

  void place(const std::vector<Vector> &r) const
  {
    for (size_t i = 0; i < r.size(); i++)
      for (int a = 0; a < 3; a++) lmp->atom->x[i][a] = r[i][a];
  }

  void *handle;
  LAMMPS *lmp;
};

// Power of the forces of the whole deck along random displacements, and -dE of the same displacements:
// columns power, -dE, size.
void whole_deck(const Probe &probe, const std::string &kind)
{
  Atom *atom = probe.lmp->atom;
  const int n = 3 * atom->nlocal;
  double *x = &atom->x[0][0];
  const std::vector<double> start(x, x + n);
  std::mt19937 generator(1);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  for (int trial = 0; trial < 5; trial++) {
    std::vector<double> u(n);
    for (double &value : u) value = uniform(generator);
    auto energy = [&](double h) {
      for (int k = 0; k < n; k++) x[k] = start[k] + h * u[k];
      probe.lmp->comm->forward_comm();
      return probe.evaluate(kind);
    };
    const double expected = -slope(energy, 0.0, SMALL_STEP);
    energy(0.0);
    if (probe.lmp->force->newton) probe.lmp->comm->reverse_comm();
    const double *f = &atom->f[0][0];
    double power = 0.0, size = 0.0;
    for (int k = 0; k < n; k++) {
      power += f[k] * u[k];
      size += f[k] * u[k] * f[k] * u[k];
    }
    printf("deck %d %.16g %.16g %.16g\n", trial, power, expected, sqrt(size));
  }
}

// ---- pairs

// A list with the atoms 0 and 1 only; the pair style's own one comes back at the end.
class OnePair {
 public:
  explicit OnePair(NeighList *list) :
      list(list), inum(list->inum), ilist(list->ilist), numneigh(list->numneigh),
      firstneigh(list->firstneigh)
  {
    // a full list has each pair twice
    const bool full = has_both();
    list->inum = 2;
    list->ilist = own_ilist;
    own_numneigh[1] = full ? 1 : 0;
    list->numneigh = own_numneigh;
    list->firstneigh = own_firstneigh;
    special(0);
  }
  ~OnePair()
  {
    list->inum = inum;
    list->ilist = ilist;
    list->numneigh = numneigh;
    list->firstneigh = firstneigh;
  }
  void special(int which)
  {
    neighbor_of[0] = 1 ^ (which << SBBITS);
    neighbor_of[1] = 0 ^ (which << SBBITS);
  }

 private:
  bool lists(int i, int j) const
  {
    for (int k = 0; k < numneigh[i]; k++)
      if ((firstneigh[i][k] & NEIGHMASK) == j) return true;
    return false;
  }
  bool has_both() const
  {
    for (int k = 0; k < inum; k++)
      for (int m = 0; m < inum; m++)
        if (k != m && lists(ilist[k], ilist[m])) return lists(ilist[m], ilist[k]);
    return false;
  }
  NeighList *list;
  int inum, *ilist, *numneigh, **firstneigh;
  int own_ilist[2] = {0, 1}, own_numneigh[2] = {1, 0}, neighbor_of[2];
  int *own_firstneigh[2] = {&neighbor_of[0], &neighbor_of[1]};
};

// energy and force (positive: repulsive) of compute(), -dE/dr with two steps, and -dF/dr
std::string radial(const Probe &probe, const std::string &kind, double r)
{
  auto energy = [&](double at) {
    probe.place({{0.0, 0.0, 0.0}, {at, 0.0, 0.0}});
    return probe.evaluate(kind);
  };
  auto force = [&](double at) {
    energy(at);
    return probe.lmp->atom->f[1][0];
  };
  const double h = STEP * r, gradient = -slope(energy, r, h), wide = -slope(energy, r, 2.0 * h);
  const double stiffness = -slope(force, r, h), e = energy(r), f = force(r);
  char text[256];
  snprintf(text, sizeof(text), "%.16g %.16g %.16g %.16g %.16g %.16g", r, e, f, gradient, wide,
           stiffness);
  return text;
}

// columns: types, special, those of radial(), energy and force of single(), u' and u'' of born_matrix()
void pair_at(const Probe &probe, int itype, int jtype, int special, double r)
{
  const std::string measured = radial(probe, "pair", r);
  Pair *pair = probe.lmp->force->pair;
  const double lj = special ? FACTOR_LJ : 1.0, coul = special ? FACTOR_COUL : 1.0;
  double single_e = NOT_THERE, single_f = NOT_THERE, du = NOT_THERE, du2 = NOT_THERE;
  if (pair->single_enable) {
    single_f = 0.0;
    single_e = pair->single(0, 1, itype, jtype, r * r, coul, lj, single_f);
    single_f *= r;
  }
  if (pair->born_matrix_enable) pair->born_matrix(0, 1, itype, jtype, r * r, coul, lj, du, du2);
  printf("pair %d %d %d %s %.16g %.16g %.16g %.16g\n", itype, jtype, special, measured.c_str(),
         single_e, single_f, du, du2);
}

void pairs(const Probe &probe)
{
  Pair *pair = probe.lmp->force->pair;
  Atom *atom = probe.lmp->atom;
  printf("has %d %d\n", pair->single_enable, pair->born_matrix_enable);
  if (!pair->single_enable && !pair->born_matrix_enable) return;
  if (!pair->list || atom->nlocal < 2) return;
  OnePair list(pair->list);
  if (atom->q_flag) {
    atom->q[0] = 0.7;
    atom->q[1] = -0.4;
  }
  probe.lmp->force->special_lj[SPECIAL] = FACTOR_LJ;
  probe.lmp->force->special_coul[SPECIAL] = FACTOR_COUL;
  for (int itype = 1; itype <= atom->ntypes; itype++)
    for (int jtype = 1; jtype <= atom->ntypes; jtype++) {
      atom->type[0] = itype;
      atom->type[1] = jtype;
      const double cutoff = sqrt(pair->cutsq[itype][jtype]);
      for (int special = 0; special <= (atom->molecular ? SPECIAL : 0); special++) {
        list.special(special);
        for (int k = 0; k < RADII; k++) {
          const double r = cutoff * (NEAREST + (FARTHEST - NEAREST) * (k + 0.5) / RADII);
          try {
            pair_at(probe, itype, jtype, special, r);
          } catch (const std::exception &) {
            // outside of a table, for example
          }
        }
      }
    }
}

// ---- bonded styles

// The list of bonds, angles, ... of this kind has one entry.
class OneTerm {
 public:
  OneTerm(Neighbor *neighbor, const std::string &kind) : rows(entry)
  {
    if (kind == "bond") swap_in(neighbor->nbondlist, neighbor->bondlist, 2);
    if (kind == "angle") swap_in(neighbor->nanglelist, neighbor->anglelist, 3);
    if (kind == "dihedral") swap_in(neighbor->ndihedrallist, neighbor->dihedrallist, 4);
    if (kind == "improper") swap_in(neighbor->nimproperlist, neighbor->improperlist, 4);
  }
  ~OneTerm()
  {
    *count = old_count;
    *list = old_list;
  }
  void type(int value) { entry[natoms] = value; }

  int natoms;

 private:
  void swap_in(int &number, int **&place, int n)
  {
    natoms = n;
    count = &number;
    list = &place;
    old_count = number;
    old_list = place;
    number = 1;
    place = &rows;
    for (int i = 0; i < n; i++) entry[i] = i;
  }
  int entry[5], *rows, *count, old_count, ***list, **old_list;
};

// Largest difference between a force and -dE/dx, and the largest force: columns difference, force
void term_gradient(const Probe &probe, const std::string &kind, int type, std::vector<Vector> r,
                   int trial)
{
  const size_t n = r.size();
  std::mt19937 generator(17 * type + trial);
  std::uniform_real_distribution<double> uniform(-0.05, 0.05);
  for (Vector &atom : r)
    for (double &value : atom) value += uniform(generator);
  double worst = 0.0, largest = 0.0;
  for (size_t i = 0; i < n; i++)
    for (int a = 0; a < 3; a++) {
      auto energy = [&](double moved) {
        std::vector<Vector> now = r;
        now[i][a] += moved;
        probe.place(now);
        return probe.evaluate(kind);
      };
      const double expected = -slope(energy, 0.0, STEP);
      energy(0.0);
      const double f = probe.lmp->atom->f[i][a];
      worst = std::fmax(worst, std::fabs(f - expected));
      largest = std::fmax(largest, std::fmax(std::fabs(f), std::fabs(expected)));
      if (std::isnan(f)) worst = NAN;
    }
  printf("term %d %d %.16g %.16g\n", type, trial, worst, largest);
}

// columns: type, those of radial(), energy and force of single(), born_matrix()
void bond_at(const Probe &probe, int type, double r)
{
  const std::string measured = radial(probe, "bond", r);
  Bond *bond = probe.lmp->force->bond;
  double single_f = 0.0, du = NOT_THERE, du2 = NOT_THERE;
  const double single_e = bond->single(type, r * r, 0, 1, single_f);
  if (bond->born_matrix_enable) bond->born_matrix(type, r * r, 0, 1, du, du2);
  printf("bond %d %s %.16g %.16g %.16g %.16g\n", type, measured.c_str(), single_e, single_f * r, du,
         du2);
}

// u' and u'' with respect to the cosine of t, from those with respect to t
void of_cosine(double t, double &du, double &du2)
{
  const double s = sin(t), c = cos(t), first = du;
  du = -first / s;
  du2 = (du2 - first * c / s) / (s * s);
}

// columns: type, angle, energy, u' from the forces, u' and u'' from energies (all by the cosine),
// single() energy, born_matrix()
void angular_at(const Probe &probe, const std::string &kind, int type, double t)
{
  const bool angle = kind == "angle";
  auto shape = [&](double at) {
    return angle ? CHAIN.angle(at) : CHAIN.dihedral(at);
  };
  auto energy = [&](double at) {
    probe.place(shape(at));
    return probe.evaluate(kind);
  };
  double du = slope(energy, t, 1.0e-3), du2 = curvature(energy, t, 1.0e-3);
  const double e = energy(t);
  // the last atom moves along its derivative with respect to the angle
  const int last = angle ? 2 : 3;
  double by_force = 0.0, unused = 0.0;
  for (int a = 0; a < 3; a++)
    by_force -= probe.lmp->atom->f[last][a] *
        slope(
                    [&](double at) {
                      return shape(at)[last][a];
                    },
                    t, 1.0e-3);
  of_cosine(t, by_force, unused);
  of_cosine(t, du, du2);
  double single_e = NOT_THERE, born = NOT_THERE, born2 = NOT_THERE;
  Force *force = probe.lmp->force;
  probe.place(shape(t));
  if (angle) {
    single_e = force->angle->single(type, 0, 1, 2);
    if (force->angle->born_matrix_enable) force->angle->born_matrix(type, 0, 1, 2, born, born2);
  } else if (force->dihedral->born_matrix_enable)
    force->dihedral->born_matrix(0, 0, 1, 2, 3, born, born2);
  printf("%s %d %.16g %.16g %.16g %.16g %.16g %.16g %.16g %.16g\n", kind.c_str(), type, t, e,
         by_force, du, du2, single_e, born, born2);
}

void terms(const Probe &probe, const std::string &kind)
{
  Force *force = probe.lmp->force;
  Atom *atom = probe.lmp->atom;
  OneTerm list(probe.lmp->neighbor, kind);
  if (atom->nlocal < list.natoms) return;
  const bool born = kind == "bond" ? force->bond->born_matrix_enable
      : kind == "angle"            ? force->angle->born_matrix_enable
      : kind == "dihedral"         ? force->dihedral->born_matrix_enable
                                   : false;
  printf("has %d %d\n", kind == "bond" || kind == "angle", born);
  const int ntypes = kind == "bond" ? atom->nbondtypes
      : kind == "angle"             ? atom->nangletypes
      : kind == "dihedral"          ? atom->ndihedraltypes
                                    : atom->nimpropertypes;
  for (int type = 1; type <= ntypes; type++) {
    list.type(type);
    for (int k = 0; k < RADII; k++) {
      try {
        if (kind == "bond") {
          const double length = force->bond->equilibrium_distance(type);
          const double r = (length > 0.0 ? length : 1.5) * (0.85 + 0.4 * (k + 0.5) / RADII);
          bond_at(probe, type, r);
          term_gradient(probe, kind, type, {{0.0, 0.0, 0.0}, {r, 0.0, 0.0}}, k);
        } else if (kind == "angle") {
          const double t = PI * (0.1 + 0.85 * (k + 0.5) / RADII);
          angular_at(probe, kind, type, t);
          term_gradient(probe, kind, type, CHAIN.angle(t), k);
        } else {
          const double t = 2.0 * PI * ((k + 0.6) / RADII) - PI;
          if (kind == "dihedral") angular_at(probe, kind, type, t);
          term_gradient(probe, kind, type, CHAIN.dihedral(t), k);
        }
      } catch (const std::exception &) {
        // a bond that is too long, for example
      }
    }
  }
}

}    // namespace

int main(int narg, char **arg)
{
  if (narg != 3) {
    fprintf(stderr, "usage: %s DECK pair|bond|angle|dihedral|improper\n", arg[0]);
    return 1;
  }
  const std::string kind = arg[2];
  {
    Probe probe(arg[1]);
    try {
      whole_deck(probe, kind);
    } catch (const std::exception &) {
      printf("no deck\n");
    }
    if (kind == "pair")
      pairs(probe);
    else
      terms(probe, kind);
    fflush(stdout);
    lammps_close(probe.handle);
  }
  lammps_mpi_finalize();
  return 0;
}
