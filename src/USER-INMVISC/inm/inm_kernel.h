/* From the velocity autocorrelation function to the Mori memory kernel and the friction.

   Conventions.  C(n) is the autocorrelation of one Cartesian component of the momentum at lag n*dt,
   averaged over a fixed set of origins; kT = <P^2>/m from the same data; v(t) = Cbar(t)/kT is
   the friction kernel, in units of mass/time^2, with Cbar the autocorrelation of the random
   (orthogonally propagated) force; int_0^inf v dt = kT/D, in mass/time.  No unit conversion.

   Nothing here is collective or keeps state. */

#ifndef INM_KERNEL_H
#define INM_KERNEL_H

#include "inm_complex.h"
#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Memory kernel from the momentum autocorrelation alone, second order in dt.

   Momentum and force are replaced by (P[j]+P[j+1])/2 and (P[j+1]-P[j])/dt, which obey the sum rule of
   the kernel to rounding for any dt.  P and F themselves do not, and the violation is amplified by
   kT t/(m D): the integral of the kernel would decay to zero.
   With C(-1) = C(1) and Pb = (C(0)+C(1))/2:

     a(n) = [C(n-1) - C(n+1)] / (2 dt Pb)
     c(n) = [2 C(n) - C(n-1) - C(n+1)] / dt^2
     Cbar(0) = c(0)
     Cbar(n) = c(n) + dt [ a(n) c(0)/2 + sum_{k=1}^{n-1} a(n-k) Cbar(k) ]

   (Volterra equation of the second kind with the trapezoidal rule; for a first-order version see
   Carof, Vuilleumier, Rotenberg, J. Chem. Phys. 140, 124103 (2014).)

     nlag  last lag of the kernel
     dt    time between two lags
     corr  [nlag+2]  C(n)
     cbar  [nlag+1]  Cbar(n)
     work  [nlag+1]  scratch, holds a(n) on return

   Costs nlag^2/2 multiply-adds.  If corr is not finite, cbar is not. */
void inm_kernel_from_vacf(size_t nlag, double dt, const double *corr, double *cbar, double *work);

/* Memory kernel from the orthogonal dynamics itself: backward propagation of the random force Fm of
   every origin m, with the trapezoidal rule in time,

     Fm(n+1) = Fm(n) + dt/2 [ beta(n) F[m+n] + beta(n+1) F[m+n+1] ],   Fm(0) = F[m]
     beta(n) = sum_m P[m+n] Fm(n) / sum_m P[m+n]^2
     Cbar(n) = mean over m of F[m+n] Fm(n)

   Unrolling the recursion, Fm(n) is F[m] plus a sum of beta(k) F[m+k], so beta and Cbar follow from

     fp(n,l) = sum_m F[m+n-l] P[m+n],   ff(n,l) = sum_m F[m+n-l] F[m+n],   pp(n) = sum_m P[m+n]^2

   with l = 0..n.  Valid for data of every step of velocity Verlet without thermostat.

     fp, ff  [(nlag+1)(nlag+2)/2]  row n at n(n+1)/2, n+1 elements
     pp      [nlag+1]
     count   number of terms in the sums over m
     cbar    [nlag+1]
     beta    [nlag+1] */
void inm_kernel_from_two_times(size_t nlag, double dt, const double *fp, const double *ff,
                               const double *pp, double count, double *cbar, double *beta);

/* Running integral by the trapezoidal rule, int_0^{n dt} scale*cbar.
     cbar      [nlag+1]
     integral  [nlag+1], first element 0 */
void inm_kernel_integral(size_t nlag, double dt, const double *cbar, double scale,
                         double *integral);

/* The factor C(0)/Pb that makes the plateau of the integral exact: the trapezoidal integrals then obey
   int Cbar * int C = C(0)^2, that is int v = kT/D, to rounding. */
double inm_kernel_plateau_scale(const double *corr);

/* Square of the Einstein frequency <F^2>/<P^2> from the first step of C, 2 [C(0)-C(1)]/(C(0) dt^2).
   Omega0 dt should be below 0.2 to resolve the shape of the kernel, below 0.5 for its integral. */
double inm_kernel_einstein_frequency_sq(double dt, const double *corr);

/* Integral of the kernel beyond its last lag. */
typedef struct {
  double last;  /* I2, integral over the last third of the window */
  double ratio; /* q = I2/I1, I1 the integral over the middle third; 1 or more: no decay */
  double tail;  /* I2 q/(1-q) if 0 < I2 < I1, else 0 */
} inm_kernel_tail;

/* Geometric extrapolation: exact for an exponential kernel.
     integral  [nlag+1]  running integral of the kernel */
inm_kernel_tail inm_kernel_extrapolate(size_t nlag, const double *integral);

/* One-sided Fourier transform of the kernel at angular frequency w,

     v~(w) = int_0^T v(t) exp(-iwt) dt + tail exp(-iwT)/(1 + iw tau),   T = nlag*dt

   with v linear between samples (Filon weights), so that v~(0) is the trapezoidal integral for any dt,
   and an exponential beyond the window whose integral is `tail`: tau = -t/ln q, with t = dt*(nlag/3) the
   length of the intervals behind q.

     scale  v(t) = scale*cbar
     cbar   [nlag+1]
     tail   integral beyond the window, 0: none
     ratio  q of inm_kernel_tail, 0 < q < 1; ignored without a tail */
inm_complex inm_kernel_transform(size_t nlag, double dt, double scale, const double *cbar,
                                 double tail, double ratio, double w);

/* Straight line through a mean-square displacement on any set of lags. */
typedef struct {
  double diffusion; /* length^2/time, NaN if there were fewer than 3 points */
  double exponent;  /* d ln MSD / d ln t over the same points: 1 if diffusive, 2 if ballistic */
} inm_msd_line;

/* Weighted least squares fit of MSD(t) = 2 dim D t + offset to the lags between from and to; the offset
   accounts for the time before diffusion sets in.
     lag     [n]  times > 0, any order
     msd     [n]
     weight  [n]  number of samples of each point, 0 to ignore it */
inm_msd_line inm_msd_fit(size_t n, const double *lag, const double *msd, const double *weight,
                         double from, double to, int dim);

/* Among estimates ordered by decreasing bias and increasing error, the first that agrees with all
   following ones: no difference exceeds one standard error of that difference, so that the
   remaining bias is of the order of the noise.  (Lepski, Theory Probab. Appl. 35, 454 (1991).)
     value      [n]
     leave_out  [nblock] rows of n, one every stride: the estimates with one block left out
   Returns n-1 if no other qualifies or there are fewer than 2 blocks. */
size_t inm_first_unbiased(size_t n, const double *value, size_t nblock, const double *leave_out,
                          size_t stride);

/* Covariance of two estimates from their n leave-one-out values x[0], x[stride], ... and y likewise:
   (n-1)/n sum (x - mean)(y - mean), NaN for n < 2. */
double inm_jackknife_covariance(size_t n, size_t stride, const double *x, const double *y);

/* Standard error of an estimate from its n leave-one-out values x[0], x[stride], ...:
   sqrt[ (n-1)/n sum (x - mean)^2 ], NaN for n < 2.  For a mean it equals s/sqrt(n). */
double inm_jackknife_error(size_t n, size_t stride, const double *x);

/* The same for blocks that are correlated with their neighbors because they have data in common: adds
   twice the sum of products of neighbors under the root, if it is positive. */
double inm_jackknife_error_of_neighbors(size_t n, size_t stride, const double *x);

#ifdef __cplusplus
}
#endif
#endif
