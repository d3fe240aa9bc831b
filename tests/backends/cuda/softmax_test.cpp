// Softmax, its logarithm and their gradients on the device, against plain loops in double and the CPU.

#include "catch.hpp"

#include "backends/cuda/arrays.hpp"
#include <limits>
#include <strata/backends/cpu/softmax.hpp>
#include <strata/backends/cuda/softmax.hpp>

using namespace strata;
using namespace arrays;

namespace {

struct Reference {
    std::vector<double> y, log_y, dx, log_dx;
};

template <class T>
Reference reference(ClassExtent e, const std::vector<T>& x, const std::vector<T>& dy) {
    Reference r;
    r.y = r.log_y = r.dx = r.log_dx = std::vector<double>(x.size());
    for (Size row = 0; row < e.outer * e.inner; ++row) {
        const auto at = [&](Size c) { return (row / e.inner * e.classes + c) * e.inner + row % e.inner; };
        double highest = -INFINITY, total = 0, weighted = 0, sum = 0;
        for (Size c = 0; c < e.classes; ++c) highest = std::fmax(highest, static_cast<double>(x[at(c)]));
        for (Size c = 0; c < e.classes; ++c) total += std::exp(static_cast<double>(x[at(c)]) - highest);
        for (Size c = 0; c < e.classes; ++c) {
            r.log_y[at(c)] = static_cast<double>(x[at(c)]) - highest - std::log(total);
            r.y[at(c)] = std::exp(r.log_y[at(c)]);
            weighted += r.y[at(c)] * static_cast<double>(dy[at(c)]);
            sum += static_cast<double>(dy[at(c)]);
        }
        for (Size c = 0; c < e.classes; ++c) {
            r.dx[at(c)] = r.y[at(c)] * (static_cast<double>(dy[at(c)]) - weighted);
            r.log_dx[at(c)] = static_cast<double>(dy[at(c)]) - r.y[at(c)] * sum;
        }
    }
    return r;
}

template <class T>
void check(ClassExtent e) {
    INFO(e.outer << " x " << e.classes << " x " << e.inner);
    const strata::cuda::SoftmaxOperations device;
    const Size n = e.outer * e.classes * e.inner;
    const std::vector<T> x = normal<T>(n, 1), dy = normal<T>(n, 2);
    const Reference r = reference(e, x, dy);
    // sums of many numbers of both signs are as exact as the largest partial sum
    const double bound = tolerance<T> * (1 + std::sqrt(static_cast<double>(e.classes)) / 8);
    auto in = on_device(x), gradient = on_device(dy), y = on_device(std::vector<T>(n));
    auto log_y = y, dx = y, log_dx = y;
    const T *from = in.data(), *from_y = y.data(), *from_log_y = log_y.data(), *from_dy = gradient.data();
    check_replays(device, y, [&] { device.softmax(e, from, y.data()); });
    check_replays(device, log_y, [&] { device.log_softmax(e, from, log_y.data()); });
    check_replays(device, dx, [&] { device.softmax_backward(e, from_y, from_dy, dx.data()); });
    check_replays(device, log_dx,
                  [&] { device.log_softmax_backward(e, from_log_y, from_dy, log_dx.data()); });
    CHECK(largest_error(on_host(y), r.y) <= bound);
    CHECK(largest_error(on_host(log_y), r.log_y) <= bound);
    CHECK(largest_error(on_host(dx), r.dx) <= bound);
    CHECK(largest_error(on_host(log_dx), r.log_dx) <= bound);

    std::vector<T> cpu_y(n);
    cpu::SoftmaxOperations::log_softmax(e, x.data(), cpu_y.data());
    CHECK(largest_error(on_host(log_y), cpu_y) <= bound);

    // results in the place of operands
    auto place = on_device(x);
    device.softmax(e, place.data(), place.data());
    CHECK(same_bits(on_host(place), on_host(y)));
    place = on_device(x);
    device.log_softmax(e, place.data(), place.data());
    CHECK(same_bits(on_host(place), on_host(log_y)));
    place = on_device(dy);
    device.softmax_backward(e, from_y, place.data(), place.data());
    CHECK(same_bits(on_host(place), on_host(dx)));
    place = on_device(dy);
    device.log_softmax_backward(e, from_log_y, place.data(), place.data());
    CHECK(same_bits(on_host(place), on_host(log_dx)));
}

}  // namespace

TEMPLATE_TEST_CASE("Softmax and its logarithm agree with plain loops, forward and backward", "", float,
                   double) {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    for (const Size outer : {0, 1, 5})
        for (const Size classes : {1, 2, 10, 31, 32, 33, 1000})
            for (const Size inner : {1, 3}) check<TestType>({outer, classes, inner});
    check<TestType>({16384, 37, 1});
    check<TestType>({3, 5, 4099});
}

TEMPLATE_TEST_CASE("Softmax of extreme rows is the CPU's", "", float, double) {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    using T = TestType;
    const strata::cuda::SoftmaxOperations device;
    const T inf = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
    const ClassExtent e{6, 3, 1};
    const std::vector<T> x{T(1e4), T(-1e4), 0, -inf, 0, 1, -inf, -inf, -inf, inf, 0, 1, nan, 0, 1, 7, 7, 7};
    std::vector<T> y(x.size()), log_y(x.size());
    cpu::SoftmaxOperations::softmax(e, x.data(), y.data());
    cpu::SoftmaxOperations::log_softmax(e, x.data(), log_y.data());
    auto in = on_device(x), out = on_device(y);
    const T* from = in.data();
    device.softmax(e, from, out.data());
    CHECK(largest_error(on_host(out), y) <= tolerance<T>);
    device.log_softmax(e, from, out.data());
    CHECK(largest_error(on_host(out), log_y) <= tolerance<T>);
}
