// A matrix file: inm_npz_open and what follows, inm_matrix_read.
//
// An input is one byte that tells whether checksums are put right, without which almost every
// change would be found by them; the rest is the file.

#include "bytes.h"
#include "files/inm_crc.h"
#include "files/inm_npz_read.h"
#include "inm_matrix_file.h"
#include "with_mpi.h"

#include <cmath>
#include <string>
#include <unistd.h>

namespace {

// ---- the file -----------------------------------------------------------------------------------

// one of this process, removed at its end
struct Scratch {
    std::string name;
    Scratch()
    {
        const char *folder = getenv("TMPDIR");
        name = std::string(folder ? folder : "/tmp") + "/fuzz_npz_" + std::to_string(getpid()) +
               ".npz";
    }
    ~Scratch() { remove(name.c_str()); }
    void write(const std::vector<uint8_t> &b) const
    {
        FILE *fp = fopen(name.c_str(), "wb");
        MUST_HOLD(fp && (b.empty() || fwrite(b.data(), 1, b.size(), fp) == b.size()));
        MUST_HOLD(fclose(fp) == 0);
    }
    std::vector<uint8_t> read() const
    {
        std::vector<uint8_t> b(1 << 16);
        FILE *fp = fopen(name.c_str(), "rb");
        MUST_HOLD(fp);
        b.resize(fread(b.data(), 1, b.size(), fp));
        fclose(fp);
        return b;
    }
};

const Scratch &scratch()
{
    static const Scratch file;
    return file;
}

uint64_t number(const std::vector<uint8_t> &b, size_t at, int n)
{
    uint64_t value = 0;
    while (n-- > 0)
        value = 256 * value + b[at + (size_t)n];
    return value;
}

// For each entry of the directory: the checksum of what is stored where it says.
void put_checksums_right(std::vector<uint8_t> &b)
{
    uint32_t table[256];
    inm_crc_table(table);
    for (size_t d = 0; d + 46 <= b.size(); d++) {
        if (number(b, d, 4) != 0x02014b50) continue;
        const uint64_t offset = number(b, d + 42, 4), size = number(b, d + 20, 4);
        if (offset + 30 > b.size()) continue;
        const uint64_t begin =
            offset + 30 + number(b, (size_t)offset + 26, 2) + number(b, (size_t)offset + 28, 2);
        if (begin > b.size() || size > b.size() - begin) continue;
        uint32_t crc = inm_crc(table, 0, b.data() + begin, (size_t)size);
        for (size_t k = 0; k < 4; k++, crc >>= 8)
            b[d + 16 + k] = (uint8_t)crc;
    }
}

// ---- what must hold -----------------------------------------------------------------------------

bool is_known(inm_status status)
{
    return status == INM_OK || status == INM_ERR_DATA || status == INM_ERR_FORMAT ||
           status == INM_ERR_ARG || status == INM_ERR_NONFINITE || status == INM_ERR_TAG ||
           status == INM_ERR_SIZE || status == INM_ERR_ALLOC;
}

// any array in it, in pieces
void look_at_arrays(size_t bytes_of_file)
{
    for (const char *name : {"data", "units", "weighted", "indptr", "xi"}) {
        char why[INM_NPZ_WHY], text[8];
        inm_npz_info info;
        inm_npz_reader *z = nullptr;
        FILE *fp          = fopen(scratch().name.c_str(), "rb");
        inm_status status = inm_npz_open(&z, fp, why);
        if (status == INM_OK) status = inm_npz_look(z, name, &info);
        if (status == INM_OK) {
            MUST_HOLD(info.ndim >= 0 && info.ndim <= INM_NPZ_DIMS);
            MUST_HOLD(info.bytes <= 1040 * (uint64_t)bytes_of_file);
            uint8_t piece[100];
            for (uint64_t left = info.bytes; left > 0 && status == INM_OK;) {
                const size_t n = left < sizeof(piece) ? (size_t)left : sizeof(piece);
                status         = inm_npz_take(z, piece, n);
                left -= n;
            }
        }
        MUST_HOLD(is_known(status));
        MUST_HOLD((status == INM_OK) == (why[0] == '\0'));
        MUST_HOLD(memchr(why, '\0', sizeof(why)) != nullptr);
        if (z && status == INM_OK)
            MUST_HOLD(is_known(inm_npz_read_text(z, name, sizeof(text), text)));
        inm_npz_reader_close(&z);
        fclose(fp);
    }
}

// What was taken for a matrix is one: it can be multiplied, written, and read again.
void look_at_matrix(inm_hessian *h, inm_matrix_origin *origin)
{
    const size_t n = 3 * inm_hessian_nrow(h);
    std::vector<double> u(n, 1.0), y(n);
    MUST_HOLD(inm_hessian_multiply(h, u.data(), y.data()) == INM_OK);
    inm_hessian_affine_force(h, 0, 1, y.data());
    const inm_status status = inm_matrix_write(h, scratch().name.c_str(), &origin->facts);
    if (status == INM_ERR_NONFINITE) return; // D is finite, H = D sqrt(m_i m_j) / scale need not be
    MUST_HOLD(status == INM_OK);
    inm_hessian *again = nullptr;
    inm_matrix_origin same;
    const inm_status back = inm_matrix_read(&again, MPI_COMM_SELF, scratch().name.c_str(), &same);
    MUST_HOLD(back == INM_OK || back == INM_ERR_NONFINITE); // sums of large elements may overflow
    if (back == INM_OK) {
        MUST_HOLD(inm_hessian_nrow(again) == inm_hessian_nrow(h));
        MUST_HOLD(same.scale == origin->scale && strcmp(same.units, origin->units) == 0);
        MUST_HOLD(same.facts.timestep == origin->facts.timestep);
    }
    inm_hessian_destroy(&again);
}
} // namespace

// Files of two atoms to three, in two dimensions or three, weighted or not.
std::vector<uint8_t> seed_input(size_t k)
{
    if (k >= 16) return {};
    const int dim = 2 + (int)k % 2, natom = 2 + (int)k / 2 % 2;
    const int64_t tag[] = {7, 3, 40};
    const int type[]    = {1, 2, 1};
    const double mass[] = {1.0, 2.0, 0.5}, dr[] = {0.5, 0.25, 1.0};
    inm_matrix_facts facts = {(int)k / 4 % 2, "metal", 1000, {4, 0, 0, 1, 5, 0, 0, 0, 6}};
    inm_hessian *h         = nullptr;
    MUST_HOLD(inm_hessian_create(&h, MPI_COMM_SELF, dim, 2.0) == INM_OK);
    MUST_HOLD(inm_hessian_begin(h, (size_t)natom, tag, type, mass, 0, nullptr) == INM_OK);
    for (int i = 1; i < natom; i++)
        inm_hessian_add_central(h, i - 1, i, dr, 1.0, 3.0 + i);
    MUST_HOLD(inm_hessian_end(h) == INM_OK);
    MUST_HOLD(inm_matrix_write(h, scratch().name.c_str(), &facts) == INM_OK);
    inm_hessian_destroy(&h);
    std::vector<uint8_t> in = scratch().read();
    in.insert(in.begin(), (uint8_t)(k / 8));
    return in;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    std::vector<uint8_t> file(data + 1, data + size);
    if (data[0] % 2) put_checksums_right(file);
    scratch().write(file);
    look_at_arrays(file.size());

    inm_matrix_origin origin;
    inm_hessian *h          = nullptr;
    const inm_status status = inm_matrix_read(&h, MPI_COMM_SELF, scratch().name.c_str(), &origin);
    MUST_HOLD(is_known(status));
    MUST_HOLD((status == INM_OK) == (h != nullptr) &&
              (status == INM_OK) == (origin.why[0] == '\0'));
    if (h) look_at_matrix(h, &origin);
    inm_hessian_destroy(&h);
    return 0;
}
