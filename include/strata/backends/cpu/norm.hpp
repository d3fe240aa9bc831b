#pragma once
// Norms of what lies in memory, and vectors that are shortened to one.

#include <cmath>
#include <strata/backends/cpu/map.hpp>
#include <strata/core/operations/norm.hpp>

namespace strata::cpu {

struct NormOperations {
    /// *norm = sqrt(x[0]² + x[1]² + ...), in double; 0 for n = 0, NaN where a number is.
    template <class T>
    static void norm(const T* x, Size n, double* norm) {
        LossReport sum;
        MapOperations::sum(&sum, 1, n, strata::detail::Square{}, x);
        constexpr double enough = sizeof(T) == sizeof(float) ? 1e-30 : 0;  // squares of less may be lost
        double squares = sum.value;
        if (!(strata::detail::is_finite(squares) && squares > enough)) {
            squares = 0;
            for (Size i = 0; i < n; ++i) squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
        }
        *norm = std::sqrt(squares);
    }

    /// *norm = the largest |x[i]|; 0 for n = 0, NaN where a number is.
    template <class T>
    static void largest_norm(const T* x, Size n, double* norm) {
        T largest = 0;
        vectorized<T>([&](auto width) {
            using V = Pack<T, decltype(width)::value>;
            typename V::Ints most(0);  // of all bits without their signs, among which NaN is the largest
            for (Size i = 0; i < n; i += V::width)
                most = max(most, bits(abs(V::load(x + i, n - i < V::width ? n - i : V::width))));
            typename V::Int lanes[V::width], last = 0;
            most.store(lanes);
            for (const auto lane : lanes) last = lane > last ? lane : last;
            largest = __builtin_bit_cast(T, last);
        });
        *norm = static_cast<double>(largest);
    }

    /// x *= min(1, most / (*norm + 1e-6)), as clip_grad_norm_; zeros stay zeros
    template <class T>
    static void scale_to_norm(T* x, Size n, const double* norm, double most) {
        const double factor = strata::detail::factor_to_norm(*norm, most);
        if (factor != 1) MapOperations::for_each(n, strata::detail::ScaleUnlessZero{factor}, x);
    }
};

}  // namespace strata::cpu
