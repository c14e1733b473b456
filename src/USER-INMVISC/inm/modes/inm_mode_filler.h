/* Fill a mode table while a solver is running: on the root, or on several ranks that each have some of the
   eigenvectors.
   Call sequence: inm_fill_spectrum, which resets the table; inm_fill_panel, at most once for each
   eigenvector; inm_fill_merge if several ranks have vectors; inm_fill_means. */

#ifndef INM_MODE_FILLER_H
#define INM_MODE_FILLER_H

#include "inm_modes.h"
#include "inm_request.h"
#include "modes/inm_mode_atoms.h"

struct inm_residual; /* hessian/inm_residual.h */

typedef struct {
  inm_modes *modes;
  const inm_mode_atoms *atoms;
  const inm_request *request;
  struct inm_residual *residual; /* the matrix in double, to check single precision; or NULL */
  const double *lambda;          /* [n] in the solver's order */
  size_t nunstable;              /* modes with lambda < 0, which come first */
  size_t nseen[3];               /* UL, UD and stable eigenvectors so far */
  int nthread;                   /* threads for the solver; BLAS is set to this number */
  double *intensity;             /* [natom] workspace: |e_i|^2 of the current mode */
} inm_filler;

/* lambda [n] ascending, shifted translations last; borrowed until the last panel */
void inm_fill_spectrum(inm_filler *f, const double *lambda);

/* Enter eigenvectors first..first+count-1 in the solver's order.  vec [count][n], normalized; vectors of
   single precision are normalized here, and their residuals computed. */
inm_status inm_fill_panel(inm_filler *f, size_t first, size_t count, double *vec);

/* Report the completed fraction of the solution, 0 to 1, to the caller. */
void inm_fill_progress(const inm_filler *f, double done);

/* Merge the tables of all ranks on the root.  Each eigenvector must have been entered on one rank only.
   Collective over comm; the same status on all ranks. */
inm_status inm_fill_merge(inm_filler *f, int root, MPI_Comm comm);

/* Number of eigenvectors that the request asks for, the first ones.  Needs inm_fill_spectrum. */
size_t inm_fill_wanted(const inm_filler *f);

/* Mean intensities of the classes, after the last panel. */
void inm_fill_means(inm_filler *f);

/* INM_ERR_PRECISION if single precision was not accurate enough, else INM_OK.  After the last panel. */
inm_status inm_fill_precision(const inm_filler *f);

#endif
