// Memory kernel, friction and diffusion: closed forms, brute force, and the independent results in
// reference/projection.  Collective functions run with the particles divided among the ranks.

#include "inm_correlator.h"
#include "inm_hash.h"
#include "inm_kernel.h"
#include "inm_products.h"

#include "gtest/gtest.h"

#include <cstring>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace {

typedef std::vector<double> Series;

// ---- closed form: Langevin equation with the kernel K0 exp(-t/tau), momentum autocorrelation 1 at
// 0

struct ExponentialKernel {
    double K0, tau;
    double kernel(double t) const { return K0 * std::exp(-t / tau); }
    double vacf(double t) const
    {
        const double gamma = 0.5 / tau, w = std::sqrt(K0 - gamma * gamma);
        return std::exp(-gamma * t) * (std::cos(w * t) + gamma / w * std::sin(w * t));
    }
    Series vacf(size_t nlag, double dt) const
    {
        Series c(nlag + 2);
        for (size_t n = 0; n < nlag + 2; n++) c[n] = vacf(n * dt);
        return c;
    }
};

Series kernel_of(const Series &corr, double dt)
{
    const size_t nlag = corr.size() - 2;
    Series cbar(nlag + 1), work(nlag + 1);
    inm_kernel_from_vacf(nlag, dt, corr.data(), cbar.data(), work.data());
    return cbar;
}

Series integral_of(const Series &cbar, double dt, double scale)
{
    Series sum(cbar.size());
    inm_kernel_integral(cbar.size() - 1, dt, cbar.data(), scale, sum.data());
    return sum;
}

// ---- closed form: last atom of a half-infinite harmonic chain.  C(z) = 1/(z + C(z)), so the
// kernel is the autocorrelation itself; unlike the exponential kernel it is smooth at t = 0, as in
// a liquid

double chain(double t)
{
    return t > 0.0 ? j1(2.0 * t) / t : 1.0;
}

double chain_error(double dt, double time)
{
    Series corr((size_t)std::lround(time / dt) + 2);
    for (size_t n = 0; n < corr.size(); n++) corr[n] = chain(n * dt);
    const Series cbar = kernel_of(corr, dt);
    double worst      = 0.0;
    for (size_t n = 0; n < cbar.size(); n++) worst = std::max(worst, std::fabs(cbar[n] - chain(n * dt)));
    return worst;
}

TEST(Kernel, converges_in_second_order)
{
    double coarse = chain_error(0.2, 20.0);
    for (double dt : {0.1, 0.05, 0.025}) {
        const double fine = chain_error(dt, 20.0);
        EXPECT_NEAR(std::log2(coarse / fine), 2.0, 0.05) << "dt " << dt;
        coarse = fine;
    }
    EXPECT_LT(coarse, 1e-3);
}

// the cusp at t = 0 lowers the order by one, only there

double exponential_error(const ExponentialKernel &exact, double dt, double time)
{
    const Series cbar = kernel_of(exact.vacf((size_t)std::lround(time / dt), dt), dt);
    double worst      = 0.0;
    for (size_t n = 1; n < cbar.size(); n++)
        worst = std::max(worst, std::fabs(cbar[n] - exact.kernel(n * dt)));
    return worst / exact.K0;
}

TEST(Kernel, converges_in_second_order_to_an_exponential_beyond_its_cusp)
{
    const ExponentialKernel exact = {20.0, 0.4};
    double coarse                 = exponential_error(exact, 0.04, 4.0);
    for (double dt : {0.02, 0.01, 0.005}) {
        const double fine = exponential_error(exact, dt, 4.0);
        EXPECT_NEAR(std::log2(coarse / fine), 2.0, 0.05) << "dt " << dt;
        coarse = fine;
    }
    EXPECT_LT(coarse, 1e-3);
}

TEST(Kernel, integral_times_that_of_the_vacf_is_the_square_of_its_start)
{
    const ExponentialKernel exact = {20.0, 0.4};
    const double dt               = 0.1; // coarse: the identity does not depend on it
    const Series corr = exact.vacf(600, dt), cbar = kernel_of(corr, dt);
    const double friction = integral_of(cbar, dt, inm_kernel_plateau_scale(corr.data())).back();
    double diffusion      = 0.5 * corr[0] * dt;
    for (size_t n = 1; n <= 600; n++) diffusion += corr[n] * dt;
    EXPECT_NEAR(friction * diffusion, 1.0, 1e-12);
    EXPECT_NEAR(friction, exact.K0 * exact.tau, 0.01 * friction);
}

TEST(Kernel, first_step_gives_the_einstein_frequency)
{
    const ExponentialKernel exact = {20.0, 0.4};
    const Series corr             = exact.vacf(1, 1e-4);
    EXPECT_NEAR(inm_kernel_einstein_frequency_sq(1e-4, corr.data()), exact.K0, 1e-3 * exact.K0);
}

TEST(Kernel, scales_with_the_square_of_the_momentum)
{
    const ExponentialKernel exact = {20.0, 0.4};
    Series corr                   = exact.vacf(50, 0.02);
    const Series one              = kernel_of(corr, 0.02);
    for (double &c : corr) c *= 9.0;
    const Series nine = kernel_of(corr, 0.02);
    for (size_t n = 0; n < one.size(); n++) EXPECT_NEAR(nine[n], 9.0 * one[n], 1e-11 * nine[0]);
}

// ---- tail

TEST(Tail, of_an_exponential_kernel_is_exact)
{
    for (size_t nlag : {30, 31, 32}) {
        Series cbar(nlag + 1), all(2001);
        for (size_t n = 0; n < all.size(); n++) all[n] = std::exp(-0.05 * n);
        std::copy_n(all.begin(), nlag + 1, cbar.begin());
        const Series sum           = integral_of(cbar, 0.1, 2.0);
        const inm_kernel_tail rest = inm_kernel_extrapolate(nlag, sum.data());
        EXPECT_NEAR(sum.back() + rest.tail, integral_of(all, 0.1, 2.0).back(), 1e-12);
        EXPECT_NEAR(rest.ratio, std::exp(-0.05 * (nlag / 3)), 1e-12);
    }
}

// ---- transform

inm_complex transform(const Series &cbar, double dt, double w, double tail = 0.0, double ratio = 0.0)
{
    return inm_kernel_transform(cbar.size() - 1, dt, 1.0, cbar.data(), tail, ratio, w);
}

TEST(Transform, of_an_exponential_with_its_tail_converges_in_second_order)
{
    const double tau = 0.7, w = 3.0, norm = 1.0 + w * w * tau * tau;
    double error[2];
    for (int k : {0, 1}) {
        const double dt = k ? 0.005 : 0.01;
        Series cbar(size_t(1.2 / dt) + 1);
        for (size_t n = 0; n < cbar.size(); n++) cbar[n] = std::exp(-(double)n * dt / tau);
        const inm_kernel_tail rest = inm_kernel_extrapolate(cbar.size() - 1, integral_of(cbar, dt, 1.0).data());
        const inm_complex v        = transform(cbar, dt, w, rest.tail, rest.ratio);
        error[k] = std::hypot(v.re - tau / norm, v.im + w * tau * tau / norm); // tau/(1 + iw tau)
    }
    EXPECT_LT(error[0], 1e-4 * tau);
    EXPECT_NEAR(error[0] / error[1], 4.0, 0.1);
}

// int_0^T (1 - t/T) exp(-iwt) dt, which is linear between any samples
TEST(Transform, of_a_straight_line_is_exact)
{
    const double T = 2.0;
    for (size_t nlag : {3, 10, 1000})
        for (double w : {1e-7, 0.1, 2.0, 30.0, 400.0}) {
            Series cbar(nlag + 1);
            for (size_t n = 0; n <= nlag; n++) cbar[n] = 1.0 - (double)n / (double)nlag;
            const inm_complex v = transform(cbar, T / (double)nlag, w);
            const double x      = w * T;
            const double re     = x < 1e-3 ? T / 2.0 : T * (1.0 - std::cos(x)) / (x * x);
            const double im     = x < 1e-3 ? -T * x / 6.0 : -T * (x - std::sin(x)) / (x * x);
            EXPECT_NEAR(v.re, re, 1e-12) << nlag << " lags, w = " << w;
            EXPECT_NEAR(v.im, im, 1e-12) << nlag << " lags, w = " << w;
        }
}

TEST(Transform, at_zero_is_the_integral)
{
    Series cbar(32);
    for (size_t n = 0; n < cbar.size(); n++) cbar[n] = std::cos(0.2 * n) * std::exp(-0.03 * n);
    const inm_complex v = transform(cbar, 0.1, 0.0, 0.25, 0.5);
    EXPECT_NEAR(v.re, integral_of(cbar, 0.1, 1.0).back() + 0.25, 1e-14);
    EXPECT_EQ(v.im, 0.0);
}

TEST(Tail, is_not_made_up_for_a_kernel_that_does_not_decay)
{
    const Series constant = integral_of(Series(31, 1.0), 0.1, 1.0);
    EXPECT_EQ(inm_kernel_extrapolate(30, constant.data()).tail, 0.0);
    Series negative(31, 0.0);
    std::fill(negative.begin() + 20, negative.end(), -1.0);
    EXPECT_EQ(inm_kernel_extrapolate(30, integral_of(negative, 0.1, 1.0).data()).tail, 0.0);
}

// ---- mean-square displacement and errors

inm_msd_line line_of(const Series &lag, const Series &msd, const Series &weight, double from, double to, int dim)
{
    return inm_msd_fit(lag.size(), lag.data(), msd.data(), weight.data(), from, to, dim);
}

TEST(Msd, slope_is_diffusion_and_offset_does_not_matter)
{
    const Series lag = {1, 2, 4, 8, 16, 32, 64, 100}, weight(8, 1.0);
    for (int dim : {2, 3}) {
        Series msd;
        for (double t : lag) msd.push_back(2.0 * dim * 0.7 * t + 0.25);
        msd[0] = msd[7] = 1e9; // outside the range
        const inm_msd_line line = line_of(lag, msd, weight, 2, 64, dim);
        EXPECT_NEAR(line.diffusion, 0.7, 1e-13);
        EXPECT_LT(line.exponent, 1.0);
    }
}

TEST(Msd, exponent_tells_ballistic_from_diffusive)
{
    const Series lag = {10, 20, 40, 80}, weight = {4, 3, 2, 1};
    Series ballistic, brownian;
    for (double t : lag) ballistic.push_back(3.0 * t * t), brownian.push_back(3.0 * t);
    EXPECT_NEAR(line_of(lag, ballistic, weight, 10, 80, 3).exponent, 2.0, 1e-12);
    EXPECT_NEAR(line_of(lag, brownian, weight, 10, 80, 3).exponent, 1.0, 1e-12);
}

TEST(Msd, needs_three_points)
{
    const Series lag = {10, 20, 40}, msd = {1, 2, 4}, weight = {1, 1, 0};
    EXPECT_TRUE(std::isnan(line_of(lag, msd, weight, 10, 40, 3).diffusion));
    EXPECT_TRUE(std::isnan(line_of({}, {}, {}, 0, 1, 3).diffusion));
}

TEST(Msd, first_range_without_bias_is_taken)
{
    // ten blocks; the error of estimate i is i+1, the errors are independent
    const size_t n = 6, nblock = 10;
    std::mt19937 random(3);
    std::normal_distribution<double> noise;
    Series leave_out(nblock * n);
    for (size_t i = 0; i < n; i++) {
        Series x(nblock);
        double mean = 0.0, sum = 0.0;
        for (double &y : x) mean += (y = noise(random)) / nblock;
        for (double y : x) sum += (y - mean) * (y - mean);
        for (size_t b = 0; b < nblock; b++)
            leave_out[b * n + i] = (x[b] - mean) * (i + 1) / std::sqrt(sum * (nblock - 1) / nblock);
    }
    auto chosen = [&](Series value) { return inm_first_unbiased(n, value.data(), nblock, leave_out.data(), n); };
    EXPECT_EQ(chosen({5, 5, 5, 5, 5, 5}), 0u);
    EXPECT_EQ(chosen({50, 5, 5, 5, 5, 5}), 1u);
    EXPECT_EQ(chosen({50, 40, 5, 5, 5, 5}), 2u);
    EXPECT_EQ(chosen({50, 40, 30, 100, 10, 5}), 4u);
    EXPECT_EQ(inm_first_unbiased(n, leave_out.data(), 0, nullptr, n), 5u); // no errors, no choice
}

TEST(Jackknife, of_a_mean_is_its_standard_error)
{
    const Series x = {1.0, 4.0, -2.0, 0.5, 3.0};
    double sum = 0.0, square = 0.0;
    for (double v : x) sum += v;
    for (double v : x) square += (v - sum / 5) * (v - sum / 5);
    Series leave_out;
    for (double v : x) leave_out.insert(leave_out.end(), {(sum - v) / 4, 99.0}); // stride 2
    EXPECT_NEAR(inm_jackknife_error(5, 2, leave_out.data()), std::sqrt(square / 4 / 5), 1e-14);
    EXPECT_TRUE(std::isnan(inm_jackknife_error(1, 1, x.data())));
}

TEST(Jackknife, counts_the_data_that_neighbors_share)
{
    // x[i] = y[i] + y[i+1]: the error of the mean of x is twice that of the mean of y
    const size_t n = 4000;
    std::mt19937 random(8);
    std::normal_distribution<double> noise;
    Series y(n + 1), leave_out(n);
    for (double &v : y) v = noise(random);
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += y[i] + y[i + 1];
    for (size_t i = 0; i < n; i++) leave_out[i] = (sum - y[i] - y[i + 1]) / (n - 1);
    const double error = inm_jackknife_error_of_neighbors(n, 1, leave_out.data());
    EXPECT_NEAR(error * std::sqrt(n), 2.0, 0.1);
    EXPECT_NEAR(inm_jackknife_error(n, 1, leave_out.data()) * std::sqrt(n), std::sqrt(2.0), 0.1);
    const Series alternating = {1.0, -1.0, 1.0, -1.0}; // the correction must not reduce it
    EXPECT_EQ(inm_jackknife_error_of_neighbors(4, 1, alternating.data()),
              inm_jackknife_error(4, 1, alternating.data()));
}

// ---- correlator

struct Particle {
    int type;
    double mass;
    std::vector<Series> v, x, a; // [frame][3]; acceleration only where it is needed
};

// does what the fix does with its atoms, here those with number % nprocs == rank

class Correlation {
public:
    inm_correlator *c = nullptr;

    Correlation(const std::vector<Particle> &all, int ntypes, int nlag, int norigin, int nblock,
                inm_estimator estimator = INM_VACF) :
        ntypes(ntypes), nlag(nlag)
    {
        int me, nranks;
        MPI_Comm_rank(MPI_COMM_WORLD, &me);
        MPI_Comm_size(MPI_COMM_WORLD, &nranks);
        for (size_t i = me; i < all.size(); i += nranks) mine.push_back(all[i]);
        const inm_correlator_options options = {ntypes, nlag, norigin, nblock, 3, estimator};
        EXPECT_EQ(inm_correlator_create(&c, &options), INM_OK);
        nslot = inm_correlator_nslot(c);
        vslot.assign(mine.size(), std::vector<Series>(nslot, Series(3, 1e300))); // must be ignored
        aslot.assign(mine.size(), std::vector<Series>(nslot, Series(3, 0.0)));
        xslot.assign(mine.size(), std::vector<Series>(INM_MSD_RING * INM_MSD_LEVELS, Series(3)));
    }
    ~Correlation() { inm_correlator_destroy(&c); }

    void sample(int frame)
    {
        const inm_sample *todo = inm_correlator_begin(c);
        Series vv(ntypes * nslot), av(ntypes * nslot), aa(ntypes * nslot), moment(ntypes * 2),
            msd(ntypes * todo->npair);
        for (size_t i = 0; i < mine.size(); i++) {
            const int t = mine[i].type - 1;
            const Series &v = mine[i].v[frame], &x = mine[i].x[frame];
            const Series zero(3), &a = mine[i].a.empty() ? zero : mine[i].a[frame];
            if (todo->origin_slot >= 0) vslot[i][todo->origin_slot] = v, aslot[i][todo->origin_slot] = a;
            for (int s = 0; s < nslot; s++) {
                vv[t * nslot + s] += dot(v, vslot[i][s]);
                av[t * nslot + s] += dot(v, aslot[i][s]);
                aa[t * nslot + s] += dot(a, aslot[i][s]);
            }
            moment[2 * t] += mine[i].mass * dot(v, v);
            moment[2 * t + 1] += 1.0;
            for (int k = 0; k < todo->ncopy; k++) xslot[i][todo->copy_to[k]] = xslot[i][todo->copy_from[k]];
            for (int p = 0; p < todo->npair; p++)
                msd[t * todo->npair + p] += distance_sq(x, xslot[i][todo->pair_slot[p]]);
            for (int k = 0; k < todo->nstore; k++) xslot[i][todo->store_slot[k]] = x;
        }
        for (Series *sum : {&vv, &av, &aa, &moment, &msd})
            MPI_Allreduce(MPI_IN_PLACE, sum->data(), (int)sum->size(), MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
        const inm_products products = {vv.data(), av.data(), aa.data(), moment.data(), msd.data()};
        inm_correlator_end(c, &products);
    }
    void samples(int first, int last)
    {
        for (int f = first; f < last; f++) sample(f);
    }
    const inm_friction &estimate(double dt, int set)
    {
        EXPECT_EQ(inm_correlator_estimate(c, dt, MPI_COMM_WORLD), INM_OK);
        return *inm_correlator_friction(c, set);
    }
    static double dot(const Series &a, const Series &b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
    static double distance_sq(const Series &a, const Series &b)
    {
        const Series d = {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
        return dot(d, d);
    }
    // the per-particle memory is restored from a restart
    void continue_from(const Correlation &other) { vslot = other.vslot, aslot = other.aslot, xslot = other.xslot; }

private:
    int ntypes, nlag, nslot;
    std::vector<Particle> mine;
    std::vector<std::vector<Series>> vslot, aslot, xslot;
};

// correlated velocities, and positions integrated from them

std::vector<Particle> walkers(int n, int nframe, int ntypes, unsigned seed = 7)
{
    std::mt19937 random(seed);
    auto noise = [&random]() { return (double)random() / 4294967296.0 - 0.5; };
    std::vector<Particle> all(n);
    for (int i = 0; i < n; i++) {
        Particle &p = all[i];
        p.type      = i % ntypes + 1;
        p.mass      = 1.0 + p.type;
        p.v.assign(nframe, Series(3));
        p.x.assign(nframe, Series(3));
        for (int f = 0; f < nframe; f++)
            for (int k = 0; k < 3; k++) {
                p.v[f][k] = (f ? 0.9 * p.v[f - 1][k] : 0.0) + noise();
                p.x[f][k] = (f ? p.x[f - 1][k] : 0.0) + 0.1 * p.v[f][k];
            }
    }
    return all;
}

Series brute_force_vacf(const std::vector<Particle> &all, int type, int nlag, int norigin, int first,
                        int norigins)
{
    Series c(nlag + 2);
    int count = 0;
    for (const Particle &p : all) {
        if (type && p.type != type) continue;
        for (int o = first; o < first + norigins; o++, count++)
            for (int n = 0; n < nlag + 2; n++)
                c[n] += Correlation::dot(p.v[o * norigin], p.v[o * norigin + n]);
    }
    for (double &x : c) x /= 3.0 * count;
    return c;
}

std::vector<Particle> reference_particles()
{
    std::vector<Particle> all(5);
    std::ifstream file(INMVISC_REFERENCE_DIR "/projection/series.csv");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::replace(line.begin(), line.end(), ',', ' ');
        std::istringstream in(line);
        int frame, id;
        Series p(3), f(3);
        in >> frame >> id;
        Particle &one = all.at(id - 1);
        in >> one.type >> one.mass >> p[0] >> p[1] >> p[2] >> f[0] >> f[1] >> f[2];
        for (double &x : p) x /= one.mass;
        for (double &x : f) x /= one.mass;
        one.v.push_back(p);
        one.x.push_back(p);
        one.a.push_back(f);
    }
    return all;
}

// columns C_PP, Cbar, plateau factor
std::vector<Series> reference_kernel(int type)
{
    std::vector<Series> rows;
    std::ifstream file(INMVISC_REFERENCE_DIR "/projection/expected_vacf_only_type" +
                       std::to_string(type) + ".csv");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::replace(line.begin(), line.end(), ',', ' ');
        std::istringstream in(line);
        double n, c, cbar = NAN, factor = NAN;
        in >> n >> c >> cbar >> factor;
        rows.push_back({c, cbar, factor});
    }
    return rows;
}

TEST(Correlator, reproduces_the_reference_kernel_of_each_type)
{
    const std::vector<Particle> all = reference_particles();
    ASSERT_EQ(all[0].v.size(), 64u);
    Correlation correlation(all, 2, 16, 1, 4);
    correlation.samples(0, 64);
    for (int type : {1, 2}) {
        const inm_friction &f             = correlation.estimate(0.05, type);
        const std::vector<Series> expected = reference_kernel(type);
        ASSERT_EQ(expected.size(), 18u);
        const double *vacf = inm_correlator_vacf(correlation.c, type);
        const double *cbar = inm_correlator_cbar(correlation.c, type);
        const double mass  = all[type == 1 ? 0 : 4].mass;
        EXPECT_NEAR(f.mass, mass, 1e-13);
        EXPECT_NEAR(f.kT, expected[0][0] / mass, 1e-13);
        EXPECT_EQ(f.natoms, type == 1 ? 3.0 : 2.0);
        Series reference;
        for (int n = 0; n < 18; n++) EXPECT_NEAR(mass * mass * vacf[n], expected[n][0], 1e-13);
        for (int n = 0; n < 17; n++) {
            EXPECT_NEAR(cbar[n], expected[n][1], 1e-10) << "type " << type << " lag " << n;
            reference.push_back(expected[n][1]);
        }
        EXPECT_NEAR(f.integral, integral_of(reference, 0.05, expected[0][2] / f.kT).back(), 1e-10);
    }
    EXPECT_EQ(inm_correlator_norigin_done(correlation.c), 47);
}

// columns beta, Cbar
std::vector<Series> reference_direct(int type)
{
    std::vector<Series> rows;
    std::ifstream file(INMVISC_REFERENCE_DIR "/projection/expected_direct_type" + std::to_string(type) +
                       ".csv");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::replace(line.begin(), line.end(), ',', ' ');
        std::istringstream in(line);
        double n, beta, skip, cbar;
        in >> n >> beta >> skip;
        std::string word;
        in >> word >> word >> cbar; // may be nan
        rows.push_back({beta, cbar});
    }
    return rows;
}

TEST(Direct, reproduces_the_reference_of_each_type)
{
    // a window ends one sample later than orthogonal dynamics needs, so there is a 65th
    std::vector<Particle> all = reference_particles();
    for (Particle &p : all)
        for (auto series : {&p.v, &p.x, &p.a}) series->push_back(series->back());
    Correlation correlation(all, 2, 16, 1, 2, INM_DIRECT);
    correlation.samples(0, 65);
    for (int type : {1, 2}) {
        const inm_friction &f              = correlation.estimate(0.05, type);
        const std::vector<Series> expected = reference_direct(type);
        ASSERT_EQ(expected.size(), 17u);
        const double *cbar = inm_correlator_cbar(correlation.c, type);
        Series reference;
        for (int n = 0; n < 17; n++) {
            EXPECT_NEAR(cbar[n], expected[n][1], 1e-10) << "type " << type << " lag " << n;
            reference.push_back(expected[n][1]);
        }
        EXPECT_NEAR(f.integral, integral_of(reference, 0.05, 1.0 / f.kT).back(), 1e-10);
    }
    EXPECT_EQ(inm_correlator_norigin_done(correlation.c), 48);
}

// two harmonic oscillators per direction, integrated by velocity Verlet with the accelerations
// stored

std::vector<Particle> oscillators(int n, int nframe, double dt, unsigned seed = 5)
{
    std::mt19937 random(seed);
    std::normal_distribution<double> noise;
    std::vector<Particle> all(n);
    for (Particle &p : all) {
        p.type = 1;
        p.mass = 2.0;
        Series x(6), v(6), a(6); // the last three are coupled to the first three
        for (int k = 0; k < 6; k++) x[k] = noise(random), v[k] = noise(random);
        auto accelerate = [&]() {
            for (int k = 0; k < 3; k++) {
                a[k]     = -3.0 * x[k] - 2.0 * (x[k] - x[k + 3]);
                a[k + 3] = -1.0 * x[k + 3] - 2.0 * (x[k + 3] - x[k]);
            }
        };
        accelerate();
        for (int f = 0; f < nframe; f++) {
            p.x.push_back(Series(x.begin(), x.begin() + 3));
            p.v.push_back(Series(v.begin(), v.begin() + 3));
            p.a.push_back(Series(a.begin(), a.begin() + 3));
            for (int k = 0; k < 6; k++) v[k] += 0.5 * dt * a[k], x[k] += dt * v[k];
            accelerate();
            for (int k = 0; k < 6; k++) v[k] += 0.5 * dt * a[k];
        }
    }
    return all;
}

// the definition: one random force per origin and component, propagated to the next step

Series brute_force_direct(const std::vector<Particle> &all, int nlag, int norigins, double dt)
{
    const double mass = all[0].mass;
    std::vector<double> random_force, cbar;
    auto sum = [&](auto term) {
        double total = 0.0;
        size_t at    = 0;
        for (const Particle &p : all)
            for (int m = 0; m < norigins; m++)
                for (int k = 0; k < 3; k++) total += term(p, m, k, at++);
        return total;
    };
    sum([&](const Particle &p, int m, int k, size_t) { return random_force.push_back(mass * p.a[m][k]), 0.0; });
    const double count = (double)random_force.size();
    double beta        = 0.0;
    for (int n = 0; n <= nlag; n++) {
        const double pp = sum([&](const Particle &p, int m, int k, size_t) {
            return mass * mass * p.v[m + n][k] * p.v[m + n][k];
        });
        if (n > 0) { // implicit in beta(n), the coefficient of the propagated force
            auto half  = [&](const Particle &p, int m, int k) { return 0.5 * dt * mass * p.a[m + n][k]; };
            auto known = [&](const Particle &p, int m, int k, size_t at) {
                return random_force[at] + 0.5 * dt * beta * mass * p.a[m + n - 1][k];
            };
            const double b0 = sum([&](const Particle &p, int m, int k, size_t at) {
                return mass * p.v[m + n][k] * known(p, m, k, at);
            });
            const double b1 = sum([&](const Particle &p, int m, int k, size_t) {
                return mass * p.v[m + n][k] * half(p, m, k);
            });
            const double next = b0 / (pp - b1);
            sum([&](const Particle &p, int m, int k, size_t at) {
                random_force[at] = known(p, m, k, at) + next * half(p, m, k);
                return 0.0;
            });
            beta = next;
        } else {
            beta = sum([&](const Particle &p, int m, int k, size_t at) {
                       return mass * p.v[m][k] * random_force[at];
                   }) / pp;
        }
        cbar.push_back(sum([&](const Particle &p, int m, int k, size_t at) {
                           return mass * p.a[m + n][k] * random_force[at];
                       }) / count);
    }
    return cbar;
}

TEST(Direct, is_the_propagation_of_every_random_force)
{
    const int nlag = 12, nframe = 90;
    const double dt                 = 0.1;
    const std::vector<Particle> all = oscillators(7, nframe, dt);
    Correlation correlation(all, 1, nlag, 1, 2, INM_DIRECT);
    correlation.samples(0, nframe);
    const inm_friction f  = correlation.estimate(dt, 1);
    const Series expected = brute_force_direct(all, nlag, nframe - nlag - 1, dt);
    const double *cbar    = inm_correlator_cbar(correlation.c, 1);
    for (int n = 0; n <= nlag; n++) EXPECT_NEAR(cbar[n], expected[n], 1e-10 * expected[0]) << "lag " << n;
    EXPECT_NEAR(f.sum_rule, 1.0, 1e-12); // velocity Verlet
    EXPECT_TRUE(std::isfinite(f.from_vacf));
}

TEST(Direct, sum_rule_tells_that_steps_were_left_out)
{
    const std::vector<Particle> fine = oscillators(7, 180, 0.05);
    std::vector<Particle> coarse     = fine;
    for (size_t i = 0; i < fine.size(); i++) {
        coarse[i].v.clear(), coarse[i].a.clear();
        for (int f = 0; f < 180; f += 2) {
            coarse[i].v.push_back(fine[i].v[f]);
            coarse[i].a.push_back(fine[i].a[f]);
        }
    }
    Correlation correlation(coarse, 1, 12, 1, 2, INM_DIRECT);
    correlation.samples(0, 90);
    EXPECT_GT(std::fabs(correlation.estimate(0.1, 1).sum_rule - 1.0), 1e-4);
}

TEST(Correlator, averages_over_all_complete_origins_whatever_their_spacing)
{
    const std::vector<Particle> all = walkers(6, 120, 2);
    for (int norigin : {1, 2, 3, 7, 12, 30})
        for (int nlag : {5, 10, 11}) {
            Correlation correlation(all, 2, nlag, norigin, 2);
            correlation.samples(0, 120);
            correlation.estimate(0.1, 0);
            const int norigins = (120 - (nlag + 2)) / norigin + 1;
            EXPECT_EQ(inm_correlator_norigin_done(correlation.c), norigins);
            for (int set : {0, 1, 2}) {
                const Series expected = brute_force_vacf(all, set, nlag, norigin, 0, norigins);
                const double *vacf    = inm_correlator_vacf(correlation.c, set);
                for (int n = 0; n < nlag + 2; n++)
                    EXPECT_NEAR(vacf[n], expected[n], 1e-13)
                        << "norigin " << norigin << " nlag " << nlag << " lag " << n;
            }
        }
}

TEST(Correlator, displacements_of_all_levels_are_complete)
{
    const int nframe = 700, norigin = 2;
    const std::vector<Particle> all = walkers(4, nframe, 1);
    Correlation correlation(all, 1, 4, norigin, 4);
    correlation.samples(0, nframe);
    correlation.estimate(0.1, 0);
    const double *msd = inm_correlator_msd(correlation.c, 0);
    for (int i = 0; i < INM_MSD_LAGS; i++) {
        const int lag    = (int)inm_correlator_msd_lag(correlation.c, i);
        const int stride = i < INM_MSD_RING ? norigin : norigin << (1 + (i - INM_MSD_RING) / 4);
        double sum = 0.0;
        int count  = 0;
        for (const Particle &p : all)
            for (int o = 0; o + lag < nframe; o += stride, count++)
                sum += Correlation::distance_sq(p.x[o], p.x[o + lag]);
        if (count) {
            EXPECT_NEAR(msd[i], sum / count, 1e-11 * msd[i]) << "lag " << lag;
        } else {
            EXPECT_TRUE(std::isnan(msd[i])) << "lag " << lag;
        }
        EXPECT_GT(lag, i ? inm_correlator_msd_lag(correlation.c, i - 1) : 0);
    }
    EXPECT_GT(inm_correlator_msd_lag(correlation.c, INM_MSD_LAGS - 1), 100000 * norigin);
}

TEST(Correlator, number_of_blocks_stays_between_the_limits)
{
    const std::vector<Particle> all = walkers(1, 400, 1);
    Correlation correlation(all, 1, 3, 1, 5);
    for (int f = 0; f < 400; f++) {
        correlation.sample(f);
        const int64_t done = inm_correlator_norigin_done(correlation.c);
        const int full     = inm_correlator_nblock_full(correlation.c);
        EXPECT_EQ(done, std::max(0, f + 1 - 4));
        EXPECT_LT(full, 10);
        EXPECT_GE(full, std::min<int64_t>(done / 5, 5));
        EXPECT_EQ(full, done / inm_correlator_origins_per_block(correlation.c));
        EXPECT_GE(inm_correlator_origins_per_block(correlation.c), 5); // samples in a window
    }
}

TEST(Correlator, errors_are_known_once_there_are_enough_blocks_as_long_as_a_window)
{
    const int nlag = 8, norigin = 3, nblock = 4; // a block is 4 origins, 12 samples
    const std::vector<Particle> all = walkers(3, 80, 1);
    Correlation correlation(all, 1, nlag, norigin, nblock);
    const int enough = nblock * 12 + nlag + 2 - norigin;
    correlation.samples(0, enough - 1);
    EXPECT_TRUE(std::isnan(correlation.estimate(0.1, 0).kernel_error));
    EXPECT_TRUE(std::isfinite(correlation.estimate(0.1, 0).kernel));
    correlation.sample(enough - 1);
    EXPECT_TRUE(std::isfinite(correlation.estimate(0.1, 0).kernel_error));
}

TEST(Correlator, errors_are_the_jackknife_of_the_whole_way)
{
    const int nlag = 6, norigin = 3, nframe = 400;
    const std::vector<Particle> all = walkers(3, nframe, 1);
    Correlation correlation(all, 1, nlag, norigin, 4);
    correlation.samples(0, nframe);
    const inm_friction &f = correlation.estimate(0.1, 0);

    const int nfull = inm_correlator_nblock_full(correlation.c);
    const int per   = (int)inm_correlator_origins_per_block(correlation.c);
    const int done  = (int)inm_correlator_norigin_done(correlation.c);
    const Series total = brute_force_vacf(all, 0, nlag, norigin, 0, done);
    Series integral, with_tail;
    for (int b = 0; b < nfull; b++) {
        const Series part = brute_force_vacf(all, 0, nlag, norigin, b * per, per);
        Series corr(nlag + 2);
        for (int n = 0; n < nlag + 2; n++)
            corr[n] = f.mass * f.mass * (done * total[n] - per * part[n]) / (done - per);
        const double kT  = corr[0] / f.mass;
        const Series sum = integral_of(kernel_of(corr, 0.1), 0.1, inm_kernel_plateau_scale(corr.data()) / kT);
        integral.push_back(sum.back());
        with_tail.push_back(sum.back() + inm_kernel_extrapolate(nlag, sum.data()).tail);
    }
    const Series &used = f.tail > 0.0 ? with_tail : integral;
    EXPECT_NEAR(f.kernel_error, inm_jackknife_error(nfull, 1, used.data()), 1e-9 * f.kernel_error);
    EXPECT_GT(f.einstein_error, 0.0);
}

TEST(Correlator, transform_has_the_error_of_the_whole_way)
{
    const int nlag = 6, norigin = 3, nframe = 400;
    const double dt = 0.1, w = 0.9 * 0.3 / dt;
    const std::vector<Particle> all = walkers(3, nframe, 1);
    Correlation correlation(all, 1, nlag, norigin, 4);
    correlation.samples(0, nframe);
    const inm_friction &f           = correlation.estimate(dt, 1);
    const inm_frequency_range range = inm_correlator_frequency_range(correlation.c, dt);
    EXPECT_NEAR(range.highest, 0.3 / dt, 1e-12);
    const Series frequencies = {0.0, w, 1.01 * range.highest};
    std::vector<inm_friction_at> at(2 * frequencies.size());
    ASSERT_EQ(inm_correlator_transform(correlation.c, dt, frequencies.size(), frequencies.data(),
                                       MPI_COMM_WORLD, at.data()), INM_OK);

    // at 0 it is what the friction is made of, if that is known there
    const inm_friction_at *own = at.data() + frequencies.size();
    if (range.lowest == 0.0) {
        EXPECT_NEAR(own[0].value.re, f.kernel, 1e-12 * f.kernel);
        EXPECT_NEAR(std::sqrt(own[0].var_re), f.kernel_error, 1e-9 * f.kernel_error);
        EXPECT_EQ(own[0].value.im, 0.0);
    } else
        EXPECT_TRUE(std::isnan(own[0].value.re));
    EXPECT_TRUE(std::isnan(own[2].value.re)) << "beyond the resolution of the samples";

    const int nfull = inm_correlator_nblock_full(correlation.c);
    const int per   = (int)inm_correlator_origins_per_block(correlation.c);
    const int done  = (int)inm_correlator_norigin_done(correlation.c);
    const Series total = brute_force_vacf(all, 0, nlag, norigin, 0, done);
    Series re, im;
    for (int b = 0; b <= nfull; b++) {
        const bool whole  = b == nfull;
        const Series part = brute_force_vacf(all, 0, nlag, norigin, whole ? 0 : b * per, per);
        Series corr(nlag + 2);
        for (int n = 0; n < nlag + 2; n++)
            corr[n] = f.mass * f.mass *
                (whole ? total[n] : (done * total[n] - per * part[n]) / (done - per));
        const double scale = inm_kernel_plateau_scale(corr.data()) * f.mass / corr[0];
        const Series cbar = kernel_of(corr, dt), sum = integral_of(cbar, dt, scale);
        const inm_kernel_tail rest = inm_kernel_extrapolate(nlag, sum.data());
        const inm_complex v = inm_kernel_transform(nlag, dt, scale, cbar.data(), f.tail > 0.0 ? rest.tail : 0.0,
                                                   rest.ratio, w);
        re.push_back(v.re);
        im.push_back(v.im);
    }
    EXPECT_NEAR(own[1].value.re, re.back(), 1e-10 * std::fabs(re.back()));
    EXPECT_NEAR(own[1].value.im, im.back(), 1e-10 * std::fabs(im.back()));
    const double error_re = inm_jackknife_error(nfull, 1, re.data());
    const double error_im = inm_jackknife_error(nfull, 1, im.data());
    EXPECT_NEAR(std::sqrt(own[1].var_re), error_re, 1e-9 * error_re);
    EXPECT_NEAR(std::sqrt(own[1].var_im), error_im, 1e-9 * error_im);
    EXPECT_LE(std::fabs(own[1].cov), error_re * error_im * (1.0 + 1e-12));
    EXPECT_NE(own[1].cov, 0.0);
}

TEST(Correlator, knows_nothing_before_the_first_window_is_complete)
{
    const std::vector<Particle> all = walkers(3, 40, 1);
    Correlation correlation(all, 2, 10, 2, 4);
    for (int f = 0; f < 11; f++) correlation.sample(f);
    for (int set : {0, 1, 2}) {
        const inm_friction &f = correlation.estimate(0.1, set);
        for (double x : {f.natoms, f.kT, f.kernel, f.kernel_error, f.einstein, f.diffusion})
            EXPECT_TRUE(std::isnan(x)) << "set " << set;
        EXPECT_TRUE(std::isnan(inm_correlator_cbar(correlation.c, set)[0]));
        EXPECT_TRUE(std::isnan(inm_correlator_integral(correlation.c, set)[0]));
    }
    correlation.sample(11);
    EXPECT_TRUE(std::isfinite(correlation.estimate(0.1, 0).kernel));
    EXPECT_TRUE(std::isfinite(correlation.estimate(0.1, 1).kernel));
    EXPECT_TRUE(std::isnan(correlation.estimate(0.1, 2).kernel)); // no atom of this type
}

TEST(Correlator, continues_from_packed_state)
{
    const std::vector<Particle> all = walkers(5, 300, 2);
    Correlation whole(all, 2, 8, 3, 4), first(all, 2, 8, 3, 4), second(all, 2, 8, 3, 4);
    whole.samples(0, 300);
    first.samples(0, 130);
    Series state(inm_correlator_pack_size(first.c));
    inm_correlator_pack(first.c, state.data());
    ASSERT_EQ(inm_correlator_unpack(second.c, state.data()), INM_OK);
    second.continue_from(first);
    second.samples(130, 300);
    for (int set : {0, 1, 2}) {
        const inm_friction a = whole.estimate(0.1, set), b = second.estimate(0.1, set);
        EXPECT_EQ(a.kernel, b.kernel);
        EXPECT_EQ(a.kernel_error, b.kernel_error);
        EXPECT_EQ(a.einstein, b.einstein);
        EXPECT_EQ(a.einstein_error, b.einstein_error);
    }
    Correlation other(all, 2, 9, 3, 4);
    EXPECT_EQ(inm_correlator_unpack(other.c, state.data()), INM_ERR_ARG);
}

TEST(Correlator, refuses_a_state_of_which_any_bit_has_changed)
{
    const std::vector<Particle> all = walkers(5, 100, 2);
    Correlation first(all, 2, 8, 3, 4), second(all, 2, 8, 3, 4);
    first.samples(0, 100);
    Series state(inm_correlator_pack_size(first.c));
    inm_correlator_pack(first.c, state.data());
    for (size_t i = 0; i < state.size(); i++)
        for (int bit : {0, 31, 52, 63}) {
            Series damaged = state;
            uint64_t bits;
            memcpy(&bits, &damaged[i], sizeof(bits));
            bits ^= (uint64_t)1 << bit;
            memcpy(&damaged[i], &bits, sizeof(bits));
            const inm_status status = inm_correlator_unpack(second.c, damaged.data());
            EXPECT_TRUE(status == INM_ERR_ARG || status == INM_ERR_DATA) << i << " " << bit;
        }
    EXPECT_EQ(inm_correlator_unpack(second.c, state.data()), INM_OK);
}

TEST(Direct, continues_from_packed_state)
{
    const std::vector<Particle> all = oscillators(5, 150, 0.1);
    Correlation whole(all, 1, 8, 1, 4, INM_DIRECT), first(all, 1, 8, 1, 4, INM_DIRECT),
        second(all, 1, 8, 1, 4, INM_DIRECT);
    whole.samples(0, 150);
    first.samples(0, 67);
    Series state(inm_correlator_pack_size(first.c));
    inm_correlator_pack(first.c, state.data());
    ASSERT_EQ(inm_correlator_unpack(second.c, state.data()), INM_OK);
    second.continue_from(first);
    second.samples(67, 150);
    const inm_friction a = whole.estimate(0.1, 1), b = second.estimate(0.1, 1);
    EXPECT_EQ(a.kernel, b.kernel);
    EXPECT_EQ(a.kernel_error, b.kernel_error);
    EXPECT_TRUE(std::isfinite(a.kernel_error));
    Correlation other(all, 1, 8, 1, 4);
    EXPECT_EQ(inm_correlator_unpack(other.c, state.data()), INM_ERR_ARG);
}

// flip one bit in each of the numbers, and two signs, which would cancel in a plain sum

TEST(Correlator, refuses_a_damaged_state_and_stays_as_it_was)
{
    const std::vector<Particle> all = walkers(3, 130, 1);
    Correlation first(all, 1, 5, 2, 2), second(all, 1, 5, 2, 2);
    first.samples(0, 130);
    Series state(inm_correlator_pack_size(first.c)), before(inm_correlator_pack_size(second.c)), after(before);
    inm_correlator_pack(first.c, state.data());
    inm_correlator_pack(second.c, before.data());
    for (size_t i = 0; i < state.size(); i++)
        for (int bit : {0, 31, 51, 52, 62, 63}) {
            Series damaged = state;
            uint64_t bits;
            memcpy(&bits, &damaged[i], sizeof(bits));
            bits ^= UINT64_C(1) << bit;
            memcpy(&damaged[i], &bits, sizeof(bits));
            const inm_status status = inm_correlator_unpack(second.c, damaged.data());
            EXPECT_TRUE(status == INM_ERR_DATA || (status == INM_ERR_ARG && i < 7)) << i << " bit " << bit;
        }
    Series signs = state;
    int turned   = 0;
    for (size_t i = 20; i < signs.size() && turned < 2; i++)
        if (signs[i] != 0.0) signs[i] *= -1.0, turned++;
    ASSERT_EQ(turned, 2);
    EXPECT_EQ(inm_correlator_unpack(second.c, signs.data()), INM_ERR_DATA);
    inm_correlator_pack(second.c, after.data());
    EXPECT_EQ(before, after);
    EXPECT_EQ(inm_correlator_unpack(second.c, state.data()), INM_OK);
}

// headers with impossible values and a matching fingerprint

TEST(Correlator, refuses_counters_that_do_not_belong_together)
{
    enum { NSAMPLE = 7, NFULL, PER_BLOCK, IN_BLOCK, SUMS_MARK, HEADER_MARK };
    const std::vector<Particle> all = walkers(3, 130, 1);
    Correlation first(all, 1, 5, 2, 2), second(all, 1, 5, 2, 2);
    first.samples(0, 130);
    Series state(inm_correlator_pack_size(first.c));
    inm_correlator_pack(first.c, state.data());
    for (int k : {(int)NSAMPLE, (int)NFULL, (int)PER_BLOCK, (int)IN_BLOCK})
        for (double x : Series{-1.0, 1e9, 1e300, NAN, INFINITY, state[k] + 7.0, state[k] + 0.5}) {
            Series other       = state;
            other[k]           = x;
            other[HEADER_MARK] = inm_fingerprint(HEADER_MARK, other.data());
            EXPECT_EQ(inm_correlator_unpack(second.c, other.data()), INM_ERR_DATA) << k << ": " << x;
        }
}

TEST(Correlator, refuses_senseless_parameters)
{
    inm_correlator *c = nullptr;
    auto create       = [&c](int ntypes, int nlag, int norigin, int nblock, int dim, inm_estimator estimator) {
        const inm_correlator_options options = {ntypes, nlag, norigin, nblock, dim, estimator};
        return inm_correlator_create(&c, &options);
    };
    EXPECT_EQ(create(0, 10, 1, 4, 3, INM_VACF), INM_ERR_ARG);
    EXPECT_EQ(create(1, 2, 1, 4, 3, INM_VACF), INM_ERR_ARG);
    EXPECT_EQ(create(1, 10, 0, 4, 3, INM_VACF), INM_ERR_ARG);
    EXPECT_EQ(create(1, 10, 1, 1, 3, INM_VACF), INM_ERR_ARG);
    EXPECT_EQ(create(1, 10, 1, 4, 1, INM_VACF), INM_ERR_ARG);
    EXPECT_EQ(create(1, 10, 2, 4, 3, INM_DIRECT), INM_ERR_ARG);
    EXPECT_EQ(create(1, 2147483640, 10, 2, 3, INM_VACF), INM_ERR_SIZE);
    EXPECT_EQ(create(100, 4000000, 1, 16, 3, INM_DIRECT), INM_ERR_ALLOC); // beyond the address space
    EXPECT_EQ(create(1000, 2000000000, 1, 1000000, 3, INM_DIRECT), INM_ERR_ALLOC); // beyond size_t
    EXPECT_EQ(c, nullptr);
    inm_correlator_destroy(&c);
    inm_correlator_destroy(nullptr);
}

TEST(Correlator, tells_its_memory_before_it_takes_it)
{
    const inm_correlator_options vacf   = {2, 400, 10, 16, 3, INM_VACF};
    const inm_correlator_options direct = {2, 400, 1, 16, 3, INM_DIRECT};
    EXPECT_LT(inm_correlator_bytes(&vacf), 1e6);
    EXPECT_NEAR(inm_correlator_bytes(&direct), 8.0 * 2 * 16 * 2 * 401 * 402, 0.2 * 8 * 64 * 401 * 402);
}

// ---- sums independent of the order

TEST(Products, are_those_of_the_vectors)
{
    std::mt19937 random(11);
    std::normal_distribution<double> noise;
    for (size_t nslot : {1, 7, 8, 9, 41}) {
        const size_t row = inm_row_slots(nslot), n = 5, stride = row + 3;
        ASSERT_EQ(row % INM_CHUNK, 0u);
        Series slots(3 * row), u(3 * n), sum(n * stride), expected(n * stride);
        for (double &x : slots) x = noise(random);
        for (double &x : u) x = noise(random);
        for (double &x : sum) x = noise(random);
        expected = sum;
        for (size_t k = 0; k < n; k++)
            for (size_t s = 0; s < row; s++)
                for (int d = 0; d < 3; d++)
                    expected[k * stride + s] += u[3 * k + d] * slots[inm_row_offset(s) + d * INM_CHUNK];
        inm_add_products(row, slots.data(), n, u.data(), 0.0, sum.data(), stride);
        for (size_t i = 0; i < sum.size(); i++) EXPECT_NEAR(sum[i], expected[i], 1e-14);
    }
}

TEST(Products, sum_is_the_same_in_any_order)
{
    std::mt19937 random(12);
    std::normal_distribution<double> noise;
    const size_t n = 5000, row = 8;
    std::vector<Series> slots(n, Series(3 * row)), u(n, Series(3));
    double bound = 0.0;
    for (auto &x : slots)
        for (double &y : x) y = noise(random);
    for (auto &x : u)
        for (double &y : x) bound += 16.0 * (y = noise(random)) * y;
    const double rounder = inm_rounder(bound);
    auto add             = [&](size_t i, Series &sum) {
        inm_add_products(row, slots[i].data(), 1, u[i].data(), rounder, sum.data(), 0);
    };
    Series forward(row), backward(row), halves(row), exact(row);
    for (size_t i = 0; i < n; i++) add(i, forward), add(n - 1 - i, backward);
    Series other(row);
    for (size_t i = 0; i < n; i++) add(i, i % 2 ? halves : other);
    for (size_t s = 0; s < row; s++) halves[s] += other[s];
    EXPECT_EQ(forward, backward);
    EXPECT_EQ(forward, halves);
    for (size_t i = 0; i < n; i++)
        inm_add_products(row, slots[i].data(), 1, u[i].data(), 0.0, exact.data(), 0);
    for (size_t s = 0; s < row; s++) EXPECT_NEAR(forward[s], exact[s], 1e-13 * bound);
    EXPECT_EQ(inm_rounder(0.0), 0.0);
    EXPECT_EQ(inm_rounder(NAN), 0.0);
    EXPECT_EQ(inm_rounder(INFINITY), 0.0);
}

// ---- choice of the friction

inm_friction set_of(double natoms, int decayed, int diffusive)
{
    inm_friction f = {};
    f.natoms       = natoms;
    f.decayed      = decayed;
    f.diffusive    = diffusive;
    f.kernel       = 1.0;
    f.einstein     = 2.0;
    return f;
}

TEST(Choice, is_one_for_all_sets)
{
    const inm_friction good = set_of(9, 1, 1), short_window = set_of(9, 0, 1), caged = set_of(9, 0, 0);
    const inm_friction absent = set_of(0, 0, 0);
    auto choose = [](std::vector<inm_friction> sets) { return inm_friction_choose((int)sets.size(), sets.data()); };
    EXPECT_EQ(choose({good, good}), INM_FROM_KERNEL);
    EXPECT_EQ(choose({good, absent}), INM_FROM_KERNEL);
    EXPECT_EQ(choose({good, short_window}), INM_FROM_MSD);
    EXPECT_EQ(choose({good, short_window, caged}), INM_FROM_UNDECAYED_KERNEL);
    EXPECT_EQ(inm_friction_value(&good, INM_FROM_MSD), 2.0);
    EXPECT_EQ(inm_friction_value(&good, INM_FROM_UNDECAYED_KERNEL), 1.0);
}
} // namespace
