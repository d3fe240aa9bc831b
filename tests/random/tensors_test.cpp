// PyTorch's names for random tensors: types, shapes, numbers.

#include "catch.hpp"
#include "golden/random_numbers.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <strata/core/error.hpp>
#include <strata/random/tensors.hpp>
#include <type_traits>

namespace numbers = golden::random_numbers;

static_assert(std::is_same_v<decltype(strata::randn(3, 4)), xt::xtensor<float, 2>>);
static_assert(std::is_same_v<decltype(strata::randn<double>(2, 3, 4)), xt::xtensor<double, 3>>);
static_assert(std::is_same_v<decltype(strata::rand(5)), xt::xtensor<float, 1>>);
static_assert(std::is_same_v<decltype(strata::randint(0, 10, 5, 2)), xt::xtensor<std::int64_t, 2>>);
static_assert(std::is_same_v<decltype(strata::randint<int>(0, 10, 5)), xt::xtensor<int, 1>>);
static_assert(std::is_same_v<decltype(strata::randperm(10)), xt::xtensor<std::int64_t, 1>>);

TEST_CASE("randn, rand, randint and randperm draw PyTorch's numbers from the default generator") {
    strata::manual_seed(42);
    const auto normals = strata::randn(5, 4);
    REQUIRE(normals.shape() == std::array<std::size_t, 2>{5, 4});
    for (std::size_t i = 0; i < 20; ++i)
        CHECK(normals(i / 4, i % 4) == Approx(numbers::randn_float_20_42[i]).epsilon(1e-6).margin(1e-6));

    strata::manual_seed(42);
    const auto uniforms = strata::rand<double>(2, 10);
    CHECK(std::equal(uniforms.begin(), uniforms.end(), numbers::rand_double_42));

    strata::manual_seed(42);
    const auto integers = strata::randint(-7, 1000, 20);
    CHECK(std::equal(integers.begin(), integers.end(), numbers::randint_negative_42));

    strata::manual_seed(42);
    const auto order = strata::randperm(10);
    CHECK(std::equal(order.begin(), order.end(), numbers::randperm_10_42));
}

TEST_CASE("a generator before the sizes is drawn from instead, and leaves the default one alone") {
    strata::manual_seed(1);
    const std::uint32_t untouched = strata::Generator(strata::default_generator()).random();
    strata::Generator generator(1234);
    CHECK(strata::rand(generator, 20)(19) == numbers::rand_float_1234[19]);
    generator.manual_seed(1234);
    CHECK(strata::randn<double>(generator, 5)(4) == Approx(numbers::randn_double_5_1234[4]));
    generator.manual_seed(1234);
    CHECK(strata::randint(generator, 0, 10, 20)(19) == numbers::randint_small_1234[19]);
    generator.manual_seed(1234);
    CHECK(strata::randperm(generator, 10)(9) == numbers::randperm_10_1234[9]);
    CHECK(strata::default_generator().random() == untouched);
}

TEST_CASE("a size of 0 gives an empty tensor, a negative one is refused") {
    CHECK(strata::randn(0, 3).size() == 0);
    CHECK(strata::randperm(0).size() == 0);
    CHECK_THROWS_AS(strata::randn(3, -1), strata::ValueError);
    CHECK_THROWS_WITH(strata::randperm(-2), "strata: randperm: a size is -2, but must be at least 0");
    CHECK_THROWS_WITH(strata::randint(3, 1, 2), "strata: randint_: low is 3, but must be below high = 1");
}
