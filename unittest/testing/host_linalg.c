/* A LAPACK that the host program has brought along: it hides the one that the plugin was linked with,
   counts calls and hands them on.  See test_plugin.cpp. */

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int host_dsyevd_calls = 0;

typedef void dsyevd(const char *, const char *, const int *, double *, const int *, double *, double *,
                    const int *, int *, const int *, int *);

void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info)
{
    void *library = dlopen(HOST_LAPACK, RTLD_LAZY | RTLD_LOCAL);
    union {
        void *object;
        dsyevd *call;
    } f;
    f.object = library ? dlsym(library, "dsyevd_") : NULL;
    if (!f.object) {
        fprintf(stderr, "host_linalg: no dsyevd_ in %s\n", HOST_LAPACK);
        abort();
    }
    host_dsyevd_calls++;
    f.call(jobz, uplo, n, a, lda, w, work, lwork, iwork, liwork, info);
}
