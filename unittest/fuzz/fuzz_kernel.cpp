// From series of numbers to kernel, friction and diffusion: whatever a velocity autocorrelation or a
// mean-square displacement looks like.

#include "bytes.h"
#include "inm_kernel.h"

#include <cmath>

extern "C" int LLVMFuzzerInitialize(int *, char ***)
{
    return 0;
}

std::vector<uint8_t> seed_input(size_t k)
{
    if (k >= 12) return {};
    std::vector<uint8_t> in(300);
    for (size_t i = 0; i < in.size(); i++) in[i] = (uint8_t) ((i * (k + 3) * 37) >> (k % 3));
    in[0] = (uint8_t) (k % 2);
    in[1] = (uint8_t) (5 * k);
    return in;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    typedef std::vector<double> Array;
    Bytes in(data, size);
    const bool wild   = in.below(2) != 0;
    const size_t nlag = 3 + (size_t) in.below(40), n = nlag + 1;
    const double dt   = wild ? in.real() : 0.01;

    const Array corr = in.reals(nlag + 2, wild);
    Array cbar(n), work(n), sum(n);
    inm_kernel_from_vacf(nlag, dt, corr.data(), cbar.data(), work.data());
    inm_kernel_integral(nlag, dt, cbar.data(), inm_kernel_plateau_scale(corr.data()), sum.data());
    const inm_kernel_tail tail = inm_kernel_extrapolate(nlag, sum.data());
    MUST_HOLD(tail.tail >= 0.0 || std::isnan(tail.tail));
    inm_kernel_einstein_frequency_sq(dt, corr.data());

    const Array fp = in.reals(n * (n + 1) / 2, wild), ff = in.reals(n * (n + 1) / 2, wild), pp = in.reals(n, wild);
    inm_kernel_from_two_times(nlag, dt, fp.data(), ff.data(), pp.data(), in.real(), cbar.data(), work.data());

    const Array lag = in.reals(n, wild), msd = in.reals(n, wild), weight = in.reals(n, wild);
    inm_msd_fit(n, lag.data(), msd.data(), weight.data(), in.real(), in.real(), 2 + in.below(2));

    const size_t nblock = (size_t) in.below(5), nvalue = 1 + (size_t) in.below(6);
    const Array value = in.reals(nvalue, wild), leave_out = in.reals(nvalue * nblock + 1, wild);
    MUST_HOLD(inm_first_unbiased(nvalue, value.data(), nblock, leave_out.data(), nvalue) < nvalue);
    const double error = inm_jackknife_error(n, 1, msd.data());
    MUST_HOLD(!(error < 0.0));
    MUST_HOLD(!(inm_jackknife_error_of_neighbors(n, 1, msd.data()) < 0.0));
    return 0;
}
