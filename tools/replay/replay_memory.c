/* Peak memory of a process.  Linux can reset it; other systems report the peak since the start. */

#include "replay.h"

#include <stdio.h>
#include <sys/resource.h>

void replay_memory_reset(void)
{
  FILE *fp = fopen("/proc/self/clear_refs", "w");
  if (!fp) return;
  fputs("5", fp);
  fclose(fp);
}

double replay_memory_peak(void)
{
  char line[128];
  double kilobytes = 0.0;
  struct rusage usage;
  FILE *fp = fopen("/proc/self/status", "r");

  while (fp && kilobytes == 0.0 && fgets(line, sizeof(line), fp))
    if (sscanf(line, "VmHWM: %lf", &kilobytes) != 1) kilobytes = 0.0;
  if (fp) fclose(fp);
  if (kilobytes == 0.0 && getrusage(RUSAGE_SELF, &usage) == 0) kilobytes = (double) usage.ru_maxrss;
  return 1024.0 * kilobytes;
}
