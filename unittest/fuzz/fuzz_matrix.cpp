// From blocks to viscosities: a few atoms with any masses, blocks and vectors, through the Hessian, a
// solver, and everything that is computed from a spectrum.

#include "bytes.h"
#include "inm.h"
#include "inm_entropy.h"
#include "inm_geometry.h"
#include "with_mpi.h"

#include <cmath>

namespace {

typedef std::vector<double> Array;

struct Hessian {
    inm_hessian *h = nullptr;
    ~Hessian() { inm_hessian_destroy(&h); }
};

void add_terms(Bytes &in, inm_hessian *h, int natom, bool wild)
{
    for (int k = in.below(24); k > 0 && !in.empty(); k--) {
        const int i = in.below(natom + 1) - 1, j = in.below(natom + 1) - 1, kind = in.below(6);
        const Array dr = in.reals(12, wild), block = in.reals(27, wild);
        Array wide(144);
        const int site[] = {i, j, (i + 1) % natom, (j + 1) % natom};
        switch (kind) {
            case 0: inm_hessian_add(h, i, j, dr.data(), block.data()); break;
            case 1: inm_hessian_add_central(h, i, j, dr.data(), block[0], block[1]); break;
            case 2: inm_hessian_add_side(h, i, (int64_t) j + 1, block.data()); break;
            case 3: if (i >= 0) inm_hessian_add_diagonal(h, i, block.data()); break;
            case 4:
                if (inm_angle_blocks(dr.data(), block[0], block[1], wide.data()) == INM_OK)
                    inm_hessian_add_term(h, 3, site, dr.data(), wide.data());
                break;
            default:
                if (inm_dihedral_blocks(dr.data(), block[0], block[1], wide.data()) == INM_OK)
                    inm_hessian_add_term(h, 4, site, dr.data(), wide.data());
        }
    }
}

void look_at_modes(const inm_modes *m)
{
    for (size_t p = 0; p < m->n; p++) {
        MUST_HOLD(std::isfinite(m->lambda[p]));
        MUST_HOLD(m->cls[p] >= INM_UNSTABLE_UNKNOWN && m->cls[p] <= INM_STABLE);
        MUST_HOLD(!(m->pr[p] < 0.0) && !(m->pr[p] > 1.0 + 1e-9));
    }
}

// modes must be counted exactly
void look_at(Bytes &in, const inm_spectrum *s, const inm_request *r, bool wild, bool exactly)
{
    const inm_spectrum_facts *about = inm_spectrum_about(s);
    look_at_modes(inm_spectrum_modes(s));
    inm_range range = inm_spectrum_range(s, 8);
    if (in.below(2)) {
        const double lo = in.real(), hi = in.real();
        if (lo < hi) range = {8, lo, hi};
    }
    const size_t nk = (size_t) r->ntypes + 1;
    Array dos(8 * 5), gamma(8 * 4), sums(INM_NSET * nk), spectrum(8 * 5);
    double uncertainty[INM_NSET], outside, slope;
    const double wmin = std::fabs(in.tame());
    const inm_cut cut = {r->edge, wmin, (exactly && in.below(2)) ? 0.0 : std::fabs(in.tame())};
    const Array v     = in.reals(nk, wild);
    inm_fractions fractions, errors;
    inm_entropy entropy;
    MUST_HOLD(inm_dos(s, &range, dos.data(), &outside) == INM_OK);
    double count = (double) about->nzero + outside;
    for (size_t b = 0; b < range.nbin; b++) count += dos[5 * b + 3];
    if (exactly) MUST_HOLD(count == (double) inm_spectrum_modes(s)->n);
    MUST_HOLD(inm_fractions_of(s, r->edge, &fractions, &errors) == INM_OK);
    inm_edge_frequency(&range, dos.data(), r->edge);
    MUST_HOLD(inm_low_frequency_slope(s, &slope) == INM_OK);
    MUST_HOLD(inm_harmonic_entropy(s, 1.0, &entropy) == INM_OK);
    inm_spectrum_resolution(s, range.lo);
    if (r->nproj) {
        inm_measure xi2 = {};
        MUST_HOLD(inm_gamma(s, 0, r->nproj, &range, gamma.data()) == INM_OK);
        MUST_HOLD(inm_spectrum_projected(s, 0, r->nproj, 1.0, &xi2) == INM_OK);
        inm_viscosity_sums(&xi2, &cut, sums.data());
        inm_viscosity_spectrum(&xi2, &cut, v.data(), &range, spectrum.data());
        MUST_HOLD(inm_viscosity_uncertainty(s, 0, r->nproj, &cut, uncertainty) == INM_OK);
        inm_measure_free(&xi2);
    }
    inm_running *mean = nullptr;
    MUST_HOLD(inm_running_create(&mean, INM_NSET, (int) nk) == INM_OK);
    for (int k = 0; k < 3; k++) inm_running_add(mean, sums.data());
    inm_log_slope(inm_running_mean(mean, INM_ALL, v.data()), inm_running_error(mean, INM_UL, v.data()));
    inm_running_destroy(&mean);
}

bool is_expected(inm_status status)
{
    return status == INM_OK || status == INM_ERR_NONFINITE || status == INM_ERR_LAPACK ||
        status == INM_ERR_ACCURACY || status == INM_ERR_TAG || status == INM_ERR_ARG;
}

void solve(Bytes &in, const inm_solver *solver, const inm_hessian *h, const inm_request *r, bool wild)
{
    inm_spectrum *s         = nullptr;
    const inm_status status = inm_solve(solver, h, r, &s);
    MUST_HOLD(is_expected(status));
    MUST_HOLD((s != nullptr) == (status == INM_OK));
    if (s) look_at(in, s, r, wild, inm_solver_place(solver) != INM_MATRIX_FREE);
    inm_spectrum_destroy(&s);
}

// a few products, with the affine force besides
void expand(Bytes &in, const inm_hessian *h, inm_request r, const double *b, bool wild)
{
    r.vectors    = INM_VECTORS_NONE;
    r.nproj      = 1;
    r.proj       = b;
    r.nrandom    = 1;
    r.products   = 6;
    r.is_free[0] = r.is_free[1] = r.is_free[2] = 1;
    solve(in, inm_solver_find("kpm"), h, &r, wild);
}
} // namespace

std::vector<uint8_t> seed_input(size_t k)
{
    if (k >= 24) return {};
    std::vector<uint8_t> in(600 + 40 * k);
    uint32_t x = (uint32_t) k + 1;
    for (uint8_t &byte : in) byte = (uint8_t) ((x = x * 1664525u + 1013904223u) >> 24);
    in[0] = (uint8_t) k;
    return in;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Bytes in(data, size);
    const bool wild = in.below(3) == 0;
    const int natom = 1 + in.below(7), dim = 2 + in.below(2);
    std::vector<int64_t> tag;
    std::vector<int> type;
    Array mass;
    for (int i = 0; i < natom; i++) {
        tag.push_back(1 + (in.below(12) == 0 ? in.below(natom) : i));
        type.push_back(1 + in.below(2));
        mass.push_back(wild ? std::fabs(in.real()) : 0.5 + in.below(8));
        if (!(mass.back() > 0.0)) mass.back() = 1.0;
    }
    inm_request r;
    memset(&r, 0, sizeof(r));
    const inm_vectors vectors[] = {INM_VECTORS_NONE, INM_VECTORS_UNSTABLE, INM_VECTORS_ALL};
    const inm_edge_kind kinds[] = {INM_EDGE_NONE, INM_EDGE_PARTICIPATION, INM_EDGE_FREQUENCY};
    const inm_keep_kind keeps[] = {INM_KEEP_NONE, INM_KEEP_INDEX, INM_KEEP_FREQUENCY};
    r.vectors    = vectors[in.below(3)];
    r.edge       = {kinds[in.below(3)], in.tame()};
    r.keep       = keeps[in.below(3)];
    r.keep_value = in.real();
    r.ntypes     = 2;
    r.nproj      = in.below(3);
    const inm_solver *solver = inm_solver_find(in.below(2) ? "twostage" : "lapack");
    const Array proj         = in.reals(3 * (size_t) natom * 3, wild);
    r.proj                   = proj.data();

    Hessian share;
    MUST_HOLD(inm_hessian_create(&share.h, MPI_COMM_SELF, dim, 1.0) == INM_OK);
    if (inm_hessian_begin(share.h, (size_t) natom, tag.data(), type.data(), mass.data(), 0, nullptr) != INM_OK)
        return 0;
    add_terms(in, share.h, natom, wild);
    if (inm_hessian_end(share.h) != INM_OK) return 0;

    Array xi(3 * (size_t) natom), y(xi);
    inm_hessian_affine_force(share.h, 0, 1, xi.data());
    MUST_HOLD(inm_hessian_multiply(share.h, xi.data(), y.data()) == INM_OK);
    inm_hessian_translations(share.h, 1e-6, r.is_free);
    inm_hessian_trace(share.h);

    solve(in, solver, share.h, &r, wild);
    expand(in, share.h, r, xi.data(), wild);
    return 0;
}
