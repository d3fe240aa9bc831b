// The distributions against PyTorch's numbers. Integers, uniforms and normals in double are equal; normals in
// float differ in the last digits, as PyTorch's vector kernels round in their own way.

#include "catch.hpp"
#include "golden/random_numbers.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <strata/core/error.hpp>
#include <strata/random/distributions.hpp>
#include <string>
#include <vector>

using strata::Generator;
namespace numbers = golden::random_numbers;

namespace {

template <class T, std::size_t N>
void check_equal(const std::vector<T>& values, const T (&expected)[N]) {
    REQUIRE(values.size() == N);
    for (std::size_t i = 0; i < N; ++i) {
        INFO("at " << i);
        CHECK(values[i] == expected[i]);
    }
}

/// 1e-6 relative beyond 1 and absolute below, in float; a hundred units of the last place in double.
template <class T, std::size_t N>
void check_close(const std::vector<T>& values, const T (&expected)[N]) {
    REQUIRE(values.size() == N);
    const double tolerance = sizeof(T) == 4 ? 1e-6 : 3e-14;
    for (std::size_t i = 0; i < N; ++i) {
        INFO("at " << i);
        const double value = static_cast<double>(values[i]), wanted = static_cast<double>(expected[i]);
        CHECK(std::fabs(value - wanted) <= tolerance * std::fmax(1.0, std::fabs(wanted)));
    }
}

template <class T, std::size_t N>
void check_randn(std::uint64_t seed, const T (&expected)[N]) {
    Generator generator(seed);
    std::vector<T> values(N);
    strata::normal_(values.data(), N, 0.0, 1.0, generator);
    check_close(values, expected);
}

template <class T, std::size_t N>
void check_uniform(std::uint64_t seed, double from, double to, const T (&expected)[N]) {
    Generator generator(seed);
    std::vector<T> values(N);
    strata::uniform_(values.data(), N, from, to, generator);
    check_equal(values, expected);
}

template <std::size_t N>
void check_dropout(std::uint64_t seed, double p, const float (&expected)[N]) {
    Generator generator(seed);
    std::vector<float> values(N);
    strata::bernoulli_(values.data(), N, 1.0 - p, generator);
    for (float& value : values) value /= static_cast<float>(1.0 - p);
    check_equal(values, expected);
}

template <std::size_t N>
void check_randint(std::uint64_t seed, std::int64_t low, std::int64_t high,
                   const std::int64_t (&expected)[N]) {
    Generator generator(seed);
    std::vector<std::int64_t> values(N);
    strata::randint_(values.data(), N, low, high, generator);
    check_equal(values, expected);
}

/// What DataLoader(shuffle=True) does in each epoch: its base seed, then the sampler's seed, then a
/// permutation.
template <std::size_t N>
void check_shuffle(std::uint64_t seed, const std::int64_t (&expected)[N]) {
    Generator generator(seed), sampler;
    std::vector<std::int64_t> order;
    for (int epoch = 0; epoch < 2; ++epoch) {
        strata::random_int64(generator);
        sampler.manual_seed(static_cast<std::uint64_t>(strata::random_int64(generator)));
        for (std::int64_t index : strata::randperm_(N / 2, sampler)) order.push_back(index);
    }
    check_equal(order, expected);
}

template <class Function>
std::string message_of(Function function) {
    try {
        function();
    } catch (const strata::ValueError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("normal_ in float agrees with PyTorch's randn") {
    check_randn(0, numbers::randn_float_1_0);
    check_randn(42, numbers::randn_float_1_42);
    check_randn(1234, numbers::randn_float_1_1234);
    check_randn(0, numbers::randn_float_5_0);
    check_randn(42, numbers::randn_float_5_42);
    check_randn(1234, numbers::randn_float_5_1234);
    check_randn(0, numbers::randn_float_15_0);
    check_randn(42, numbers::randn_float_15_42);
    check_randn(1234, numbers::randn_float_15_1234);
    check_randn(0, numbers::randn_float_16_0);
    check_randn(42, numbers::randn_float_16_42);
    check_randn(1234, numbers::randn_float_16_1234);
    check_randn(0, numbers::randn_float_17_0);
    check_randn(42, numbers::randn_float_17_42);
    check_randn(1234, numbers::randn_float_17_1234);
    check_randn(0, numbers::randn_float_20_0);
    check_randn(42, numbers::randn_float_20_42);
    check_randn(1234, numbers::randn_float_20_1234);
    check_randn(0, numbers::randn_float_100_0);
    check_randn(42, numbers::randn_float_100_42);
    check_randn(1234, numbers::randn_float_100_1234);
}

TEST_CASE("normal_ in double agrees with PyTorch's randn") {
    check_randn(0, numbers::randn_double_1_0);
    check_randn(42, numbers::randn_double_1_42);
    check_randn(1234, numbers::randn_double_1_1234);
    check_randn(0, numbers::randn_double_5_0);
    check_randn(42, numbers::randn_double_5_42);
    check_randn(1234, numbers::randn_double_5_1234);
    check_randn(0, numbers::randn_double_15_0);
    check_randn(42, numbers::randn_double_15_42);
    check_randn(1234, numbers::randn_double_15_1234);
    check_randn(0, numbers::randn_double_16_0);
    check_randn(42, numbers::randn_double_16_42);
    check_randn(1234, numbers::randn_double_16_1234);
    check_randn(0, numbers::randn_double_17_0);
    check_randn(42, numbers::randn_double_17_42);
    check_randn(1234, numbers::randn_double_17_1234);
    check_randn(0, numbers::randn_double_20_0);
    check_randn(42, numbers::randn_double_20_42);
    check_randn(1234, numbers::randn_double_20_1234);
    check_randn(0, numbers::randn_double_100_0);
    check_randn(42, numbers::randn_double_100_42);
    check_randn(1234, numbers::randn_double_100_1234);
}

TEST_CASE("uniform_ equals PyTorch's rand and uniform_") {
    check_uniform(0, 0.0, 1.0, numbers::rand_float_0);
    check_uniform(42, 0.0, 1.0, numbers::rand_float_42);
    check_uniform(1234, 0.0, 1.0, numbers::rand_float_1234);
    check_uniform(0, 0.0, 1.0, numbers::rand_double_0);
    check_uniform(42, 0.0, 1.0, numbers::rand_double_42);
    check_uniform(1234, 0.0, 1.0, numbers::rand_double_1234);
    check_uniform(0, -0.3, 0.71, numbers::uniform_float_0);
    check_uniform(42, -0.3, 0.71, numbers::uniform_float_42);
    check_uniform(1234, -0.3, 0.71, numbers::uniform_float_1234);
    check_uniform(0, -0.3, 0.71, numbers::uniform_double_0);
    check_uniform(42, -0.3, 0.71, numbers::uniform_double_42);
    check_uniform(1234, -0.3, 0.71, numbers::uniform_double_1234);
}

TEST_CASE("interleaved calls share the cached normal sample as in PyTorch") {
    const auto check = [](std::uint64_t seed, const auto& expected) {
        Generator generator(seed);
        std::vector<float> values(27);
        float* next = values.data();
        const auto randn = [&](std::size_t n) { strata::normal_(next, n, 0.0, 1.0, generator), next += n; };
        const auto rand = [&](std::size_t n) { strata::uniform_(next, n, 0.0, 1.0, generator), next += n; };
        randn(1), rand(1), randn(1), randn(3), rand(2), randn(16), randn(2);
        generator.manual_seed(seed);
        randn(1);
        check_close(values, expected);
    };
    check(0, numbers::interleaved_0);
    check(42, numbers::interleaved_42);
    check(1234, numbers::interleaved_1234);
}

TEST_CASE("randint_ equals PyTorch's, also beyond 32 bits") {
    check_randint(0, 0, 10, numbers::randint_small_0);
    check_randint(42, 0, 10, numbers::randint_small_42);
    check_randint(1234, 0, 10, numbers::randint_small_1234);
    check_randint(0, -7, 1000, numbers::randint_negative_0);
    check_randint(42, -7, 1000, numbers::randint_negative_42);
    check_randint(1234, -7, 1000, numbers::randint_negative_1234);
    check_randint(0, -5, std::int64_t{1} << 40, numbers::randint_wide_0);
    check_randint(42, -5, std::int64_t{1} << 40, numbers::randint_wide_42);
    check_randint(1234, -5, std::int64_t{1} << 40, numbers::randint_wide_1234);
}

TEST_CASE("randperm_ equals PyTorch's") {
    const auto check = [](std::uint64_t seed, const auto& ten, const auto& first, std::uint64_t checksum) {
        Generator generator(seed);
        check_equal(strata::randperm_(10, generator), ten);
        generator.manual_seed(seed);
        std::vector<std::int64_t> order = strata::randperm_(1000, generator);
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i < order.size(); ++i) sum += (i + 1) * static_cast<std::uint64_t>(order[i]);
        CHECK(sum == checksum);
        order.resize(10);
        check_equal(order, first);
    };
    check(0, numbers::randperm_10_0, numbers::randperm_1000_first_0, numbers::randperm_1000_checksum_0);
    check(42, numbers::randperm_10_42, numbers::randperm_1000_first_42, numbers::randperm_1000_checksum_42);
    check(1234, numbers::randperm_10_1234, numbers::randperm_1000_first_1234,
          numbers::randperm_1000_checksum_1234);
    Generator generator(1);
    CHECK(strata::randperm_(0, generator).empty());
    CHECK(strata::randperm_(1, generator) == std::vector<std::int64_t>{0});
}

TEST_CASE("random_int64 equals PyTorch's random_()") {
    const auto check = [](std::uint64_t seed, const auto& expected) {
        Generator generator(seed);
        for (std::int64_t value : expected) CHECK(strata::random_int64(generator) == value);
    };
    check(0, numbers::random_int64_0);
    check(42, numbers::random_int64_42);
    check(1234, numbers::random_int64_1234);
}

TEST_CASE("bernoulli_ draws PyTorch's dropout masks") {
    check_dropout(0, 0.5, numbers::dropout_20_50_0);
    check_dropout(42, 0.5, numbers::dropout_20_50_42);
    check_dropout(1234, 0.5, numbers::dropout_20_50_1234);
    check_dropout(0, 0.2, numbers::dropout_20_20_0);
    check_dropout(42, 0.2, numbers::dropout_20_20_42);
    check_dropout(1234, 0.2, numbers::dropout_20_20_1234);
    check_dropout(0, 0.5, numbers::dropout_33_50_0);
    check_dropout(42, 0.5, numbers::dropout_33_50_42);
    check_dropout(1234, 0.5, numbers::dropout_33_50_1234);
    check_dropout(0, 0.2, numbers::dropout_33_20_0);
    check_dropout(42, 0.2, numbers::dropout_33_20_42);
    check_dropout(1234, 0.2, numbers::dropout_33_20_1234);
}

TEST_CASE("the draws give the shuffles of PyTorch's DataLoader and random_split") {
    check_shuffle(0, numbers::shuffle_10_0);
    check_shuffle(42, numbers::shuffle_10_42);
    check_shuffle(1234, numbers::shuffle_10_1234);
    check_shuffle(0, numbers::shuffle_100_0);
    check_shuffle(42, numbers::shuffle_100_42);
    check_shuffle(1234, numbers::shuffle_100_1234);
    const auto check_split = [](std::uint64_t seed, const auto& expected) {
        Generator generator(seed);
        check_equal(strata::randperm_(20, generator), expected);
    };
    check_split(0, numbers::random_split_20_0);
    check_split(42, numbers::random_split_20_42);
    check_split(1234, numbers::random_split_20_1234);
}

TEST_CASE("the moments of a large sample are those asked for") {
    Generator generator(5);
    std::vector<double> values(200003);
    const auto moments = [&](double mean, double variance) {
        double sum = 0.0, squares = 0.0;
        for (double value : values) sum += value;
        const double n = static_cast<double>(values.size()), average = sum / n;
        for (double value : values) squares += (value - average) * (value - average);
        CHECK(average == Approx(mean).margin(0.01));
        CHECK(squares / n == Approx(variance).epsilon(0.02));
    };
    strata::normal_(values.data(), values.size(), 1.0, 0.5, generator);
    moments(1.0, 0.25);
    strata::uniform_(values.data(), values.size(), -1.0, 2.0, generator);
    moments(0.5, 0.75);
    strata::bernoulli_(values.data(), values.size(), 0.3, generator);
    moments(0.3, 0.21);
    strata::trunc_normal_(values.data(), values.size(), 0.0, 1.0, -2.0, 2.0, generator);
    moments(0.0, 0.774);
}

TEST_CASE("bernoulli_ with p of 0 and 1, and a uniform range of one point, are constant") {
    Generator generator(5);
    std::vector<float> values(100, 7.0f);
    strata::bernoulli_(values.data(), values.size(), 0.0, generator);
    CHECK(values == std::vector<float>(100, 0.0f));
    strata::bernoulli_(values.data(), values.size(), 1.0, generator);
    CHECK(values == std::vector<float>(100, 1.0f));
    strata::uniform_(values.data(), values.size(), 0.25, 0.25, generator);
    CHECK(values == std::vector<float>(100, 0.25f));
    strata::normal_(values.data(), values.size(), 0.5, 0.0, generator);
    CHECK(values == std::vector<float>(100, 0.5f));
}

TEST_CASE("the inverse of erf is accurate over its whole range") {
    for (double x = -5.0; x <= 5.0; x += 0.01) {
        const double y = std::erf(x), slope = 2.0 / std::sqrt(strata::random_detail::pi) * std::exp(-x * x);
        CHECK(std::fabs(strata::random_detail::inverse_erf(y) - x) <=
              1e-15 * (4.0 + std::fabs(x)) + 1.2e-16 / slope);
    }
    CHECK(strata::random_detail::inverse_erf(0.0) == 0.0);
    CHECK(strata::random_detail::inverse_erf(1e-300) == Approx(0.886226925452758e-300).epsilon(1e-14));
    CHECK(strata::random_detail::inverse_erf(-1.0) == -std::numeric_limits<double>::infinity());
}

TEST_CASE("trunc_normal_ keeps to its limits, however far in the tail they lie") {
    Generator generator(5);
    std::vector<float> values(10000);
    strata::trunc_normal_(values.data(), values.size(), 0.0, 1.0, -50.0, 0.5, generator);
    for (float value : values) REQUIRE((value >= -50.0f && value <= 0.5f));
    strata::trunc_normal_(values.data(), values.size(), 0.0, 1.0, 20.0, 21.0, generator);
    for (float value : values) REQUIRE((value >= 20.0f && value <= 21.0f));
}

TEST_CASE("integers fit their type") {
    Generator generator(9), again(9);
    std::vector<std::uint8_t> bytes(1000);
    std::vector<std::int64_t> wide(1000);
    strata::randint_(bytes.data(), bytes.size(), 0, 256, generator);
    strata::randint_(wide.data(), wide.size(), 0, 256, again);
    for (std::size_t i = 0; i < bytes.size(); ++i) REQUIRE(bytes[i] == wide[i]);
    const std::int64_t least = std::numeric_limits<std::int64_t>::min();
    const std::int64_t most = std::numeric_limits<std::int64_t>::max();
    strata::randint_(wide.data(), wide.size(), least, most, generator);
    CHECK(wide[0] != wide[1]);
}

TEST_CASE("nonsense is refused with the function, the value and the limit, and draws nothing") {
    Generator generator(42);
    std::vector<float> values(4, 3.0f);
    std::int8_t small[4];
    float* data = values.data();
    CHECK(message_of([&] { strata::uniform_(data, 4, 2.0, 1.0, generator); }) ==
          "strata: uniform_: from is 2, but must be at most to = 1");
    CHECK(message_of([&] { strata::uniform_(data, 4, -3e38, 3e38, generator); }) ==
          "strata: uniform_: to - from is 6e+38, but must be a finite number of the tensor's type");
#ifndef __FAST_MATH__  // which says that there are no NaNs
    CHECK(message_of([&] { strata::uniform_(data, 4, std::nan(""), 1.0, generator); }) ==
          "strata: uniform_: from is nan, but must be at most to = 1");
#endif
    CHECK(message_of([&] { strata::normal_(data, 4, 0.0, -1.0, generator); }) ==
          "strata: normal_: std is -1, but must be at least 0");
    CHECK(message_of([&] { strata::bernoulli_(data, 4, 1.5, generator); }) ==
          "strata: bernoulli_: p is 1.5, but must be in [0, 1]");
    CHECK(message_of([&] { strata::trunc_normal_(data, 4, 0.0, 1.0, 2.0, -2.0, generator); }) ==
          "strata: trunc_normal_: a is 2, but must be at most b = -2");
    CHECK(message_of([&] { strata::trunc_normal_(data, 4, 0.0, 0.0, -2.0, 2.0, generator); }) ==
          "strata: trunc_normal_: std is 0, but must be above 0");
    CHECK(message_of([&] { strata::randint_(small, 4, 5, 5, generator); }) ==
          "strata: randint_: low is 5, but must be below high = 5");
    CHECK(message_of([&] { strata::randint_(small, 4, 0, 256, generator); }) ==
          "strata: randint_: high - 1 is 255, but must be a value of the integer type");
    CHECK(values == std::vector<float>(4, 3.0f));
    CHECK(generator.random() == numbers::bits_42[0]);
}
