/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#include "inmvisc_kernel_report.h"

#include "inmvisc_unit_names.h"

#include "inm/inm_correlator.h"
#include "inm/inm_whole_file.h"
#include "inmvisc_source_check.h"

#include "atom.h"
#include "domain.h"
#include "error.h"
#include "fix.h"
#include "force.h"
#include "modify.h"
#include "update.h"

#include <cmath>
#include <cstring>
#include <initializer_list>

using namespace LAMMPS_NS;
using namespace INMVISC_NS;

// thresholds of the warnings

static constexpr double MAX_STEP = 0.5;            // Einstein frequency * sampling interval
static constexpr double MAX_TAIL = 0.05;           // tail / integral of the kernel
static constexpr double MAX_DISAGREEMENT = 2.0;    // standard errors
static constexpr double MAX_DECAY = 0.1;           // of the direct kernel, by a violated sum rule

/* ---------------------------------------------------------------------- */

int KernelReport::nset() const
{
  return atom->ntypes + 1;
}

bool KernelReport::present(int set) const
{
  return inm_correlator_friction(results, set)->natoms > 0.0;
}

int KernelReport::present_types() const
{
  int n = 0;
  for (int t = 1; t < nset(); t++) n += present(t);
  return n;
}

/* with one type, its values are those of all atoms */

std::vector<int> KernelReport::sets_to_log() const
{
  std::vector<int> sets;
  const int last = present_types() > 1 ? nset() - 1 : 0;
  for (int set = 0; set <= last; set++)
    if (present(set)) sets.push_back(set);
  return sets;
}

bool KernelReport::unknown_velocities() const
{
  return !checked->velocities().empty();
}

bool KernelReport::unknown_positions() const
{
  return !checked->positions().empty();
}

static std::string name_of(int set)
{
  return set ? fmt::format("type {}", set) : std::string("all");
}

/* ----------------------------------------------------------------------
   a value, or that it is not known
------------------------------------------------------------------------- */

static std::string number(const char *format, double value, const std::string &unit = "")
{
  if (!std::isfinite(value)) return "not known";
  return fmt::vformat(format, fmt::make_format_args(value)) + (unit.empty() ? "" : " " + unit);
}

static std::string with_error(double value, double error_of, const std::string &unit)
{
  if (!std::isfinite(value)) return "not known";
  return number("{:.6g}", value) + " +- " + number("{:.2g}", error_of) + " " + unit;
}

/* ----------------------------------------------------------------------
   difference of two values in standard errors; 0 if an error is unknown
------------------------------------------------------------------------- */

static double disagreement(double a, double error_a, double b, double error_b)
{
  const double ratio = std::fabs(a - b) / std::hypot(error_a, error_b);
  return std::isfinite(ratio) ? ratio : 0.0;
}

/* ---------------------------------------------------------------------- */

void KernelReport::log()
{
  const bigint norigins = inm_correlator_norigin_done(results);
  const bigint perblock = inm_correlator_origins_per_block(results);

  utils::logmesg(
      lmp, "Fix orthogonal/dynamics {}: {} samples, {} origins, {} blocks of {} origins\n", id,
      inm_correlator_nsample(results), norigins, inm_correlator_nblock_full(results), perblock);
  if (norigins == 0) {
    utils::logmesg(lmp,
                   "  no value yet: the first window of the kernel is complete after {} samples\n",
                   nlag + 2);
    warn_source();
    return;
  }
  if (inm_correlator_nblock_full(results) < nblock)
    utils::logmesg(lmp,
                   "  no errors yet: {} blocks as long as the window are complete after {} "
                   "samples\n",
                   nblock, nblock * perblock * norigin + nlag + 2 - norigin);
  for (int set : sets_to_log()) log_set(set);
  log_choice();
  for (int set : sets_to_log()) warn_set(set);
  warn_source();
  warn_run();
}

/* ---------------------------------------------------------------------- */

void KernelReport::log_set(int set)
{
  const inm_friction &f = *inm_correlator_friction(results, set);
  const UnitNames unit = unit_names(update->unit_style);
  const double temperature = f.kT * force->mvv2e / force->boltz;

  utils::logmesg(lmp, "  {}: kernel v~(0) = {} (tail {}), {}, T = {}, Omega0*dt = {}\n",
                 name_of(set), with_error(f.kernel, f.kernel_error, unit.friction()),
                 number("{:.2g}", f.tail), einstein_text(set),
                 number("{:.6g}", temperature, unit.temperature),
                 number("{:.3f}", f.einstein_frequency * dt));
  if (std::isfinite(f.sum_rule)) log_direct(set);
}

/* ---------------------------------------------------------------------- */

std::string KernelReport::einstein_text(int set) const
{
  const inm_friction &f = *inm_correlator_friction(results, set);
  const UnitNames unit = unit_names(update->unit_style);

  if (unknown_positions()) return "kT/D not known";
  if (std::isnan(f.diffusion)) return "no kT/D yet (too few lags of the displacements)";
  return fmt::format("kT/D = {} (D = {:.6g} {} from {:.4g} <= t <= {:.4g} {}, "
                     "d ln MSD/d ln t = {} at {:.4g} {})",
                     with_error(f.einstein, f.einstein_error, unit.friction()), f.diffusion,
                     unit.diffusion(), f.msd_from, f.msd_to, unit.time,
                     number("{:.3f}", f.msd_exponent), f.msd_longest, unit.time);
}

/* ---------------------------------------------------------------------- */

void KernelReport::log_direct(int set)
{
  const inm_friction &f = *inm_correlator_friction(results, set);
  utils::logmesg(
      lmp, "  {}: lambda - 1 = {:.2g}, integral of the kernel {:.6g} direct, {:.6g} vacf, {}\n",
      name_of(set), f.sum_rule - 1.0, f.integral, f.from_vacf,
      unit_names(update->unit_style).friction());
}

/* ---------------------------------------------------------------------- */

void KernelReport::log_choice()
{
  static const char *reasons[] = {
      "the integral of the kernel, which has decayed within its window",
      "kT/D of the displacements, because the kernel has not decayed within its window",
      "the integral of the kernel, although it has not decayed within its window, because the "
      "displacements are not diffusive yet"};
  std::string reason = reasons[source];
  if (unknown_velocities())
    reason = "because it needs velocities";
  else if (!std::isfinite(friction[0]))
    reason = "because the samples do not determine it";
  else if (source == INM_FROM_UNDECAYED_KERNEL && unknown_positions())
    reason = "the integral of the kernel, although it has not decayed within its window, because "
             "the displacements are not known";
  utils::logmesg(
      lmp, "  friction used: {}, {}\n",
      with_error(friction[0], friction_error[0], unit_names(update->unit_style).friction()),
      reason);
  if (present_types() > 1) log_types();
}

/* ----------------------------------------------------------------------
   compute ulinm/viscosity takes the frictions of the types, whose mean is
   not the friction of all atoms
------------------------------------------------------------------------- */

void KernelReport::log_types()
{
  std::string list;
  const std::string unit = unit_names(update->unit_style).friction();
  double sum = 0.0, natoms = 0.0;
  for (int t = 1; t < nset(); t++) {
    if (!present(t)) continue;
    const double n = inm_correlator_friction(results, t)->natoms;
    list += fmt::format(", {} (type {})", with_error(friction[t], friction_error[t], unit), t);
    sum += n * friction[t];
    natoms += n;
  }
  utils::logmesg(lmp,
                 "  this is the scalar, for all atoms taken together; friction f_{} of compute "
                 "ulinm/viscosity means those of the types{}, number average {}\n",
                 id, list, number("{:.6g}", sum / natoms, unit));
}

/* ---------------------------------------------------------------------- */

void KernelReport::warn(const std::string &text)
{
  error->warning(FLERR, "Fix orthogonal/dynamics {}: {}", id, text);
}

/* ---------------------------------------------------------------------- */

void KernelReport::warn_set(int set)
{
  const inm_friction &f = *inm_correlator_friction(results, set);
  const std::string of = set ? fmt::format(" of type {}", set) : "";

  if (f.einstein_frequency * dt > MAX_STEP)
    warn(fmt::format("Omega0*dt{} is above {}: sample more often", of, MAX_STEP));
  if (std::isfinite(f.integral) && (!f.decayed || f.tail > MAX_TAIL * f.integral))
    warn(fmt::format(
        "kernel{} has not decayed within Nlag samples: the tail beyond them is {} of the integral, "
        "and the integral over the last third of the window is {} of that over the middle third",
        of, number("{:.2g}", f.rest.tail / f.integral), number("{:.2g}", f.rest.ratio)));
  if (f.diffusive &&
      disagreement(f.kernel, f.kernel_error, f.einstein, f.einstein_error) > MAX_DISAGREEMENT)
    warn(fmt::format("kernel and kT/D{} differ by more than {} standard errors", of,
                     MAX_DISAGREEMENT));
  if (std::isfinite(f.sum_rule)) warn_direct(set);
}

/* ----------------------------------------------------------------------
   if acceleration is not the derivative of velocity, the integral of the
   direct kernel decays as exp(-friction/mass (lambda-1) t)
------------------------------------------------------------------------- */

void KernelReport::warn_direct(int set)
{
  const inm_friction &f = *inm_correlator_friction(results, set);
  const std::string of = set ? fmt::format(" of type {}", set) : "";
  const double decay = std::fabs(f.sum_rule - 1.0) * f.from_vacf / f.mass;

  if (decay * nlag * dt > MAX_DECAY)
    warn(fmt::format("the direct kernel{} is invalid beyond t = {:.3g} {}, because its sum rule is "
                     "violated: forces and velocities are inconsistent",
                     of, MAX_DECAY / decay, unit_names(update->unit_style).time));
  if (disagreement(f.integral, f.kernel_error, f.from_vacf, f.from_vacf_error) > MAX_DISAGREEMENT)
    warn(fmt::format("direct and vacf kernels{} differ by more than {} standard errors", of,
                     MAX_DISAGREEMENT));
}

/* ---------------------------------------------------------------------- */

void KernelReport::warn_run()
{
  const std::string bath = thermostats(modify);
  if (!bath.empty())
    warn(fmt::format("fix {} is a thermostat, which changes D and thus the friction", bath));
  if (domain->box_change || checked->box_changes())
    warn("the box changes, so displacements and kT/D are not reliable");
}

/* ----------------------------------------------------------------------
   positions and velocities that come from a file
------------------------------------------------------------------------- */

void KernelReport::warn_source()
{
  const std::string velocities = checked->velocities(), positions = checked->positions();
  const std::string timestep = checked->timestep();
  if (!velocities.empty())
    warn(fmt::format("kernel, kT/D and friction are not known, because {}", velocities));
  if (!positions.empty()) warn(fmt::format("D and kT/D are not known, because {}", positions));
  if (!timestep.empty()) warn(timestep);
}

/* ---------------------------------------------------------------------- */

static std::string fixes_of_style(Modify *modify, std::initializer_list<const char *> styles)
{
  std::string found;
  for (int i = 0; i < modify->nfix; i++) {
    const std::string other = std::string(modify->fix[i]->style) + "/";
    for (const char *s : styles)
      if (other.compare(0, strlen(s) + 1, std::string(s) + "/") == 0)
        found += (found.empty() ? "" : ", ") + std::string(modify->fix[i]->id);
  }
  return found;
}

std::string INMVISC_NS::thermostats(Modify *modify)
{
  return fixes_of_style(modify,
                        {"nvt", "npt", "langevin", "temp", "gld", "gle", "ffl", "gjf",
                         "press/langevin", "viscous", "bocs", "tgnvt", "tgnpt"});
}

std::string INMVISC_NS::constraints(Modify *modify)
{
  return fixes_of_style(modify,
                        {"nph", "press", "shake", "rattle", "ilves", "rigid", "poems", "nve/limit",
                         "nve/noforce", "move", "momentum", "recenter", "deform"});
}

/* ---------------------------------------------------------------------- */

template <typename... Args> static void print(FILE *fp, const char *format, const Args &...args)
{
  fputs(fmt::vformat(format, fmt::make_format_args(args...)).c_str(), fp);
}

/* ----------------------------------------------------------------------
   two tables in the format of fix ave/time mode vector
------------------------------------------------------------------------- */

int KernelReport::write(const std::string &filename)
{
  inm_whole_file file;
  const inm_status status = inm_whole_file_open(&file, filename.c_str());
  if (status != INM_OK) return status;
  write_kernel(file.fp);
  write_displacements(file.fp);
  return inm_whole_file_close(&file, INM_OK);
}

/* ---------------------------------------------------------------------- */

void KernelReport::write_kernel(FILE *fp)
{
  const int ncolumn = per_type ? nset() : 1;
  const char *cbar_unit = normalized ? "relative to t = 0" : "(mass length/time^2)^2 per component";
  const char *vacf_unit = normalized ? "relative to t = 0" : "(length/time)^2 per component";

  print(fp, "# Memory kernel of fix {}, {} units: Cbar {}, int Cbar/kT mass/time, <v v> {}\n", id,
        update->unit_style, cbar_unit, vacf_unit);
  print(fp, "# TimeStep Number-of-rows\n# Row Time Cbar Integral VACF");
  for (int set = 1; set < ncolumn; set++) print(fp, " Cbar_{0} Integral_{0} VACF_{0}", set);
  print(fp, "\n{} {}\n", update->ntimestep, nlag + 1);
  for (int n = 0; n <= nlag; n++) {
    print(fp, "{} {:.10g}", n + 1, n * dt);
    for (int set = 0; set < ncolumn; set++) {
      const double *cbar = inm_correlator_cbar(results, set);
      const double *vacf = inm_correlator_vacf(results, set);
      print(fp, " {:.10g} {:.10g} {:.10g}", normalized ? cbar[n] / cbar[0] : cbar[n],
            inm_correlator_integral(results, set)[n], normalized ? vacf[n] / vacf[0] : vacf[n]);
    }
    print(fp, "\n");
  }
}

/* ---------------------------------------------------------------------- */

void KernelReport::write_displacements(FILE *fp)
{
  const int ncolumn = per_type ? nset() : 1;
  const double *all = inm_correlator_msd(results, 0);
  int nrow = 0;
  while (nrow < INM_MSD_LAGS && std::isfinite(all[nrow])) nrow++;

  print(fp, "# Mean-square displacement of fix {}, {} units: length^2\n", id, update->unit_style);
  print(fp, "# TimeStep Number-of-rows\n# Row Time MSD");
  for (int set = 1; set < ncolumn; set++) print(fp, " MSD_{}", set);
  print(fp, "\n{} {}\n", update->ntimestep, nrow);
  for (int n = 0; n < nrow; n++) {
    print(fp, "{} {:.10g}", n + 1, inm_correlator_msd_lag(results, n) * dt);
    for (int set = 0; set < ncolumn; set++)
      print(fp, " {:.10g}", inm_correlator_msd(results, set)[n]);
    print(fp, "\n");
  }
}
