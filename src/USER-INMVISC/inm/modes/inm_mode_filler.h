/* Filling of a mode table while a solver is at work: on the root, or on several ranks that see some of
   the eigenvectors each.
   Order: inm_fill_spectrum, which drops what was there before; inm_fill_panel for every eigenvector at
   most once; inm_fill_merge if there are several ranks; inm_fill_means. */

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
  struct inm_residual *residual; /* the matrix in double, for the check of single precision; or NULL */
  const double *lambda;          /* [n] of the solver */
  size_t nunstable;              /* modes below zero: they come first */
  size_t nseen[3];               /* eigenvectors seen of UL, UD, stable */
  int nthread;                   /* threads that the solver may use, BLAS is set to them */
  double *intensity;             /* [natom] workspace: |e_i|^2 of the mode at hand */
} inm_filler;

/* lambda [n] ascending as the solver found it, lifted translations last; kept until all panels are in */
void inm_fill_spectrum(inm_filler *f, const double *lambda);

/* Eigenvectors first..first+count-1 in the solver's order.  vec [count][n], normalized; those of
   single precision are normalized here, and compared with the matrix. */
inm_status inm_fill_panel(inm_filler *f, size_t first, size_t count, double *vec);

/* Tell the caller how much of the solution is done, 0 to 1. */
void inm_fill_progress(const inm_filler *f, double done);

/* Bring together on the root what the ranks have seen, each eigenvector on one of them.
   Collective over comm; the same status on all ranks. */
inm_status inm_fill_merge(inm_filler *f, int root, MPI_Comm comm);

/* Eigenvectors that the request asks for, they come first: known after inm_fill_spectrum. */
size_t inm_fill_wanted(const inm_filler *f);

/* Means over the classes, once all panels are in. */
void inm_fill_means(inm_filler *f);

/* Whether single precision was accurate enough, once all panels are in: INM_OK or INM_ERR_PRECISION. */
inm_status inm_fill_precision(const inm_filler *f);

#endif
