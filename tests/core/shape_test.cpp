// Shapes as values and as types; parameter names. All of it holds at compile time.

#include "catch.hpp"

#include <strata/core/network/parameter_name.hpp>
#include <strata/core/shape_check.hpp>
#include <strata/core/tensor.hpp>
#include <type_traits>

using namespace strata;

static_assert(dims(1, 28, 28).rank == 3);
static_assert(dims(1, 28, 28).elements() == 784);
static_assert(dims(1, 28, 28).last() == 28);
static_assert(dims().rank == 0 && dims().elements() == 1 && dims().last() == 1, "rank 0 is a scalar");
static_assert(dims(0).elements() == 0);
static_assert(dims(2, 3).with_last(5) == dims(2, 5));
static_assert(dims().with_last(5) == dims(5));
static_assert(dims(2, 3) != dims(3, 2));
static_assert(dims(6) != dims(6, 1), "rank counts");
static_assert(dims(1, 2, 3, 4, 5, 6).rank == max_rank);

static_assert(std::is_same_v<shape_t<dims(2, 3)>, Shape<2, 3>>);
static_assert(std::is_same_v<shape_t<dims()>, Shape<>>);
static_assert(Shape<2, 3>::dims == dims(2, 3));

// Views: what a tensor is as a matrix.
static_assert(TensorView<float, void, Shape<3, 4, 5>>::rows() == 12);
static_assert(TensorView<float, void, Shape<3, 4, 5>>::columns == 5);
static_assert(TensorView<float, void, Shape<>>::size() == 1);
static_assert(sizeof(TensorView<float, void, Shape<3, 4>>) == sizeof(float*));
static_assert(BatchView<float, void, Shape<4, 5>>{nullptr, 7}.rows() == 28);
static_assert(BatchView<float, void, Shape<4, 5>>{nullptr, 7}.size() == 140);
static_assert(BatchView<float, void, Shape<>>{nullptr, 7}.rows() == 7);
static_assert(BatchView<float, void, Shape<4, 5>>{nullptr, 7}.as<Shape<20>>().rows() == 7);
static_assert(
    std::is_convertible_v<BatchView<float, void, Shape<4>>, BatchView<const float, void, Shape<4>>>);
static_assert(
    !std::is_convertible_v<BatchView<const float, void, Shape<4>>, BatchView<float, void, Shape<4>>>);

// Parameter names.
static_assert(ParameterName("2.weight").size() == 8);
static_assert(ParameterName("1.weight").view() == "1.weight");

TEST_CASE("a batch converts to its const twin without moving") {
    float data[6] = {1, 2, 3, 4, 5, 6};
    const BatchView<float, void, Shape<3>> batch{data, 2};
    const BatchView<const float, void, Shape<3>> same = batch;
    CHECK(same.data == data);
    CHECK(same.batch == 2);
    CHECK(batch.as<Shape<1, 3>>().data == data);
}

// Counts that are too large do not begin at zero again.
static_assert(dims(Size(1) << 32, Size(1) << 32).elements() == uncountable);
static_assert(dims(Size(1) << 32, Size(1) << 32, 0).elements() == 0);
static_assert(times(uncountable, 1) == uncountable && times(Size(1) << 63, 2) == uncountable &&
              times((Size(1) << 32) - 1, (Size(1) << 32) + 1) == uncountable);
static_assert(plus(uncountable, 1) == uncountable && plus(uncountable - 1, 1) == uncountable);

TEST_CASE("a target of one number for each sample, and a prediction of many positions") {
    const std::array<Size, 1> given{8};
    CHECK_THROWS_WITH(
        (detail::check_target_shape<Shape<28, 10>>(given)),
        "strata: the target has the shape (8), but the prediction's takes (batch, 28, 10); the network "
        "predicts for several positions of a sample: put Flatten before the first Linear, or take a "
        "mean");
}
