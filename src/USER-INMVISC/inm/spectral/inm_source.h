/* What a source of spectra provides; inm_spectrum.h computes everything else from it. */

#ifndef INM_SOURCE_H
#define INM_SOURCE_H

#include "inm_spectrum.h"

typedef struct {
  void (*destroy)(void *data);
  const struct inm_modes *(*modes)(const void *data);
  double (*resolution)(const void *data, double w);

  /* Count of modes: sample -1 is the best estimate, 0..nsample-1 are independent ones whose mean it
     is. */
  inm_status (*count)(const void *data, int sample, inm_measure *m);
  inm_status (*projected)(const void *data, int first, int count, double part, inm_measure *m);
} inm_source;

struct inm_spectrum {
  inm_spectrum_facts about;
  const char *const *lacks; /* [INM_NCAPABILITY], of the solver */
  const inm_source *source;
  void *data; /* of the source, owned */
  int nsample;
};

/* Take over data, which is destroyed if there is no memory. */
inm_status inm_spectrum_create(inm_spectrum **out, const inm_source *source, void *data,
                               const char *const *lacks, int nsample,
                               const inm_spectrum_facts *about);

#endif
