// Batches collected on the device, against plain loops and the CPU.

#include "catch.hpp"

#include "backends/cuda/arrays.hpp"
#include <numeric>
#include <strata/backends/cpu/gather.hpp>
#include <strata/backends/cuda/gather.hpp>

using namespace strata;
using namespace arrays;

namespace {

std::vector<std::int64_t> shuffled(Size n) {
    std::vector<std::int64_t> indices(n);
    std::iota(indices.begin(), indices.end(), 0);
    Generator generator(5);
    for (Size i = n; i > 1; --i) std::swap(indices[i - 1], indices[generator.random() % i]);
    return indices;
}

template <class From, class To>
void check(const std::vector<From>& rows, Size row_size, Size begin, Size count) {
    INFO(count << " rows of " << row_size << " from " << begin);
    const strata::cuda::GatherOperations device;
    const std::vector<std::int64_t> indices = shuffled(rows.size() / row_size);
    std::vector<To> expected(count * row_size);
    for (Size i = 0; i < expected.size(); ++i)
        expected[i] =
            static_cast<To>(rows[static_cast<Size>(indices[begin + i / row_size]) * row_size + i % row_size]);
    auto from = on_device(rows);
    auto order = on_device(indices);
    auto first = on_device(std::vector<Size>{begin});
    auto out = on_device(std::vector<To>(expected.size()));
    const From* source = from.data();
    check_replays(device, out,
                  [&] { device.gather(source, row_size, order.data(), first.data(), count, out.data()); });
    CHECK(on_host(out) == expected);
}

}  // namespace

TEST_CASE("Rows are gathered as they are") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    for (const Size row_size : {1, 3, 127, 128, 784}) {
        check<float, float>(normal<float>(row_size * 50, 1), row_size, 0, 50);
        check<double, double>(normal<double>(row_size * 50, 1), row_size, 7, 32);
        check<float, float>(normal<float>(row_size * 50, 1), row_size, 49, 1);
        check<float, float>(normal<float>(row_size * 50, 1), row_size, 50, 0);
    }
    check<std::int64_t, std::int64_t>(shuffled(100003), 1, 3, 100000);
}

TEST_CASE("Bytes become b / 255, rounded as on the CPU") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    const strata::cuda::GatherOperations device;
    for (const Size row_size : {1, 16, 256, 768}) {
        std::vector<unsigned char> bytes(768);
        for (Size i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(i);
        const Size count = bytes.size() / row_size;
        const std::vector<std::int64_t> indices = shuffled(count);
        std::vector<float> expected(bytes.size());
        cpu::GatherOperations::gather_bytes(bytes.data(), row_size, indices.data(), count, expected.data());
        auto from = on_device(bytes);
        auto order = on_device(indices);
        auto first = on_device(std::vector<Size>{0});
        auto out = on_device(std::vector<float>(bytes.size()));
        auto doubles = on_device(std::vector<double>(bytes.size()));
        const unsigned char* source = from.data();
        device.gather(source, row_size, order.data(), first.data(), count, out.data());
        CHECK(on_host(out) == expected);
        device.gather(source, row_size, order.data(), first.data(), count, doubles.data());
        for (const double x : on_host(doubles)) CHECK(x == std::round(x * 255) / 255);
    }
}

TEST_CASE("A recorded batch moves on with the number in device memory") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    const strata::cuda::GatherOperations device;
    auto rows = on_device(std::vector<float>{10, 11, 12, 13, 14, 15});
    auto order = on_device(std::vector<std::int64_t>{5, 4, 3, 2, 1, 0});
    auto first = on_device(std::vector<Size>{0});
    auto out = on_device(std::vector<float>(2));
    const float* source = rows.data();
    strata::cuda::RecordedStep graph;
    graph.record(device.context(),
                 [&] { device.gather(source, 1, order.data(), first.data(), 2, out.data()); });
    for (const Size begin : {0, 2, 4}) {
        first.copy_from(&begin);
        graph.launch(device.context());
        const float highest = 15 - static_cast<float>(begin);
        CHECK(on_host(out) == std::vector<float>{highest, highest - 1});
    }
}
