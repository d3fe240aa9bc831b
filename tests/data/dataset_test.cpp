#include "strata/data/dataset.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "strata/xtensor.hpp"

namespace st = strata;
using st::DatasetTraits;
using support::contains;
using support::message_of;

namespace {

// The example of the header.
struct Parabola {
    using sample_shape = st::Shape<1>;
    std::size_t size() const { return 1000; }
    auto get(std::size_t i) const {
        const float x = 0.002f * static_cast<float>(i) - 1;
        return st::Sample{std::array{x}, std::array{x * x}};
    }
};

// Numbers instead of arrays, a pair instead of a Sample.
struct Scalars {
    using sample_shape = st::Shape<>;
    std::size_t size() const { return 3; }
    std::pair<double, double> get(std::size_t i) const { return {0.5 * static_cast<double>(i), 2.0}; }
};

// Integers and a byte: they become float and a class index.
struct Integers {
    using sample_shape = st::Shape<2, 2>;
    std::size_t size() const { return 2; }
    st::Sample<std::array<std::int16_t, 4>, std::uint8_t> get(std::size_t i) const {
        return {{1, 2, 3, static_cast<std::int16_t>(i)}, 7};
    }
};

// Everything stated; containers whose size only the run knows; references to what is stored.
struct Stored {
    using sample_shape = st::Shape<3>;
    using value_type = float;
    using target_type = float;
    using target_shape = st::Shape<2>;
    std::vector<std::pair<std::vector<double>, xt::xtensor<float, 1>>> samples = {{{1, 2, 3}, {4, 5}},
                                                                                  {{6, 7, 8}, {9, 10}}};
    std::size_t size() const { return samples.size(); }
    const auto& get(std::size_t i) const { return samples[i]; }
};

struct NoShape {
    std::size_t size() const { return 0; }
    int get(std::size_t) const { return 0; }
};

template <class D, class T, class Y, class TargetShape>
inline constexpr bool has_traits = std::is_same_v<typename DatasetTraits<D>::value_type, T>&&
    std::is_same_v<typename DatasetTraits<D>::target_type, Y>&&
        std::is_same_v<typename DatasetTraits<D>::target_shape, TargetShape>;

static_assert(st::Dataset<Parabola> && st::Dataset<Stored> && !st::Dataset<NoShape> && !st::Dataset<int>);
static_assert(has_traits<Parabola, float, float, st::Shape<1>>);
static_assert(has_traits<Scalars, double, double, st::Shape<1>>);
static_assert(has_traits<Integers, float, std::int64_t, st::Shape<>>);
static_assert(has_traits<Stored, float, float, st::Shape<2>>);
static_assert(!DatasetTraits<Parabola>::is_contiguous);

}  // namespace

TEST_CASE("samples are gathered through get, converted to the dataset's types") {
    const std::int64_t indices[] = {1, 0};
    {
        float x[2], y[2];
        DatasetTraits<Parabola>::gather(Parabola{}, std::array<std::int64_t, 2>{0, 250}.data(), 2, x, y);
        CHECK(x[0] == -1);
        CHECK(y[1] == x[1] * x[1]);
    }
    {
        double x[2], y[2];
        DatasetTraits<Scalars>::gather({}, indices, 2, x, y);
        CHECK(x[0] == 0.5);
        CHECK(y[1] == 2);
    }
    {
        float x[8];
        std::int64_t y[2];
        DatasetTraits<Integers>::gather({}, indices, 2, x, y);
        CHECK(x[2] == 3);
        CHECK(x[3] == 1);
        CHECK(x[7] == 0);
        CHECK(y[0] == 7);
    }
    {
        float x[6], y[4];
        DatasetTraits<Stored>::gather({}, indices, 2, x, y);
        CHECK(x[0] == 6);
        CHECK(x[5] == 3);
        CHECK(y[1] == 10);
        CHECK(y[2] == 4);
    }
}

TEST_CASE("a sample of the wrong size is refused with its index and both sizes") {
    Stored dataset;
    dataset.samples[1].first = {1, 2};
    float x[6], y[4];
    const std::int64_t indices[] = {0, 1};
    std::string message =
        message_of<st::ShapeError>([&] { DatasetTraits<Stored>::gather(dataset, indices, 2, x, y); });
    CHECK(contains(message, "input of sample 1 has 2 elements, but its shape has 3"));

    dataset.samples[1].first = {1, 2, 3, 4};
    message = message_of<st::ShapeError>([&] { DatasetTraits<Stored>::gather(dataset, indices, 2, x, y); });
    CHECK(contains(message, "has 4 elements"));

    dataset.samples[0].second = {1};
    message = message_of<st::ShapeError>([&] { DatasetTraits<Stored>::gather(dataset, indices, 2, x, y); });
    CHECK(contains(message, "target of sample 0 has 1 elements, but its shape has 2"));
}
