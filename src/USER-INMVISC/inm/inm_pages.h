/* Large pages for large arrays: fewer misses of the address translation, fewer page faults. */

#ifndef INM_PAGES_H
#define INM_PAGES_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Ask the system for large pages in memory that was allocated and not yet touched; a hint, without
   effect where there are none.  NULL is left alone. */
void inm_prefer_large_pages(void *memory, size_t bytes);

#ifdef __cplusplus
}
#endif
#endif
