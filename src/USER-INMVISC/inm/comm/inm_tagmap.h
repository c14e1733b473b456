/* Hash table from atom IDs to indices, without deletion. */

#ifndef INM_TAGMAP_H
#define INM_TAGMAP_H

#include "inm_status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  int64_t *key; /* [size] 0 = free, since tags are positive */
  int32_t *value;
  size_t size; /* a power of two */
  size_t used;
} inm_tagmap;

/* A zeroed struct is an empty map; free leaves it so. */
void inm_tagmap_free(inm_tagmap *map);
void inm_tagmap_clear(inm_tagmap *map);

/* Index of a tag, or -1. */
int32_t inm_tagmap_find(const inm_tagmap *map, int64_t tag);

/* Set the index of a tag > 0. */
inm_status inm_tagmap_set(inm_tagmap *map, int64_t tag, int32_t value);

#ifdef __cplusplus
}
#endif
#endif
