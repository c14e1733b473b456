/* Bytes of all ranks, one rank after the other, to a function on one rank: for what is too large
   to be gathered there, such as the contents of a file. */

#ifndef INM_STREAM_H
#define INM_STREAM_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Called on the root only.  What was put in one call arrives in one piece, together with others,
   if it is not longer than INM_STREAM_PIECE. */
typedef void (*inm_take)(void *ctx, const void *bytes, size_t n);

#define INM_STREAM_PIECE ((size_t) 1 << 18)

typedef struct {
  MPI_Comm comm;
  int root, me;
  size_t used;  /* bytes in the buffer */
  char *buffer; /* [INM_STREAM_PIECE], owned */
  inm_take take;
  void *ctx;
} inm_stream;

/* Collective.  INM_ERR_ALLOC leaves nothing to be closed. */
inm_status inm_stream_open(inm_stream *s, MPI_Comm comm, int root, inm_take take, void *ctx);

/* Append to what this rank has to say.  Not collective, but it may wait for the root, which takes
   the bytes of the others in inm_stream_end. */
void inm_stream_put(inm_stream *s, const void *bytes, size_t n);

/* All bytes have been put: when this returns on the root, it has taken them, in the order of ranks,
   the root's own first.  The stream can be used again.  Collective. */
void inm_stream_end(inm_stream *s);

void inm_stream_close(inm_stream *s);

#ifdef __cplusplus
}
#endif
#endif
