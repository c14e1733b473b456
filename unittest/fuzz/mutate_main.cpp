// Runs a target of libFuzzer without libFuzzer: inputs made from the target's seeds by mutations that
// depend on nothing but their number, so that a test does the same everywhere and every time.
//
//   fuzz_NAME --runs N            inputs 0..N-1
//   fuzz_NAME --only K            input K alone, after a failure
//   fuzz_NAME --seeds DIRECTORY   write the seeds, as a corpus for libFuzzer

#include "bytes.h"

#include <csignal>
#include <random>
#include <string>
#include <unistd.h>

namespace {

typedef std::vector<uint8_t> Input;
typedef std::mt19937_64 Random;

size_t below(Random &random, size_t n)
{
    return n ? (size_t) (random() % n) : 0;
}

// numbers that programs stumble over
const double special[] = {0.0,    -0.0, 1.0,    -1.0,  0.5,   1e-16,        1e-300,  -1e-300,
                          5e-324, 1e19, 9.3e18, 4.3e9, 1e300, 2147483648.0, -1e300, 1e154};

void put(Input &in, size_t at, const void *value, size_t n)
{
    for (size_t i = 0; i < n && at + i < in.size(); i++) in[at + i] = ((const uint8_t *) value)[i];
}

void mutate_once(Input &in, const Input &other, Random &random)
{
    const size_t n = in.size(), at = below(random, n);
    switch (random() % 9) {
        case 0: if (n) in[at] ^= (uint8_t) (1u << random() % 8); break;
        case 1: if (n) in[at] = (uint8_t) random(); break;
        case 2: put(in, at / 8 * 8, &special[random() % (sizeof(special) / sizeof(*special))], 8); break;
        case 3: {
            const uint64_t bits = random() % 2 ? UINT64_C(0x7ff8000000000000) : UINT64_C(0xfff0000000000000);
            put(in, at / 8 * 8, &bits, 8);
            break;
        }
        case 4: { // a number becomes a near one
            double x;
            if (at / 8 * 8 + 8 > n) break;
            memcpy(&x, &in[at / 8 * 8], 8);
            x += random() % 2 ? 1.0 : -1.0;
            put(in, at / 8 * 8, &x, 8);
            break;
        }
        case 5: in.resize(at); break;
        case 6: { // a piece of another seed
            const size_t from = below(random, other.size()), length = below(random, other.size() - from);
            put(in, at, other.data() + from, length);
            break;
        }
        case 7: { // a piece twice
            const size_t length = below(random, n - at < 64 ? n - at : 64);
            const Input piece(in.begin() + (long) at, in.begin() + (long) (at + length));
            in.insert(in.begin() + (long) at, piece.begin(), piece.end());
            break;
        }
        default:
            for (size_t i = 0; i < 16; i++) in.push_back((uint8_t) random());
    }
}

Input input_of(uint64_t number, const std::vector<Input> &seeds)
{
    if (number < seeds.size()) return seeds[(size_t) number];
    Random random(number);
    Input in = seeds[below(random, seeds.size())];
    for (size_t k = 1 + below(random, 6); k > 0; k--)
        mutate_once(in, seeds[below(random, seeds.size())], random);
    return in;
}

uint64_t current = 0;

void tell_and_die(int)
{
    char text[80];
    const int n = snprintf(text, sizeof(text), "failed: repeat with --only %llu\n", (unsigned long long) current);
    if (write(2, text, (size_t) n) < 0) _exit(3);
    _exit(2);
}

void write_seeds(const std::vector<Input> &seeds, const std::string &directory)
{
    for (size_t k = 0; k < seeds.size(); k++) {
        FILE *fp = fopen((directory + "/seed" + std::to_string(k)).c_str(), "wb");
        if (!fp || fwrite(seeds[k].data(), 1, seeds[k].size(), fp) != seeds[k].size() || fclose(fp) != 0) {
            perror(directory.c_str());
            exit(1);
        }
    }
}
} // namespace

int main(int argc, char **argv)
{
    LLVMFuzzerInitialize(&argc, &argv);
    std::vector<Input> seeds;
    for (Input one = seed_input(0); !one.empty(); one = seed_input(seeds.size())) seeds.push_back(one);

    uint64_t begin = 0, end = 10000;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string word = argv[i];
        if (word == "--seeds") {
            write_seeds(seeds, argv[i + 1]);
            return 0;
        }
        const uint64_t number = strtoull(argv[i + 1], nullptr, 10);
        if (word == "--only") begin = number;
        end = (word == "--only") ? number + 1 : number;
    }
    for (int s : {SIGABRT, SIGSEGV, SIGFPE, SIGBUS}) signal(s, tell_and_die);
    for (current = begin; current < end; current++) {
        const Input in = input_of(current, seeds);
        LLVMFuzzerTestOneInput(in.data(), in.size());
    }
    printf("%llu inputs from %zu seeds\n", (unsigned long long) (end - begin), seeds.size());
    return 0;
}
