/* Hessian files for other programs: row dim*i+a is coordinate a of atom i in ascending order of atom
   IDs.  The suffix of the file name selects one of two formats:

   .npz   for scipy.sparse.load_npz: format bsr with blocks of dim*dim, both triangles, int32 indices
          if they fit, else int64.  Further arrays for numpy.load: id, type, mass [natom]; units,
          weighted, scale, timestep; box [3][3], the edges of the box as rows; affine forces
          xi [natom][3][3][3], component a of d f_i / d gamma for x_k += gamma x_c as [i][a][k][c],
          which cannot be computed from the matrix, because it adds the images of a pair.
   .mtx   for scipy.io.mmread and others: Matrix Market coordinate real symmetric, lower triangle,
          17 digits.  The other data are in comments.

   The matrix is streamed to rank 0, never gathered there, see inm_sparse.h.  Rank 0 writes a temporary
   file and renames it when it is complete, see inm_whole_file.h.

   inm_matrix_read reads a .npz file, so that a solver can run on it without the program that wrote it:
   tools/replay. */

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

/* What the file says, or why it was refused.  Do not copy: facts.units points into it. */
typedef struct {
  inm_matrix_facts facts;
  double scale;
  int has_affine; /* else the affine forces of the Hessian are zero */
  char units[32];
  char why[256]; /* a sentence that begins with the name of the file, empty if all went well */
} inm_matrix_origin;

/* Make a Hessian of a .npz file that has the arrays above (xi may be missing), written by
   inm_matrix_write or by numpy.savez.  Rank 0 reads, ranks get equal shares of the atoms in the
   order of the file.  Written again, weighted or not as before, the file has the same contents,
   except that weighted elements may differ by rounding where masses or scale are not 1.
   h       out, as after inm_hessian_end; the caller destroys it
   comm    borrowed, must outlive h
   origin  out, the same on all ranks, whatever the status
   INM_ERR_IO if it cannot be read.  INM_ERR_DATA if it is damaged or contradicts itself,
   INM_ERR_FORMAT or INM_ERR_ARG if it is another kind of file or lacks an array, INM_ERR_NONFINITE
   if an element is not finite, INM_ERR_TAG if an atom ID appears twice.  Collective. */
inm_status inm_matrix_read(inm_hessian **h, MPI_Comm comm, const char *name,
                           inm_matrix_origin *origin);

#ifdef __cplusplus
}
#endif
#endif
