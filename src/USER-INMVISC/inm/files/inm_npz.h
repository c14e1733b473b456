/* Files of named arrays for numpy.load: an uncompressed ZIP archive with one .npy file per array.

   Formats: numpy.lib.format, version 1.0; PKWARE's APPNOTE.TXT 4.3 to 4.5, with 64-bit fields where a
   size or an offset needs them.  No date is stored, so that equal arrays give equal files.

   Reader: inm_npz_read.h.

   Serial.  After a failure further calls have no effect; close returns the first failure. */

#ifndef INM_NPZ_H
#define INM_NPZ_H

#include "inm_status.h"

#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inm_npz inm_npz;

typedef enum {
  INM_NPZ_DOUBLE, /* double */
  INM_NPZ_INT32,  /* int32_t */
  INM_NPZ_INT64,  /* int64_t */
  INM_NPZ_BOOL,   /* unsigned char, 0 or 1 */
  INM_NPZ_CHAR    /* uint32_t, a character of a string */
} inm_npz_type;

enum { INM_NPZ_DIMS = 4 }; /* at most */

/* fp must be an empty, seekable file open for binary writing; the caller closes it. */
inm_status inm_npz_create(inm_npz **out, FILE *fp);

/* Begin an array; its product(shape) elements must be written before the next one begins, in row-major
   order.
   name   at most 31 characters; at most 32 arrays
   shape  [ndim]  ndim 0 to INM_NPZ_DIMS, 0 for a scalar */
void inm_npz_begin(inm_npz *z, const char *name, inm_npz_type type, int ndim, const int64_t *shape);
void inm_npz_write(inm_npz *z, const void *data, size_t bytes);

/* Both in one call. */
void inm_npz_array(inm_npz *z, const char *name, inm_npz_type type, int ndim, const int64_t *shape,
                   const void *data);

/* A scalar string array (ASCII). */
void inm_npz_text(inm_npz *z, const char *name, const char *text);

/* Write the directory and free; accepts NULL and leaves NULL behind.  INM_ERR_IO with errno of the
   first failure; INM_ERR_ARG if an array did not have its declared size. */
inm_status inm_npz_close(inm_npz **z);

/* Smallest size that uses the 64-bit fields: 2^32-1, unless a test sets it lower. */
void inm_npz_set_zip64(inm_npz *z, uint64_t from);

#ifdef __cplusplus
}
#endif
#endif
