// Rounding to 16 bits and to tf32, for every pattern there is.

#include "catch.hpp"

#include <cmath>
#include <limits>
#include <strata/backends/cuda/product/half.hpp>

namespace {

/// Every number between two neighbours goes to the nearer one, and the one in the middle to the even pattern.
template <class To, class From>
bool rounds_to_nearest_even(unsigned infinity, To to, From from) {
    for (unsigned sign : {0u, 0x8000u})
        for (unsigned pattern = 0; pattern < infinity; ++pattern) {
            const unsigned low = sign | pattern, high = low + 1;
            const double here = from(static_cast<strata::cuda::Half>(low));
            // The spacing continues beyond the largest number, where infinity begins.
            const double below = pattern == 0 ? 0 : from(static_cast<strata::cuda::Half>(low - 1));
            const double above =
                pattern + 1 < infinity ? from(static_cast<strata::cuda::Half>(high)) : here + (here - below);
            const auto middle = static_cast<float>((here + above) / 2);
            const float outward =
                sign != 0 ? -std::numeric_limits<float>::infinity() : std::numeric_limits<float>::infinity();
            const unsigned even = low % 2 == 0 ? low : high;
            if (to(static_cast<float>(here)) != low || to(middle) != even ||
                to(std::nextafter(middle, 0.0f)) != low || to(std::nextafter(middle, outward)) != high) {
                UNSCOPED_INFO("pattern " << low);
                return false;
            }
        }
    return true;
}

}  // namespace

TEST_CASE("bfloat16, float16 and tf32 are rounded to the nearest, ties to even", "[cuda][half]") {
    using namespace strata::cuda;
    CHECK(rounds_to_nearest_even(0x7c00, to_float16, from_float16));
    CHECK(rounds_to_nearest_even(0x7f80, to_bfloat16, from_bfloat16));

    CHECK(from_float16(0x3c00) == 1.0f);
    CHECK(from_float16(0x0001) == 0x1p-24f);
    CHECK(from_float16(0x7bff) == 65504.0f);
    CHECK(to_float16(65519.996f) == 0x7bff);
    CHECK(to_float16(65520.0f) == 0x7c00);
    CHECK(to_float16(-1e30f) == 0xfc00);
    CHECK(to_float16(0x1p-25f) == 0);
    CHECK(to_float16(-1e-30f) == 0x8000);
    CHECK(to_bfloat16(1.0f) == 0x3f80);
    CHECK(to_bfloat16(std::numeric_limits<float>::max()) == 0x7f80);

    CHECK(round_to_tf32(1.0f + 0x1p-11f) == 1.0f);
    CHECK(round_to_tf32(1.0f + 3 * 0x1p-11f) == 1.0f + 0x1p-9f);
    CHECK(round_to_tf32(1.0f + 0x1p-11f + 0x1p-23f) == 1.0f + 0x1p-10f);
    CHECK(round_to_tf32(-std::numeric_limits<float>::max()) == -std::numeric_limits<float>::infinity());

    const float infinity = std::numeric_limits<float>::infinity();
    CHECK(from_float16(to_float16(infinity)) == infinity);
    CHECK(from_bfloat16(to_bfloat16(-infinity)) == -infinity);
    CHECK(round_to_tf32(infinity) == infinity);
    for (const unsigned pattern :
         {0x7f80'0001u, 0xffff'ffffu, 0x7fc0'0000u}) {  // NaN that rounding would lose
        const float nan = strata::cuda::detail::float_of(pattern);
        CHECK(std::isnan(from_float16(to_float16(nan))));
        CHECK(std::isnan(from_bfloat16(to_bfloat16(nan))));
        CHECK(std::isnan(round_to_tf32(nan)));
    }
}
