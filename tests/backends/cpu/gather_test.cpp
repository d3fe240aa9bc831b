#include "strata/backends/cpu/gather.hpp"

#include <cstdint>
#include <vector>

#include "backends/cpu/widths.hpp"
#include "catch.hpp"

using strata::cpu::GatherOperations;

namespace {

float quotient(int byte) {
    volatile float numerator = static_cast<float>(byte), denominator = 255;
    return numerator / denominator;
}

}  // namespace

TEST_CASE("all 256 bytes become what the division by 255 gives, with every vector length") {
    std::uint8_t bytes[256];
    for (int i = 0; i < 256; ++i) bytes[i] = static_cast<std::uint8_t>(i);
    int wrong = 0;
    for_each_width<float>([&](auto width) {
        constexpr int N = decltype(width)::value;
        float out[256];
        for (int i = 0; i < 256; i += N) strata::cpu::detail::bytes_to_unit<N>(bytes + i, out + i);
        for (int i = 0; i < 256; ++i) wrong += out[i] != quotient(i);
    });
    CHECK(wrong == 0);
}

TEST_CASE("and at every place in a row") {
    std::vector<std::uint8_t> bytes(256 + 64);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
    std::vector<float> out(256);
    for (std::size_t shift = 0; shift < 64; ++shift) {
        GatherOperations::gather_bytes(bytes.data() + shift, 256, nullptr, 1, out.data());
        int wrong = 0;
        for (std::size_t i = 0; i < 256; ++i) wrong += out[i] != quotient(bytes[shift + i]);
        CHECK(wrong == 0);
    }
}

TEST_CASE("rows are gathered in the order of the indices, whatever their length, and nothing is written "
          "behind them") {
    for (const std::size_t row_size : {1u, 3u, 15u, 16u, 17u, 63u, 65u, 130u, 784u}) {
        std::vector<std::uint8_t> rows(10 * row_size);
        for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::uint8_t>(i * 37 + i / 256);
        const std::vector<std::int64_t> indices = {9, 0, 3, 3, 8, 1, 2};
        std::vector<float> out(indices.size() * row_size + 1, -1.0f);
        GatherOperations::gather_bytes(rows.data(), row_size, indices.data(), indices.size(), out.data());
        int wrong = 0;
        for (std::size_t i = 0; i < indices.size(); ++i)
            for (std::size_t j = 0; j < row_size; ++j)
                wrong += out[i * row_size + j] !=
                         quotient(rows[static_cast<std::size_t>(indices[i]) * row_size + j]);
        CHECK(wrong == 0);
        CHECK(out.back() == -1.0f);

        GatherOperations::gather_bytes(rows.data(), row_size, nullptr, 2, out.data());
        CHECK(out[2 * row_size - 1] == quotient(rows[2 * row_size - 1]));
        GatherOperations::gather_bytes(rows.data(), row_size, nullptr, 0, nullptr);
    }
}
