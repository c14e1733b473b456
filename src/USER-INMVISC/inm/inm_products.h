/* Reproducible sums of lag products: independent of the order of summation, hence of the number of
   ranks, the order of atoms, and restarts.

   Each product is rounded to a multiple of a common quantum before it is added.  Sums of such multiples
   are exact, and therefore independent of order, as long as they are below 2^52 quanta.  With the
   quantum chosen from a bound of the sum, each product loses at most 2^-53 of that bound.
   (Demmel, Nguyen, Fast reproducible floating-point summation, ARITH 21 (2013): one fold.) */

#ifndef INM_PRODUCTS_H
#define INM_PRODUCTS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The number whose addition and subtraction rounds to the quantum for sums up to bound; 0, which does
   not round, if bound is 0 or not finite. */
double inm_rounder(double bound);

/* x rounded to a multiple of the quantum */
static inline double inm_round(double x, double rounder)
{
  return (x + rounder) - rounder;
}

/* Layout of a row of vectors: [chunk][3][INM_CHUNK], the x, y and z of INM_CHUNK slots together.
   inm_row_offset() is the index of the x of a slot; y and z follow at distances of INM_CHUNK. */
#define INM_CHUNK 8

size_t inm_row_slots(size_t nslot); /* nslot rounded up to whole chunks */
size_t inm_row_offset(size_t slot);

/* Lag products: add the scalar products of the vectors in a row with n vectors u to sum, each rounded.
     nslot    slots in the row, a multiple of INM_CHUNK
     row      [3*nslot]
     u        [n][3]
     sum      [n] rows of nslot, one every stride; overlaps neither row nor u
   The hot loop of a sample. */
void inm_add_products(size_t nslot, const double *row, size_t n, const double *u, double rounder,
                      double *sum, size_t stride);

#ifdef __cplusplus
}
#endif
#endif
