#include "eigen/inm_tridiagonal_vectors.h"

#include "base/inm_lapack.h"

#include <stdlib.h>

inm_status inm_tridiagonal_vectors(size_t size, double *diagonal, double *offdiagonal, size_t first,
                                   size_t count, double *z)
{
  const int n = (int) size, k = (int) count, lwork = 18 * n, liwork = 10 * n;
  const int lowest = (int) first + 1, highest = (int) (first + count);
  const double unused = 0.0;
  int found, info, accurate = 1;
  double *w = (double *) inm_malloc_for_blas(size * sizeof(*w));
  double *work = (double *) inm_malloc_for_blas((size_t) lwork * sizeof(*work));
  int *iwork = (int *) malloc((size_t) liwork * sizeof(*iwork));
  int *support = (int *) malloc(2 * count * sizeof(*support));
  inm_status status = INM_ERR_ALLOC;

  if (w && work && iwork && support) {
    dstemr_("V", "I", &n, diagonal, offdiagonal, &unused, &unused, &lowest, &highest, &found, w, z,
            &n, &k, support, &accurate, work, &lwork, iwork, &liwork, &info);
    status = (info == 0 && found == k) ? INM_OK : INM_ERR_LAPACK;
  }
  free(w);
  free(work);
  free(iwork);
  free(support);
  return status;
}
