// The engine against PyTorch's draws, and the generator's contract: seeding, copying, the cached sample.

#include "catch.hpp"
#include "golden/random_numbers.hpp"

#include <cstdint>
#include <strata/random/distributions.hpp>
#include <strata/random/generator.hpp>
#include <type_traits>

using strata::Generator;
namespace numbers = golden::random_numbers;

static_assert(std::is_trivially_copyable_v<Generator>);
static_assert(!std::is_convertible_v<int, Generator>);

TEST_CASE("the 10000th number of seed 5489 is the one the C++ standard names") {
    Generator generator(5489);
    for (int i = 0; i < 9999; ++i) generator.random();
    CHECK(generator.random() == 4123659995u);
}

TEST_CASE("the first bits equal PyTorch's") {
    const auto check = [](std::uint64_t seed, const auto& expected) {
        Generator generator(seed);
        for (std::uint32_t bits : expected) CHECK(generator.random() == bits);
    };
    check(0, numbers::bits_0);
    check(42, numbers::bits_42);
    check(1234, numbers::bits_1234);
}

TEST_CASE("the first draw of 64 bits is the high word") {
    Generator generator(42);
    CHECK(generator.random64() == (std::uint64_t{1608637542} << 32 | 3421126067u));
}

TEST_CASE("a seed is reported in full, and its low 32 bits are used") {
    Generator wide(42 + (std::uint64_t{1} << 40)), narrow(42);
    CHECK(wide.seed() == 42 + (std::uint64_t{1} << 40));
    CHECK(wide.random() == narrow.random());
}

TEST_CASE("a generator without a seed has PyTorch's default seed") {
    CHECK(Generator().seed() == 67280421310721);
    CHECK(Generator().random() == Generator(67280421310721).random());
}

TEST_CASE("seeding starts the stream anew and drops the cached normal sample") {
    Generator generator(7);
    double first, again;
    strata::normal_(&first, 1, 0.0, 1.0, generator);
    generator.manual_seed(7);
    strata::normal_(&again, 1, 0.0, 1.0, generator);
    CHECK(first == again);
    double sample;
    CHECK(generator.take_cached_normal(sample));
    CHECK_FALSE(generator.take_cached_normal(sample));
}

TEST_CASE("a copy continues where the original stands, on its own") {
    Generator generator(3);
    for (int i = 0; i < 1000; ++i) generator.random();
    double sample;
    strata::normal_(&sample, 1, 0.0, 1.0, generator);
    Generator copy = generator;
    double left, right;
    strata::normal_(&left, 1, 0.0, 1.0, generator);
    strata::normal_(&right, 1, 0.0, 1.0, copy);
    CHECK(left == right);
    generator.random();
    CHECK(copy.random() != generator.random());
}

TEST_CASE("there is one default generator, and manual_seed seeds it") {
    strata::manual_seed(42);
    CHECK(strata::default_generator().seed() == 42);
    CHECK(strata::default_generator().random() == numbers::bits_42[0]);
    CHECK(&strata::default_generator() == &strata::default_generator());
}
