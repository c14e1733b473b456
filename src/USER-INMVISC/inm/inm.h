/* The core of USER-INMVISC: instantaneous normal modes of a liquid and what follows from them.
   It knows nothing of LAMMPS and can be called from any program.

   Conventions
   - Arrays are flat and row-major, their shape stands in brackets: xi [natom][3].
   - Coordinates of an atom are counted 0, 1, 2 for x, y, z; a shear plane (k,c) means displacement
     along k proportional to the coordinate c.
   - Atoms are named by their ID (tag), an int64_t > 0, so that no result depends on how atoms are
     distributed over ranks or ordered on a rank.
   - Eigenvalues lambda of the mass-weighted Hessian are squared angular frequencies, in ascending
     order.  On the real axis a frequency is sqrt(lambda) for lambda >= 0 and -sqrt(-lambda)
     otherwise: unstable modes have negative frequencies.
   - There are no units inside; the caller hands in one factor (inm_hessian_create).
   - Inputs are borrowed for the call.  Handles own what they allocate.
   - "Collective": every rank of the communicator must call, and all get the same status.  */

#ifndef INM_H
#define INM_H

#include "inm_hessian.h"
#include "inm_modes.h"
#include "inm_running.h"
#include "inm_solver.h"
#include "inm_spectrum.h"
#include "inm_status.h"
#include "inm_viscosity.h"

#endif
