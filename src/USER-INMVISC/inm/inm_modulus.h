/* Complex modulus of one snapshot as a sum over modes (Lemaitre and Maloney, J. Stat. Phys. 123, 415 (2006);
   Palyulin et al., Soft Matter 14, 8475 (2018)), without the factor 1/V and units:

     M*(w) = M_A - S(w),   S(w) = sum_p X_p / (lambda_p - w^2 + i w nu_p(w))

     X_p    squared projection of the affine force on mode p, force^2/mass
     nu_p   = r_0 + sum_t r_t sum_{i of type t} |e_ip|^2/m_i, 1/time, complex: r_t = v~_t(w), or r_0 alone if
            the rate is that of all modes

   The same formula for shear and for volumetric strain, with the affine force of either. */

#ifndef INM_MODULUS_H
#define INM_MODULUS_H

#include "inm_complex.h"
#include "inm_measure.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { INM_MODES_ALL, INM_MODES_STABLE, INM_MODES_UNSTABLE } inm_mode_sign;

/* S(w).
   xi2    squared projections (inm_spectrum_projected)
   sign   the modes to sum over: all, lambda > 0, or lambda < 0
   rate   [ntypes+1] r_0, r_1, ...; entries that are 0 are skipped, so modes need no type weights then
   slope  NULL, or [ntypes+1] out: dS/dr_k = -sum_p X_p i w g_pk / (...)^2, for the error from that of the rates;
          0 where the rate is 0
   NaN if a projection or a type weight that counts is unknown. */
inm_complex inm_modulus_response(const inm_measure *xi2, inm_mode_sign sign, double w,
                                 const inm_complex *rate, inm_complex *slope);

/* Static limit of the stable modes, sum_{lambda > 0} X_p / lambda_p. */
double inm_modulus_static(const inm_measure *xi2);

/* Products of a polynomial solver after which S(w) no longer changes by more than bound, from the distance of its
   pole to the real axis; for a measure of polynomials.
   rate  1/time, of a typical mode */
double inm_modulus_products(const inm_measure *xi2, double w, inm_complex rate, double bound);

#ifdef __cplusplus
}
#endif
#endif
