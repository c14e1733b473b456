// The Hessian on file: the archive byte by byte, with an independent reader, and the matrix in it.
// For numpy and scipy as readers see decks/test_matrix_file.py

#include "files_of_tests.h"
#include "model_systems.h"

#include "inm_matrix_file.h"
#include "files/inm_npz.h"

#include <cerrno>
#include <cstdio>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <unistd.h>

namespace {

// ---- a reader of ZIP archives -------------------------------------------------------------------

uint64_t number_at(const Bytes &b, size_t at, size_t length)
{
    uint64_t value = 0;
    for (size_t k = length; k > 0; k--)
        value = 256 * value + (unsigned char)b.at(at + k - 1);
    return value;
}

const uint64_t ESCAPE = 0xFFFFFFFFu;

struct Extra {
    const Bytes &b;
    size_t at;
    int taken = 0;
    // the value of a 32-bit field, or of the next 64-bit field if present
    uint64_t value(uint64_t field)
    {
        if (field != ESCAPE) return field;
        taken++;
        at += 8;
        return number_at(b, at - 8, 8);
    }
};

struct Archive {
    std::map<std::string, Bytes> file;
    int nlong = 0; // 64-bit fields

    explicit Archive(const Bytes &b)
    {
        const size_t end = b.size() - 22; // no comment
        EXPECT_EQ(number_at(b, end, 4), 0x06054b50u);
        uint64_t count = number_at(b, end + 10, 2), size = number_at(b, end + 12, 4),
                 offset       = number_at(b, end + 16, 4);
        uint64_t end_of_files = end;
        if (size == ESCAPE || offset == ESCAPE) {
            EXPECT_EQ(number_at(b, end - 20, 4), 0x07064b50u);
            const uint64_t far = number_at(b, end - 20 + 8, 8);
            EXPECT_EQ(number_at(b, far, 4), 0x06064b50u);
            EXPECT_EQ(far + 12 + number_at(b, far + 4, 8), end - 20);
            count        = number_at(b, far + 32, 8);
            size         = number_at(b, far + 40, 8);
            offset       = number_at(b, far + 48, 8);
            end_of_files = far;
            nlong += 2;
        }
        EXPECT_EQ(offset + size, end_of_files) << "directory";
        uint64_t next = 0, at = offset;
        for (uint64_t k = 0; k < count; k++)
            next = read_entry(b, &at, next);
        EXPECT_EQ(at, end_of_files);
        EXPECT_EQ(next, offset) << "bytes between files and directory";
    }

private:
    // an entry of the directory and its file, which begins where the previous one ends
    uint64_t read_entry(const Bytes &b, uint64_t *at, uint64_t begin)
    {
        const uint64_t d = *at, length = number_at(b, d + 28, 2), more = number_at(b, d + 30, 2);
        const Bytes name = b.substr(d + 46, length);
        SCOPED_TRACE(name);
        EXPECT_EQ(number_at(b, d, 4), 0x02014b50u);
        Extra extra           = {b, d + 46 + length + 4};
        const uint64_t size   = extra.value(number_at(b, d + 24, 4)),
                       same   = extra.value(number_at(b, d + 20, 4)),
                       offset = extra.value(number_at(b, d + 42, 4));
        EXPECT_EQ(same, size) << "stored";
        EXPECT_EQ(offset, begin);
        EXPECT_EQ(more, extra.taken ? 4u + 8u * (unsigned)extra.taken : 0u);
        nlong += extra.taken;

        // the local header is identical from the version to the length of the name
        EXPECT_EQ(number_at(b, offset, 4), 0x04034b50u);
        EXPECT_EQ(number_at(b, offset + 8, 2), 0u) << "method";
        for (size_t c = 6; c < 28; c++)
            EXPECT_EQ(b[offset + c], b[d + c + 2]) << "byte " << c;
        EXPECT_EQ(b.substr(offset + 30, length), name);
        const uint64_t local = number_at(b, offset + 28, 2);
        Extra there          = {b, offset + 30 + length + 4};
        EXPECT_EQ(there.value(number_at(b, offset + 22, 4)), size);
        EXPECT_EQ(there.value(number_at(b, offset + 18, 4)), size);
        EXPECT_EQ(local, there.taken ? 20u : 0u);
        nlong += there.taken;

        const uint64_t data = offset + 30 + length + local;
        file[name]          = b.substr(data, size);
        EXPECT_EQ(number_at(b, d + 16, 4), checksum(file[name]));
        *at = d + 46 + length + more;
        return data + size;
    }
};

// ---- and of arrays ------------------------------------------------------------------------------

struct Npy {
    std::string header;
    Bytes data;

    Npy() {}
    explicit Npy(const Bytes &b)
    {
        EXPECT_EQ(b.substr(0, 8), Bytes("\x93NUMPY\x01\x00", 8));
        const size_t length = 10 + number_at(b, 8, 2);
        EXPECT_EQ(length % 64, 0u) << "data would not be aligned";
        EXPECT_EQ(b[length - 1], '\n');
        header = b.substr(10, b.find_last_not_of(" \n", length - 1) - 9);
        data   = b.substr(length);
    }
    template <typename T> std::vector<T> as() const
    {
        std::vector<T> x(data.size() / sizeof(T));
        if (!x.empty()) memcpy(x.data(), data.data(), x.size() * sizeof(T));
        return x;
    }
    std::string text() const
    {
        std::string s;
        for (uint32_t c : as<uint32_t>())
            s += (char)c;
        return s;
    }
};

// the header of a little-endian machine, the only one on which these tests have run
std::string header(const std::string &type, const std::string &shape)
{
    return "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
}

class Npz {
public:
    std::map<std::string, Npy> array;
    int nlong;

    explicit Npz(const std::string &name)
    {
        const Archive archive(contents(name));
        nlong = archive.nlong;
        for (const auto &f : archive.file) {
            EXPECT_EQ(f.first.substr(f.first.size() - 4), ".npy");
            array[f.first.substr(0, f.first.size() - 4)] = Npy(f.second);
        }
    }
    const Npy &operator[](const std::string &name) const { return array.at(name); }
};

// ---- writing arrays -----------------------------------------------------------------------------

typedef std::function<void(inm_npz *)> Script;

// status of close
inm_status write_arrays(const std::string &name, const Script &script)
{
    FILE *fp   = fopen(name.c_str(), "wb");
    inm_npz *z = nullptr;
    EXPECT_NE(fp, nullptr) << name;
    EXPECT_EQ(inm_npz_create(&z, fp), INM_OK);
    script(z);
    const inm_status status = inm_npz_close(&z);
    const int reason        = errno;
    EXPECT_EQ(z, nullptr);
    fclose(fp);
    errno = reason;
    return status;
}

const int64_t ONE[] = {1}, THREE[] = {3}, TWO_BY_THREE[] = {2, 3}, NONE_BY_TWO_BY_TWO[] = {0, 2, 2};

void all_types(inm_npz *z)
{
    const double x[]        = {1.0, -0.5, 3e-300, M_PI, Infinity, -0.0};
    const int32_t i[]       = {1, -2, 2147483647};
    const int64_t j[]       = {-1, 0, (int64_t)1 << 62};
    const unsigned char yes = 1;
    inm_npz_array(z, "x", INM_NPZ_DOUBLE, 2, TWO_BY_THREE, x);
    inm_npz_array(z, "i", INM_NPZ_INT32, 1, THREE, i);
    inm_npz_array(z, "j", INM_NPZ_INT64, 1, THREE, j);
    inm_npz_array(z, "yes", INM_NPZ_BOOL, 0, nullptr, &yes);
    inm_npz_array(z, "scalar", INM_NPZ_DOUBLE, 0, nullptr, &x[3]);
    inm_npz_array(z, "nothing", INM_NPZ_DOUBLE, 3, NONE_BY_TWO_BY_TWO, nullptr);
    inm_npz_text(z, "units", "metal");
    inm_npz_text(z, "no_text", "");
}

void expect_all_types(const Npz &npz)
{
    EXPECT_EQ(npz.array.size(), 8u);
    EXPECT_EQ(npz["x"].header, header("<f8", "(2, 3)"));
    EXPECT_EQ(npz["x"].as<double>(), (Field{1.0, -0.5, 3e-300, M_PI, Infinity, -0.0}));
    EXPECT_EQ(npz["i"].header, header("<i4", "(3,)"));
    EXPECT_EQ(npz["i"].as<int32_t>(), (std::vector<int32_t>{1, -2, 2147483647}));
    EXPECT_EQ(npz["j"].header, header("<i8", "(3,)"));
    EXPECT_EQ(npz["j"].as<int64_t>(), (std::vector<int64_t>{-1, 0, (int64_t)1 << 62}));
    EXPECT_EQ(npz["yes"].header, header("|b1", "()"));
    EXPECT_EQ(npz["yes"].data, Bytes("\1"));
    EXPECT_EQ(npz["scalar"].header, header("<f8", "()"));
    EXPECT_EQ(npz["scalar"].as<double>(), Field{M_PI});
    EXPECT_EQ(npz["nothing"].header, header("<f8", "(0, 2, 2)"));
    EXPECT_TRUE(npz["nothing"].data.empty());
    EXPECT_EQ(npz["units"].header, header("<U5", "()"));
    EXPECT_EQ(npz["units"].text(), "metal");
    EXPECT_EQ(npz["no_text"].header, header("<U1", "()"));
    EXPECT_EQ(npz["no_text"].text(), std::string(1, '\0'));
}

TEST(Npz, checksum_of_this_test_is_that_of_the_catalogues)
{
    EXPECT_EQ(checksum("123456789"), 0xCBF43926u);
}

TEST(Npz, arrays_come_back_with_their_types_and_shapes)
{
    const std::string name = scratch("_types.npz", true);
    EXPECT_EQ(write_arrays(name, all_types), INM_OK);
    const Npz npz(name);
    expect_all_types(npz);
    EXPECT_EQ(npz.nlong, 0) << "64-bit fields in a small file";
    std::remove(name.c_str());
}

TEST(Npz, fields_of_64_bits_say_the_same)
{
    const std::string name = scratch("_zip64.npz", true);
    std::set<int> numbers;
    // 64-bit fields for all, for some files and offsets, for offsets only, for the directory only
    for (uint64_t from : {0, 150, 1000, 1400}) {
        const inm_status status = write_arrays(name, [&](inm_npz *z) {
            inm_npz_set_zip64(z, from);
            all_types(z);
        });
        EXPECT_EQ(status, INM_OK);
        const Npz npz(name);
        expect_all_types(npz);
        numbers.insert(npz.nlong);
    }
    EXPECT_EQ(numbers.size(), 4u) << "test: two limits that do the same";
    EXPECT_EQ(*numbers.rbegin(), 8 * 5 + 2);
    std::remove(name.c_str());
}

TEST(Npz, equal_arrays_make_equal_files)
{
    const std::string name = scratch("_equal.npz", true);
    write_arrays(name, all_types);
    const Bytes first = contents(name);
    write_arrays(name, all_types);
    EXPECT_TRUE(contents(name) == first);
    std::remove(name.c_str());
}

TEST(Npz, an_array_may_be_written_in_parts)
{
    const std::string name = scratch("_parts.npz", true);
    const Field x          = random_numbers(6, -1.0, 1.0, 1);
    const auto in_parts    = [&](inm_npz *z) {
        inm_npz_begin(z, "x", INM_NPZ_DOUBLE, 2, TWO_BY_THREE);
        inm_npz_write(z, x.data(), 5);
        inm_npz_write(z, nullptr, 0);
        inm_npz_write(z, (const char *)x.data() + 5, 48 - 5);
    };
    EXPECT_EQ(write_arrays(name, in_parts), INM_OK);
    EXPECT_EQ(Npz(name)["x"].as<double>(), x);
    std::remove(name.c_str());
}

TEST(Npz, an_array_of_another_size_than_said_is_refused)
{
    const std::string name = scratch("_size.npz", true);
    const Field x(7, 1.0);
    const std::vector<Script> wrong = {
        [&](inm_npz *z) {
            inm_npz_begin(z, "x", INM_NPZ_DOUBLE, 2, TWO_BY_THREE);
            inm_npz_write(z, x.data(), 5 * sizeof(double));
        },
        [&](inm_npz *z) {
            inm_npz_begin(z, "x", INM_NPZ_DOUBLE, 2, TWO_BY_THREE);
            inm_npz_begin(z, "y", INM_NPZ_DOUBLE, 0, nullptr);
            inm_npz_write(z, x.data(), sizeof(double));
        },
        [&](inm_npz *z) {
            inm_npz_begin(z, "x", INM_NPZ_DOUBLE, 2, TWO_BY_THREE);
            inm_npz_write(z, x.data(), 7 * sizeof(double));
        },
        [&](inm_npz *z) {
            inm_npz_write(z, x.data(), sizeof(double));
        },
        [&](inm_npz *z) {
            inm_npz_array(z, "name_of_32_characters_is_too_long", INM_NPZ_DOUBLE, 1, ONE, x.data());
        },
        [&](inm_npz *z) {
            for (int k = 0; k < 33; k++)
                inm_npz_array(z, "x", INM_NPZ_DOUBLE, 1, ONE, x.data());
        }};
    for (const Script &script : wrong)
        EXPECT_EQ(write_arrays(name, script), INM_ERR_ARG);
    std::remove(name.c_str());
}

TEST(Npz, an_archive_of_nothing_is_an_archive)
{
    const std::string name = scratch("_empty.npz", true);
    EXPECT_EQ(write_arrays(name,
                           [](inm_npz *) {
                           }),
              INM_OK);
    EXPECT_TRUE(Npz(name).array.empty());
    std::remove(name.c_str());
    inm_npz *none = nullptr;
    EXPECT_EQ(inm_npz_close(&none), INM_OK);
}

TEST(Npz, a_full_disk_is_reported_with_its_reason)
{
    if (!exists("/dev/full")) GTEST_SKIP() << "no /dev/full on this machine";
    errno = 0;
    EXPECT_EQ(write_arrays("/dev/full", all_types), INM_ERR_IO);
    EXPECT_EQ(errno, ENOSPC);
}

// ---- the matrix ---------------------------------------------------------------------------------

inm_matrix_facts facts_of(bool weighted)
{
    return inm_matrix_facts{weighted, "real", (int64_t)12345678901, {4, 0, 0, 1, 5, 0, -1, 2, 6}};
}

// atoms in ascending order of tags
std::vector<size_t> in_order(const System &s)
{
    std::vector<size_t> order(s.natom());
    for (size_t i = 0; i < s.natom(); i++)
        order[i] = i;
    std::sort(order.begin(), order.end(), [&](size_t i, size_t j) {
        return s.tag[i] < s.tag[j];
    });
    return order;
}

// D or H from the formulas, with rows in that order
Field expected_matrix(const System &s, bool weighted)
{
    const size_t d = (size_t)s.dim, n = s.n();
    const std::vector<size_t> order = in_order(s);
    const Field added               = weighted ? s.matrix() : s.hessian();
    Field m(n * n);
    for (size_t r = 0; r < n; r++)
        for (size_t c = 0; c < n; c++)
            m[r * n + c] = added[(d * order[r / d] + r % d) * n + d * order[c / d] + c % d];
    return m;
}

void expect_matrix(const Field &found, const System &s, bool weighted)
{
    const Field expected = expected_matrix(s, weighted);
    const double eps     = 1e-14 * row_sum_norm(expected, s.n()); // sums in another order
    ASSERT_EQ(found.size(), expected.size());
    for (size_t k = 0; k < expected.size(); k++)
        ASSERT_NEAR(found[k], expected[k], eps) << k;
    for (size_t r = 0; r < s.n(); r++)
        for (size_t c = 0; c < r; c++)
            ASSERT_EQ(found[r * s.n() + c], found[c * s.n() + r]) << "not symmetric";
}

// the dense matrix from blocks, whose structure is checked
Field from_bsr(const Npz &npz, const System &s)
{
    const size_t d = (size_t)s.dim, n = s.n();
    const auto start = npz["indptr"].as<int32_t>(), col = npz["indices"].as<int32_t>();
    const Field k = npz["data"].as<double>();
    Field m(n * n, 0.0);
    const std::string nb = std::to_string(col.size()), dim = std::to_string(d);
    EXPECT_EQ(npz["format"].text(), "bsr");
    EXPECT_EQ(npz["shape"].as<int64_t>(), (std::vector<int64_t>{(int64_t)n, (int64_t)n}));
    EXPECT_EQ(npz["data"].header, header("<f8", "(" + nb + ", " + dim + ", " + dim + ")"));
    EXPECT_EQ(npz["indices"].header, header("<i4", "(" + nb + ",)"));
    EXPECT_EQ(start.size(), s.natom() + 1);
    EXPECT_EQ(start[0], 0);
    EXPECT_EQ((size_t)start[s.natom()], col.size());
    for (size_t i = 0; i < s.natom(); i++) {
        bool diagonal = false;
        for (int32_t b = start[i]; b < start[i + 1]; b++) {
            const auto j = (size_t)col[b];
            diagonal     = diagonal || j == i;
            EXPECT_LT(j, s.natom());
            EXPECT_TRUE(b == start[i] || col[b - 1] < col[b]) << "columns out of order";
            for (size_t a = 0; a < d; a++)
                for (size_t c = 0; c < d; c++)
                    m[(d * i + a) * n + d * j + c] = k[((size_t)b * d + a) * d + c];
        }
        EXPECT_TRUE(diagonal) << "atom " << i;
    }
    return m;
}

void expect_facts(const Npz &npz, const System &s, bool weighted)
{
    const std::vector<size_t> order = in_order(s);
    const auto id                   = npz["id"].as<int64_t>();
    for (size_t i = 0; i < s.natom(); i++) {
        EXPECT_EQ(id[i], s.tag[order[i]]);
        EXPECT_EQ(npz["type"].as<int32_t>()[i], s.type[order[i]]);
        EXPECT_EQ(npz["mass"].as<double>()[i], s.mass[order[i]]);
    }
    EXPECT_EQ(id.size(), s.natom());
    EXPECT_EQ(npz["units"].text(), "real");
    EXPECT_EQ(npz["weighted"].data, Bytes(1, (char)weighted));
    EXPECT_EQ(npz["scale"].as<double>(), Field{s.scale});
    EXPECT_EQ(npz["timestep"].as<int64_t>(), std::vector<int64_t>{12345678901});
    EXPECT_EQ(npz["box"].header, header("<f8", "(3, 3)"));
    EXPECT_EQ(npz["box"].as<double>(), (Field{4, 0, 0, 1, 5, 0, -1, 2, 6}));
    EXPECT_EQ(npz.array.size(), 14u);

    const std::string natom = std::to_string(s.natom());
    EXPECT_EQ(npz["xi"].header, header("<f8", "(" + natom + ", 3, 3, 3)"));
    const Field xi = npz["xi"].as<double>();
    for (size_t k = 0; k < 3; k++)
        for (size_t c = 0; c < 3; c++) {
            const Field expected = s.affine_force(k, c);
            for (size_t i = 0; i < s.natom(); i++)
                for (size_t a = 0; a < 3; a++)
                    EXPECT_NEAR(xi[27 * i + 9 * a + 3 * k + c], expected[3 * order[i] + a], 1e-12);
        }
}

// the dense matrix from a Matrix Market file, whose format is checked
Field from_mtx(const std::string &name, const System &s, bool weighted)
{
    std::istringstream in(contents(name));
    std::string line, comments;
    std::getline(in, line);
    EXPECT_EQ(line, "%%MatrixMarket matrix coordinate real symmetric");
    while (in.peek() == '%') {
        std::getline(in, line);
        EXPECT_LE(line.size(), 1024u);
        comments += line + "\n";
    }
    for (const std::string &part :
         {std::string("% timestep 12345678901\n"), std::string("% units real\n"),
          "% atoms " + std::to_string(s.natom()) + ";",
          std::string(weighted ? "% mass-weighted" : "% not mass-weighted")})
        EXPECT_NE(comments.find(part), std::string::npos) << part << "in" << comments;

    size_t nrow, ncol, nentry, r, c, seen = 0;
    double x;
    Field m(s.n() * s.n(), 0.0);
    std::set<std::pair<size_t, size_t>> places;
    in >> nrow >> ncol >> nentry;
    EXPECT_EQ(nrow, s.n());
    EXPECT_EQ(ncol, s.n());
    for (; in >> r >> c >> x; seen++) {
        EXPECT_TRUE(1 <= c && c <= r && r <= s.n()) << "not in the lower triangle";
        EXPECT_TRUE(places.insert({r, c}).second) << "twice";
        m[(r - 1) * s.n() + c - 1] = m[(c - 1) * s.n() + r - 1] = x;
    }
    EXPECT_EQ(seen, nentry);
    return m;
}

void expect_files(const System &s, const Owner &owner = scattered, bool reversed = false)
{
    Hessian share(s, owner, reversed);
    ASSERT_EQ(share.status, INM_OK);
    for (bool weighted : {true, false}) {
        const std::string npz = scratch(".npz"), mtx = scratch(".mtx");
        const inm_matrix_facts facts = facts_of(weighted);
        ASSERT_EQ(inm_matrix_write(share.h, npz.c_str(), &facts), INM_OK);
        const Npz file(npz);
        expect_facts(file, s, weighted);
        const Field blocks = from_bsr(file, s);
        expect_matrix(blocks, s, weighted);

        ASSERT_EQ(inm_matrix_write(share.h, mtx.c_str(), &facts), INM_OK);
        EXPECT_TRUE(from_mtx(mtx, s, weighted) == blocks) << "17 digits are all digits";
        EXPECT_FALSE(exists(npz + ".tmp") || exists(mtx + ".tmp"));
        remove_file(npz);
        remove_file(mtx);
    }
}

TEST(MatrixFile, of_a_cluster_is_its_matrix)
{
    System s = random_cluster(7, 11);
    s.scale  = 3.0;
    expect_files(s);
    expect_files(s, all_on_last, true);
    expect_files(s, in_pairs);
}

TEST(MatrixFile, has_images_added_up_and_rows_in_the_order_of_tags)
{
    expect_files(every_term(3));
    expect_files(every_term(3), scattered, true);
    expect_files(every_term(3), all_on_first);
    expect_files(every_term(3), all_on_last);
}

TEST(MatrixFile, in_two_dimensions_has_no_z)
{
    expect_files(every_term(2));
    expect_files(random_cluster(5, 12, 2), in_pairs);
}

TEST(MatrixFile, of_one_atom_is_one_block)
{
    System s;
    s.add_atom(2.0);
    expect_files(s);
    s.onsite(0, diagonal_matrix(1, 2, 3));
    expect_files(s, all_on_last);
}

TEST(MatrixFile, of_no_atoms_is_empty)
{
    const System nothing;
    expect_files(nothing);
}

// a chain long enough that every rank sends more than one piece of a stream
TEST(MatrixFile, of_many_atoms_comes_through_in_pieces)
{
    const size_t natom = 6000;
    const double stiff = 3.0, soft = -0.5, mass = 2.0;
    const System s         = chain(natom, FREE, stiff, soft, mass);
    const std::string name = scratch(".npz");
    Hessian share(s, in_pairs);
    const inm_matrix_facts facts = facts_of(true);
    ASSERT_EQ(inm_matrix_write(share.h, name.c_str(), &facts), INM_OK);
    const Npz npz(name);
    const auto start = npz["indptr"].as<int32_t>(), col = npz["indices"].as<int32_t>();
    const Field k = npz["data"].as<double>();
    ASSERT_EQ(col.size(), 3 * natom - 2);
    ASSERT_EQ(start.size(), natom + 1);
    size_t n = 0;
    for (size_t i = 0; i < natom; i++) {
        const int ends = (i == 0) + (i == natom - 1);
        ASSERT_EQ((size_t)start[i], n);
        for (size_t j = i - (i > 0); j <= i + (i < natom - 1); j++, n++) {
            const double springs = (i == j) ? 2.0 - ends : -1.0;
            const Mat3 expected  = diagonal_matrix(springs * stiff / mass, springs * soft / mass,
                                                   springs * soft / mass);
            ASSERT_EQ((size_t)col[n], j);
            for (size_t a = 0; a < 9; a++)
                ASSERT_NEAR(k[9 * n + a], expected[a], 1e-14);
        }
    }
    remove_file(name);
}

TEST(MatrixFile, replaces_the_one_before)
{
    const std::string name       = scratch(".npz");
    const inm_matrix_facts facts = facts_of(true);
    for (size_t natom : {6, 3}) {
        const System s = random_cluster(natom, 13);
        Hessian share(s);
        ASSERT_EQ(inm_matrix_write(share.h, name.c_str(), &facts), INM_OK);
        expect_matrix(from_bsr(Npz(name), s), s, true);
        MPI_Barrier(MPI_COMM_WORLD);
    }
    remove_file(name);
}

TEST(MatrixFile, leaves_the_hessian_as_it_is)
{
    const System s         = random_cluster(5, 14);
    const std::string name = scratch(".mtx");
    Hessian share(s);
    const inm_matrix_facts facts = facts_of(true);
    ASSERT_EQ(inm_matrix_write(share.h, name.c_str(), &facts), INM_OK);
    const Bytes first = contents(name);
    remove_file(name);
    ASSERT_EQ(inm_matrix_write(share.h, name.c_str(), &facts), INM_OK);
    EXPECT_TRUE(contents(name) == first);
    remove_file(name);
}

TEST(MatrixFile, format_is_told_by_the_end_of_the_name)
{
    EXPECT_EQ(inm_matrix_format_of("D.npz"), INM_MATRIX_NPZ);
    EXPECT_EQ(inm_matrix_format_of("folder.mtx/D.*.npz"), INM_MATRIX_NPZ);
    EXPECT_EQ(inm_matrix_format_of("D.mtx"), INM_MATRIX_MTX);
    for (const char *name : {"", "D", "npz", ".npz", "D.npy", "D.mtx.gz", "D.NPZ", "D.npz "})
        EXPECT_EQ(inm_matrix_format_of(name), INM_MATRIX_UNKNOWN) << name;
}

// ---- failures -----------------------------------------------------------------------------------

// the status is the same on all ranks, and no files are left behind
void expect_failure(const System &s, const std::string &name, inm_status expected)
{
    const inm_matrix_facts facts = facts_of(true);
    Hessian share(s);
    EXPECT_EQ(inm_matrix_write(share.h, name.c_str(), &facts), expected);
    EXPECT_FALSE(exists(name));
    EXPECT_FALSE(exists(name + ".tmp"));
}

TEST(MatrixFile, in_a_folder_that_does_not_exist_is_an_error)
{
    for (const char *name : {"/no_such_folder/D.npz", "/no_such_folder/D.mtx"}) {
        expect_failure(random_cluster(3, 15), scratch(name), INM_ERR_IO);
        if (my_rank() == 0) {
            EXPECT_EQ(errno, ENOENT);
        }
    }
}

TEST(MatrixFile, that_cannot_get_its_name_is_an_error)
{
    const std::string name = scratch(".npz");
    if (my_rank() == 0) std::ofstream((name + "_").c_str());
    MPI_Barrier(MPI_COMM_WORLD);
    expect_failure(random_cluster(3, 15), name + "_/D.npz", INM_ERR_IO);
    remove_file(name + "_");
}

TEST(MatrixFile, on_a_full_disk_is_an_error_and_the_one_before_stays)
{
    if (!exists("/dev/full")) GTEST_SKIP() << "no /dev/full on this machine";
    for (const char *end : {".npz", ".mtx"}) {
        const System s               = random_cluster(40, 16);
        const std::string name       = scratch(end);
        const inm_matrix_facts facts = facts_of(true);
        Hessian share(s);
        ASSERT_EQ(inm_matrix_write(share.h, name.c_str(), &facts), INM_OK);
        const Bytes before = contents(name);
        MPI_Barrier(MPI_COMM_WORLD);
        if (my_rank() == 0) {
            EXPECT_EQ(symlink("/dev/full", (name + ".tmp").c_str()), 0);
        }
        EXPECT_EQ(inm_matrix_write(share.h, name.c_str(), &facts), INM_ERR_IO);
        if (my_rank() == 0) {
            EXPECT_EQ(errno, ENOSPC);
        }
        EXPECT_FALSE(exists(name + ".tmp"));
        EXPECT_TRUE(contents(name) == before);
        remove_file(name);
    }
}

TEST(MatrixFile, of_numbers_that_are_none_is_an_error)
{
    for (double x : {NaN, Infinity}) {
        System s = random_cluster(5, 17);
        s.onsite(3, diagonal_matrix(0, x, 0));
        expect_failure(s, scratch(".npz"), INM_ERR_NONFINITE);
    }
}

TEST(MatrixFile, of_another_name_is_an_error)
{
    expect_failure(random_cluster(3, 18), scratch(".npy"), INM_ERR_ARG);
}

TEST(MatrixFile, before_the_hessian_is_complete_is_an_error)
{
    const inm_matrix_facts facts = facts_of(true);
    inm_hessian *h               = nullptr;
    ASSERT_EQ(inm_hessian_create(&h, MPI_COMM_WORLD, 3, 1.0), INM_OK);
    EXPECT_EQ(inm_matrix_write(h, scratch(".npz").c_str(), &facts), INM_ERR_ARG);
    EXPECT_FALSE(exists(scratch(".npz")));
    inm_hessian_destroy(&h);
}
} // namespace
