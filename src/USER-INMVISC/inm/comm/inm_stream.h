/* Bytes of all ranks, one rank after the other, to a callback on one rank: for data too large to be
   gathered there, such as the contents of a file. */

#ifndef INM_STREAM_H
#define INM_STREAM_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Called on the root only.  The bytes of one inm_stream_put arrive in one piece, possibly together with
   others, if they are not longer than INM_STREAM_PIECE. */
typedef void (*inm_take)(void *ctx, const void *bytes, size_t n);

#define INM_STREAM_PIECE ((size_t) 1 << 18)

typedef struct {
  MPI_Comm comm;
  int root, rank;
  size_t used;  /* bytes in the buffer */
  char *buffer; /* [INM_STREAM_PIECE], owned */
  inm_take take;
  void *ctx;
} inm_stream;

/* Collective.  After INM_ERR_ALLOC there is nothing to close. */
inm_status inm_stream_open(inm_stream *s, MPI_Comm comm, int root, inm_take take, void *ctx);

/* Append bytes of this rank.  Not collective, but may block until the root is in inm_stream_end,
   where it receives from the others. */
void inm_stream_put(inm_stream *s, const void *bytes, size_t n);

/* Complete the stream: when this returns on the root, the callback has received all bytes, those of the
   root first, then in rank order.  The stream can be used again.  Collective. */
void inm_stream_end(inm_stream *s);

void inm_stream_close(inm_stream *s);

#ifdef __cplusplus
}
#endif
#endif
