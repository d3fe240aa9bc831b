// Running sums and their gradients on the device: the CPU's bits.

#include "catch.hpp"

#include "backends/cuda/arrays.hpp"
#include <strata/backends/cpu/scan.hpp>
#include <strata/backends/cuda/scan.hpp>

using namespace strata;
using namespace arrays;

namespace {

template <class T>
void check(ClassExtent e) {
    INFO(e.outer << " x " << e.classes << " x " << e.inner);
    const strata::cuda::ScanOperations device;
    const Size n = e.outer * e.classes * e.inner;
    const std::vector<T> x = normal<T>(n, 1);
    std::vector<T> sums(n), gradient(n);
    cpu::ScanOperations::cumsum(e, x.data(), sums.data());
    cpu::ScanOperations::cumsum_backward(e, x.data(), gradient.data());
    auto in = on_device(x), y = on_device(std::vector<T>(n));
    auto dx = y;
    const T* from = in.data();
    check_replays(device, y, [&] { device.cumsum(e, from, y.data()); });
    check_replays(device, dx, [&] { device.cumsum_backward(e, from, dx.data()); });
    CHECK(on_host(y) == sums);
    CHECK(on_host(dx) == gradient);
    device.cumsum(e, from, in.data());
    CHECK(on_host(in) == sums);
}

}  // namespace

TEMPLATE_TEST_CASE("running sums on the device have the CPU's bits", "[cuda][scan]", float, double) {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    check<TestType>({1, 1, 1});
    check<TestType>({3, 7, 1});
    check<TestType>({2, 5, 33});
    check<TestType>({4, 300, 17});
    check<TestType>({1, 2, 3000});
}
