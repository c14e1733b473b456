/* Sums of scalar products whose value does not depend on the order of the summands, hence neither
   on the number of ranks, nor on the order of the atoms, nor on where a run was interrupted.

   Each product is rounded to a multiple of a common quantum before it is added.  Sums of such
   multiples are exact, and so independent of order, as long as they are below 2^52 quanta.  With
   the quantum chosen for a bound of the sum, at most 2^-53 of that bound is lost per product.
   (Demmel, Nguyen, Fast reproducible floating-point summation, ARITH 21 (2013): one fold.) */

#ifndef INM_PRODUCTS_H
#define INM_PRODUCTS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Number which, added and subtracted again, rounds to the quantum for sums up to bound.
   0, which rounds nothing, for a bound that is 0 or not finite. */
double inm_rounder(double bound);

/* x rounded to a multiple of the quantum */
static inline double inm_round(double x, double rounder)
{
  return (x + rounder) - rounder;
}

/* Vectors in a row: those of INM_CHUNK slots together, x, y, z in turn, [chunk][3][INM_CHUNK].
   inm_row_offset() is the place of the x of a slot, y and z follow after INM_CHUNK each. */
#define INM_CHUNK 8

size_t inm_row_slots(size_t nslot); /* nslot rounded up to whole chunks */
size_t inm_row_offset(size_t slot);

/* Add the products of the vectors in a row with n vectors u to sum, each rounded.
     nslot    slots in the row, a multiple of INM_CHUNK
     row      [3*nslot]
     u        [n][3]
     sum      [n] rows of nslot, one every stride; overlaps neither row nor u
   This is where the time of a sample is spent. */
void inm_add_products(size_t nslot, const double *row, size_t n, const double *u, double rounder,
                      double *sum, size_t stride);

#ifdef __cplusplus
}
#endif
#endif
