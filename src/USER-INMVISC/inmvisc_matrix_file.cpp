/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_matrix_file.h"

#include "inmvisc_check.h"
#include "inmvisc_parser.h"

#include "inm/inm_matrix_file.h"

#include "comm.h"
#include "domain.h"
#include "error.h"
#include "update.h"

#include "fmt/format.h"

#include <cerrno>
#include <cstring>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

MatrixFile::MatrixFile(LAMMPS *lmp, const std::string &label_in) :
    Pointers(lmp), weighted(true), label(label_in)
{
}

void MatrixFile::parse(KeywordParser &in)
{
  pattern = in.word("file");
  if (inm_matrix_format_of(pattern.c_str()) == INM_MATRIX_UNKNOWN)
    in.fail("file must end in .npz or .mtx");
}

void MatrixFile::write(const inm_hessian *hessian, bool announce) const
{
  if (!is_wanted()) return;

  std::string name = pattern;
  const auto star = name.find('*');
  if (star != std::string::npos) name.replace(star, 1, std::to_string(update->ntimestep));

  const double *h = domain->h;    // xx, yy, zz, yz, xz, xy
  const inm_matrix_facts facts = {weighted,
                                  update->unit_style,
                                  (int64_t) update->ntimestep,
                                  {h[0], 0.0, 0.0, h[5], h[1], 0.0, h[4], h[3], h[2]}};
  const inm_status status = inm_matrix_write(hessian, name.c_str(), &facts);
  int reason = errno;

  MPI_Bcast(&reason, 1, MPI_INT, 0, world);
  if (status == INM_ERR_IO)
    error->all(FLERR, "{}: cannot write file {}: {}", label, name, strerror(reason));
  check_status(lmp, status, label + ": writing file " + name);
  if (comm->me == 0 && announce)
    utils::logmesg(lmp, "{}: {} in file {}\n", label,
                   weighted ? "mass-weighted Hessian" : "Hessian without masses", name);
}
