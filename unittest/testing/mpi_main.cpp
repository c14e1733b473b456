// main() of all tests: GoogleTest under MPI.  Every rank runs every test; a failure on any rank
// is a failure of the program, and only rank 0 and ranks with failures print.

#include "leak_check.h"

#include "gtest/gtest.h"

#include <mpi.h>

namespace {

// prints what failed on a rank other than 0

class FailurePrinter : public testing::EmptyTestEventListener {
    void OnTestPartResult(const testing::TestPartResult &result) override
    {
        if (!result.failed()) return;
        int me;
        MPI_Comm_rank(MPI_COMM_WORLD, &me);
        fprintf(stderr, "rank %d: %s:%d: %s\n", me, result.file_name(), result.line_number(), result.summary());
    }
};
} // namespace

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    testing::InitGoogleTest(&argc, argv);

    int me;
    MPI_Comm_rank(MPI_COMM_WORLD, &me);
    auto &listeners = testing::UnitTest::GetInstance()->listeners();
    if (me > 0) {
        delete listeners.Release(listeners.default_result_printer());
        listeners.Append(new FailurePrinter);
    }

    int mine = RUN_ALL_TESTS(), any = 0;
    MPI_Allreduce(&mine, &any, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    leak_check();
    MPI_Finalize();
    return any;
}
