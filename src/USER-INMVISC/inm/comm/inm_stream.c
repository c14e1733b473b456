/* Bytes of all ranks to a callback on one rank: inm_stream.h */

#include "comm/inm_stream.h"

#include <stdlib.h>
#include <string.h>

enum { TAG_PIECE = 7303 };

inm_status inm_stream_open(inm_stream *s, MPI_Comm comm, int root, inm_take take, void *ctx)
{
  s->comm = comm;
  s->root = root;
  MPI_Comm_rank(comm, &s->rank);
  s->used = 0;
  s->take = take;
  s->ctx = ctx;
  s->buffer = (char *) malloc(INM_STREAM_PIECE);
  const inm_status status = inm_status_sync(s->buffer ? INM_OK : INM_ERR_ALLOC, comm);
  if (status != INM_OK) inm_stream_close(s);
  return status;
}

static void flush(inm_stream *s)
{
  if (s->rank != s->root)
    MPI_Send(s->buffer, (int) s->used, MPI_BYTE, s->root, TAG_PIECE, s->comm);
  else if (s->used)
    s->take(s->ctx, s->buffer, s->used);
  s->used = 0;
}

void inm_stream_put(inm_stream *s, const void *bytes, size_t n)
{
  const char *from = (const char *) bytes;
  while (n > 0) {
    const size_t piece = (n < INM_STREAM_PIECE) ? n : INM_STREAM_PIECE;
    if (s->used + piece > INM_STREAM_PIECE) flush(s);
    memcpy(s->buffer + s->used, from, piece);
    s->used += piece;
    from += piece;
    n -= piece;
  }
}

/* An empty message marks the end of a rank. */
void inm_stream_end(inm_stream *s)
{
  if (s->used) flush(s);
  if (s->rank != s->root) {
    flush(s);
    return;
  }
  int nprocs;
  MPI_Comm_size(s->comm, &nprocs);
  for (int r = 0; r < nprocs; r++) {
    int n = (r != s->root);
    while (n > 0) {
      MPI_Status status;
      MPI_Recv(s->buffer, (int) INM_STREAM_PIECE, MPI_BYTE, r, TAG_PIECE, s->comm, &status);
      MPI_Get_count(&status, MPI_BYTE, &n);
      if (n > 0) s->take(s->ctx, s->buffer, (size_t) n);
    }
  }
}

void inm_stream_close(inm_stream *s)
{
  free(s->buffer);
  s->buffer = NULL;
}
