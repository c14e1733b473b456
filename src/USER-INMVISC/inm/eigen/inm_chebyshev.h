/* A density on the interval (-1,1) that is known by its Chebyshev moments mu_k = sum_p w_p T_k(x_p)
   (Weisse, Wellein, Alvermann, Fehske, Rev. Mod. Phys. 78, 275 (2006)). */

#ifndef INM_CHEBYSHEV_H
#define INM_CHEBYSHEV_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Nodes of a quadrature for nmoment moments: a power of two, so many that what is integrated may have
   terms of some times that order. */
size_t inm_chebyshev_nodes(size_t nmoment);

/* The node with number j of n: x_j = cos(pi (j + 1/2) / n), descending. */
double inm_chebyshev_node(size_t n, size_t j);

/* Weights of the nodes with which sum_j weight_j f(x_j) is the integral of a function f over the
   density, where f is cut off after as many Chebyshev polynomials as there are moments:
     weight_j = (1/n) [mu_0 + 2 sum_k mu_k T_k(x_j)]
   Some are negative.
   mu [nmoment], weight [n] out, n a power of two and at least nmoment */
inm_status inm_chebyshev_weights(const double *mu, size_t nmoment, size_t n, double *weight);

/* Integral of the density from -1 up to each of nx points, broadened by Jackson's kernel, which makes
   it positive: its width is pi/nmoment in the angle arccos x.
   x [nx] in any order, outside of the interval too; below [nx] out */
inm_status inm_chebyshev_below(const double *mu, size_t nmoment, size_t nx, const double *x,
                               double *below);

#ifdef __cplusplus
}
#endif
#endif
