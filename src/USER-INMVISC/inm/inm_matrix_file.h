/* The Hessian on file, for other programs: rows dim*i+a of coordinate a of atom i in ascending
   order of atom IDs, in one of two formats, told by the end of the name.

   .npz   for scipy.sparse.load_npz: format bsr with blocks of dim*dim, both triangles, int32 indices
          where they fit and else int64.  For numpy.load it has besides: id, type, mass [natom];
          units, weighted, scale, timestep; box [3][3], the edges of the box as rows.
   .mtx   for scipy.io.mmread and others: Matrix Market coordinate real symmetric, lower triangle,
          17 digits.  The rest stands in comments.

   Neither the dense matrix nor the blocks of all ranks are ever in one place, see inm_sparse.h.
   Rank 0 writes, under the name with .tmp added, which becomes the name when the file is whole. */

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
  double box[9]; /* [3][3] edges of the box, a row each */
} inm_matrix_facts;

/* Write the matrix of h, which must have been ended.  A file of that name is replaced.
   INM_ERR_IO if it could not be written: errno of rank 0 tells why, and there is no new file.
   INM_ERR_ARG if the end of the name is unknown, INM_ERR_NONFINITE if the matrix is not finite.
   Collective. */
inm_status inm_matrix_write(const inm_hessian *h, const char *name, const inm_matrix_facts *facts);

#ifdef __cplusplus
}
#endif
#endif
