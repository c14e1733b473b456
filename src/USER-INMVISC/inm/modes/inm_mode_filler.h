/* Fill a mode table while a solver is running: on the root, or on several ranks that each have some of the
   eigenvectors.
   Call sequence: inm_fill_begin; inm_fill_spectrum, which resets the table; inm_fill_panel, at most once
   for each eigenvector; inm_fill_merge if several ranks have vectors; inm_fill_means; inm_fill_end. */

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
  double norm;                   /* bound of all |lambda|, 0 only if D is zero */
  const double *lambda;          /* [n] in the solver's order */
  size_t nunstable;              /* unstable modes, which come first */
  size_t nsoft;                  /* zero modes told by size, which follow */
  size_t nlifted;                /* shifted translations, the last ones, and normal directions */
  size_t nrigid;             /* normal directions of constraints that were shifted, the very last */
  const double *rigid_share; /* [natom]  their sum of |e_i|^2; or NULL */
  double zero;               /* |lambda| of a zero mode is at most that */
  size_t nseen[3];           /* UL, UD and stable eigenvectors so far */
  int nthread;               /* threads for the solver; BLAS is set to this number */
  double *intensity;         /* [natom] |e_i|^2 of the current mode; owned, as is the next one */
  double *of_soft;           /* [natom] sum of |e_i|^2 over the zero modes told by size */
} inm_filler;

/* Allocate the workspace for natom atoms; free it after the last call. */
inm_status inm_fill_begin(inm_filler *f, size_t natom);
void inm_fill_end(inm_filler *f);

/* lambda [n] ascending, shifted translations last, then shifted normal directions; borrowed until the last panel.  Of the other modes,
   those that are zero within INM_ZERO_SIZE of the largest |lambda| are zero modes. */
void inm_fill_spectrum(inm_filler *f, const double *lambda);

/* Enter eigenvectors first..first+count-1 in the solver's order.  vec [count][n], normalized; vectors of
   single precision are normalized here, and their residuals computed. */
inm_status inm_fill_panel(inm_filler *f, size_t first, size_t count, double *vec);

/* Report the completed fraction of the solution, 0 to 1, to the caller. */
void inm_fill_progress(const inm_filler *f, double done);

/* Merge the tables of all ranks on the root.  Each eigenvector must have been entered on one rank only.
   Collective over comm; the same status on all ranks. */
inm_status inm_fill_merge(inm_filler *f, int root, MPI_Comm comm);

/* Number of eigenvectors that are needed, the first ones.  With the unstable modes come the zero modes told
   by size, since the share of atoms in the stable modes follows from all others.  Needs
   inm_fill_spectrum. */
size_t inm_fill_wanted(const inm_filler *f);

/* Mean intensities of the classes, after the last panel. */
void inm_fill_means(inm_filler *f);

/* INM_ERR_PRECISION if single precision was not accurate enough, else INM_OK.  After the last panel. */
inm_status inm_fill_precision(const inm_filler *f);

#endif
