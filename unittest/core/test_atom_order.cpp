// The order of atom IDs: the same on all ranks for any distribution of atoms.

#include "comm/inm_atom_order.h"

#include "model_systems.h"

#include <cstdlib>

namespace {

struct Gathered {
    int64_t *tag = nullptr;
    size_t natom = 99;
    inm_status status;

    explicit Gathered(const std::vector<int64_t> &mine)
    {
        status = inm_gather_tags(MPI_COMM_WORLD, mine.size(), mine.data(), &tag, &natom);
    }
    ~Gathered() { free(tag); }
};

// multiples of 3 up to 3 n in descending order, distributed so that the last of several ranks has
// none
std::vector<int64_t> dealt_out(int64_t n)
{
    int me, nprocs;
    MPI_Comm_rank(MPI_COMM_WORLD, &me);
    MPI_Comm_size(MPI_COMM_WORLD, &nprocs);
    const int64_t nwith = (nprocs > 1) ? nprocs - 1 : 1;
    std::vector<int64_t> mine;
    for (int64_t i = n; i >= 1; i--)
        if (i * i % 7 % nwith == me) mine.push_back(3 * i);
    return mine;
}

TEST(AtomOrder, has_all_tags_ascending_on_every_rank)
{
    const Gathered all(dealt_out(50));
    ASSERT_EQ(all.status, INM_OK);
    ASSERT_EQ(all.natom, 50u);
    for (size_t i = 0; i < all.natom; i++)
        EXPECT_EQ(all.tag[i], 3 * (int64_t)(i + 1));
}

TEST(AtomOrder, index_is_that_of_the_tag_or_the_number_of_atoms)
{
    const Gathered all(dealt_out(20));
    ASSERT_EQ(all.status, INM_OK);
    for (int64_t tag = -1; tag <= 62; tag++)
        EXPECT_EQ(inm_tag_index(all.tag, all.natom, tag),
                  (tag > 0 && tag <= 60 && tag % 3 == 0) ? (size_t)(tag / 3 - 1) : all.natom);
    EXPECT_EQ(inm_tag_index(nullptr, 0, 1), 0u);
}

TEST(AtomOrder, without_atoms_is_empty)
{
    const Gathered none({});
    EXPECT_EQ(none.status, INM_OK);
    EXPECT_EQ(none.natom, 0u);
}

TEST(AtomOrder, a_tag_on_two_ranks_or_twice_on_one_is_an_error_on_all)
{
    int me;
    MPI_Comm_rank(MPI_COMM_WORLD, &me);
    std::vector<int64_t> mine = dealt_out(20);
    if (me == 0) mine.push_back(9);
    const Gathered all(mine);
    EXPECT_EQ(all.status, INM_ERR_TAG);
    EXPECT_EQ(all.tag, nullptr);
}

} // namespace
