/* Reading of what inm_npz.h writes and numpy.savez writes: a ZIP archive of one .npy for each
   array.

   Members may be stored, or deflated (numpy.savez_compressed) where zlib was found when this was
   built.  Arrays are those of inm_npz_type in the byte order of this machine, row-major, with
   headers of versions 1.0 and 2.0, and scalar texts.

   The file may be damaged or malicious: sizes are checked against the length of the file before the
   caller sees them, so that they are safe to allocate, and contents against their checksum.

   One rank reads.  The first failure makes all that follows fail likewise:
     INM_ERR_DATA    the file is truncated, or contradicts itself or its checksums
     INM_ERR_FORMAT  it is valid as far as it was read, but uses a feature that is not supported
     INM_ERR_ARG     there is no array of that name, or not of that type and size
     INM_ERR_IO      the system failed, see errno
     INM_ERR_ALLOC */

#ifndef INM_NPZ_READ_H
#define INM_NPZ_READ_H

#include "files/inm_npz.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { INM_NPZ_WHY = 160 };

typedef struct inm_npz_reader inm_npz_reader;

typedef struct {
  inm_npz_type type;
  int ndim; /* 0 to INM_NPZ_DIMS */
  int64_t shape[INM_NPZ_DIMS];
  uint64_t count; /* elements; characters of a text */
  uint64_t bytes; /* of all elements */
} inm_npz_info;

/* Read the directory.
   fp   open for reading in binary mode, can be positioned, stays the caller's
   why  [INM_NPZ_WHY]  borrowed until close: a sentence about the first failure goes there
   On failure there is nothing to close. */
inm_status inm_npz_open(inm_npz_reader **out, FILE *fp, char *why);

/* Free; accepts NULL and leaves NULL behind. */
void inm_npz_reader_close(inm_npz_reader **z);

/* INM_OK, or the first failure. */
inm_status inm_npz_state(const inm_npz_reader *z);

int inm_npz_has(const inm_npz_reader *z, const char *name);

/* Go to the beginning of an array, and tell its type and shape. */
inm_status inm_npz_look(inm_npz_reader *z, const char *name, inm_npz_info *info);

/* Read the next bytes of it.  With the last ones the checksum is compared: until then nothing is
   known of what was read. */
inm_status inm_npz_take(inm_npz_reader *z, void *data, size_t bytes);

/* Both at once, for an array whose type and shape are known.
   shape  [ndim]; what is in the file must be the same
   data   product(shape) elements */
inm_status inm_npz_read(inm_npz_reader *z, const char *name, inm_npz_type type, int ndim,
                        const int64_t *shape, void *data);

/* A text, with an end of string.  What is not printable ASCII becomes a question mark.
   INM_ERR_FORMAT if it has size characters or more. */
inm_status inm_npz_read_text(inm_npz_reader *z, const char *name, size_t size, char *text);

/* For a caller that finds the contents to be wrong: the first failure, with its sentence. */
inm_status inm_npz_refuse(inm_npz_reader *z, inm_status status, const char *format, ...);

#ifdef __cplusplus
}
#endif
#endif
