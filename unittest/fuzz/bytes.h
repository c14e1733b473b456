// What a target of the fuzzers sees of its input: bytes that are read as numbers until there are none
// left, then zeros.  Half of the reals are any 64 bits, half are tame, so that both the checks of
// input and what comes after them are reached.

#ifndef INMVISC_FUZZ_BYTES_H
#define INMVISC_FUZZ_BYTES_H

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

class Bytes {
    const uint8_t *at;
    size_t left;

public:
    Bytes(const uint8_t *data, size_t size) : at(data), left(size) {}
    bool empty() const { return left == 0; }
    void take(void *to, size_t n)
    {
        const size_t have = n < left ? n : left;
        memset(to, 0, n);
        if (have) memcpy(to, at, have);
        at += have;
        left -= have;
    }
    int below(int n)
    {
        uint8_t byte;
        take(&byte, 1);
        return byte % n;
    }
    double tame()
    {
        int16_t word;
        take(&word, 2);
        return word / 512.0;
    }
    double real()
    {
        if (below(2) == 0) return tame();
        double any;
        take(&any, 8);
        return any;
    }
    std::vector<double> reals(size_t n, bool wild)
    {
        std::vector<double> x(n);
        for (double &y : x) y = wild ? real() : tame();
        return x;
    }
};

// a property that must hold whatever the input was
#define MUST_HOLD(condition)                                                        \
    do {                                                                            \
        if (!(condition)) {                                                         \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition); \
            abort();                                                                \
        }                                                                           \
    } while (0)

extern "C" int LLVMFuzzerInitialize(int *argc, char ***argv);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// the k-th input to begin with; empty beyond the last
std::vector<uint8_t> seed_input(size_t k);

#endif
