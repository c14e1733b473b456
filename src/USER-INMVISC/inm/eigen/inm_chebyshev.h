/* A density on (-1,1) from its Chebyshev moments mu_k = sum_p w_p T_k(x_p)
   (Weisse, Wellein, Alvermann, Fehske, Rev. Mod. Phys. 78, 275 (2006)). */

#ifndef INM_CHEBYSHEV_H
#define INM_CHEBYSHEV_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Number of quadrature nodes for nmoment moments: a power of two, large enough that the integrand may
   have terms of several times that order. */
size_t inm_chebyshev_nodes(size_t nmoment);

/* Node j of n: x_j = cos(pi (j + 1/2) / n), descending. */
double inm_chebyshev_node(size_t n, size_t j);

/* Weights of Gauss-Chebyshev nodes: sum_j weight_j f(x_j) is the integral of f over the density, with
   the Chebyshev expansion of f truncated after nmoment terms:
     weight_j = (1/n) [mu_0 + 2 sum_k mu_k T_k(x_j)]
   Some weights are negative.
   mu [nmoment], weight [n] out, n a power of two and at least nmoment */
inm_status inm_chebyshev_weights(const double *mu, size_t nmoment, size_t n, double *weight);

/* Integral from -1 to each of nx points of the density broadened by the Jackson kernel, which makes it
   positive; the width is pi/nmoment in the angle arccos x.
   x [nx] in any order, may lie outside the interval; below [nx] out */
inm_status inm_chebyshev_below(const double *mu, size_t nmoment, size_t nx, const double *x,
                               double *below);

#ifdef __cplusplus
}
#endif
#endif
