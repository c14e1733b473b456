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

#include "inm/inm_spectrum.h"

#include <memory>
#include <string>

namespace INMVISC_NS {
class KeywordParser;
class Snapshot;
}    // namespace INMVISC_NS

namespace LAMMPS_NS {

class ComputeInmDos : public Compute {
 public:
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
  const std::shared_ptr<INMVISC_NS::Snapshot> &snapshot() const { return current; }
  void tabulate();    // bring all outputs up to date.  collective
  const inm_range &bins() const { return range; }
  int nbins() const { return nbin; }
  double edge_frequency() const { return w_edge; }

 private:
  std::string label;    // "Compute inm/dos ID"
  std::shared_ptr<INMVISC_NS::Snapshot> current;
  int nbin;            // number of frequency bins
  bool given_range;    // by the keyword
  bool fixed_range;    // range is known
  inm_range range;
  double w_edge;         // |w| of the mobility edge, last snapshot
  double temperature;    // of the harmonic entropy, 0 if not requested
  bigint tabulated;      // version of the snapshot that the outputs are of, 0 if none
  bool announced;        // range and modes were printed in this run
  bool warned_range;     // warned of modes outside the range in this run

  void parse(int, char **);
  void parse_edge(INMVISC_NS::KeywordParser &);
  void parse_modes(INMVISC_NS::KeywordParser &);
  void parse_hessian(INMVISC_NS::KeywordParser &);
  void check_arguments() const;
  bool may_choose_again() const;
  void tabulate_bins();
  void tabulate_fractions();
  void tabulate_entropy();
  void tabulate_peratom();
  void tabulate_local();
  void announce() const;
  void announce_eigenvector() const;
};

}    // namespace LAMMPS_NS

#endif
#endif
