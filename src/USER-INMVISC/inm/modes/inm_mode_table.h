/* Operations of the solvers on a mode table (inm_modes.h), except filling it (modes/inm_mode_filler.h). */

#ifndef INM_MODE_TABLE_H
#define INM_MODE_TABLE_H

#include "inm_modes.h"
#include "inm_request.h"

/* x [n] = NaN */
void inm_set_nan(double *x, size_t n);

/* Allocate all arrays, with natom, dim, ntypes, nproj already set.  All elements are NaN. */
inm_status inm_modes_alloc(inm_modes *m);

/* The same for a table of n modes only. */
inm_status inm_modes_alloc_rows(inm_modes *m, size_t n);

/* Zero everything except lambda and class, before summation. */
void inm_modes_clear(inm_modes *m);

/* Column of intensity for a class, or -1. */
int inm_class_column(int cls);

/* Index of the mode whose eigenvector the request keeps, or n.  Needs lambda and cls. */
size_t inm_modes_find_keep(const inm_modes *m, const inm_request *request);

/* Fix the sign of the kept eigenvector: make its largest component positive, among equals that of the
   lowest atom ID, so that the result does not depend on the solver or the number of ranks. */
void inm_modes_fix_sign(inm_modes *m);

/* Broadcast the table of the root.  Collective. */
inm_status inm_modes_bcast(inm_modes *m, int root, MPI_Comm comm);

#endif
