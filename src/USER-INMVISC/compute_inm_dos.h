/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifdef COMPUTE_CLASS
// clang-format off
ComputeStyle(inm/dos,ComputeInmDos);
// clang-format on
#else

#ifndef LMP_COMPUTE_INM_DOS_H
#define LMP_COMPUTE_INM_DOS_H

#include "compute.h"

#include "inm/inm.h"
#include "inmvisc_diagonalization.h"
#include "inmvisc_hessian.h"
#include "inmvisc_kpm.h"

#include <string>
#include <vector>

namespace LAMMPS_NS {

class ComputeInmDos : public Compute {
 public:
  // Vectors that another compute wants projected on the modes: three shear planes.
  // Asked for once per snapshot, between the Hessian and its diagonalization.

  class Projector {
   public:
    virtual void affine_force(INMVISC_NS::HessianBuilder &, double *xi) = 0;    // [3][nrow][3]

   protected:
    ~Projector() = default;    // never deleted through this interface
  };

  ComputeInmDos(class LAMMPS *, int, char **);
  ~ComputeInmDos() override;
  void init() override;
  void init_list(int, class NeighList *) override;
  double compute_scalar() override;
  void compute_vector() override;
  void compute_array() override;
  void compute_peratom() override;
  void compute_local() override;
  double memory_usage() override;

  // for the other computes of the package; require() stops with an error of the caller

  static ComputeInmDos *require(class LAMMPS *, const std::string &id, const std::string &caller);
  void add_projector(const std::string &compute_id);
  void add_judge(const std::string &compute_id);                // of solver kpm auto
  int first_projection(const std::string &compute_id) const;    // -1 if not among them
  void assemble();    // make the Hessian and the affine forces current.  collective
  void snapshot();    // make all results current.  collective
  const inm_modes &modes() const { return table; }
  const inm_range &bins() const { return range; }
  const inm_edge &mobility_edge() const { return edge; }
  double edge_frequency() const { return w_edge; }
  int nbins() const { return nbin; }
  bool is_current() const;
  void mode_slice(size_t &first, size_t &last) const;    // rows of local arrays on this rank
  double fingerprint() const { return configuration; }
  double mean_mass() const;

  // solver kpm: in place of modes there are moments, and a width of the steps at the edges, which is
  // 0 if it is not known here

  bool has_moments() const { return kpm->is_chosen(); }
  const inm_kpm *moments() const { return kpm->moments(); }
  double step_width() const { return kpm->width(edge); }

 private:
  int nbin;            // number of frequency bins
  bool fixed_range;    // range is known
  inm_range range;
  inm_edge edge;
  double w_edge;              // |w| of the mobility edge, last snapshot
  inm_request request;        // which vectors, which mode to keep
  bool said_modes;            // which vectors was said by the user
  inm_modes table;            // owned; last snapshot
  std::vector<double> dos;    // [nbin][5], storage of array
  bigint assembly_step;       // of the Hessian
  bigint snapshot_step;       // time step of the results, -1 if none
  double configuration;       // a number that tells configurations apart
  bool announced;             // solver and range were printed in this run
  bool warned_range;          // modes outside the range were warned of in this run
  std::string file;           // for the matrix, with * for the time step; empty if not wanted
  bool weighted;              // the matrix on file is mass-weighted
  double temperature;         // of the harmonic entropy, 0 if that is not wanted
  std::string me;             // "Compute inm/dos ID"

  INMVISC_NS::HessianBuilder *builder;             // owned
  INMVISC_NS::Diagonalization *diagonalization;    // owned
  class NeighList *list;
  std::vector<std::string> projectors;    // compute IDs, in the order of their vectors
  std::vector<double> xi;                 // [3 * projectors][nrow][3]

  INMVISC_NS::KpmSolver *kpm;         // owned; in use if solver kpm was chosen
  std::vector<std::string> judges;    // compute IDs
  bool solving;                       // solver kpm is at work

  void parse(int, char **);
  void parse_edge(INMVISC_NS::KeywordParser &);
  void parse_modes(INMVISC_NS::KeywordParser &);
  void parse_hessian(INMVISC_NS::KeywordParser &);
  void parse_solver(INMVISC_NS::KeywordParser &);
  void check_arguments() const;
  void rebuild(class NeighList *);
  void write_matrix() const;
  void project();
  void solve();
  void diagonalize();
  void solve_moments();
  void tabulate();
  void tabulate_moments();
  void tabulate_entropy();
  void announce() const;
  void announce_bins() const;
  void announce_eigenvector() const;
  void tabulate_peratom();
  void tabulate_local();
  void set_current();
};

}    // namespace LAMMPS_NS

#endif
#endif
