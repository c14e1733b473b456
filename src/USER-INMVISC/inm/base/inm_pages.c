#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* madvise */
#endif

#include "base/inm_pages.h"

#include <stdint.h>
#include <sys/mman.h>

enum { LARGE_PAGE = 2 << 20 };

void inm_prefer_large_pages(void *memory, size_t bytes)
{
#if defined(MADV_HUGEPAGE)
  const uintptr_t first = ((uintptr_t) memory + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
  const uintptr_t last = ((uintptr_t) memory + bytes) / LARGE_PAGE * LARGE_PAGE;
  if (memory && last > first) madvise((void *) first, last - first, MADV_HUGEPAGE);
#else
  (void) memory;
  (void) bytes;
#endif
}
