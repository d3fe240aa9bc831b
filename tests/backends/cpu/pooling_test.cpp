// Pools and resizing in packs against plain loops: every vector length, many sizes, with guards around the
// memory that they write.

#include "backends/cpu/widths.hpp"
#include "catch.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <strata/backends/cpu/pooling.hpp>
#include <strata/backends/cpu/resize.hpp>
#include <strata/random/distributions.hpp>
#include <vector>

using namespace strata;
namespace pools = strata::cpu::detail;

namespace {

/// Numbers with a margin behind them that nobody may write.
template <class T>
struct Guarded {
    static constexpr Size margin = 40;
    std::vector<T> all;

    explicit Guarded(Size size) : all(size + margin, T(77)) {}
    T* data() { return all.data(); }
    Size size() const { return all.size() - margin; }
    bool intact() const {
        for (Size i = size(); i < all.size(); ++i)
            if (all[i] != T(77)) return false;
        return true;
    }
};

template <class T>
Guarded<T> random_numbers(Size size, int steps, std::uint64_t seed = 3) {
    Guarded<T> x(size);
    Generator generator(seed);
    normal_(x.data(), size, 0, 1, generator);
    for (Size i = 0; i < size; ++i)
        x.all[i] = std::round(x.all[i] * static_cast<T>(steps)) / static_cast<T>(steps);
    return x;
}

/// A pool along one extent with PyTorch's number of outputs; none where no window fits.
PoolAxis axis(int in, int kernel, int stride, int padding, int dilation = 1) {
    const int reach = (kernel - 1) * dilation + 1, room = in + 2 * padding - reach;
    return {in, room < 0 ? 0 : room / stride + 1, kernel, stride, dilation, padding, padding};
}

template <class T>
bool same(const Guarded<T>& a, const Guarded<T>& b) {
    return a.intact() && b.intact() && a.all == b.all;
}
template <class T>
bool close(const Guarded<T>& a, const Guarded<T>& b) {
    for (Size i = 0; i < a.size(); ++i)
        if (!(std::fabs(a.all[i] - b.all[i]) <= T(4e-6) * (1 + std::fabs(b.all[i])))) return false;
    return a.intact() && b.intact();
}

/// Forward and backward for each vector length; false where one of them is not what plain loops give.
template <class T, class Rows, class Columns>
bool check_maxima(Rows rows, Columns columns, Size planes) {
    auto x = random_numbers<T>(planes * static_cast<Size>(rows.in * columns.in), 2);
    x.all[x.size() / 2] = std::numeric_limits<T>::quiet_NaN();
    const Size outputs = planes * static_cast<Size>(rows.out * columns.out);
    Guarded<T> expected(outputs);
    Guarded<unsigned char> expected_taps(outputs);
    pools::max_of_windows_plainly(rows, columns, planes, static_cast<const T*>(x.data()), expected.data(),
                                  expected_taps.data());
    bool right = true;
    for_each_width<T>([&](auto width) {
        using V = cpu::Pack<T, decltype(width)::value>;
        Guarded<T> y(outputs), inferred(outputs);
        Guarded<unsigned char> taps(outputs);
        pools::max_of_windows<V, true>(rows, columns, planes, static_cast<const T*>(x.data()), y.data(),
                                       taps.data());
        pools::max_of_windows<V, false>(rows, columns, planes, static_cast<const T*>(x.data()),
                                        inferred.data(), static_cast<unsigned char*>(nullptr));
        right = right && std::memcmp(y.data(), expected.data(), outputs * sizeof(T)) == 0;
        right = right && std::memcmp(inferred.data(), expected.data(), outputs * sizeof(T)) == 0;
        right = right && same(taps, expected_taps) && y.intact() && inferred.intact();
    });
    return right;
}

template <class T, class Rows, class Columns>
bool check_means(Rows rows, Columns columns, Size planes, bool counts_padding) {
    auto x = random_numbers<T>(planes * static_cast<Size>(rows.in * columns.in), 4);
    const Size outputs = planes * static_cast<Size>(rows.out * columns.out);
    auto dy = random_numbers<T>(outputs, 4, 5);
    const T *const from = x.data(), *const gradient = dy.data();
    Guarded<T> expected(outputs), expected_dx(x.size());
    pools::average_of_windows_plainly(rows, columns, counts_padding, planes, from, expected.data());
    pools::average_of_windows_backward_plainly(rows, columns, counts_padding, planes, gradient,
                                               expected_dx.data());
    bool right = true;
    for_each_width<T>([&](auto width) {
        using V = cpu::Pack<T, decltype(width)::value>;
        Guarded<T> dealt(outputs), singly(outputs), dx(x.size());
        if (pools::row_holds(columns, 1))
            pools::average_of_windows<V, true>(rows, columns, counts_padding, planes, from, dealt.data());
        else
            dealt = expected;
        pools::average_of_windows<V, false>(rows, columns, counts_padding, planes, from, singly.data());
        pools::average_of_windows_backward<V>(rows, columns, counts_padding, planes, gradient, dx.data());
        right = right && close(dealt, expected) && close(singly, expected) && close(dx, expected_dx);
    });
    return right;
}

/// Calls f(rows, columns) for many pools.
template <class F>
void for_many_pools(bool dilated, const F& f) {
    for (int height : {1, 2, 5, 9})
        for (int in : {1, 3, 7, 8, 16, 18, 33, 50})
            for (int kernel : {1, 2, 3, 5, 13})
                for (int stride : {1, 2, 3})
                    for (int dilation : {1, 2}) {
                        const int padding = stride == 2 ? kernel / 2 : kernel / 3;
                        const PoolAxis columns = axis(in, kernel, stride, padding, dilated ? dilation : 1);
                        const int row_kernel = kernel < 4 ? kernel : 2;
                        const PoolAxis rows = axis(height, row_kernel, 3 - stride / 2, row_kernel / 2,
                                                   dilated ? 3 - dilation : 1);
                        if (columns.out > 0 && rows.out > 0 && (dilated || dilation == 1)) f(rows, columns);
                    }
}

}  // namespace

TEMPLATE_TEST_CASE("maxima over windows that move", "", float, double) {
    for_many_pools(true, [](PoolAxis rows, PoolAxis columns) {
        for (int o = 0; o < columns.out; ++o)
            if (columns.first(o) >= columns.end(o)) return;  // a window of nothing, which layers refuse
        for (int o = 0; o < rows.out; ++o)
            if (rows.first(o) >= rows.end(o)) return;
        INFO(rows.in << " x " << columns.in << ", kernel " << rows.kernel << " x " << columns.kernel
                     << ", stride " << rows.stride << " x " << columns.stride);
        REQUIRE(check_maxima<TestType>(rows, columns, 3));
    });
}

TEMPLATE_TEST_CASE("means of windows that move", "", float, double) {
    for_many_pools(false, [](PoolAxis rows, PoolAxis columns) {
        INFO(rows.in << " x " << columns.in << ", kernel " << rows.kernel << " x " << columns.kernel
                     << ", stride " << rows.stride << " x " << columns.stride);
        REQUIRE(check_means<TestType>(rows, columns, 2, true));
        REQUIRE(check_means<TestType>(rows, columns, 3, false));
    });
}

TEMPLATE_TEST_CASE("adaptive windows", "", float, double) {
    for (Size in : {1, 3, 7, 16, 33})
        for (Size out : {1, 2, 3, 6, 17, 40}) {
            pools::AxisTables of_rows, of_columns;
            const pools::KnownAxis rows = of_rows.of(adaptive_axis(1 + out % 5, 1 + in % 3));
            const pools::KnownAxis columns = of_columns.of(adaptive_axis(in, out));
            INFO(rows.in << " x " << columns.in << " to " << rows.out << " x " << columns.out);
            REQUIRE(check_means<TestType>(rows, columns, 3, true));
            if (pools::row_holds(columns, 3)) REQUIRE(check_maxima<TestType>(rows, columns, 3));
        }
}

namespace {

template <int Rows, class T>
bool check_pairs(Size images, Size height, Size width) {
    const PoolAxis rows = axis(static_cast<int>(height), Rows, Rows, 0);
    const PoolAxis columns = axis(static_cast<int>(width), 2, 2, 0);
    const Size outputs = images * (height / Rows) * (width / 2);
    auto x = random_numbers<T>(images * height * width, 2), dy = random_numbers<T>(outputs, 8, 5);
    const T *const from = x.data(), *const gradient = dy.data();
    Guarded<T> y(outputs), inferred(outputs), mean(outputs), dx(x.size()), mean_dx(x.size());
    Guarded<T> expected(outputs), expected_mean(outputs), expected_dx(x.size()), expected_mean_dx(x.size());
    Guarded<unsigned char> taps(outputs), expected_taps(outputs);
    const T share = T(1) / (2 * Rows);
    pools::pool_pairs<Rows>(from, images, height, width,
                            pools::MaxOfPairs<T, Rows, true>{y.data(), taps.data()});
    pools::pool_pairs<Rows>(from, images, height, width,
                            pools::MaxOfPairs<T, Rows, false>{inferred.data(), nullptr});
    pools::pool_pairs<Rows>(dx.data(), images, height, width,
                            pools::MaxOfPairsBackward<T, Rows>{gradient, taps.data()});
    pools::pool_pairs<Rows>(from, images, height, width, pools::SumOfPairs<T, Rows>{mean.data(), share});
    pools::pool_pairs<Rows>(mean_dx.data(), images, height, width,
                            pools::SpreadToPairs<T, Rows>{gradient, share});
    pools::max_of_windows_plainly(rows, columns, images, from, expected.data(), expected_taps.data());
    pools::max_of_windows_backward(rows, columns, images, gradient,
                                   static_cast<const unsigned char*>(expected_taps.data()),
                                   expected_dx.data());
    pools::average_of_windows_plainly(rows, columns, true, images, from, expected_mean.data());
    pools::average_of_windows_backward_plainly(rows, columns, true, images, gradient,
                                               expected_mean_dx.data());
    return same(y, expected) && same(inferred, expected) && same(taps, expected_taps) &&
           same(dx, expected_dx) && close(mean, expected_mean) && close(mean_dx, expected_mean_dx);
}

}  // namespace

TEMPLATE_TEST_CASE("windows of pairs", "", float, double) {
    for (Size images : {0, 1, 2, 7})
        for (Size height : {2, 3, 6, 7})
            for (Size width = 2; width < 70; ++width) {
                INFO(images << " images of " << height << " x " << width);
                REQUIRE(check_pairs<1, TestType>(images, height, width));
                REQUIRE(check_pairs<2, TestType>(images, height, width));
            }
}

TEMPLATE_TEST_CASE("a resizing and its gradient belong together, whatever the vector length", "", float,
                   double) {
    // <resize(x), dy> = <x, resize_backward(dy)>
    for (bool aligned : {false, true})
        for (int factor : {0, 2, 3})
            for (int in : {1, 4, 9, 16, 35})
                for (int height : {1, 2, 5}) {
                    const int out = factor == 0 ? in / 2 + 3 : in * factor;
                    const ResizeAxis rows{height, factor == 0 ? 4 : height * factor, factor, aligned};
                    const ResizeAxis columns{in, out, factor, aligned};
                    const Size planes = 3, outputs = planes * static_cast<Size>(rows.out * out);
                    auto x = random_numbers<TestType>(planes * static_cast<Size>(height * in), 8);
                    auto dy = random_numbers<TestType>(outputs, 8, 5);
                    bool right = true;
                    for_each_width<TestType>([&](auto width) {
                        using V = cpu::Pack<TestType, decltype(width)::value>;
                        Guarded<TestType> y(outputs), dx(x.size());
                        pools::resize_images<ResizeMode::bilinear, V>(
                            rows, columns, planes, static_cast<const TestType*>(x.data()), y.data());
                        pools::resize_images_backward<ResizeMode::bilinear, V>(
                            rows, columns, planes, static_cast<const TestType*>(dy.data()), dx.data());
                        double forward = 0, backward = 0, size = 0;
                        for (Size i = 0; i < outputs; ++i) {
                            forward += static_cast<double>(y.all[i]) * static_cast<double>(dy.all[i]);
                            size += std::fabs(static_cast<double>(y.all[i]) * static_cast<double>(dy.all[i]));
                        }
                        for (Size i = 0; i < x.size(); ++i)
                            backward += static_cast<double>(x.all[i]) * static_cast<double>(dx.all[i]);
                        right = right && y.intact() && dx.intact() &&
                                std::fabs(forward - backward) <= 1e-6 * (1 + size);
                    });
                    INFO(height << " x " << in << " times " << factor << ", aligned " << aligned);
                    REQUIRE(right);
                }
}
