/* The core of USER-INMVISC: instantaneous normal modes of a liquid and properties computed from them.
   It does not depend on LAMMPS and can be called from any program.

   Conventions
   - Arrays are flat and row-major; comments give their shape in brackets: xi [natom][3].
   - Coordinates 0, 1, 2 are x, y, z; a shear in the plane (k,c) is a displacement along k proportional
     to coordinate c.
   - Atoms are identified by their ID (tag), an int64_t > 0, so that no result depends on how atoms are
     distributed over ranks or ordered on a rank.
   - Eigenvalues lambda of the mass-weighted Hessian are squared angular frequencies, in ascending
     order.  On the real axis a frequency is sqrt(lambda) for lambda >= 0 and -sqrt(-lambda)
     otherwise: unstable modes have negative frequencies.
   - No unit conversion, except for one factor given by the caller (inm_hessian_create).
   - Inputs are borrowed for the call.  Handles own what they allocate.
   - "Collective": every rank of the communicator must call, and all get the same status. */

#ifndef INM_H
#define INM_H

#include "inm_hessian.h"
#include "inm_modes.h"
#include "inm_reciprocal.h"
#include "inm_running.h"
#include "inm_solver.h"
#include "inm_spectrum.h"
#include "inm_status.h"
#include "inm_viscosity.h"

#endif
