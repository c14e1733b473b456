/* Atomic replacement of a file: write NAME.tmp and rename it when it is complete.  If the program is
   interrupted or the disk is full, the previous file remains.  Special files (/dev/stdout, a named
   pipe) are written directly. */

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

/* INM_ERR_IO with errno, or INM_ERR_ALLOC; after a failure there is nothing to close.  Not
   collective. */
inm_status inm_whole_file_open(inm_whole_file *f, const char *name);

/* Close.  If status, the result of writing, is INM_OK and closing succeeds, rename the temporary file,
   else remove it.  Returns status, or INM_ERR_IO with errno. */
inm_status inm_whole_file_close(inm_whole_file *f, inm_status status);

#ifdef __cplusplus
}
#endif
#endif
