#include "strata/data/tensor_dataset.hpp"

#include <cstdint>
#include <string>

#include "catch.hpp"
#include "io/support.hpp"

namespace st = strata;
using support::contains;
using support::message_of;

using Points = st::TensorDataset<st::Shape<2>>;
using Curve = st::TensorDataset<st::Shape<1>, st::Shape<1>>;

static_assert(st::DatasetTraits<Points>::is_contiguous);
static_assert(std::is_same_v<st::DatasetTraits<Points>::target_shape, st::Shape<>>);
static_assert(std::is_same_v<st::DatasetTraits<Points>::target_type, std::int64_t>);
static_assert(std::is_same_v<st::DatasetTraits<Curve>::target_type, float>);

namespace {
const xt::xtensor<float, 2> x = {{1, 2}, {3, 4}, {5, 6}};
const xt::xtensor<std::int64_t, 1> labels = {2, 0, 1};
}  // namespace

TEST_CASE("samples are the rows of the tensors") {
    const st::TensorDataset<st::Shape<2>, st::ClassIndex> dataset{x, labels};
    REQUIRE(dataset.size() == 3);
    const auto [row, label] = dataset.get(1);
    CHECK(row[0] == 3);
    CHECK(row[1] == 4);
    CHECK(label == 0);
    CHECK(dataset.x() == x);
    CHECK(dataset.y() == labels);

    const std::int64_t indices[] = {2, 0};
    float gathered[4];
    std::int64_t targets[2];
    dataset.gather(indices, 2, gathered, targets);
    CHECK(gathered[1] == 6);
    CHECK(gathered[2] == 1);
    CHECK(targets[0] == 1);
    CHECK(dataset.contiguous(1).first == dataset.x().data() + 2);
    CHECK(dataset.contiguous(1).second == dataset.y().data() + 1);
}

TEST_CASE("other scalars, views and expressions are converted; what is moved in is not copied") {
    const xt::xtensor<double, 2> doubles = {{0.5, 1}, {2, 3}, {4, 5}};
    const xt::xtensor<std::uint8_t, 1> bytes = {1, 2, 3};
    const Points converted{doubles, bytes};
    CHECK(converted.x()(0, 0) == 0.5f);
    CHECK(converted.y()(2) == 3);

    const Points viewed{xt::view(doubles, xt::range(1, 3)), xt::view(labels, xt::range(0, 2))};
    CHECK(viewed.size() == 2);
    CHECK(viewed.x()(1, 1) == 5);

    xt::xtensor<float, 2> inputs = {{1}, {2}};
    const Curve squared{inputs, inputs * inputs};
    CHECK(squared.get(1).y[0] == 4);

    const xt::xtensor<float, 2, xt::layout_type::column_major> columns = {{1, 2}, {3, 4}, {5, 6}};
    const Points from_columns{columns, labels};
    CHECK(from_columns.x() == x);

    const float* memory = inputs.data();
    const Curve kept{std::move(inputs), squared.y()};
    CHECK(kept.x().data() == memory);

    const st::TensorDataset<st::Shape<2>, st::Shape<>, double> scalar_targets{
        doubles, xt::xtensor<double, 1>{1, 2, 3}};
    CHECK(scalar_targets.get(2).y[0] == 3);
}

TEST_CASE("tensors that do not fit are refused with both shapes") {
    const xt::xtensor<std::int64_t, 1> two = {0, 1};
    std::string message = message_of<st::ShapeError>([&] { Points{x, two}; });
    CHECK(contains(message, "(3, 2)"));
    CHECK(contains(message, "(2)"));
    CHECK(contains(message, "same number of samples"));

    message = message_of<st::ShapeError>([&] { st::TensorDataset<st::Shape<3>>(x, labels); });
    CHECK(contains(message, "TensorDataset: x has the shape (3, 2)"));
    CHECK(contains(message, "(batch, 3)"));

    message = message_of<st::ShapeError>([&] {
        st::TensorDataset<st::Shape<2>, st::Shape<1>>(x, xt::xtensor<float, 1>{1, 2, 3});
    });
    CHECK(contains(message, "TensorDataset: y has the shape (3)"));
    CHECK(contains(message, "(batch, 1)"));

    const Points dataset{x, labels};
    CHECK(contains(message_of<st::ValueError>([&] { (void)dataset.get(3); }), "sample 3 of a dataset of 3"));
}
