// Small systems for the tests of the core: a list of atoms and of Hessian terms that every rank
// holds, handed to the core in shares, and a second, plain assembly of the dense matrix as the
// truth to compare with.  Nothing here calls the core for an answer.

#ifndef INMVISC_MODEL_SYSTEMS_H
#define INMVISC_MODEL_SYSTEMS_H

#include "inm.h"
#include "kpm/inm_kpm.h"
extern "C" {
#include "kpm/inm_kpm_spectrum.h"
#include "modes/inm_mode_spectrum.h"
}

#include "gtest/gtest.h"

#include <mpi.h>

#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <vector>

typedef std::array<double, 3> Vec3;
typedef std::array<double, 9> Mat3;
typedef std::vector<double> Field; // [vectors][natom][3], or [n][n] for a matrix

static const double NaN      = std::numeric_limits<double>::quiet_NaN();
static const double Infinity = std::numeric_limits<double>::infinity();

inline int my_rank(MPI_Comm comm = MPI_COMM_WORLD)
{
    int me;
    MPI_Comm_rank(comm, &me);
    return me;
}

inline int number_of_ranks(MPI_Comm comm = MPI_COMM_WORLD)
{
    int nprocs;
    MPI_Comm_size(comm, &nprocs);
    return nprocs;
}

// true if all ranks have the same number; collective
inline bool same_on_all_ranks(int value)
{
    int extremes[2] = {value, -value}, all[2];
    MPI_Allreduce(extremes, all, 2, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    return all[0] == -all[1];
}

inline double dot(const Vec3 &x, const Vec3 &y)
{
    return x[0] * y[0] + x[1] * y[1] + x[2] * y[2];
}

inline Vec3 minus(const Vec3 &x)
{
    return Vec3{{-x[0], -x[1], -x[2]}};
}

inline Mat3 diagonal_matrix(double x, double y, double z)
{
    return Mat3{{x, 0, 0, 0, y, 0, 0, 0, z}};
}

inline Mat3 transposed(const Mat3 &k)
{
    return Mat3{{k[0], k[3], k[6], k[1], k[4], k[7], k[2], k[5], k[8]}};
}

// K = (u'' - u'/r) dr dr^T / r^2 + (u'/r) 1
inline Mat3 pair_matrix(const Vec3 &dr, double du, double du2)
{
    const double r = std::sqrt(dot(dr, dr));
    Mat3 k;
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++)
            k[3 * a + b] = (du2 - du / r) * (dr[a] / r) * (dr[b] / r) + ((a == b) ? du / r : 0.0);
    return k;
}

// What a provider tells the core, in the terms of inm_hessian.h.

struct Term {
    enum Kind {
        CENTRAL, // a central pair, given once
        BLOCK,   // a pair with any block H_ij, given once
        SIDE,    // the block H_ij as measured in row i
        DIAGONAL // the block H_ii
    } kind;
    size_t row;
    int64_t col;
    Vec3 dr; // r_row - r_col
    double du, du2;
    Mat3 block;

    Mat3 k() const
    {
        Mat3 k = block;
        if (kind == CENTRAL) {
            k = pair_matrix(dr, du, du2);
            for (double &x : k) x = -x;
        }
        return k;
    }
    bool is_pair() const { return kind == CENTRAL || kind == BLOCK; }
};

struct System {
    int dim      = 3;
    double scale = 1.0;
    std::vector<int64_t> tag;
    std::vector<int> type;
    std::vector<double> mass;
    std::vector<Term> terms;

    size_t natom() const { return tag.size(); }
    size_t n() const { return (size_t) dim * natom(); }
    int ntypes() const { return natom() ? *std::max_element(type.begin(), type.end()) : 1; }
    double total_mass() const
    {
        double sum = 0.0;
        for (double m : mass) sum += m;
        return sum;
    }
    // natom() if there is none
    size_t index_of(int64_t wanted) const
    {
        return (size_t) (std::find(tag.begin(), tag.end(), wanted) - tag.begin());
    }

    size_t add_atom(double m = 1.0, int t = 1)
    {
        tag.push_back((int64_t) natom() + 1);
        type.push_back(t);
        mass.push_back(m);
        return natom() - 1;
    }
    // dr = r_i - r_j.  i == j: an atom and its image on either side
    void pair(size_t i, size_t j, const Vec3 &dr, double du, double du2)
    {
        terms.push_back(Term{Term::CENTRAL, i, tag[j], dr, du, du2, Mat3()});
    }
    // a bond to something that is no atom of the system
    void wall(size_t i, const Vec3 &dr, double du, double du2)
    {
        terms.push_back(Term{Term::CENTRAL, i, INM_OUTSIDE, dr, du, du2, Mat3()});
    }
    void block(size_t i, int64_t col, const Vec3 &dr, const Mat3 &k)
    {
        terms.push_back(Term{Term::BLOCK, i, col, dr, 0.0, 0.0, k});
    }
    // for a symmetric matrix the other side is to be added too, with the transpose
    void side(size_t i, int64_t col, const Mat3 &k)
    {
        terms.push_back(Term{Term::SIDE, i, col, Vec3{{0, 0, 0}}, 0.0, 0.0, k});
    }
    void onsite(size_t i, const Mat3 &k)
    {
        terms.push_back(Term{Term::DIAGONAL, i, 0, Vec3{{0, 0, 0}}, 0.0, 0.0, k});
    }

    // The symmetric part of the matrix H [n][n] as the formulas have it, atoms in the order in
    // which they were added.
    Field hessian() const
    {
        const size_t size = n();
        Field h(size * size, 0.0), symmetric(size * size);
        for (const Term &t : terms) {
            const size_t i = t.row, j = index_of(t.col);
            const Mat3 k = t.k(), kt = transposed(k);
            if (t.kind == Term::DIAGONAL) add_block(h, i, i, k, 1.0);
            if (t.is_pair()) add_block(h, i, i, k, -1.0);
            if (t.kind == Term::DIAGONAL || j == natom()) continue;
            add_block(h, i, j, k, 1.0);
            if (!t.is_pair()) continue;
            add_block(h, j, i, kt, 1.0);
            add_block(h, j, j, kt, -1.0);
        }
        for (size_t r = 0; r < size; r++)
            for (size_t c = 0; c < size; c++)
                symmetric[r * size + c] = 0.5 * (h[r * size + c] + h[c * size + r]);
        return symmetric;
    }
    // Xi [natom][3] of the shear x_k += gamma x_c: sum of H_ij (r_i - r_j)_c over pairs
    Field affine_force(size_t k, size_t c) const
    {
        Field xi(3 * natom(), 0.0);
        for (const Term &t : terms) {
            if (!t.is_pair()) continue;
            const Mat3 block = t.k();
            const size_t j   = index_of(t.col);
            for (size_t a = 0; a < 3; a++) {
                xi[3 * t.row + a] += block[3 * a + k] * t.dr[c];
                if (j < natom()) xi[3 * j + a] -= block[3 * k + a] * t.dr[c];
            }
        }
        return xi;
    }
    // D = scale H / sqrt(m_i m_j)
    Field matrix() const
    {
        const size_t d = (size_t) dim, size = n();
        Field h = hessian();
        for (size_t r = 0; r < size; r++)
            for (size_t c = 0; c < size; c++)
                h[r * size + c] *= scale / std::sqrt(mass[r / d] * mass[c / d]);
        return h;
    }

private:
    void add_block(Field &h, size_t i, size_t j, const Mat3 &k, double factor) const
    {
        const size_t d = (size_t) dim;
        for (size_t a = 0; a < d; a++)
            for (size_t b = 0; b < d; b++)
                h[(d * i + a) * n() + d * j + b] += factor * k[3 * a + b];
    }
};

// ---- tolerances ---------------------------------------------------------------------------------

// largest row sum of |A|, a bound for all |lambda|
inline double row_sum_norm(const Field &a, size_t n)
{
    double norm = 0.0;
    for (size_t r = 0; r < n; r++) {
        double sum = 0.0;
        for (size_t c = 0; c < n; c++) sum += std::fabs(a[r * n + c]);
        norm = std::max(norm, sum);
    }
    return norm;
}

// Backward error of the assembly and of a symmetric eigensolver, |dA| <= c n eps |A|, which moves
// no eigenvalue by more than that (Weyl).  The factor 2.1 is for the lifted translations.
inline double lambda_tolerance(const Field &a, size_t n)
{
    return 4.0 * 2.1 * (double) (n + 8) * DBL_EPSILON * (row_sum_norm(a, n) + DBL_MIN);
}

// It turns an eigenvector by at most |dA| / gap (Davis and Kahan).
inline double vector_tolerance(const Field &a, size_t n, double gap)
{
    return 2.0 * lambda_tolerance(a, n) / gap;
}

// ---- distribution over ranks --------------------------------------------------------------------

typedef std::function<int(size_t atom, int nprocs)> Owner;

inline int scattered(size_t atom, int nprocs)
{
    return (int) (atom % (size_t) nprocs);
}
inline int all_on_last(size_t, int nprocs)
{
    return nprocs - 1;
}
inline int all_on_first(size_t, int)
{
    return 0;
}
// neighbours together, the last rank without atoms if there are several
inline int in_pairs(size_t atom, int nprocs)
{
    return (int) ((atom / 2) % (size_t) std::max(1, nprocs - 1));
}

// Which rank adds a pair: any may that knows both atoms.  owner: of the row
typedef std::function<int(size_t term, int owner, int nprocs)> Giver;

inline int given_by_owner(size_t, int owner, int)
{
    return owner;
}
inline int given_in_turn(size_t term, int, int nprocs)
{
    return (int) (term % (size_t) nprocs);
}
inline int given_by_last(size_t, int, int nprocs)
{
    return nprocs - 1;
}
inline int given_by_stranger(size_t, int owner, int nprocs)
{
    return (owner + 1) % nprocs;
}

// A Hessian of the core with this rank's share of a system.  Sites of every rank are its rows and
// two images of every atom, of its own rows too; which of them is named goes in turn.

class Hessian {
public:
    inm_hessian *h = nullptr;
    inm_status status;         // of building it, the same on all ranks
    std::vector<size_t> atoms; // of this rank, in the order of rows

    explicit Hessian(const System &s, const Owner &owner = scattered, bool reversed = false,
                     MPI_Comm comm = MPI_COMM_WORLD, const Giver &giver = given_by_owner)
    {
        status = inm_status_sync(inm_hessian_create(&h, comm, s.dim, s.scale), comm);
        if (status == INM_OK) build(s, owner, reversed, comm, giver);
    }
    // again in the same handle
    void build(const System &s, const Owner &owner = scattered, bool reversed = false,
               MPI_Comm comm = MPI_COMM_WORLD, const Giver &giver = given_by_owner)
    {
        status = inm_status_sync(begin(s, owner, reversed, comm), comm);
        if (status == INM_OK) status = inm_status_sync(add(s, owner, reversed, comm, giver), comm);
        if (status == INM_OK) status = inm_hessian_end(h);
    }
    ~Hessian() { inm_hessian_destroy(&h); }
    Hessian(const Hessian &)            = delete;
    Hessian &operator=(const Hessian &) = delete;

    // this rank's rows of a field [nvec][natom][3]
    Field local(const Field &global, size_t natom) const
    {
        Field mine;
        for (size_t v = 0; natom && v < global.size() / (3 * natom); v++)
            for (size_t i : atoms)
                mine.insert(mine.end(), &global[3 * (v * natom + i)],
                            &global[3 * (v * natom + i)] + 3);
        return mine;
    }
    // the reverse: rows of all ranks as a field [natom][3]; collective
    Field global(const Field &mine, size_t natom) const
    {
        Field part(3 * natom, 0.0), all(3 * natom);
        for (size_t row = 0; row < atoms.size(); row++)
            for (size_t a = 0; a < 3; a++) part[3 * atoms[row] + a] = mine[3 * row + a];
        MPI_Allreduce(part.data(), all.data(), (int) (3 * natom), MPI_DOUBLE, MPI_SUM,
                      MPI_COMM_WORLD);
        return all;
    }
    Field affine_force(int k, int c, size_t natom) const
    {
        Field mine(3 * atoms.size());
        inm_hessian_affine_force(h, k, c, mine.data());
        return global(mine, natom);
    }

private:
    std::vector<size_t> row; // of each atom, natom if it is not here

    inm_status begin(const System &s, const Owner &owner, bool reversed, MPI_Comm comm)
    {
        std::vector<int64_t> tag, ghost_tag(s.tag);
        std::vector<int> type;
        std::vector<double> mass;

        atoms.clear();
        for (size_t i = 0; i < s.natom(); i++)
            if (owner(i, number_of_ranks(comm)) == my_rank(comm)) atoms.push_back(i);
        if (reversed) std::reverse(atoms.begin(), atoms.end());
        row.assign(s.natom(), s.natom());
        for (size_t i : atoms) {
            row[i] = tag.size();
            tag.push_back(s.tag[i]);
            type.push_back(s.type[i]);
            mass.push_back(s.mass[i]);
        }
        ghost_tag.insert(ghost_tag.end(), s.tag.begin(), s.tag.end());
        return inm_hessian_begin(h, tag.size(), tag.data(), type.data(), mass.data(),
                                 ghost_tag.size(), ghost_tag.data());
    }
    int site(size_t atom, size_t turn) const
    {
        if (atom == row.size()) return INM_OUTSIDE;
        if (turn % 3 != 0 && row[atom] < row.size()) return (int) row[atom];
        return (int) (atoms.size() + (turn % 2) * row.size() + atom);
    }
    inm_status add(const System &s, const Owner &owner, bool reversed, MPI_Comm comm,
                   const Giver &giver)
    {
        const int me = my_rank(comm), nprocs = number_of_ranks(comm);
        std::vector<Term> terms = s.terms;
        if (reversed) std::reverse(terms.begin(), terms.end());
        for (size_t n = 0; n < terms.size(); n++) {
            const Term &t        = terms[n];
            const int of_row     = owner(t.row, nprocs);
            const bool is_mine   = (t.is_pair() ? giver(n, of_row, nprocs) : of_row) == me;
            const inm_status one = is_mine ? add(t, site(t.row, n), site(s.index_of(t.col), n / 2))
                                           : INM_OK;
            if (one != INM_OK) return one;
        }
        return INM_OK;
    }
    inm_status add(const Term &t, int i, int j)
    {
        if (t.kind == Term::CENTRAL)
            return inm_hessian_add_central(h, i, j, t.dr.data(), t.du, t.du2);
        if (t.kind == Term::BLOCK) return inm_hessian_add(h, i, j, t.dr.data(), t.block.data());
        i = (int) row[t.row];
        return (t.kind == Term::SIDE) ? inm_hessian_add_side(h, i, t.col, t.block.data())
                                      : inm_hessian_add_diagonal(h, i, t.block.data());
    }
};

// ---- solving ------------------------------------------------------------------------------------

static const double ACOUSTIC = 1e-10; // relative size of a sum that is zero but for rounding

struct Options {
    inm_vectors vectors = INM_VECTORS_ALL;
    size_t nlowest      = 0;
    inm_edge edge       = {INM_EDGE_NONE, 0.0};
    Field proj; // [nproj][natom][3]
    inm_keep_kind keep = INM_KEEP_NONE;
    double keep_value  = 0.0;
    Owner owner        = scattered;
    Giver giver        = given_by_owner;
    bool reversed      = false;
    MPI_Comm comm      = MPI_COMM_WORLD;
    const char *solver = "lapack";

    // of polynomials
    size_t products = 0;
    int nrandom = 0, nlanczos = 0;
    double width = 0.0, bound = 0.0;
    std::vector<inm_criterion> criteria;

    inm_precision precision                                    = INM_DOUBLE;
    void (*progress)(void *ctx, const inm_progress *progress) = nullptr;
    void *progress_ctx                                        = nullptr;

    Options() {}
    explicit Options(inm_vectors v) : vectors(v) {}
};

// n modes for a dense solver
inline inm_job job_for(size_t n, inm_vectors vectors, int nprocs = 1,
                       inm_precision precision = INM_DOUBLE)
{
    return inm_job{n, vectors, precision, 1, nprocs, nullptr, nullptr};
}

// A Hessian and what is wanted of it, with all that the request borrows.

class Task {
public:
    Hessian share;
    Field proj;
    std::vector<inm_criterion> criteria;
    inm_request request;
    inm_status status; // of the Hessian

    Task(const System &s, const Options &options) :
        share(s, options.owner, options.reversed, options.comm, options.giver),
        proj(share.local(options.proj, s.natom())), criteria(options.criteria)
    {
        memset(&request, 0, sizeof(request));
        request.vectors      = options.vectors;
        request.nlowest      = options.nlowest;
        request.precision    = options.precision;
        request.edge         = options.edge;
        request.ntypes       = s.ntypes();
        request.nproj        = s.natom() ? (int) (options.proj.size() / (3 * s.natom())) : 0;
        request.proj         = proj.data();
        request.keep         = options.keep;
        request.keep_value   = options.keep_value;
        request.products     = options.products;
        request.nrandom      = options.nrandom;
        request.nlanczos     = options.nlanczos;
        request.width        = options.width;
        request.bound        = options.bound;
        request.ncriterion   = (int) criteria.size();
        request.criterion    = criteria.data();
        request.progress     = options.progress;
        request.progress_ctx = options.progress_ctx;

        status = inm_status_sync(share.status, options.comm);
        if (status == INM_OK) status = inm_hessian_translations(share.h, ACOUSTIC, request.is_free);
    }
    // for a matrix-free solver
    inm_job job() const
    {
        return inm_job{0, request.vectors, request.precision, 1, 1, share.h, &request};
    }
};

// A mode table that frees itself; m [..] as inm_solve_modes has filled it.

class Solution {
public:
    inm_modes m;
    inm_status status;

    explicit Solution(const System &s, const Options &options = Options())
    {
        memset(&m, 0, sizeof(m));
        Task task(s, options);
        status = task.status;
        if (status == INM_OK)
            status =
                inm_solve_modes(inm_solver_find(options.solver), task.share.h, &task.request, &m);
    }
    ~Solution() { inm_modes_free(&m); }
    Solution(const Solution &)            = delete;
    Solution &operator=(const Solution &) = delete;

    double proj2(int v, size_t p) const { return m.proj2[(size_t) v * m.n + p]; }
    double weight(int type, size_t p) const { return m.weight[(size_t) (type - 1) * m.n + p]; }
    double intensity(size_t i, int column) const { return m.intensity[3 * i + (size_t) column]; }
    // mass-weighted eigenvector that was kept, [n]
    Field kept() const
    {
        Field e;
        for (size_t i = 0; i < m.natom; i++)
            e.insert(e.end(), &m.eigenvector[3 * i], &m.eigenvector[3 * i] + m.dim);
        return e;
    }
};

// capabilities of a spectrum that is made without a solver
inline const char *const *lacks_nothing()
{
    static const char *const nothing[INM_NCAPABILITY] = {};
    return nothing;
}

// The Chebyshev moments of a system; frees itself.

class Kpm {
    Task task;
    inm_spectrum *owner_of_k = nullptr;

public:
    inm_kpm *k = nullptr;
    inm_status status;

    Kpm(const System &s, const Field &proj, int nrandom, size_t nproduct,
        const Owner &owner = scattered, bool reversed = false, MPI_Comm comm = MPI_COMM_WORLD,
        int nlanczos = 0) :
        task(s, options_for(proj, nrandom, owner, reversed, comm, nlanczos)),
        status(task.status)
    {
        if (status == INM_OK) status = inm_kpm_create(&k, task.share.h, &task.request);
        if (status == INM_OK) status = inm_kpm_advance(k, nproduct);
    }
    ~Kpm()
    {
        if (owner_of_k)
            inm_spectrum_destroy(&owner_of_k);
        else
            inm_kpm_destroy(&k);
    }
    Kpm(const Kpm &)            = delete;
    Kpm &operator=(const Kpm &) = delete;

    std::vector<double> moments() const
    {
        const size_t n = 2 * inm_kpm_products(k) - 1;
        std::vector<double> all;
        for (int v = 0; v < inm_kpm_vectors(k); v++)
            all.insert(all.end(), inm_kpm_moments(k, v), inm_kpm_moments(k, v) + n);
        return all;
    }
    int nproj() const { return task.request.nproj; }
    // the spectrum of the moments, which owns them from then on; k remains valid as long as this does
    const inm_spectrum *spectrum()
    {
        if (!owner_of_k) {
            inm_kpm *given   = k;
            inm_modes lowest = {};
            inm_spectrum_facts about;
            memset(&about, 0, sizeof(about));
            about.solver = "kpm";
            about.ntypes = task.request.ntypes;
            EXPECT_EQ(inm_kpm_spectrum_create(&owner_of_k, &given, &lowest,
                                              lacks_nothing(), about),
                      INM_OK);
            EXPECT_EQ(given, nullptr);
        }
        return owner_of_k;
    }

private:
    static Options options_for(const Field &proj, int nrandom, const Owner &owner, bool reversed,
                               MPI_Comm comm, int nlanczos)
    {
        Options options(INM_VECTORS_NONE);
        options.proj     = proj;
        options.nrandom  = nrandom;
        options.owner    = owner;
        options.reversed = reversed;
        options.comm     = comm;
        options.nlanczos = nlanczos;
        return options;
    }
};

// ---- systems ------------------------------------------------------------------------------------

enum Ends { FREE, FIXED, PERIODIC };

// Atoms on a line along x, nearest neighbours joined by a pair with u'' = stiff and u'/r = soft:
// three independent chains, one stiff along x and two soft across.
inline System chain(size_t natom, Ends ends, double stiff, double soft, double mass = 1.0,
                    double spacing = 1.0)
{
    const Vec3 left = {{-spacing, 0, 0}}, right = {{spacing, 0, 0}}; // r_i - r_j of the neighbours
    const double du = soft * spacing;
    System s;
    for (size_t i = 0; i < natom; i++) s.add_atom(mass);
    for (size_t i = 0; i + 1 < natom; i++) s.pair(i, i + 1, left, du, stiff);
    if (ends == PERIODIC) s.pair(natom - 1, 0, left, du, stiff);
    if (ends == FIXED) {
        s.wall(0, right, du, stiff);
        s.wall(natom - 1, left, du, stiff);
    }
    return s;
}

// Squared frequencies of one such chain, 4 k/m sin^2(q/2); the translation is among them.
inline std::vector<double> chain_lambda(size_t natom, Ends ends, double k, double mass = 1.0)
{
    const double n = (double) natom;
    std::vector<double> lambda;
    for (size_t p = 0; p < natom; p++) {
        const double half_q = (ends == FREE) ? M_PI * (double) p / (2.0 * n)
            : (ends == FIXED)                ? M_PI * (double) (p + 1) / (2.0 * (n + 1.0))
                                             : M_PI * (double) p / n;
        lambda.push_back(4.0 * k / mass * std::pow(std::sin(half_q), 2));
    }
    return lambda;
}

// Two atoms in a general direction with u'' = stiff and u'/r = soft.  With the reduced mass mu, D
// has stiff/mu once, soft/mu twice, and three translations.
inline System two_atoms(double m1, double m2, double stiff, double soft, const Vec3 &dr)
{
    System s;
    s.add_atom(m1, 1);
    s.add_atom(m2, 2);
    s.pair(0, 1, dr, soft * std::sqrt(dot(dr, dr)), stiff);
    return s;
}

// An orthogonal matrix [n][n], columns by Gram and Schmidt (twice) from random numbers.
inline Field random_orthogonal(size_t n, unsigned seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    Field q(n * n); // [column][component] while at work
    for (size_t p = 0; p < n; p++) {
        double *x = &q[p * n];
        for (size_t r = 0; r < n; r++) x[r] = normal(random);
        for (int pass = 0; pass < 2; pass++) {
            for (size_t o = 0; o < p; o++) {
                double overlap = 0.0;
                for (size_t r = 0; r < n; r++) overlap += q[o * n + r] * x[r];
                for (size_t r = 0; r < n; r++) x[r] -= overlap * q[o * n + r];
            }
            double square = 0.0;
            for (size_t r = 0; r < n; r++) square += x[r] * x[r];
            for (size_t r = 0; r < n; r++) x[r] /= std::sqrt(square);
        }
    }
    return q;
}

// A system whose D has the eigenvalues lambda and the eigenvectors q [mode][n].
inline System with_spectrum(const std::vector<double> &lambda, const Field &q,
                            const std::vector<double> &mass, int dim = 3)
{
    const size_t d = (size_t) dim, n = lambda.size();
    System s;
    s.dim = dim;
    for (size_t i = 0; i < mass.size(); i++) s.add_atom(mass[i], 1 + (int) (i % 2));
    for (size_t i = 0; i < mass.size(); i++)
        for (size_t j = 0; j < mass.size(); j++) {
            Mat3 k = Mat3();
            for (size_t a = 0; a < d; a++)
                for (size_t b = 0; b < d; b++) {
                    double sum = 0.0;
                    for (size_t p = 0; p < n; p++)
                        sum += lambda[p] * q[p * n + d * i + a] * q[p * n + d * j + b];
                    k[3 * a + b] = sum * std::sqrt(mass[i] * mass[j]);
                }
            if (i == j)
                s.onsite(i, k);
            else
                s.side(i, s.tag[j], k);
        }
    return s;
}

inline std::vector<double> random_numbers(size_t n, double lo, double hi, unsigned seed)
{
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform(lo, hi);
    std::vector<double> x(n);
    for (double &one : x) one = uniform(random);
    return x;
}

inline double squared_norm(const Field &b)
{
    double sum = 0.0;
    for (double x : b) sum += x * x;
    return sum;
}

// A cluster without symmetry, all atoms joined, with stable and unstable modes, several masses and
// two types.  Shifted, it keeps its three translations.
inline System random_cluster(size_t natom, unsigned seed, int dim = 3)
{
    const std::vector<double> x = random_numbers(3 * natom, 0.0, 3.0, seed),
                              m = random_numbers(natom, 0.5, 4.0, seed + 1),
                              k = random_numbers(natom * natom, -2.0, 3.0, seed + 2),
                              t = random_numbers(natom * natom, -0.7, 0.5, seed + 3);
    System s;
    s.dim = dim;
    for (size_t i = 0; i < natom; i++) s.add_atom(m[i], 1 + (int) (i % 2));
    for (size_t i = 0; i < natom; i++)
        for (size_t j = 0; j < i; j++) {
            const Vec3 dr = {{x[3 * i] - x[3 * j], x[3 * i + 1] - x[3 * j + 1],
                              (dim == 3) ? x[3 * i + 2] - x[3 * j + 2] : 0.0}};
            s.pair(i, j, dr, t[i * natom + j], k[i * natom + j]);
        }
    return s;
}

// a pair with two images, an atom and its own image, a wall, a spring, an asymmetric block, and
// unsorted tags with gaps; the spring is stiff, so that the trace is no difference of large numbers
inline System every_term(int dim)
{
    System s;
    s.dim   = dim;
    s.scale = 7.0;
    for (double m : {1.0, 3.0, 0.4, 12.0, 2.0}) s.add_atom(m, 1 + (int) (m > 2.0));
    s.tag          = {40, 7, 1000000007, 3, 41};
    const double z = (dim == 3) ? 0.7 : 0.0;
    s.pair(0, 1, Vec3{{1, 0.3, z}}, 0.4, 3.0);
    s.pair(0, 1, Vec3{{-1, 0.2, z}}, -0.3, 2.0);
    s.pair(1, 0, Vec3{{0.1, 1.1, 0}}, 0.2, 5.0);
    s.pair(2, 3, Vec3{{0.5, 0.5, -z}}, 0.1, -1.5);
    s.pair(3, 0, Vec3{{0.9, 0.5, z}}, -0.6, 1.5);
    s.pair(2, 2, Vec3{{2, 0, 0.2 * z}}, 0.3, 1.0);
    s.wall(4, Vec3{{0, 1, z}}, 0.3, 1.0);
    s.onsite(3, Mat3{{6, 0.5, 0, 0.5, 7, 0.1, 0, 0.1, 8}});
    s.block(1, s.tag[3], Vec3{{1, 0, 0}}, Mat3{{1, 2, 3, 4, 5, 6, 7, 8, 9}});
    s.block(3, s.tag[1], Vec3{{-1, 0, 0}}, Mat3{{1, 4, 7, 2, 5, 8, 3, 6, 9}});
    return s;
}

// ---- mode tables made by hand -------------------------------------------------------------------

// The public struct on vectors of the test: one type and one projected vector unless told
// otherwise.  Classes are decided from lambda, pr and the edge; cls is for rigid translations alone.

class Table {
public:
    std::vector<double> mass, lambda, pr, proj2, weight;
    std::vector<signed char> cls;
    inm_modes m;

    explicit Table(const std::vector<double> &ascending, size_t natom = 1, int ntypes = 1,
                   int nproj = 1) :
        mass(natom, 1.0),
        lambda(ascending), pr(ascending.size(), 0.5), proj2((size_t) nproj * ascending.size(), 1.0),
        weight((size_t) ntypes * ascending.size(), 1.0)
    {
        for (double l : ascending) cls.push_back(l < 0.0 ? INM_UNSTABLE_UNKNOWN : INM_STABLE);
        memset(&m, 0, sizeof(m));
        m.natom  = natom;
        m.dim    = 3;
        m.n      = lambda.size();
        m.ntypes = ntypes;
        m.nproj  = nproj;
        m.mass   = mass.data();
        m.lambda = lambda.data();
        m.pr     = pr.data();
        m.proj2  = proj2.data();
        m.weight = weight.data();
        m.cls    = cls.data();
    }
    Table(const Table &)            = delete;
    Table &operator=(const Table &) = delete;

    void set_zero(size_t p)
    {
        m.lambda[p] = 0.0;
        m.cls[p]    = INM_ZERO;
        m.nzero++;
    }
};

// ---- spectra and measures ------------------------------------------------------------------------

template <class T> T *copy_of(const T *x, size_t n)
{
    if (!x) return nullptr;
    T *copy = (T *) malloc((n + 1) * sizeof(T));
    if (copy && n > 0) memcpy(copy, x, n * sizeof(T));
    return copy;
}

// a table of its own, as inm_modes_free wants it
inline inm_modes copy_of(const inm_modes &m)
{
    inm_modes copy   = m;
    copy.tag         = copy_of(m.tag, m.natom);
    copy.mass        = copy_of(m.mass, m.natom);
    copy.lambda      = copy_of(m.lambda, m.n);
    copy.pr          = copy_of(m.pr, m.n);
    copy.proj2       = copy_of(m.proj2, (size_t) m.nproj * m.n);
    copy.weight      = copy_of(m.weight, (size_t) m.ntypes * m.n);
    copy.cls         = copy_of(m.cls, m.n);
    copy.intensity   = copy_of(m.intensity, 3 * m.natom);
    copy.eigenvector = copy_of(m.eigenvector, 3 * m.natom);
    return copy;
}

struct DosRow {
    double w, g, mean_p, count, sum_p;
};
struct GammaRow {
    double w, xi2, over_mass, sum;
};

// What is computed from a spectrum, as values; every function expects to succeed.

inline std::vector<DosRow> dos_of(const inm_spectrum *s, const inm_range &range,
                                  double *outside = nullptr)
{
    static_assert(sizeof(DosRow) == 5 * sizeof(double), "rows are [5]");
    std::vector<DosRow> rows(range.nbin);
    EXPECT_EQ(inm_dos(s, &range, &rows[0].w, outside), INM_OK);
    return rows;
}

inline std::vector<GammaRow> gamma_of(const inm_spectrum *s, int first, int count,
                                      const inm_range &range)
{
    static_assert(sizeof(GammaRow) == 4 * sizeof(double), "rows are [4]");
    std::vector<GammaRow> rows(range.nbin);
    EXPECT_EQ(inm_gamma(s, first, count, &range, &rows[0].w), INM_OK);
    return rows;
}

inline inm_fractions fractions_of(const inm_spectrum *s, inm_edge edge,
                                  inm_fractions *errors = nullptr)
{
    inm_fractions fractions, unused;
    EXPECT_EQ(inm_fractions_of(s, edge, &fractions, errors ? errors : &unused), INM_OK);
    return fractions;
}

inline double slope_of(const inm_spectrum *s)
{
    double slope = 99.0;
    EXPECT_EQ(inm_low_frequency_slope(s, &slope), INM_OK);
    return slope;
}

// A measure that frees itself: of a spectrum, or made of numbers that are given.

class Measure {
public:
    inm_measure m = {};

    // as if they were modes
    Measure(const std::vector<double> &lambda_in, const std::vector<double> &weight_in) :
        lambda(lambda_in), weight(weight_in)
    {
        m.n      = lambda.size();
        m.lambda = lambda.data();
        m.weight = weight.data();
    }
    Measure(const std::vector<double> &lambda_in, const std::vector<double> &weight_in,
            const std::vector<double> &pr_in) :
        Measure(lambda_in, weight_in)
    {
        pr   = pr_in;
        m.pr = pr.data();
    }
    // mean of the squared projections first..first+count-1
    Measure(const inm_spectrum *s, int first, int count, double part = 1.0)
    {
        EXPECT_EQ(inm_spectrum_projected(s, first, count, part, &m), INM_OK);
    }
    // the count of modes
    explicit Measure(const inm_spectrum *s) { EXPECT_EQ(inm_spectrum_count(s, &m), INM_OK); }
    // of moments
    Measure(const inm_kpm *k, int first, int count, size_t nproduct)
    {
        EXPECT_EQ(inm_kpm_projected(k, first, count, nproduct, &m), INM_OK);
    }
    ~Measure()
    {
        inm_measure_free(&m);
        EXPECT_EQ(m.lambda, nullptr);
        EXPECT_EQ(m.weight, nullptr);
        EXPECT_EQ(m.n, 0u);
    }
    Measure(const Measure &)            = delete;
    Measure &operator=(const Measure &) = delete;

    const inm_measure *get() const { return &m; }
    double total() const { return inm_measure_total(&m); }
    // [INM_NSET][ntypes+1]
    std::vector<double> sums(const inm_cut &cut) const
    {
        std::vector<double> all((size_t) (INM_NSET * (m.ntypes + 1)), 99.0); // overwritten
        inm_viscosity_sums(&m, &cut, all.data());
        return all;
    }

private:
    std::vector<double> lambda, weight, pr;
};

// A spectrum that destroys itself: of a table, which is copied, or by a solver.

class Spectrum {
public:
    inm_spectrum *s   = nullptr;
    inm_status status = INM_OK;

    explicit Spectrum(const inm_modes &table)
    {
        inm_modes copy = copy_of(table);
        status         = inm_mode_spectrum_create(&s, &copy, lacks_nothing());
        EXPECT_EQ(status, INM_OK);
        EXPECT_EQ(copy.lambda, nullptr);
    }
    explicit Spectrum(const Table &t) : Spectrum(t.m) {}
    Spectrum(const System &system, const Options &options)
    {
        Task task(system, options);
        status = task.status;
        if (status == INM_OK)
            status = inm_solve(inm_solver_find(options.solver), task.share.h, &task.request, &s);
    }
    ~Spectrum()
    {
        inm_spectrum_destroy(&s);
        EXPECT_EQ(s, nullptr);
    }
    Spectrum(const Spectrum &)            = delete;
    Spectrum &operator=(const Spectrum &) = delete;

    const inm_spectrum_facts &about() const { return *inm_spectrum_about(s); }
    const inm_modes &modes() const { return *inm_spectrum_modes(s); }
    inm_range range(size_t nbin) const { return inm_spectrum_range(s, nbin); }
    std::vector<DosRow> dos(const inm_range &range, double *outside = nullptr) const
    {
        return dos_of(s, range, outside);
    }
    std::vector<GammaRow> gamma(int first, int count, const inm_range &range) const
    {
        return gamma_of(s, first, count, range);
    }
    inm_fractions fractions(inm_edge edge, inm_fractions *errors = nullptr) const
    {
        return fractions_of(s, edge, errors);
    }
    double slope() const { return slope_of(s); }
    std::vector<double> sums(int first, int count, const inm_cut &cut) const
    {
        return Measure(s, first, count).sums(cut);
    }
};

// the eigenvalue of a frequency on the real axis
inline double lambda_of(double w)
{
    return (w >= 0.0) ? w * w : -w * w;
}

#endif
