/* Where large arrays are: in large pages, for fewer misses of the address translation and fewer page
   faults, and on whole cache lines. */

#ifndef INM_PAGES_H
#define INM_PAGES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Ask the system for large pages in memory that was allocated and not yet touched; a hint, without
   effect where there are none.  NULL is left alone. */
void inm_prefer_large_pages(void *memory, size_t bytes);

enum { INM_CACHE_LINE = 64 };

/* The first cache line in memory, of which INM_CACHE_LINE bytes more were allocated than are needed.
   The memory is still to be freed by its own address. */
static inline void *inm_on_cache_line(void *memory)
{
  return (void *) (((uintptr_t) memory + INM_CACHE_LINE - 1) / INM_CACHE_LINE * INM_CACHE_LINE);
}

#ifdef __cplusplus
}
#endif
#endif
