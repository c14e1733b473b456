// Hash table of tags, routes between ranks, and ghost rows, against results that every rank can
// compute by itself.

#include "comm/inm_halo.h"
#include "comm/inm_route.h"
#include "comm/inm_tagmap.h"

#include "model_systems.h"

#include <map>

namespace {

// ---- tags to indices ----------------------------------------------------------------------------

class Map {
public:
    inm_tagmap m = {nullptr, nullptr, 0, 0};
    Map() {}
    ~Map() { inm_tagmap_free(&m); }
    Map(const Map &)            = delete;
    Map &operator=(const Map &) = delete;
};

TEST(TagMap, that_is_empty_finds_nothing)
{
    Map map;
    EXPECT_EQ(inm_tagmap_find(&map.m, 1), -1);
    inm_tagmap_clear(&map.m);
    inm_tagmap_free(&map.m);
    inm_tagmap_free(&map.m);
    EXPECT_EQ(inm_tagmap_find(&map.m, 1), -1);
}

TEST(TagMap, finds_the_last_value_of_a_tag)
{
    Map map;
    ASSERT_EQ(inm_tagmap_set(&map.m, 17, 3), INM_OK);
    ASSERT_EQ(inm_tagmap_set(&map.m, 18, 0), INM_OK);
    EXPECT_EQ(inm_tagmap_find(&map.m, 17), 3);
    ASSERT_EQ(inm_tagmap_set(&map.m, 17, 5), INM_OK);
    EXPECT_EQ(inm_tagmap_find(&map.m, 17), 5);
    EXPECT_EQ(inm_tagmap_find(&map.m, 18), 0);
    EXPECT_EQ(map.m.used, 2u);
    EXPECT_EQ(inm_tagmap_find(&map.m, 16), -1);
}

// set all, then find all and some that are missing, compared with std::map
void expect_like_std_map(const std::vector<int64_t> &tags)
{
    Map map;
    std::map<int64_t, int32_t> expected;
    for (size_t i = 0; i < tags.size(); i++) {
        ASSERT_EQ(inm_tagmap_set(&map.m, tags[i], (int32_t) i), INM_OK);
        expected[tags[i]] = (int32_t) i;
    }
    EXPECT_EQ(map.m.used, expected.size());
    EXPECT_LE(2 * map.m.used, map.m.size);
    for (const auto &one : expected) {
        ASSERT_EQ(inm_tagmap_find(&map.m, one.first), one.second) << one.first;
        for (int64_t near : {one.first - 1, one.first + 1})
            if (near > 0) {
                const auto found = expected.find(near);
                ASSERT_EQ(inm_tagmap_find(&map.m, near),
                          found == expected.end() ? -1 : found->second)
                    << near;
            }
    }
}

TEST(TagMap, takes_any_number_of_tags_of_any_size)
{
    std::mt19937_64 random(1);
    std::vector<int64_t> dense, strided, large, any, few;
    for (int64_t i = 1; i <= 20000; i++) {
        dense.push_back(i);
        strided.push_back(i << 32); // the lower 32 bits are equal
        large.push_back(INT64_MAX - 1 - 3 * i);
        any.push_back((int64_t) (random() >> 1) | 1);
        few.push_back(1 + (int64_t) (random() % 100));
    }
    for (const auto &tags : {dense, strided, large, any, few}) expect_like_std_map(tags);
    for (size_t n : {511, 512, 513, 1024, 1025}) // where the table grows
        expect_like_std_map(std::vector<int64_t>(any.begin(), any.begin() + (long) n));
}

TEST(TagMap, forgets_all_when_cleared)
{
    Map map;
    for (int64_t tag = 1; tag <= 3000; tag++) ASSERT_EQ(inm_tagmap_set(&map.m, tag, 1), INM_OK);
    const size_t size = map.m.size;
    inm_tagmap_clear(&map.m);
    EXPECT_EQ(map.m.used, 0u);
    EXPECT_EQ(map.m.size, size) << "it only grows";
    for (int64_t tag = 1; tag <= 3000; tag++) ASSERT_EQ(inm_tagmap_find(&map.m, tag), -1);
    ASSERT_EQ(inm_tagmap_set(&map.m, 7, 8), INM_OK);
    EXPECT_EQ(inm_tagmap_find(&map.m, 7), 8);
}

// ---- routes -------------------------------------------------------------------------------------

// item n of rank r, whose destination every rank can compute
struct Item {
    int from, n;
};
int destination(const Item &item, int nprocs)
{
    return (int) ((7u * (unsigned) item.from + 5u * (unsigned) item.n + (unsigned) item.n / 3u) %
                  (unsigned) nprocs);
}

class Route {
public:
    inm_route *r = nullptr;
    inm_status status;
    explicit Route(const std::vector<int> &dest, MPI_Comm comm = MPI_COMM_WORLD)
    {
        status = inm_route_create(&r, comm, dest.size(), dest.data());
    }
    ~Route() { inm_route_destroy(&r); }
    Route(const Route &)            = delete;
    Route &operator=(const Route &) = delete;
};

// count(rank) items leave each rank
void expect_arrival(const std::function<int(int)> &count)
{
    const int me = my_rank(), nprocs = number_of_ranks();
    std::vector<Item> items, expected;
    std::vector<int> dest;
    for (int n = 0; n < count(me); n++) {
        items.push_back(Item{me, n});
        dest.push_back(destination(items.back(), nprocs));
    }
    // sorted by rank, then in the order of its items
    for (int r = 0; r < nprocs; r++)
        for (int n = 0; n < count(r); n++)
            if (destination(Item{r, n}, nprocs) == me) expected.push_back(Item{r, n});

    Route route(dest);
    ASSERT_EQ(route.status, INM_OK);
    ASSERT_EQ(inm_route_narrival(route.r), expected.size());
    for (int times = 0; times < 2; times++) {
        std::vector<Item> arrival(expected.size());
        ASSERT_EQ(inm_route_send(route.r, sizeof(Item), items.data(), arrival.data()), INM_OK);
        for (size_t n = 0; n < expected.size(); n++) {
            EXPECT_EQ(arrival[n].from, expected[n].from);
            EXPECT_EQ(arrival[n].n, expected[n].n);
        }
        // other item sizes along the same route, smaller and larger, and replies
        std::vector<char> letters(expected.size()), answers(items.size(), 0);
        for (size_t n = 0; n < expected.size(); n++)
            letters[n] = (char) ('a' + (expected[n].from + 3 * expected[n].n) % 26);
        ASSERT_EQ(inm_route_back(route.r, 1, letters.data(), answers.data()), INM_OK);
        for (size_t n = 0; n < items.size(); n++)
            EXPECT_EQ(answers[n], (char) ('a' + (me + 3 * (int) n) % 26));
        std::vector<std::array<double, 40>> wide(items.size()), there(expected.size());
        for (size_t n = 0; n < items.size(); n++) wide[n].fill(1000.0 * me + (double) n);
        ASSERT_EQ(inm_route_send(route.r, sizeof(wide[0]), wide.data(), there.data()), INM_OK);
        for (size_t n = 0; n < expected.size(); n++)
            for (double x : there[n]) EXPECT_EQ(x, 1000.0 * expected[n].from + expected[n].n);
    }

    void *once      = nullptr;
    size_t narrival = 0;
    ASSERT_EQ(inm_route_once(MPI_COMM_WORLD, items.size(), dest.data(), sizeof(Item), items.data(),
                             &once, &narrival),
              INM_OK);
    ASSERT_EQ(narrival, expected.size());
    for (size_t n = 0; n < narrival; n++) {
        EXPECT_EQ(((const Item *) once)[n].from, expected[n].from);
        EXPECT_EQ(((const Item *) once)[n].n, expected[n].n);
    }
    free(once);
}

TEST(Route, brings_items_in_order_and_answers_back)
{
    expect_arrival([](int) {
        return 50;
    });
    expect_arrival([](int rank) {
        return 17 * rank;
    });
}

TEST(Route, may_start_from_one_rank_only_or_from_none)
{
    const int last = number_of_ranks() - 1;
    expect_arrival([last](int rank) {
        return rank == last ? 40 : 0;
    });
    expect_arrival([](int rank) {
        return rank == 0 ? 1 : 0;
    });
    expect_arrival([](int) {
        return 0;
    });
}

TEST(Route, may_lead_all_to_one_rank_or_to_itself)
{
    const int me = my_rank(), nprocs = number_of_ranks(), last = nprocs - 1;
    const std::vector<int> mine(5, me);
    std::vector<int> arrival(5 * (size_t) nprocs, -1);
    Route to_last(std::vector<int>(5, last)), home(mine);
    ASSERT_EQ(inm_route_narrival(to_last.r), me == last ? 5u * (size_t) nprocs : 0u);
    ASSERT_EQ(inm_route_send(to_last.r, sizeof(int), mine.data(), arrival.data()), INM_OK);
    for (size_t n = 0; n < arrival.size(); n++)
        EXPECT_EQ(arrival[n], me == last ? (int) n / 5 : -1);
    ASSERT_EQ(inm_route_narrival(home.r), 5u);
    ASSERT_EQ(inm_route_send(home.r, sizeof(int), mine.data(), arrival.data()), INM_OK);
    for (size_t n = 0; n < 5; n++) EXPECT_EQ(arrival[n], me);
}

TEST(Route, is_destroyed_twice_without_harm)
{
    inm_route *none = nullptr;
    inm_route_destroy(nullptr);
    inm_route_destroy(&none);
    Route route(std::vector<int>(3, 0));
    inm_route_destroy(&route.r);
    EXPECT_EQ(route.r, nullptr);
}

// ---- copies of rows -----------------------------------------------------------------------------

// Rows and copies of one rank.  Row values are a function of the tag, so every rank can compute
// them.

struct Share {
    std::vector<int64_t> row, copy;
};

double value(int64_t tag, size_t w)
{
    return std::fmod(0.37 * (double) (tag % 1000003) + 1.7 * (double) w, 5.0);
}

class Halo {
public:
    inm_halo *h = nullptr;
    inm_status status;
    explicit Halo(const Share &s, MPI_Comm comm = MPI_COMM_WORLD)
    {
        status =
            inm_halo_create(&h, comm, s.row.size(), s.row.data(), s.copy.size(), s.copy.data());
    }
    ~Halo() { inm_halo_destroy(&h); }
    Halo(const Halo &)            = delete;
    Halo &operator=(const Halo &) = delete;
};

// all: rows and copies of all ranks, on every rank
void expect_exchange(const std::vector<Share> &all)
{
    const size_t me = (size_t) my_rank();
    const Share &s  = all[me];
    Halo halo(s);
    ASSERT_EQ(halo.status, INM_OK);

    std::map<int64_t, int> owner;
    for (size_t r = 0; r < all.size(); r++)
        for (int64_t tag : all[r].row) owner[tag] = (int) r;
    for (size_t n = 0; n < s.copy.size(); n++)
        EXPECT_EQ(inm_halo_owner(halo.h)[n], owner[s.copy[n]]) << s.copy[n];

    for (size_t width : {3, 1, 27, 2}) {
        Field row, copy(width * s.copy.size(), -7.0);
        for (int64_t tag : s.row)
            for (size_t w = 0; w < width; w++) row.push_back(value(tag, w));
        const Field before = row;
        ASSERT_EQ(inm_halo_forward(halo.h, width, row.data(), copy.data()), INM_OK);
        EXPECT_EQ(row, before);
        for (size_t n = 0; n < s.copy.size(); n++)
            for (size_t w = 0; w < width; w++)
                EXPECT_EQ(copy[width * n + w], value(s.copy[n], w)) << s.copy[n];

        // integers, whose sums are exact in any order
        for (size_t n = 0; n < s.copy.size(); n++)
            for (size_t w = 0; w < width; w++)
                copy[width * n + w] = (double) (100 * me + 10 * n + w);
        row.assign(row.size(), 0.5);
        ASSERT_EQ(inm_halo_reverse(halo.h, width, copy.data(), row.data()), INM_OK);
        Field expected(row.size(), 0.5);
        for (size_t r = 0; r < all.size(); r++)
            for (size_t n = 0; n < all[r].copy.size(); n++) {
                const auto at = std::find(s.row.begin(), s.row.end(), all[r].copy[n]);
                if (at == s.row.end()) continue;
                for (size_t w = 0; w < width; w++)
                    expected[width * (size_t) (at - s.row.begin()) + w] +=
                        (double) (100 * r + 10 * n + w);
            }
        EXPECT_EQ(row, expected);
    }
}

TEST(Halo, brings_values_to_copies_and_sums_back)
{
    // a ring: every rank has copies of the first and last row of its neighbours
    const int nprocs = number_of_ranks();
    std::vector<Share> all((size_t) nprocs);
    for (int r = 0; r < nprocs; r++) {
        const int up = (r + 1) % nprocs, down = (r + nprocs - 1) % nprocs;
        for (int64_t i = 1; i <= 4; i++) all[(size_t) r].row.push_back(10 * r + i);
        all[(size_t) r].copy = {10 * up + 1, 10 * down + 4};
    }
    expect_exchange(all);
}

TEST(Halo, takes_several_copies_of_one_row_and_copies_of_own_rows)
{
    const int nprocs = number_of_ranks();
    std::vector<Share> all((size_t) nprocs);
    for (int r = 0; r < nprocs; r++) {
        all[(size_t) r].row = {r + 1, r + 101};
        for (int o = 0; o < nprocs; o++)
            for (int64_t tag : {o + 1, o + 1, o + 101, o + 1}) all[(size_t) r].copy.push_back(tag);
    }
    expect_exchange(all);
}

TEST(Halo, takes_ranks_without_rows_or_without_copies)
{
    const size_t nprocs = (size_t) number_of_ranks(), last = nprocs - 1;
    std::vector<Share> all(nprocs);
    expect_exchange(all); // no rows or copies on any rank
    all[last].row = {4, 2, 9};
    expect_exchange(all);
    all[0].copy = {9, 4, 4};
    expect_exchange(all);
    for (Share &s : all) s.copy = {2, 9};
    expect_exchange(all);
}

TEST(Halo, takes_tags_beyond_32_bits)
{
    // tags that differ in the upper 32 bits only, and the largest possible one
    const int nprocs = number_of_ranks();
    std::vector<Share> all((size_t) nprocs);
    std::vector<int64_t> tags = {INT64_MAX, INT64_MAX - 1};
    for (int64_t i = 1; i <= 40; i++) tags.push_back((i << 32) + 5);
    for (size_t n = 0; n < tags.size(); n++) {
        all[n % (size_t) nprocs].row.push_back(tags[n]);
        all[(n / 2) % (size_t) nprocs].copy.push_back(tags[n]);
        all[(n / 3) % (size_t) nprocs].copy.push_back(tags[n]);
    }
    expect_exchange(all);
}

TEST(Halo, of_random_rows_and_copies_is_that_of_the_tags)
{
    const size_t nprocs = (size_t) number_of_ranks();
    for (unsigned seed = 0; seed < 5; seed++) {
        std::mt19937_64 random(seed);
        std::vector<Share> all(nprocs);
        std::map<int64_t, size_t> tags;
        while (tags.size() < 300)
            tags[1 + (int64_t) (random() % (seed % 2 ? 100000000000u : 400u))] = random() % nprocs;
        std::vector<int64_t> known;
        for (const auto &one : tags) {
            all[one.second].row.push_back(one.first);
            known.push_back(one.first);
        }
        for (Share &s : all) {
            std::shuffle(s.row.begin(), s.row.end(), random);
            for (size_t n = random() % 400; n > 0; n--)
                s.copy.push_back(known[random() % known.size()]);
        }
        expect_exchange(all);
    }
}

TEST(Halo, of_parts_of_the_ranks_are_their_own)
{
    // two halves with the same tags and other values
    MPI_Comm half;
    const int color = my_rank() % 2;
    MPI_Comm_split(MPI_COMM_WORLD, color, 0, &half);
    {
        const int me = my_rank(half), nprocs = number_of_ranks(half);
        Halo halo(Share{{me + 1}, {(me + 1) % nprocs + 1}}, half);
        ASSERT_EQ(halo.status, INM_OK);
        const double mine = 100.0 * color + me;
        double copy       = -1.0;
        ASSERT_EQ(inm_halo_forward(halo.h, 1, &mine, &copy), INM_OK);
        EXPECT_EQ(copy, 100.0 * color + (me + 1) % nprocs);
    }
    MPI_Comm_free(&half);
}

// ---- tags that do not fit -----------------------------------------------------------------------

void expect_refused(const Share &mine)
{
    Halo halo(mine);
    EXPECT_EQ(halo.status, INM_ERR_TAG);
    EXPECT_TRUE(same_on_all_ranks((int) halo.status));
    EXPECT_EQ(halo.h, nullptr);
}

TEST(HaloTags, of_copies_that_are_rows_of_no_rank_are_refused_on_all)
{
    for (int who = 0; who < number_of_ranks(); who++)
        for (int64_t missing : {(int64_t) 1000, (int64_t) 5000000000}) {
            Share s = {{my_rank() + 1}, {1}};
            if (who == my_rank()) s.copy.push_back(missing);
            expect_refused(s);
        }
}

TEST(HaloTags, of_rows_of_two_ranks_are_refused_on_all_even_without_copies)
{
    const int last = number_of_ranks() - 1;
    if (last == 0) return;
    for (int64_t twice : {(int64_t) 1000, (int64_t) 1001, (int64_t) 5000000000})
        for (bool with_copy : {false, true}) {
            Share s = {{my_rank() + 1}, {}};
            if (my_rank() == 0 || my_rank() == last) s.row.push_back(twice);
            if (with_copy) s.copy.push_back(twice);
            expect_refused(s);
        }
}

TEST(HaloTags, of_two_rows_of_one_rank_are_refused_on_all)
{
    for (int who = 0; who < number_of_ranks(); who++) {
        Share s = {{my_rank() + 1}, {}};
        if (who == my_rank()) s.row.push_back(my_rank() + 1);
        expect_refused(s);
    }
}

TEST(HaloTags, that_are_refused_leave_nothing_behind)
{
    inm_halo *none = nullptr;
    inm_halo_destroy(nullptr);
    inm_halo_destroy(&none);
    expect_refused(Share{{my_rank() + 1}, {77777}});
    std::vector<Share> all((size_t) number_of_ranks());
    for (size_t r = 0; r < all.size(); r++) all[r] = Share{{(int64_t) r + 1}, {1}};
    expect_exchange(all);
}
} // namespace
