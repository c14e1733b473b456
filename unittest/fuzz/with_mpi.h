// The first call of a target that needs MPI.

#ifndef INMVISC_WITH_MPI_H
#define INMVISC_WITH_MPI_H

#include "leak_check.h"

#include <cstdlib>
#include <mpi.h>

extern "C" int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    MPI_Init(argc, argv);
    atexit([]() {
        leak_check();
        MPI_Finalize();
    });
    return 0;
}

#endif
