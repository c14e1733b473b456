/* The text in front of the numbers of a .npy file, numpy.lib.format. */

#ifndef INM_NPY_HEADER_H
#define INM_NPY_HEADER_H

#include "files/inm_npz.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a header says: a dictionary in the syntax of Python. */
typedef struct {
  char descr[16];
  int fortran_order, ndim, seen; /* seen: a bit for each key */
  int64_t shape[INM_NPZ_DIMS];
} inm_npy_header;

/* Read it.  False if it is no dictionary of these three, or an array of more dimensions; nothing is
   read behind the end of the string. */
int inm_npy_parse(const char *text, inm_npy_header *h);

/* Read a number of elements, as Python 2 may have written it: 12L.  Returns what is behind it, or
   NULL if there is none or it is too large. */
const char *inm_npy_count(const char *text, int64_t *value);

#ifdef __cplusplus
}
#endif
#endif
