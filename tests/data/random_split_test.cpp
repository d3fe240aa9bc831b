#include "strata/data/random_split.hpp"

#include <clocale>
#include <cstdint>
#include <string>
#include <vector>

#include <stdlib.h>
#include <sys/stat.h>

#include "catch.hpp"
#include "golden/random_numbers.hpp"
#include "io/support.hpp"
#include "strata/data/data_loader.hpp"

namespace st = strata;
namespace numbers = golden::random_numbers;
using st::random_split;
using support::contains;
using support::message_of;

namespace {

struct Numbers {
    using sample_shape = st::Shape<1>;
    std::size_t count = 20;
    std::size_t size() const { return count; }
    st::Sample<float, std::int64_t> get(std::size_t i) const {
        return {static_cast<float>(i), static_cast<std::int64_t>(i)};
    }
};

template <std::size_t N>
void check_split(std::uint64_t seed, const std::int64_t (&expected)[N]) {
    const Numbers dataset;
    st::manual_seed(seed);
    const auto [first, second] = random_split(dataset, {15, 5});
    std::vector<std::int64_t> all = first.indices();
    all.insert(all.end(), second.indices().begin(), second.indices().end());
    CHECK(all == std::vector<std::int64_t>(expected, expected + N));
}

template <class Parts>
std::vector<std::size_t> sizes(const Parts& parts) {
    std::vector<std::size_t> result;
    for (const auto& part : parts) result.push_back(part.size());
    return result;
}

template <class Call>
std::string refused(Call call) {
    return message_of<st::ValueError>(call);
}

}  // namespace

TEST_CASE("random_split deals out as PyTorch does") {
    check_split(0, numbers::random_split_20_0);
    check_split(42, numbers::random_split_20_42);
    check_split(1234, numbers::random_split_20_1234);

    const Numbers dataset;
    st::Generator generator(42);
    const auto parts = random_split(dataset, {15, 5}, generator);
    CHECK(parts[0].indices().front() == numbers::random_split_20_42[0]);
}

TEST_CASE("lengths are numbers of samples or fractions") {
    const Numbers dataset{103};
    CHECK(sizes(random_split(dataset, {100, 2, 1})) == std::vector<std::size_t>{100, 2, 1});
    CHECK(sizes(random_split(dataset, {dataset.size() - 3, 3})) == std::vector<std::size_t>{100, 3});
    // 51 + 30 + 20, and 2
    CHECK(sizes(random_split(dataset, {0.5, 0.3, 0.2})) == std::vector<std::size_t>{52, 31, 20});
    CHECK(sizes(random_split(dataset, {0.7, 0.2, 0.1})) == std::vector<std::size_t>{73, 20, 10});
    CHECK(sizes(random_split(dataset, {103, 0})) == std::vector<std::size_t>{103, 0});
}

TEST_CASE("lengths that do not add up are refused with the numbers") {
    const Numbers dataset;
    CHECK(contains(refused([&] {
                       random_split(dataset, {15, 6});
                   }),
                   "15 + 6 add up to 21, but the dataset has 20 samples"));
    CHECK(contains(refused([&] {
                       random_split(dataset, {0.5, 0.4});
                   }),
                   "add up to 0.900000, but fractions must add up to 1"));
    CHECK(contains(refused([&] { random_split(dataset, {-1, 21}); }), "a length is -1"));
    CHECK(contains(refused([&] { random_split(dataset, {1.5, -0.5}); }), "a length is -0.500000"));
    CHECK(contains(refused([&] { random_split(dataset, {__builtin_nan(""), 0.5}); }), "a length is"));
    CHECK(contains(refused([&] { random_split(dataset, {10, 0.5}); }), "mix"));
}

TEST_CASE("lengths are written with a decimal point in every locale") {
    // LC_NUMERIC with a decimal comma, as localedef writes it for glibc.
    const char bytes[] =
        "\x14\x11\x03\x20\x06\0\0\0\x20\0\0\0\x22\0\0\0\x23\0\0\0\x24\0\0\0\x28\0\0\0\x2c\0\0\0"
        ",\0\0\0,\0\0\0\0\0\0\0ANSI_X3.4-1968";
    const support::TemporaryDirectory directory;
    ::mkdir(directory.path("comma").c_str(), 0700);
    support::write_bytes(directory.path("comma/LC_NUMERIC"), std::string(bytes, sizeof bytes));
    ::setenv("LOCPATH", directory.name().c_str(), 1);
#if defined(__GLIBC__)
    REQUIRE(std::setlocale(LC_NUMERIC, "comma") != nullptr);
    REQUIRE(std::to_string(0.5) == "0,500000");
#endif
    const Numbers dataset;
    const auto parts = sizes(random_split(dataset, {15, 5}));
    const std::string text = refused([&] { random_split(dataset, {0.5, 0.4}); });
    const std::string other = st::message("a ", 0.5);
    std::setlocale(LC_NUMERIC, "C");
    CHECK(parts == std::vector<std::size_t>{15, 5});
    CHECK(contains(text, "0.500000 + 0.400000 add up to 0.900000, but fractions"));
    CHECK(other == "a 0.5");
    CHECK(contains(refused([&] { random_split(dataset, {1e300, 0.5}); }), "add up to 1000000000"));
    CHECK(contains(refused([&] {
                       random_split(dataset, {~std::size_t(0), std::size_t(1)});
                   }),
                   "18446744073709551616 + 1 add up to 18446744073709551616"));
}

TEST_CASE("a subset is a dataset, and subsets of subsets are") {
    const Numbers dataset{200};
    std::vector<std::int64_t> odd;
    for (std::int64_t i = 1; i < 200; i += 2) odd.push_back(i);
    const st::Subset subset(dataset, odd);
    const st::Subset again(subset, {99, 0, 0});
    CHECK(again.size() == 3);
    CHECK(again.get(0).y == 199);
    CHECK(again.dataset().indices() == odd);

    std::int64_t expected = 1;
    for (auto [x, y] : st::DataLoader{subset, {.batch_size = 100}})
        for (std::size_t i = 0; i < y.size(); ++i, expected += 2) {
            REQUIRE(y(i) == expected);
            REQUIRE(x(i, 0) == static_cast<float>(expected));
        }
    CHECK(expected == 201);

    CHECK(contains(refused([&] { st::Subset(dataset, {0, 200}); }), "index 200 of a dataset of 200"));
    CHECK(contains(refused([&] { st::Subset(dataset, {-1}); }), "index -1"));
    CHECK(contains(refused([&] { (void)again.get(3); }), "sample 3 of a dataset of 3"));
}
