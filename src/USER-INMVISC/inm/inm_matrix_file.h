/* Hessian files for other programs: row dim*i+a is coordinate a of atom i in ascending order of atom
   IDs.  The suffix of the file name selects one of two formats:

   .npz   for scipy.sparse.load_npz: format bsr with blocks of dim*dim, both triangles, int32 indices
          if they fit, else int64.  Further arrays for numpy.load: id, type, mass [natom]; units,
          weighted, scale, timestep; box [3][3], the edges of the box as rows.
   .mtx   for scipy.io.mmread and others: Matrix Market coordinate real symmetric, lower triangle,
          17 digits.  The other data are in comments.

   The matrix is streamed to rank 0, never gathered there, see inm_sparse.h.  Rank 0 writes a temporary
   file and renames it when it is complete, see inm_whole_file.h. */

#ifndef INM_MATRIX_FILE_H
#define INM_MATRIX_FILE_H

#include "inm_hessian.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { INM_MATRIX_UNKNOWN, INM_MATRIX_NPZ, INM_MATRIX_MTX } inm_matrix_format;

inm_matrix_format inm_matrix_format_of(const char *name);

typedef struct {
  int weighted;      /* D = scale * H / sqrt(m_i m_j) in 1/time^2, else H in energy/length^2 */
  const char *units; /* name of the unit system */
  int64_t timestep;
  double box[9]; /* [3][3] edges of the box as rows */
} inm_matrix_facts;

/* Write the matrix of h, after inm_hessian_end.  An existing file is replaced.
   INM_ERR_IO if it cannot be written: errno on rank 0 has the reason, an existing file is unchanged.
   INM_ERR_ARG if the suffix is unknown, INM_ERR_NONFINITE if the matrix is not finite.  Collective. */
inm_status inm_matrix_write(const inm_hessian *h, const char *name, const inm_matrix_facts *facts);

#ifdef __cplusplus
}
#endif
#endif
