/* What solvers do with a mode table (inm_modes.h), besides filling it (modes/inm_mode_filler.h). */

#ifndef INM_MODE_TABLE_H
#define INM_MODE_TABLE_H

#include "inm_modes.h"
#include "inm_request.h"

/* x [n] = NaN */
void inm_set_nan(double *x, size_t n);

/* Allocate all arrays for natom, dim, ntypes, nproj already set.  Everything starts as NaN. */
inm_status inm_modes_alloc(inm_modes *m);

/* The same for a table of n modes only. */
inm_status inm_modes_alloc_rows(inm_modes *m, size_t n);

/* Set all but lambda and class to zero, for sums. */
void inm_modes_clear(inm_modes *m);

/* Column of intensity that a class goes to, or -1. */
int inm_class_column(int cls);

/* Index of the mode whose eigenvector is to be kept, or n.  Needs lambda and cls. */
size_t inm_modes_find_keep(const inm_modes *m, const inm_request *request);

/* Of e and -e, which are both eigenvectors, keep the one whose largest component is positive, of equal
   ones that of the lowest atom ID, so that all solvers and numbers of ranks agree. */
void inm_modes_fix_sign(inm_modes *m);

/* Give the table of the root to all ranks.  Collective. */
inm_status inm_modes_bcast(inm_modes *m, int root, MPI_Comm comm);

#endif
