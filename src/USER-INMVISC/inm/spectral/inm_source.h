/* Interface of a source of spectra, from which inm_spectrum.h computes everything else. */

#ifndef INM_SOURCE_H
#define INM_SOURCE_H

#include "inm_spectrum.h"

typedef struct {
  void (*destroy)(void *data);
  const struct inm_modes *(*modes)(const void *data);
  double (*resolution)(const void *data, double w);

  /* Count of modes: samples 0..nsample-1 are independent estimates, and sample -1 is their mean, the
     best one. */
  inm_status (*count)(const void *data, int sample, inm_measure *m);
  inm_status (*projected)(const void *data, int first, int count, double part, inm_measure *m);
} inm_source;

struct inm_spectrum {
  inm_spectrum_facts about;
  const char *const *lacks; /* [INM_NCAPABILITY], of the solver */
  const inm_source *source;
  void *data; /* private data of the source, owned */
  int nsample;
};

/* Take ownership of data; it is destroyed even if memory runs out. */
inm_status inm_spectrum_create(inm_spectrum **out, const inm_source *source, void *data,
                               const char *const *lacks, int nsample,
                               const inm_spectrum_facts *about);

#endif
