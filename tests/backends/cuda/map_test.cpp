// Elementwise work and sums on the device, against plain loops and the CPU.

#include "catch.hpp"

#include "backends/cuda/arrays.hpp"
#include <strata/backends/cpu/map.hpp>
#include <strata/backends/cuda/map.hpp>
#include <thread>

using namespace strata;
using namespace arrays;

namespace {

const Size sizes[] = {0, 1, 7, 33, 4096, 4097, 100003};

struct Twice {
    template <class V>
    STRATA_HOST_DEVICE void operator()(V& x) const {
        x = x + x;
    }
};
struct MultiplyAdd {
    template <class V>
    STRATA_HOST_DEVICE void operator()(V& result, const V& a, const V& b, V& count) const {
        result = a * b + result;
        count = count + V(1);
    }
};
struct Product {
    template <class V>
    STRATA_HOST_DEVICE V operator()(const V& a, const V& b) const {
        return a * b;
    }
};
/// Reads its operand after it has written the result.
struct ReadsLate {
    template <class V>
    STRATA_HOST_DEVICE void operator()(V& result, const V& x) const {
        result = x + V(1);
        result = result * x;
    }
};
struct SquareAndGradient {
    template <class V>
    STRATA_HOST_DEVICE V operator()(const V& x, V& dx) const {
        dx = x + x;
        return x * x;
    }
};

}  // namespace

TEMPLATE_TEST_CASE("for_each calls a functor once for each index", "", float, double) {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    using T = TestType;
    const strata::cuda::MapOperations device;
    for (const Size n : sizes) {
        INFO(n);
        const std::vector<T> a = normal<T>(n, 1), b = normal<T>(n, 2), c = normal<T>(n, 3);
        std::vector<double> expected(n), doubled(n);
        for (Size i = 0; i < n; ++i)
            expected[i] = static_cast<double>(a[i]) * static_cast<double>(b[i]) + static_cast<double>(c[i]);
        for (Size i = 0; i < n; ++i) doubled[i] = 2 * static_cast<double>(a[i]);
        auto x = on_device(a), y = on_device(b), result = on_device(c);
        auto count = on_device(std::vector<T>(n, T(0)));
        const T *first = x.data(), *second = y.data();
        device.for_each(n, MultiplyAdd{}, result.data(), first, second, count.data());
        CHECK(largest_error(on_host(result), expected) <= tolerance<T>);
        CHECK(on_host(count) == std::vector<T>(n, T(1)));
        CHECK(on_host(x) == a);
        device.for_each(n, Twice{}, x.data());
        CHECK(largest_error(on_host(x), doubled) == 0);
    }
}

TEST_CASE("A functor sees the old value of an operand that it overwrites") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    const strata::cuda::MapOperations device;
    auto x = on_device(std::vector<float>{1, 2, 3});
    const float* same = x.data();
    device.for_each(3, ReadsLate{}, x.data(), same);
    CHECK(on_host(x) == std::vector<float>{2, 6, 12});
}

TEST_CASE("map, fill and copy") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    const strata::cuda::MapOperations device;
    auto x = on_device(std::vector<float>{1, 2, 3, 4, 5, 6}), y = on_device(std::vector<float>(6, 2.0f));
    const BatchView<float, void, Shape<3>> in{x.data(), 2}, out{y.data(), 2};
    device.map(Product{}, out, in, BatchView<const float, void, Shape<3>>(in));
    CHECK(on_host(y) == std::vector<float>{1, 4, 9, 16, 25, 36});
    device.fill(y.data() + 1, 4, 7.0f);
    CHECK(on_host(y) == std::vector<float>{1, 7, 7, 7, 7, 36});
    device.copy(static_cast<const float*>(x.data()), y.data() + 3, 3);
    CHECK(on_host(y) == std::vector<float>{1, 7, 7, 1, 2, 3});
    device.copy(static_cast<const float*>(x.data()), x.data(), 6);
    CHECK(on_host(x) == std::vector<float>{1, 2, 3, 4, 5, 6});
    device.fill(y.data(), 0, 9.0f);
    device.copy(static_cast<const float*>(x.data()), y.data(), 0);
    CHECK(on_host(y)[0] == 1);
}

TEMPLATE_TEST_CASE("sum agrees with plain loops and with the CPU, and writes what its functor writes", "",
                   float, double) {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    using T = TestType;
    const strata::cuda::MapOperations device;
    auto report = on_device(std::vector<LossReport>{{-1, 5, 6, 7}});
    for (const Size n : sizes) {
        INFO(n);
        const std::vector<T> a = normal<T>(n, 4);
        std::vector<T> cpu_gradient(n);
        auto x = on_device(a), gradient = on_device(cpu_gradient);
        double expected = 0;
        for (const T value : a) expected += static_cast<double>(value) * static_cast<double>(value);
        const double divisor = static_cast<double>(n);
        LossReport cpu_report;
        cpu::MapOperations::sum(&cpu_report, divisor, n, SquareAndGradient{}, a.data(), cpu_gradient.data());
        const T* from = x.data();
        device.sum(report.data(), divisor, n, SquareAndGradient{}, from, gradient.data());
        const LossReport result = on_host(report)[0];
        if (n == 0) {
            CHECK(std::isnan(result.value));
            device.sum(report.data(), 1.0, n, SquareAndGradient{}, from, gradient.data());
            CHECK(on_host(report)[0].value == 0);
        } else {
            CHECK(result.value == Approx(expected / divisor).epsilon(tolerance<T>));
            CHECK(result.value == Approx(cpu_report.value).epsilon(tolerance<T>));
        }
        CHECK((result.correct == 5 && result.refused == 6 && result.label == 7));
        CHECK(on_host(gradient) == cpu_gradient);
        check_replays(device, report, [&] {
            device.sum(report.data(), divisor, n, SquareAndGradient{}, from, gradient.data());
        });
    }
}

TEST_CASE("Memory that is missing cannot be allocated while a graph records") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    bool refused = false, recovered = false;
    std::thread([&] {  // a context that has no scratch memory yet
        const strata::cuda::MapOperations device;
        auto report = on_device(std::vector<LossReport>(1));
        auto x = on_device(std::vector<float>(100003, 1.0f));
        const float* from = x.data();
        const auto work = [&] { device.sum(report.data(), 1.0, x.size(), Product{}, from, from); };
        strata::cuda::RecordedStep graph;
        try {
            graph.record(device.context(), work);
        } catch (const strata::DeviceError&) {
            refused = true;
        }
        work();
        graph.record(device.context(), work);
        graph.launch(device.context());
        recovered = on_host(report)[0].value == 100003;
    })
        .join();
    CHECK(refused);
    CHECK(recovered);
}

TEST_CASE("The same constants are uploaded once") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    const strata::cuda::MapOperations device;
    strata::cuda::Scratch scratch;
    const double a[] = {1, 2, 3}, again[] = {1, 2, 3}, other[] = {1, 2, 4};
    const double* const first = scratch.constant(a, 3);
    const auto allocations = strata::cuda::statistics().allocations.load();
    CHECK(scratch.constant(again, 3) == first);
    CHECK(strata::cuda::statistics().allocations.load() == allocations);
    CHECK(scratch.constant(other, 3) != first);
    CHECK(scratch.constant(a, 2) != first);
    CHECK(scratch.constant(a, 0) == nullptr);
    CHECK(scratch.constant(a, 3) == first);
    auto copy = on_device(std::vector<double>(3));
    device.copy(first, copy.data(), 3);
    CHECK(on_host(copy) == std::vector<double>{1, 2, 3});
}
