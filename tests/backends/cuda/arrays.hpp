#pragma once
// The common part of the tests of the device's operations: arrays that go there and come back, and the law that
// recorded work does the same again.

#include "catch.hpp"

#include <cmath>
#include <cstring>
#include <strata/backends/cuda/runtime/queue.hpp>
#include <strata/random/distributions.hpp>
#include <vector>

namespace arrays {

using strata::Size;

template <class T>
strata::cuda::Buffer<T> on_device(const std::vector<T>& host) {
    strata::cuda::Buffer<T> buffer("an array of a test");
    buffer.resize(host.size());
    buffer.copy_from(host.data());
    return buffer;
}
template <class T>
std::vector<T> on_host(const strata::cuda::Buffer<T>& buffer) {
    std::vector<T> host(buffer.size());
    buffer.copy_to(host.data());
    return host;
}

/// Normally distributed numbers.
template <class T>
std::vector<T> normal(Size n, std::uint64_t seed) {
    std::vector<T> x(n);
    strata::Generator generator(seed);
    strata::normal_(x.data(), n, 0, 1, generator);
    return x;
}

/// The largest difference, relative to 1 + |expected|; NaN and infinities agree with themselves only.
template <class A, class B>
double largest_error(const std::vector<A>& actual, const std::vector<B>& expected) {
    if (actual.size() != expected.size()) return INFINITY;
    double largest = 0;
    for (Size i = 0; i < actual.size(); ++i) {
        const double a = static_cast<double>(actual[i]), b = static_cast<double>(expected[i]);
        if (a == b || (std::isnan(a) && std::isnan(b))) continue;
        const double error = std::fabs(a - b) / (1 + std::fabs(b));
        largest = error <= largest ? largest : error;
        if (std::isnan(error)) return INFINITY;
    }
    return largest;
}

template <class T>
constexpr double tolerance = sizeof(T) == 4 ? 3e-6 : 1e-13;

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

/// Checks that `work`, done once, recorded, and done again twice, leaves the same bits in `result`, and that
/// recording and doing again allocate nothing.
template <class T, class Work>
void check_replays(const strata::cuda::Queue& queue, strata::cuda::Buffer<T>& result, const Work& work) {
    const std::vector<T> before = on_host(result);
    work();
    const std::vector<T> first = on_host(result);
    const auto allocations = strata::cuda::statistics().allocations.load();
    strata::cuda::RecordedStep graph;
    graph.record(queue.context(), work);
    for (int i = 0; i < 2; ++i) {
        result.copy_from(before.data());
        graph.launch(queue.context());
        CHECK(same_bits(on_host(result), first));
    }
    CHECK(strata::cuda::statistics().allocations.load() == allocations);
}

}  // namespace arrays
