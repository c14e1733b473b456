/* Placement of large arrays: in huge pages, which reduces TLB misses and page faults, and aligned to
   cache lines. */

#ifndef INM_PAGES_H
#define INM_PAGES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Advise the kernel to use huge pages for memory that was allocated and not yet touched; without effect
   where there are none.  Accepts NULL. */
void inm_prefer_large_pages(void *memory, size_t bytes);

enum { INM_CACHE_LINE = 64 };

/* Round an address up to a cache line.  Allocate INM_CACHE_LINE bytes more than needed, and free the
   original address. */
static inline void *inm_on_cache_line(void *memory)
{
  return (void *) (((uintptr_t) memory + INM_CACHE_LINE - 1) / INM_CACHE_LINE * INM_CACHE_LINE);
}

#ifdef __cplusplus
}
#endif
#endif
