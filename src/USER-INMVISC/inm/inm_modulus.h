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

#include <stddef.h>

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

/* ---- convergence of a polynomial solver: from half of the products to all of them ------------------ */

/* Relative change of M*(w) = M_A - S(w).  affine: M_A in the units of S */
double inm_modulus_change(double affine, inm_complex whole, inm_complex half);

/* More products after which that change is smaller by a factor, from the distance of the pole to the real axis; for
   a measure of polynomials.
   rate  1/time, the same for all modes */
double inm_modulus_products(const inm_measure *xi2, double w, inm_complex rate, double factor);

/* The modulus at several frequencies. */
typedef struct inm_modulus_rows {
  size_t n;
  inm_mode_sign sign;
  double affine;           /* M_A in the units of S */
  const double *w;         /* [n] */
  const inm_complex *rate; /* [n] r_0, of all modes; NaN where it is not known */
} inm_modulus_rows;

/* The largest change of all rows that count, -1 if none does.  Rows that are not known do not count, nor those that need
   more than `most` products from the start to fall to the bound. */
double inm_modulus_largest_change(const inm_measure *whole, const inm_measure *half,
                                  const inm_modulus_rows *rows, double bound, double most);

#ifdef __cplusplus
}
#endif
#endif
