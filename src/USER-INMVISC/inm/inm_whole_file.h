/* A file that has its name only when it is whole: it is written under the name with .tmp added, and
   renamed at the end.  Who is interrupted, or finds the disk full, leaves the file before as it was.
   What is no regular file (/dev/stdout, a named pipe) is written directly. */

#ifndef INM_WHOLE_FILE_H
#define INM_WHOLE_FILE_H

#include "inm_status.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  FILE *fp;
  char *name, *temporary; /* temporary is NULL if the file is written directly */
} inm_whole_file;

/* INM_ERR_IO with errno, INM_ERR_ALLOC.  On failure there is nothing to close.  Not collective. */
inm_status inm_whole_file_open(inm_whole_file *f, const char *name);

/* Close, and give the file its name if status, that of writing, is INM_OK and all has reached the
   disk; else remove it.  Returns status, or INM_ERR_IO with errno. */
inm_status inm_whole_file_close(inm_whole_file *f, inm_status status);

#ifdef __cplusplus
}
#endif
#endif
