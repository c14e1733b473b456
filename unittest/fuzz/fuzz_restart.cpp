// The state of fix orthogonal/dynamics in a restart file: inm_correlator_unpack.
//
// An input is one byte for the options of the reader and one that tells whether the marks are put
// right, without which almost every change would be found by them; the rest is the state.

#include "bytes.h"
#include "inm_correlator.h"
#include "inm_hash.h"
#include "with_mpi.h"

namespace {

const inm_correlator_options choices[] = {{1, 3, 1, 2, 3, INM_VACF},
                                          {2, 5, 2, 2, 3, INM_VACF},
                                          {1, 6, 3, 3, 2, INM_VACF},
                                          {1, 4, 1, 2, 3, INM_DIRECT}};
const int NCHOICE = sizeof(choices) / sizeof(*choices);

// where the header of inm_correlator_pack has these, see there
enum { NFULL = 8, SUMS_MARK = 11, HEADER_MARK = 12, NHEADER = 13 };

struct Correlator {
    inm_correlator_options o;
    inm_correlator *c = nullptr;
    explicit Correlator(int choice) : o(choices[choice])
    {
        MUST_HOLD(inm_correlator_create(&c, &o) == INM_OK);
    }
    ~Correlator() { inm_correlator_destroy(&c); }
    Correlator(const Correlator &) = delete;
    Correlator &operator=(const Correlator &) = delete;

    // what a fix does with a sample
    void sample(double x)
    {
        const inm_sample *todo = inm_correlator_begin(c);
        const size_t nslot = (size_t) inm_correlator_nslot(c), nt = (size_t) o.ntypes;
        const int positions = todo->nlevel * INM_MSD_RING;
        MUST_HOLD(todo->origin_slot >= -1 && todo->origin_slot < (int) nslot);
        MUST_HOLD(todo->nlevel >= 1 && todo->nlevel <= INM_MSD_LEVELS);
        for (int i = 0; i < todo->npair; i++) {
            MUST_HOLD(todo->pair_slot[i] >= 0 && todo->pair_slot[i] < positions);
            MUST_HOLD(todo->pair_lag[i] >= 0 && todo->pair_lag[i] < INM_MSD_LAGS);
        }
        for (int i = 0; i < todo->nstore; i++)
            MUST_HOLD(todo->store_slot[i] >= 0 && todo->store_slot[i] < positions);
        const std::vector<double> vv(nt * nslot, x), moment(nt * 2, 1.0 + x * x),
            msd(nt * (size_t) todo->npair + 1, x);
        const inm_products p = {vv.data(), vv.data(), vv.data(), moment.data(), msd.data()};
        inm_correlator_end(c, &p);
    }
    void samples(int n)
    {
        for (int k = 0; k < n; k++) sample(1.0 / (1 + k % 7));
    }
};

// numbers in a block: one full block more makes the state longer by them
size_t block_size(int choice)
{
    static size_t known[NCHOICE] = {};
    if (known[choice] == 0) {
        Correlator c(choice);
        const size_t empty = inm_correlator_pack_size(c.c);
        while (inm_correlator_nblock_full(c.c) == 0) c.sample(1.0);
        known[choice] = inm_correlator_pack_size(c.c) - empty;
    }
    return known[choice];
}

// how long a state is by its header
size_t length_said(const std::vector<double> &state, int choice)
{
    Correlator empty(choice);
    const double said  = state[NFULL];
    const size_t nfull = (said >= 0.0 && said < 2.0 * empty.o.nblock) ? (size_t) said : 0;
    return inm_correlator_pack_size(empty.c) + nfull * block_size(choice);
}

// make it so long, and its marks what they should be
void put_marks_right(std::vector<double> &state, int choice)
{
    const size_t n = length_said(state, choice);
    state.resize(n);
    state[SUMS_MARK]   = inm_fingerprint(n - NHEADER, &state[NHEADER]);
    state[HEADER_MARK] = inm_fingerprint(HEADER_MARK, state.data());
}
} // namespace

std::vector<uint8_t> seed_input(size_t k)
{
    const int lengths[] = {0, 1, 9, 40, 300}, nlength = 5;
    if (k >= (size_t) (2 * NCHOICE * nlength)) return {};
    const int choice = (int) k % NCHOICE;
    Correlator from(choice);
    from.samples(lengths[(int) k / NCHOICE % nlength]);
    std::vector<double> state(inm_correlator_pack_size(from.c));
    inm_correlator_pack(from.c, state.data());
    std::vector<uint8_t> in(2 + 8 * state.size());
    in[0] = (uint8_t) choice;
    in[1] = (uint8_t) (k / (size_t) (NCHOICE * nlength));
    memcpy(&in[2], state.data(), 8 * state.size());
    return in;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Bytes bytes(data, size);
    const int choice       = bytes.below(NCHOICE);
    const bool marks_right = bytes.below(2) != 0;
    Correlator reader(choice);
    const size_t empty = inm_correlator_pack_size(reader.c);

    // What LAMMPS hands over is as long as what was written, so a whole header has its sums behind it:
    // where the marks are not put right, a short state is filled up with zeros.
    std::vector<double> state((size > 2 ? size - 2 : 0) / 8);
    if (state.size() < NHEADER) state.resize(NHEADER);
    bytes.take(state.data(), 8 * state.size());
    if (marks_right)
        put_marks_right(state, choice);
    else if (state.size() < length_said(state, choice))
        state.resize(length_said(state, choice));
    const inm_status status = inm_correlator_unpack(reader.c, state.data());
    MUST_HOLD(status == INM_OK || status == INM_ERR_ARG || status == INM_ERR_DATA);
    if (status == INM_OK) {
        const size_t n = inm_correlator_pack_size(reader.c);
        MUST_HOLD(n <= state.size());
        std::vector<double> again(n);
        inm_correlator_pack(reader.c, again.data());
        for (size_t i = 0; i < HEADER_MARK; i++) MUST_HOLD(again[i] == state[i]);
        MUST_HOLD(memcmp(&again[NHEADER], &state[NHEADER], 8 * (n - NHEADER)) == 0);
        reader.samples(20);
        MUST_HOLD(inm_correlator_estimate(reader.c, 0.1, MPI_COMM_SELF) == INM_OK);
    } else {
        MUST_HOLD(inm_correlator_pack_size(reader.c) == empty);
        MUST_HOLD(inm_correlator_nsample(reader.c) == 0);
    }
    return 0;
}
