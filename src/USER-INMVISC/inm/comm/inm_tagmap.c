#include "comm/inm_tagmap.h"

#include <stdlib.h>
#include <string.h>

void inm_tagmap_free(inm_tagmap *map)
{
  free(map->key);
  free(map->value);
  memset(map, 0, sizeof(*map));
}

void inm_tagmap_clear(inm_tagmap *map)
{
  if (map->size) memset(map->key, 0, map->size * sizeof(*map->key));
  map->used = 0;
}

/* Slot of a tag, or the free slot where it belongs.  Multiplicative hashing (Knuth, The Art of Computer
   Programming 3, 6.4) with linear probing; the load is at most one half. */
static size_t place(const inm_tagmap *map, int64_t tag)
{
  size_t at = (size_t) (((uint64_t) tag * 0x9E3779B97F4A7C15u) >> 20) & (map->size - 1);
  while (map->key[at] != 0 && map->key[at] != tag) at = (at + 1) & (map->size - 1);
  return at;
}

int32_t inm_tagmap_find(const inm_tagmap *map, int64_t tag)
{
  if (map->size == 0) return -1;
  const size_t at = place(map, tag);
  return (map->key[at] == tag) ? map->value[at] : -1;
}

static inm_status grow(inm_tagmap *map)
{
  const size_t size = map->size ? 2 * map->size : 1024;
  inm_tagmap larger = {NULL, NULL, size, map->used};

  larger.key = (int64_t *) calloc(size, sizeof(*larger.key));
  larger.value = (int32_t *) malloc(size * sizeof(*larger.value));
  if (!larger.key || !larger.value) {
    inm_tagmap_free(&larger);
    return INM_ERR_ALLOC;
  }
  for (size_t i = 0; i < map->size; i++) {
    if (map->key[i] == 0) continue;
    const size_t at = place(&larger, map->key[i]);
    larger.key[at] = map->key[i];
    larger.value[at] = map->value[i];
  }
  inm_tagmap_free(map);
  *map = larger;
  return INM_OK;
}

inm_status inm_tagmap_set(inm_tagmap *map, int64_t tag, int32_t value)
{
  if (2 * (map->used + 1) > map->size) {
    const inm_status status = grow(map);
    if (status != INM_OK) return status;
  }
  const size_t at = place(map, tag);
  if (map->key[at] == 0) map->used++;
  map->key[at] = tag;
  map->value[at] = value;
  return INM_OK;
}
