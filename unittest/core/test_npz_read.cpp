// Reading named arrays and matrices: round trips, detection of damage, and refusal of unsupported
// files with a reason.  Archives are made here byte by byte, or by numpy.

#include "files/inm_npz_read.h"
#include "files_of_tests.h"
#include "inm_matrix_file.h"
#include "model_systems.h"

#include <cerrno>
#include <map>

namespace {

// numpy 1.24: x = array([[1.0, -0.5, 3e-300], [2.0**60, 0.1, -7.0]]), i = array([3, -4],
// dtype=int32), units = array("metal") by savez, and by savez_compressed
const char *const BY_SAVEZ =
    "504b030414000000000000002100c026ac85b0000000b000000005001400782e6e707901001000b000000000"
    "000000b000000000000000934e554d5059010076007b276465736372273a20273c6638272c2027666f727472"
    "616e5f6f72646572273a2046616c73652c20277368617065273a2028322c2033292c207d2020202020202020"
    "2020202020202020202020202020202020202020202020202020202020202020202020202020202020202020"
    "2020202020200a000000000000f03f000000000000e0bf83b63ad29712c001000000000000b0439a99999999"
    "99b93f0000000000001cc0504b030414000000000000002100f0b98809880000008800000005001400692e6e"
    "70790100100088000000000000008800000000000000934e554d5059010076007b276465736372273a20273c"
    "6934272c2027666f727472616e5f6f72646572273a2046616c73652c20277368617065273a2028322c292c20"
    "7d20202020202020202020202020202020202020202020202020202020202020202020202020202020202020"
    "20202020202020202020202020202020200a03000000fcffffff504b030414000000000000002100b8c6075b"
    "940000009400000009001400756e6974732e6e70790100100094000000000000009400000000000000934e55"
    "4d5059010076007b276465736372273a20273c5535272c2027666f727472616e5f6f72646572273a2046616c"
    "73652c20277368617065273a2028292c207d2020202020202020202020202020202020202020202020202020"
    "2020202020202020202020202020202020202020202020202020202020202020202020200a6d000000650000"
    "0074000000610000006c000000504b0102140314000000000000002100c026ac85b0000000b0000000050000"
    "000000000000000000800100000000782e6e7079504b0102140314000000000000002100f0b9880988000000"
    "880000000500000000000000000000008001e7000000692e6e7079504b0102140314000000000000002100b8"
    "c6075b94000000940000000900000000000000000000008001a6010000756e6974732e6e7079504b05060000"
    "0000030003009d000000750200000000";
const char *const BY_SAVEZ_COMPRESSED =
    "504b030414000000080000002100c026ac8564000000b000000005001400782e6e707901001000b000000000"
    "00000064000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9366a1aea3a09e965f5452"
    "9498179f5f94920a12774bcc294e058a17672416a402f91a463a0ac69a3a0ab50a64032e0630f8600fa11fec"
    "6fde667569bad00146087f83f3ac9920b0132a2f730000504b030414000000080000002100f0b988094d0000"
    "008800000005001400692e6e70790100100088000000000000004d000000000000009bec17ea1b10c9c850c6"
    "50ad9e925a9c5ca46ea5a06e9369a2aea3a09e965f54529498179f5f94920a12774bcc294e058a17672416a4"
    "02f91a463a9a3a0ab50a14002e660606863fffffff0700504b030414000000080000002100b8c6075b500000"
    "009400000009001400756e6974732e6e707901001000940000000000000050000000000000009bec17ea1b10"
    "c9c850c650ad9e925a9c5ca46ea5a06e136aaaaea3a09e965f54529498179f5f94920a12774bcc294e058a17"
    "672416a402f91a9a3a0ab50a1401ae5c06068654202e01e24420ce016200504b010214031400000008000000"
    "2100c026ac8564000000b0000000050000000000000000000000800100000000782e6e7079504b0102140314"
    "000000080000002100f0b988094d0000008800000005000000000000000000000080019b000000692e6e7079"
    "504b0102140314000000080000002100b8c6075b500000009400000009000000000000000000000080011f01"
    "0000756e6974732e6e7079504b050600000000030003009d000000aa0100000000";

Bytes from_hex(const char *digits)
{
    Bytes b;
    for (const char *p = digits; *p; p += 2)
        b += (char)std::stoi(Bytes(p, 2), nullptr, 16);
    return b;
}

// ---- archives made by hand ----------------------------------------------------------------------

Bytes little_endian(uint64_t value, int bytes)
{
    Bytes b;
    for (; bytes > 0; bytes--, value >>= 8)
        b += (char)(value & 0xFF);
    return b;
}

struct Member {
    std::string name;
    Bytes data;
    unsigned method = 0, flags = 0;
    uint64_t size = 0; // size in the header; 0: size of data
    Member(const std::string &n, const Bytes &d) : name(n), data(d) {}
};

// An archive as numpy writes it, with 32-bit sizes.
Bytes archive_of(const std::vector<Member> &members)
{
    Bytes b, directory;
    for (const Member &m : members) {
        const uint64_t size = m.size ? m.size : m.data.size();
        const Bytes common  = little_endian(20, 2) + little_endian(m.flags, 2) +
                             little_endian(m.method, 2) + little_endian(0, 4) +
                             little_endian(checksum(m.data), 4) + little_endian(m.data.size(), 4) +
                             little_endian(size, 4) + little_endian(m.name.size(), 2) +
                             little_endian(0, 2);
        directory += little_endian(0x02014b50, 4) + little_endian(20, 2) + common +
                     little_endian(0, 10) + little_endian(b.size(), 4) + m.name;
        b += little_endian(0x04034b50, 4) + common + m.name + m.data;
    }
    const size_t offset = b.size();
    return b + directory + little_endian(0x06054b50, 4) + little_endian(0, 4) +
           little_endian(members.size(), 2) + little_endian(members.size(), 2) +
           little_endian(directory.size(), 4) + little_endian(offset, 4) + little_endian(0, 2);
}

Bytes npy(const std::string &header, const Bytes &data, int version = 1)
{
    const Bytes text = header + "\n";
    return Bytes("\x93NUMPY", 6) + little_endian((uint64_t)version, 2) +
           little_endian(text.size(), version == 1 ? 2 : 4) + text + data;
}

std::string header(const std::string &type, const std::string &shape, bool fortran = false)
{
    return "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") +
           ", 'shape': " + shape + ", }";
}

Bytes of_doubles(const Field &x)
{
    return Bytes((const char *)x.data(), x.size() * sizeof(double));
}

// ---- reading ------------------------------------------------------------------------------------

// A reader that closes itself.
class Reader {
public:
    inm_npz_reader *z = nullptr;
    inm_status status;
    char why[INM_NPZ_WHY];

    explicit Reader(const Bytes &b)
    {
        fp = tmpfile();
        EXPECT_EQ(fwrite(b.data(), 1, b.size(), fp), b.size());
        status = inm_npz_open(&z, fp, why);
        EXPECT_EQ(z == nullptr, status != INM_OK);
    }
    ~Reader()
    {
        inm_npz_reader_close(&z);
        fclose(fp);
    }
    Reader(const Reader &)            = delete;
    Reader &operator=(const Reader &) = delete;

    // all elements of an array; empty if unreadable
    template <typename T> std::vector<T> all(const std::string &name, inm_npz_info *info = nullptr)
    {
        inm_npz_info here;
        std::vector<T> x;
        if (status == INM_OK) status = inm_npz_look(z, name.c_str(), &here);
        if (status == INM_OK) {
            EXPECT_EQ(here.bytes, here.count * sizeof(T));
            x.resize((size_t)here.count);
            status = inm_npz_take(z, x.data(), (size_t)here.bytes);
        }
        if (status != INM_OK) x.clear();
        if (info) *info = here;
        return x;
    }
    std::string text(const std::string &name)
    {
        char s[40] = "";
        if (status == INM_OK) status = inm_npz_read_text(z, name.c_str(), sizeof(s), s);
        return s;
    }

private:
    FILE *fp;
};

Bytes written(const std::function<void(inm_npz *)> &script)
{
    FILE *fp   = tmpfile();
    inm_npz *z = nullptr;
    EXPECT_EQ(inm_npz_create(&z, fp), INM_OK);
    script(z);
    EXPECT_EQ(inm_npz_close(&z), INM_OK);
    Bytes b((size_t)ftell(fp), '\0');
    rewind(fp);
    EXPECT_EQ(fread(&b[0], 1, b.size(), fp), b.size());
    fclose(fp);
    return b;
}

const int64_t THREE[] = {3}, TWO_BY_THREE[] = {2, 3}, OF_FOUR[] = {1, 2, 1, 3}, NONE[] = {0, 3};
const Field numbers              = {1.0, -0.5, 3e-300, M_PI, Infinity, -0.0};
const std::vector<int32_t> ints  = {1, -2, 2147483647};
const std::vector<int64_t> longs = {-1, 0, (int64_t)1 << 62};
const unsigned char yes          = 1;

void all_types(inm_npz *z)
{
    inm_npz_array(z, "x", INM_NPZ_DOUBLE, 2, TWO_BY_THREE, numbers.data());
    inm_npz_array(z, "four", INM_NPZ_DOUBLE, 4, OF_FOUR, numbers.data());
    inm_npz_array(z, "i", INM_NPZ_INT32, 1, THREE, ints.data());
    inm_npz_array(z, "j", INM_NPZ_INT64, 1, THREE, longs.data());
    inm_npz_array(z, "yes", INM_NPZ_BOOL, 0, nullptr, &yes);
    inm_npz_array(z, "scalar", INM_NPZ_DOUBLE, 0, nullptr, &numbers[3]);
    inm_npz_array(z, "nothing", INM_NPZ_DOUBLE, 2, NONE, nullptr);
    inm_npz_text(z, "units", "metal");
    inm_npz_text(z, "no_text", "");
}

// bit for bit
bool same(const Field &x, const Field &y)
{
    return of_doubles(x) == of_doubles(y);
}

void expect_all_types(const Bytes &b)
{
    Reader in(b);
    inm_npz_info info;
    // in a different order than in the file
    EXPECT_EQ(in.text("units"), "metal");
    EXPECT_TRUE(same(in.all<double>("x", &info), numbers));
    EXPECT_EQ(info.ndim, 2);
    EXPECT_EQ(info.type, INM_NPZ_DOUBLE);
    EXPECT_EQ(std::vector<int64_t>(info.shape, info.shape + 2), (std::vector<int64_t>{2, 3}));
    in.all<double>("four", &info);
    EXPECT_EQ(std::vector<int64_t>(info.shape, info.shape + 4), (std::vector<int64_t>{1, 2, 1, 3}));
    EXPECT_EQ(in.all<int64_t>("j"), longs);
    EXPECT_EQ(in.all<int32_t>("i"), ints);
    EXPECT_EQ(in.all<unsigned char>("yes"), std::vector<unsigned char>{1});
    EXPECT_EQ(in.all<double>("scalar", &info), Field{M_PI});
    EXPECT_EQ(info.ndim, 0);
    EXPECT_TRUE(in.all<double>("nothing", &info).empty());
    EXPECT_EQ(info.shape[0], 0);
    EXPECT_EQ(in.text("no_text"), "");
    EXPECT_EQ(in.status, INM_OK) << in.why;
    EXPECT_TRUE(inm_npz_has(in.z, "x"));
    EXPECT_FALSE(inm_npz_has(in.z, "y"));
    EXPECT_FALSE(inm_npz_has(in.z, ""));
}

TEST(NpzRead, what_was_written_comes_back)
{
    expect_all_types(written(all_types));
}

TEST(NpzRead, fields_of_64_bits_say_the_same)
{
    for (uint64_t from : {0, 150, 1000, 1400})
        expect_all_types(written([&](inm_npz *z) {
            inm_npz_set_zip64(z, from);
            all_types(z);
        }));
}

TEST(NpzRead, a_comment_of_the_archive_does_no_harm)
{
    Bytes b         = written(all_types);
    b[b.size() - 2] = 30;
    expect_all_types(b + Bytes("a comment with an end PK\5\6 in it", 30));
}

void expect_arrays_of_numpy(const Bytes &b)
{
    Reader in(b);
    inm_npz_info info;
    EXPECT_TRUE(
        same(in.all<double>("x", &info), Field{1.0, -0.5, 3e-300, std::pow(2.0, 60), 0.1, -7.0}));
    EXPECT_EQ(info.ndim, 2);
    EXPECT_EQ(in.all<int32_t>("i"), (std::vector<int32_t>{3, -4}));
    EXPECT_EQ(in.text("units"), "metal");
    EXPECT_EQ(in.status, INM_OK) << in.why;
}

TEST(NpzRead, files_of_numpy_are_read)
{
    expect_arrays_of_numpy(from_hex(BY_SAVEZ));
}

// whether the core was built with zlib
bool inflates()
{
    Reader in(from_hex(BY_SAVEZ_COMPRESSED));
    in.all<double>("x");
    if (in.status != INM_OK) {
        EXPECT_EQ(in.status, INM_ERR_FORMAT);
        EXPECT_NE(std::string(in.why).find("zlib"), std::string::npos) << in.why;
    }
    return in.status == INM_OK;
}

TEST(NpzRead, compressed_files_of_numpy_are_read_where_there_is_zlib)
{
    if (!inflates()) GTEST_SKIP() << "built without zlib";
    expect_arrays_of_numpy(from_hex(BY_SAVEZ_COMPRESSED));
}

TEST(NpzRead, an_array_may_be_taken_in_parts)
{
    for (const char *digits : {BY_SAVEZ, BY_SAVEZ_COMPRESSED}) {
        if (digits == BY_SAVEZ_COMPRESSED && !inflates()) continue;
        Reader in(from_hex(digits));
        inm_npz_info info;
        double x[6];
        EXPECT_EQ(inm_npz_look(in.z, "x", &info), INM_OK);
        EXPECT_EQ(inm_npz_take(in.z, x, 5), INM_OK);
        EXPECT_EQ(inm_npz_take(in.z, nullptr, 0), INM_OK);
        EXPECT_EQ(inm_npz_take(in.z, (char *)x + 5, 43), INM_OK);
        EXPECT_EQ(x[4], 0.1);
        EXPECT_EQ(inm_npz_take(in.z, x, 1), INM_ERR_ARG) << "there is no more";
        EXPECT_EQ(inm_npz_look(in.z, "x", &info), INM_ERR_ARG) << "the first failure stays";
        EXPECT_EQ(inm_npz_state(in.z), INM_ERR_ARG);
    }
}

TEST(NpzRead, another_type_or_shape_than_expected_is_refused)
{
    double x[6];
    const int64_t other[] = {3, 2};
    const Bytes b         = written(all_types);
    EXPECT_EQ(inm_npz_read(Reader(b).z, "x", INM_NPZ_DOUBLE, 2, TWO_BY_THREE, x), INM_OK);
    EXPECT_EQ(inm_npz_read(Reader(b).z, "x", INM_NPZ_DOUBLE, 2, other, x), INM_ERR_ARG);
    EXPECT_EQ(inm_npz_read(Reader(b).z, "x", INM_NPZ_INT64, 2, TWO_BY_THREE, x), INM_ERR_ARG);
    EXPECT_EQ(inm_npz_read(Reader(b).z, "x", INM_NPZ_DOUBLE, 1, THREE, x), INM_ERR_ARG);
    Reader in(b);
    EXPECT_EQ(inm_npz_read(in.z, "y", INM_NPZ_DOUBLE, 1, THREE, x), INM_ERR_ARG);
    EXPECT_STREQ(in.why, "has no array y");
}

TEST(NpzRead, texts_are_those_that_fit)
{
    char s[6];
    const Bytes b = written(all_types);
    EXPECT_EQ(inm_npz_read_text(Reader(b).z, "units", 6, s), INM_OK);
    EXPECT_STREQ(s, "metal");
    EXPECT_EQ(inm_npz_read_text(Reader(b).z, "units", 5, s), INM_ERR_FORMAT);
    EXPECT_EQ(inm_npz_read_text(Reader(b).z, "x", 6, s), INM_ERR_ARG);
}

// ---- damage -------------------------------------------------------------------------------------

// every array, or none if one is unreadable
Bytes all_data(const Bytes &b, inm_status *status)
{
    Reader in(b);
    const Bytes x = of_doubles(in.all<double>("x"));
    const auto i  = in.all<int32_t>("i");
    const Bytes s = in.text("units");
    *status       = in.status;
    if (in.status != INM_OK) {
        EXPECT_NE(in.why[0], '\0') << "no reason";
        EXPECT_TRUE(in.status == INM_ERR_DATA || in.status == INM_ERR_FORMAT ||
                    in.status == INM_ERR_ARG)
            << inm_strerror(in.status);
        return "";
    }
    return x + Bytes((const char *)i.data(), 4 * i.size()) + s;
}

TEST(NpzRead, a_file_that_ends_too_early_is_refused)
{
    for (const char *digits : {BY_SAVEZ, BY_SAVEZ_COMPRESSED}) {
        const Bytes whole = from_hex(digits);
        for (size_t n = 0; n < whole.size(); n++) {
            inm_status status;
            all_data(whole.substr(0, n), &status);
            EXPECT_EQ(status, INM_ERR_DATA) << "the first " << n << " bytes";
        }
    }
}

// Changes of some bytes, such as the time, have no effect; any other change must be detected.
TEST(NpzRead, no_changed_byte_changes_a_number)
{
    for (const char *digits : {BY_SAVEZ, BY_SAVEZ_COMPRESSED}) {
        const Bytes whole = from_hex(digits);
        inm_status status;
        const Bytes data = all_data(whole, &status);
        size_t unseen    = 0;
        for (size_t at = 0; at < whole.size(); at++)
            for (int change : {0x01, 0x80, 0xFF}) {
                Bytes changed     = whole;
                changed[at]       = (char)(changed[at] ^ change);
                const Bytes found = all_data(changed, &status);
                EXPECT_TRUE(status != INM_OK || found == data) << "byte " << at;
                unseen += (status == INM_OK);
            }
        EXPECT_LT(unseen, 3 * whole.size() / 2) << "test: changes are not made";
    }
}

TEST(NpzRead, what_is_no_archive_is_refused)
{
    for (const Bytes &b :
         {Bytes(), Bytes("x"), Bytes(100000, 'P'), npy(header("<f8", "()"), "12345678")}) {
        Reader in(b);
        EXPECT_EQ(in.status, INM_ERR_DATA);
        EXPECT_STREQ(in.why, "is not a ZIP archive, or its end is missing");
    }
}

inm_status status_of(const Member &member, std::string *why = nullptr)
{
    Reader in(archive_of({member}));
    in.all<double>("x");
    if (why) *why = in.why;
    return in.status;
}

inm_status status_of(const Bytes &array, std::string *why = nullptr)
{
    return status_of(Member("x.npy", array), why);
}

TEST(NpzRead, headers_of_other_programs_are_understood)
{
    const Bytes two = of_doubles({1.0, 2.0});
    EXPECT_EQ(status_of(npy(header("<f8", "(2,)"), two)), INM_OK) << "test: an archive of ours";
    EXPECT_EQ(status_of(npy(header("<f8", "(2,)"), two, 2)), INM_OK) << "version 2.0";
    EXPECT_EQ(status_of(npy("{'shape':(2,),'fortran_order':False,'descr':'<f8'}", two)), INM_OK);
    EXPECT_EQ(
        status_of(npy("{\"shape\": (2L,), \"fortran_order\": True, \"descr\": \"<f8\"}   ", two)),
        INM_OK)
        << "one dimension has no order";
}

TEST(NpzRead, arrays_that_are_not_read_are_refused_with_their_reason)
{
    const Bytes two                                          = of_doubles({1.0, 2.0});
    const std::vector<std::pair<Bytes, std::string>> refused = {
        {npy(header(">f8", "(2,)"), two), "has array x of type >f8"},
        {npy(header("<f4", "(4,)"), two), "has array x of type <f4"},
        {npy(header("<c16", "()"), two), "has array x of type <c16"},
        {npy(header("|O", "(2,)"), two), "has array x of type |O"},
        {npy(header("<U2", "(2,)"), two), "has several strings in array x"},
        {npy(header("<f8", "(1, 2)", true), two), "has array x in column-major order"},
        {npy(header("<f8", "(2,)"), two, 3), "has array x in version 3.0"},
        {npy(header("<f8", "(1, 1, 1, 1, 2)"), two),
         "has an invalid header of array x"},
        {npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,)}", two),
         "has an invalid header of array x"}};
    for (const auto &r : refused) {
        std::string why;
        EXPECT_EQ(status_of(r.first, &why), INM_ERR_FORMAT) << r.second;
        EXPECT_EQ(why.substr(0, r.second.size()), r.second);
    }
}

TEST(NpzRead, headers_that_are_none_are_refused)
{
    const Bytes two = of_doubles({1.0, 2.0});
    for (const char *text :
         {"", "{", "{'descr': '<f8'", "{'descr': '<f8', 'fortran_order': False}", "{'descr' '<f8'}",
          "{'descr': '<f8', 'fortran_order': Maybe, 'shape': (2,)}",
          "{'descr': '<f8', 'fortran_order': False, 'shape': (-2,)}",
          "{'descr': '<f8', 'fortran_order': False, 'shape': (2 2)}",
          "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}",
          "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), 'more': 1}",
          "{'descr': '<f8', 'fortran_order': False, 'shape': (2,)} more",
          "{'descr': 'a type that is longer than any', 'fortran_order': False, 'shape': (2,)}"})
        EXPECT_EQ(status_of(npy(text, two)), INM_ERR_FORMAT) << text;
    EXPECT_EQ(status_of(npy(Bytes("{\0}", 3), two)), INM_ERR_DATA);
    EXPECT_EQ(status_of(Bytes("\x93NUMPY\1\0\xff\xff", 10)), INM_ERR_DATA)
        << "longer than the file";
    EXPECT_EQ(status_of(npy(std::string(20000, ' '), two)), INM_ERR_FORMAT);
    EXPECT_EQ(status_of(Bytes("12345678")), INM_ERR_DATA);
    EXPECT_EQ(status_of(Bytes("1234567890123456")), INM_ERR_DATA);
}

// must not allocate memory for them
TEST(NpzRead, sizes_that_the_file_cannot_hold_are_refused)
{
    const Bytes two = of_doubles({1.0, 2.0});
    for (const char *shape :
         {"(3,)", "(1,)", "()", "(0,)", "(1152921504606846978,)", "(9000000000000000000,)",
          "(4294967296, 4294967296)", "(4294967297, 4294967296, 2)", "(0, 4294967296, 4294967296)"})
        EXPECT_EQ(status_of(npy(header("<f8", shape), two)), INM_ERR_DATA) << shape;

    const Bytes array = npy(header("<f8", "(2,)"), two);
    for (uint64_t size : {(uint64_t)array.size() - 1, (uint64_t)array.size() + 1,
                          (uint64_t)0xFFFFFFFEu, (uint64_t)0xFFFFFFFFu}) {
        Member m("x.npy", array);
        m.size = size;
        EXPECT_EQ(status_of(m), INM_ERR_DATA) << size;
    }
    Member bomb("x.npy", Bytes(100, '\0'));
    bomb.method = 8;
    bomb.size   = 1100 * 100;
    std::string why;
    EXPECT_EQ(status_of(bomb, &why), INM_ERR_DATA);
    EXPECT_EQ(why, "has inconsistent sizes of array x");
}

TEST(NpzRead, members_that_are_not_read_are_refused_with_their_reason)
{
    const Bytes array = npy(header("<f8", "(2,)"), of_doubles({1.0, 2.0}));
    std::string why;
    Member m("x.npy", array);
    m.method = 12;
    EXPECT_EQ(status_of(m, &why), INM_ERR_FORMAT);
    EXPECT_EQ(why, "has ZIP compression method 12; only deflate (8) can be read");
    m.method = 0;
    m.flags  = 1;
    EXPECT_EQ(status_of(m, &why), INM_ERR_FORMAT);
    EXPECT_EQ(why, "is encrypted");

    for (const std::string &name : {std::string("x"), std::string(".npy"), std::string("X.npy"),
                                    std::string("x.npy.npy"), std::string(70, 'x') + ".npy"})
        EXPECT_EQ(status_of(Member(name, array)), INM_ERR_ARG) << name;
    Reader many(archive_of(std::vector<Member>(65, Member("x.npy", array))));
    EXPECT_EQ(many.status, INM_ERR_FORMAT);
}

TEST(NpzRead, a_file_that_cannot_be_read_is_an_error)
{
    FILE *fp = fopen(testing::TempDir().c_str(), "rb");
    if (!fp) GTEST_SKIP() << "folders cannot be opened";
    inm_npz_reader *z = nullptr;
    char why[INM_NPZ_WHY];
    EXPECT_EQ(inm_npz_open(&z, fp, why), INM_ERR_IO) << why;
    EXPECT_EQ(z, nullptr);
    fclose(fp);
}

// ---- matrices -----------------------------------------------------------------------------------

inm_matrix_facts facts_of(bool weighted)
{
    return inm_matrix_facts{weighted, "real", (int64_t)12345678901, {4, 0, 0, 1, 5, 0, -1, 2, 6}};
}

// A matrix read from a file, which frees itself; collective over comm.
struct Stored {
    inm_hessian *h = nullptr;
    inm_matrix_origin origin;
    inm_status status;
    explicit Stored(const std::string &name, MPI_Comm comm = MPI_COMM_WORLD)
    {
        status = inm_matrix_read(&h, comm, name.c_str(), &origin);
        EXPECT_EQ(h == nullptr, status != INM_OK);
        EXPECT_EQ(origin.why[0] == '\0', status == INM_OK) << origin.why;
    }
    ~Stored() { inm_hessian_destroy(&h); }
    Stored(const Stored &)            = delete;
    Stored &operator=(const Stored &) = delete;
};

void expect_facts(const inm_matrix_origin &origin, const System &s, bool weighted)
{
    const inm_matrix_facts expected = facts_of(weighted);
    EXPECT_EQ(origin.facts.weighted, (int)weighted);
    EXPECT_STREQ(origin.facts.units, "real");
    EXPECT_EQ(origin.facts.timestep, expected.timestep);
    EXPECT_TRUE(std::equal(expected.box, expected.box + 9, origin.facts.box));
    EXPECT_EQ(origin.scale, s.scale);
    EXPECT_EQ(origin.has_affine, 1);
}

// the array x of a file, on all ranks
Field array_of(const std::string &name, const std::string &x)
{
    Reader in(contents(name));
    const Field all = in.all<double>(x);
    EXPECT_EQ(in.status, INM_OK) << in.why;
    return all;
}

// what was read, written to a file again
void expect_same_file(const std::string &first, const Stored &read, bool exact)
{
    const std::string again = scratch("_again.npz");
    ASSERT_EQ(inm_matrix_write(read.h, again.c_str(), &read.origin.facts), INM_OK);
    EXPECT_TRUE(contents(again) == contents(first) || !exact) << "not the same file";
    EXPECT_TRUE(same(array_of(again, "xi"), array_of(first, "xi")));
    const Field x = array_of(first, "data"), y = array_of(again, "data");
    ASSERT_EQ(x.size(), y.size());
    // a square root, two quotients and two products
    for (size_t k = 0; k < x.size(); k++)
        EXPECT_NEAR(x[k], y[k], 3.0 * DBL_EPSILON * std::fabs(x[k]));
    remove_file(again);
}

void expect_round_trip(const System &s, const Owner &owner = scattered)
{
    const std::string name = scratch("_first.npz");
    const bool one_mass =
        s.scale == 1.0 && std::count(s.mass.begin(), s.mass.end(), 1.0) == (long)s.natom();
    Hessian share(s, owner);
    ASSERT_EQ(share.status, INM_OK);
    for (bool weighted : {false, true}) {
        const inm_matrix_facts facts = facts_of(weighted);
        ASSERT_EQ(inm_matrix_write(share.h, name.c_str(), &facts), INM_OK);
        Stored read(name);
        ASSERT_EQ(read.status, INM_OK) << read.origin.why;
        expect_facts(read.origin, s, weighted);
        expect_same_file(name, read, !weighted || one_mass);
        EXPECT_NEAR(inm_hessian_trace(read.h), inm_hessian_trace(share.h),
                    1e-13 * std::fabs(inm_hessian_trace(share.h)));
        remove_file(name);
    }
}

TEST(MatrixRead, gives_the_same_file_again)
{
    for (int dim : {2, 3}) {
        expect_round_trip(every_term(dim));
        expect_round_trip(every_term(dim), all_on_last);
        expect_round_trip(random_cluster(9, 21, dim), in_pairs);
    }
    expect_round_trip(chain(7, PERIODIC, 3.0, -0.5, 1.0));
}

TEST(MatrixRead, of_few_atoms_or_none)
{
    expect_round_trip(System());
    System s;
    s.add_atom(1.0);
    s.onsite(0, diagonal_matrix(1, 2, 3));
    expect_round_trip(s);
}

// long enough that a rank receives it in several pieces
TEST(MatrixRead, of_many_atoms_comes_in_pieces)
{
    expect_round_trip(chain(6000, FREE, 3.0, -0.5, 1.0), in_pairs);
}

TEST(MatrixRead, multiplies_as_before)
{
    const System s         = every_term(3);
    const std::string name = scratch("_first.npz");
    const Field u = random_numbers(3 * s.natom(), -1.0, 1.0, 22), h = s.hessian();
    Hessian share(s);
    const inm_matrix_facts facts = facts_of(true);
    ASSERT_EQ(inm_matrix_write(share.h, name.c_str(), &facts), INM_OK);
    Stored read(name);
    ASSERT_EQ(read.status, INM_OK) << read.origin.why;
    const size_t nrow  = inm_hessian_nrow(read.h);
    const int64_t *tag = inm_hessian_tags(read.h);
    Field mine, y(3 * nrow), xi(3 * nrow);
    for (size_t r = 0; r < nrow; r++) {
        const size_t i = s.index_of(tag[r]);
        mine.insert(mine.end(), &u[3 * i], &u[3 * i] + 3);
    }
    ASSERT_EQ(inm_hessian_multiply(read.h, mine.data(), y.data()), INM_OK);
    inm_hessian_affine_force(read.h, 0, 2, xi.data());
    const Field affine = s.affine_force(0, 2);
    for (size_t r = 0; r < nrow; r++)
        for (size_t a = 0; a < 3; a++) {
            const size_t row = 3 * s.index_of(tag[r]) + a;
            double sum       = 0.0;
            for (size_t c = 0; c < s.n(); c++)
                sum += h[row * s.n() + c] * u[c];
            EXPECT_NEAR(y[3 * r + a], sum, 1e-13 * row_sum_norm(h, s.n()));
            EXPECT_NEAR(xi[3 * r + a], affine[row], 1e-12);
        }
    remove_file(name);
}

TEST(MatrixRead, on_one_rank_of_several_is_read_too)
{
    const System s         = random_cluster(6, 23);
    const std::string name = scratch("_first.npz");
    Hessian share(s);
    const inm_matrix_facts facts = facts_of(false);
    ASSERT_EQ(inm_matrix_write(share.h, name.c_str(), &facts), INM_OK);
    {
        Stored read(name, MPI_COMM_SELF);
        ASSERT_EQ(read.status, INM_OK) << read.origin.why;
        EXPECT_EQ(inm_hessian_nrow(read.h), s.natom());
    }
    remove_file(name);
}

// ---- refused matrices ---------------------------------------------------------------------------

// The arrays of a file for two atoms, to be corrupted before writing.
struct Arrays {
    std::string format = "bsr", units = "lj";
    std::vector<int64_t> shape = {6, 6}, id = {3, 5};
    std::vector<int32_t> type = {1, 1}, indptr = {0, 2, 4}, indices = {0, 1, 0, 1};
    Field mass = {1.0, 2.0}, data, xi = Field(54, 0.25);
    double scale = 1.0;
    int64_t dim = 3, columns = 3;
    std::string without; // the name of an array to omit
    Arrays()
    {
        for (double sign : {1.0, -1.0, -1.0, 1.0})
            for (size_t a = 0; a < 9; a++)
                data.push_back(sign * (1.0 + (double)(a % 4 == 0)));
    }

    Bytes bytes() const
    {
        return written([&](inm_npz *z) {
            put(z, "shape", INM_NPZ_INT64, shape);
            put(z, "id", INM_NPZ_INT64, id);
            put(z, "type", INM_NPZ_INT32, type);
            put(z, "mass", INM_NPZ_DOUBLE, mass);
            put(z, "indptr", INM_NPZ_INT32, indptr);
            put(z, "indices", INM_NPZ_INT32, indices);
            if (without != "format") inm_npz_text(z, "format", format.c_str());
            if (without != "units") inm_npz_text(z, "units", units.c_str());
            if (without != "weighted") inm_npz_array(z, "weighted", INM_NPZ_BOOL, 0, nullptr, &yes);
            if (without != "scale") inm_npz_array(z, "scale", INM_NPZ_DOUBLE, 0, nullptr, &scale);
            if (without != "timestep")
                inm_npz_array(z, "timestep", INM_NPZ_INT64, 0, nullptr, &id[0]);
            const int64_t box[]    = {3, 3},
                          blocks[] = {(int64_t)data.size() / (dim * columns), dim, columns},
                          affine[] = {(int64_t)xi.size() / 27, 3, 3, 3};
            if (without != "box") inm_npz_array(z, "box", INM_NPZ_DOUBLE, 2, box, data.data());
            if (without != "data") inm_npz_array(z, "data", INM_NPZ_DOUBLE, 3, blocks, data.data());
            if (without != "xi") inm_npz_array(z, "xi", INM_NPZ_DOUBLE, 4, affine, xi.data());
        });
    }

private:
    template <typename T>
    void put(inm_npz *z, const std::string &name, inm_npz_type t, const std::vector<T> &x) const
    {
        const int64_t n = (int64_t)x.size();
        if (without != name) inm_npz_array(z, name.c_str(), t, 1, &n, x.data());
    }
};

// The status of reading, and the reason without the file name.
inm_status read_status(const Arrays &arrays, std::string *why)
{
    const std::string name = scratch("_spoilt.npz");
    if (my_rank() == 0) std::ofstream(name, std::ios::binary) << arrays.bytes();
    MPI_Barrier(MPI_COMM_WORLD);
    inm_status status;
    {
        Stored read(name);
        status = read.status;
        *why   = read.origin.why;
    }
    if (!why->empty()) {
        EXPECT_EQ(why->substr(0, name.size() + 1), (name + " ").substr(0, 91));
        *why = why->substr(std::min(why->size(), name.size() + 1));
    }
    EXPECT_TRUE(same_on_all_ranks((int)status));
    EXPECT_TRUE(same_on_all_ranks((int)why->size()));
    remove_file(name);
    return status;
}

TEST(MatrixRead, a_file_without_affine_forces_is_read)
{
    Arrays arrays;
    std::string why;
    EXPECT_EQ(read_status(arrays, &why), INM_OK) << "test: it is to be spoilt later; " << why;
    arrays.without = "xi";
    EXPECT_EQ(read_status(arrays, &why), INM_OK) << why;
}

TEST(MatrixRead, a_file_without_another_array_is_refused)
{
    for (const char *name : {"format", "shape", "id", "type", "mass", "units", "weighted", "scale",
                             "timestep", "box", "indptr", "indices", "data"}) {
        Arrays arrays;
        std::string why;
        arrays.without = name;
        EXPECT_EQ(read_status(arrays, &why), INM_ERR_ARG) << name;
        EXPECT_EQ(why, std::string("has no array ") + name);
    }
}

TEST(MatrixRead, arrays_that_contradict_each_other_are_refused)
{
    const std::vector<std::pair<std::function<void(Arrays &)>, std::string>> spoilt = {
        {[](Arrays &a) {
             a.shape[1] = 9;
         },
         "has a shape that does not match its blocks"},
        {[](Arrays &a) {
             a.indptr = {0, 3, 2};
         },
         "has an indptr that does not ascend from 0 to the number of blocks"},
        {[](Arrays &a) {
             a.indptr = {0, -1, 4};
         },
         "has an indptr that does not ascend from 0 to the number of blocks"},
        {[](Arrays &a) {
             a.indptr = {1, 2, 4};
         },
         "has an indptr that does not ascend from 0 to the number of blocks"},
        {[](Arrays &a) {
             a.indptr = {0, 2, 5};
         },
         "has an indptr that does not ascend from 0 to the number of blocks"},
        {[](Arrays &a) {
             a.indices[2] = 2;
         },
         "has a column index without an atom"},
        {[](Arrays &a) {
             a.indices[2] = -1;
         },
         "has a column index without an atom"},
        {[](Arrays &a) {
             a.indices.pop_back();
         },
         "has indices that do not match its data"},
        {[](Arrays &a) {
             a.mass[1] = 0.0;
         },
         "has an atom ID, a type, or a mass that is not above 0"},
        {[](Arrays &a) {
             a.mass[1] = NaN;
         },
         "has an atom ID, a type, or a mass that is not above 0"},
        {[](Arrays &a) {
             a.id[0] = 0;
         },
         "has an atom ID, a type, or a mass that is not above 0"},
        {[](Arrays &a) {
             a.type[1] = -1;
         },
         "has an atom ID, a type, or a mass that is not above 0"},
        {[](Arrays &a) {
             a.scale = 0.0;
         },
         "has a scale that is not above 0"},
        {[](Arrays &a) {
             a.xi.resize(27);
         },
         "has an array xi that does not match its atoms"},
        {[](Arrays &a) {
             a.data[12] += 1e-6;
         },
         "has a matrix that is not symmetric"},
        {[](Arrays &a) {
             a.indptr = {0, 2, 3};
             a.indices.pop_back();
             a.data.resize(27);
             a.indices[2] = 1;
         },
         "has a matrix that is not symmetric"}};
    for (const auto &s : spoilt) {
        Arrays arrays;
        std::string why;
        s.first(arrays);
        EXPECT_EQ(read_status(arrays, &why), INM_ERR_DATA) << s.second;
        EXPECT_EQ(why, s.second);
    }
}

TEST(MatrixRead, other_matrices_are_refused)
{
    Arrays arrays;
    std::string why;
    arrays.format = "csr";
    EXPECT_EQ(read_status(arrays, &why), INM_ERR_FORMAT);
    EXPECT_EQ(why, "has a matrix in format csr; only bsr can be read");
    arrays         = Arrays();
    arrays.columns = 1;
    EXPECT_EQ(read_status(arrays, &why), INM_ERR_FORMAT);
    EXPECT_EQ(why, "has no blocks of size 2x2 or 3x3");
    arrays      = Arrays();
    arrays.mass = {1.0, 2.0, 3.0};
    EXPECT_EQ(read_status(arrays, &why), INM_ERR_ARG);
    EXPECT_EQ(why, "has array mass with a wrong type or shape");
    arrays    = Arrays();
    arrays.id = {5, 5};
    EXPECT_EQ(read_status(arrays, &why), INM_ERR_TAG);
    for (double x : {NaN, Infinity}) {
        arrays         = Arrays();
        arrays.data[0] = x;
        EXPECT_EQ(read_status(arrays, &why), INM_ERR_NONFINITE) << why;
    }
}

TEST(MatrixRead, a_file_that_is_not_there_is_an_error)
{
    Stored none("/no_such_folder/D.npz");
    EXPECT_EQ(none.status, INM_ERR_IO);
    EXPECT_STREQ(none.origin.why,
                 "/no_such_folder/D.npz cannot be opened: No such file or directory");
    Stored other("D.mtx");
    EXPECT_EQ(other.status, INM_ERR_ARG);
    EXPECT_STREQ(other.origin.why, "D.mtx does not end in .npz, the only format that can be read");
}

// blocks are read on the root only, so its errors must stop the other ranks, which wait for them
TEST(MatrixRead, a_damaged_file_is_an_error_on_all_ranks)
{
    const System s         = chain(3000, FREE, 3.0, -0.5, 1.0);
    const std::string name = scratch("_damaged.npz");
    Hessian share(s);
    const inm_matrix_facts facts = facts_of(true);
    ASSERT_EQ(inm_matrix_write(share.h, name.c_str(), &facts), INM_OK);
    const Bytes whole = contents(name);
    for (double place : {0.001, 0.05, 0.2, 0.4, 0.7, 0.9}) {
        MPI_Barrier(MPI_COMM_WORLD);
        if (my_rank() == 0) {
            Bytes changed   = whole;
            const size_t at = (size_t)(place * (double)whole.size());
            changed[at]     = (char)~changed[at];
            std::ofstream(name, std::ios::binary) << changed;
        }
        MPI_Barrier(MPI_COMM_WORLD);
        Stored read(name);
        EXPECT_NE(read.status, INM_OK);
        EXPECT_TRUE(same_on_all_ranks((int)read.status));
    }
    remove_file(name);
}
} // namespace
