/* Files of named arrays that numpy.load reads: a ZIP archive, not compressed, of one .npy for each
   array.

   Formats: numpy.lib.format, version 1.0; PKWARE's APPNOTE.TXT 4.3 to 4.5, with the 64-bit fields
   where a size or an offset needs them.  No date is stored: equal arrays make equal files.

   What reads them: inm_npz_read.h.

   One rank writes.  The first failure makes all that follows do nothing; close tells. */

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
  INM_NPZ_CHAR    /* uint32_t, a character of a text */
} inm_npz_type;

enum { INM_NPZ_DIMS = 4 }; /* at most */

/* fp is empty, open for writing in binary mode, can be positioned, and stays the caller's. */
inm_status inm_npz_create(inm_npz **out, FILE *fp);

/* Begin an array; what is written until the next one must be its product(shape) elements, in
   row-major order.
   name   at most 31 characters; at most 32 arrays
   shape  [ndim]  ndim 0 to INM_NPZ_DIMS, 0 for a scalar */
void inm_npz_begin(inm_npz *z, const char *name, inm_npz_type type, int ndim, const int64_t *shape);
void inm_npz_write(inm_npz *z, const void *data, size_t bytes);

/* Both at once. */
void inm_npz_array(inm_npz *z, const char *name, inm_npz_type type, int ndim, const int64_t *shape,
                   const void *data);

/* A scalar array of a text (ASCII). */
void inm_npz_text(inm_npz *z, const char *name, const char *text);

/* Write the directory and free; accepts NULL and leaves NULL behind.  INM_ERR_IO: see errno, which
   is that of the first failure.  INM_ERR_ARG: an array had not the size that was said. */
inm_status inm_npz_close(inm_npz **z);

/* The size from which on the 64-bit fields are used: 2^32-1 unless a test wants them in a small
   file. */
void inm_npz_set_zip64(inm_npz *z, uint64_t from);

#ifdef __cplusplus
}
#endif
#endif
