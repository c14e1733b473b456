// Eigenvalues of a symmetric matrix by Householder reduction and implicit QL (Wilkinson and
// Reinsch, Handbook for Automatic Computation II, 1971): independent of LAPACK, which the package
// uses.

#ifndef INMVISC_SYMMETRIC_EIGEN_H
#define INMVISC_SYMMETRIC_EIGEN_H

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

// a [n][n], only the lower triangle is read; ascending
inline std::vector<double> symmetric_eigenvalues(std::vector<double> a, size_t n)
{
    std::vector<double> d(n), e(n, 0.0), p(n);

    // to tridiagonal form, from the last row on
    for (size_t i = n; i-- > 1;) {
        double *v = &a[i * n];
        double h  = 0.0;
        for (size_t k = 0; k < i; k++)
            h += v[k] * v[k];
        d[i] = a[i * n + i];
        if (i == 1 || h == v[i - 1] * v[i - 1]) {
            e[i] = v[i - 1];
            continue;
        }
        e[i] = v[i - 1] > 0.0 ? -std::sqrt(h) : std::sqrt(h);
        h -= v[i - 1] * e[i];
        v[i - 1] -= e[i];
        for (size_t j = 0; j < i; j++)
            p[j] = 0.0;
        for (size_t j = 0; j < i; j++) {
            double sum = a[j * n + j] * v[j];
            for (size_t k = 0; k < j; k++) {
                sum += a[j * n + k] * v[k];
                p[k] += a[j * n + k] * v[j];
            }
            p[j] += sum;
        }
        double vp = 0.0;
        for (size_t j = 0; j < i; j++)
            vp += (p[j] /= h) * v[j];
        for (size_t j = 0; j < i; j++)
            p[j] -= vp / (2.0 * h) * v[j];
        for (size_t j = 0; j < i; j++)
            for (size_t k = 0; k <= j; k++)
                a[j * n + k] -= v[j] * p[k] + p[j] * v[k];
    }
    if (n > 0) d[0] = a[0];
    for (size_t i = 1; i < n; i++)
        e[i - 1] = e[i];
    if (n > 0) e[n - 1] = 0.0;

    for (size_t l = 0; l < n; l++)
        for (int iteration = 0;; iteration++) {
            size_t m = l;
            while (m + 1 < n && std::fabs(e[m]) > 1e-16 * (std::fabs(d[m]) + std::fabs(d[m + 1])))
                m++;
            if (m == l) break;
            if (iteration == 60) throw std::runtime_error("QL did not converge");
            double g = (d[l + 1] - d[l]) / (2.0 * e[l]), r = std::hypot(g, 1.0);
            g        = d[m] - d[l] + e[l] / (g + std::copysign(r, g));
            double s = 1.0, c = 1.0, q = 0.0;
            size_t i = m;
            while (i-- > l) {
                const double f = s * e[i], b = c * e[i];
                e[i + 1] = r = std::hypot(f, g);
                if (r == 0.0) {
                    d[i + 1] -= q;
                    e[m] = 0.0;
                    break;
                }
                s        = f / r;
                c        = g / r;
                g        = d[i + 1] - q;
                r        = (d[i] - g) * s + 2.0 * c * b;
                d[i + 1] = g + (q = s * r);
                g        = c * r - b;
            }
            if (r == 0.0 && i + 1 > l) continue;
            d[l] -= q;
            e[l] = g;
            e[m] = 0.0;
        }
    std::sort(d.begin(), d.end());
    return d;
}

#endif
