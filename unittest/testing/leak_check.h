// Look for leaks now, where the program has been linked with a sanitizer that can: after MPI_Finalize the
// libraries that MPI had opened are gone, and nobody can tell any more that their leaks are theirs.

#ifndef INMVISC_LEAK_CHECK_H
#define INMVISC_LEAK_CHECK_H

extern "C" void __lsan_do_leak_check() __attribute__((weak));

inline void leak_check()
{
    if (__lsan_do_leak_check) __lsan_do_leak_check();
}

#endif
