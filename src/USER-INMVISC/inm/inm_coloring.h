/* Columns of a sparse matrix that can be determined together from one product.

   If H_ij is nonzero only where i and j are neighbors in a graph, and no two columns of a color have
   a row in common, one product H u with u = 1 at the columns of a color gives them all
   (Curtis, Powell and Reid, J. Inst. Math. Appl. 13, 117 (1974)).  For short-range forces the number
   of colors does not grow with the number of atoms. */

#ifndef INM_COLORING_H
#define INM_COLORING_H

#include "inm_status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Neighbors of row r: neighbor[start[r]] .. neighbor[start[r + 1] - 1], ascending, without r itself.
   All members are zero in an empty graph. */
typedef struct {
  size_t nrow;
  size_t *start;     /* [nrow + 1] */
  int32_t *neighbor; /* [start[nrow]] */
} inm_graph;

/* An undirected graph of n vertices, row r for vertex r.
   edge  [nedge][2]  vertices 0..n-1; duplicates in either direction are merged, self-loops are dropped
   INM_ERR_ARG for a vertex out of range.  Free g even after a failure.  Not collective. */
inm_status inm_graph_create(inm_graph *g, size_t n, size_t nedge, const int32_t *edge);

/* Row r: the vertices within 1..hops edges of vertex[r] in g, r = 0..nrow-1; of vertex r if vertex is
   NULL.  hops >= 1.  Free out even after a failure.  Not collective. */
inm_status inm_graph_power(inm_graph *out, const inm_graph *g, int hops, size_t nrow,
                           const int32_t *vertex);

/* Accepts an empty graph and leaves one behind. */
void inm_graph_free(inm_graph *g);

/* Distance-2 coloring of an undirected graph: two vertices of one color are not neighbors and have no
   neighbor in common.  Vertices that do not take part have no color and do not count as neighbors.
   takes_part  [nrow]  or NULL for all
   color       [nrow]  out: 0..*ncolor-1, or -1
   The time grows with the sum of the squares of the degrees.  Not collective. */
inm_status inm_graph_color(const inm_graph *g, const char *takes_part, int *color, int *ncolor);

#ifdef __cplusplus
}
#endif
#endif
