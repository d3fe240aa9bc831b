// Labels: robust
// Shapes that only the run knows, against those of a network's type: any number of extents is answered.

#include "catch.hpp"
#include "io/support.hpp"

#include <strata/core/shape_check.hpp>
#include <strata/strata.hpp>
#include <vector>

using namespace strata;
using support::contains;
using support::message_of;

namespace {

std::vector<Size> ones(Size rank) { return std::vector<Size>(rank, 1); }

}  // namespace

TEST_CASE("an input of any number of dimensions is refused with its shape") {
    for (const Size rank : {0, 1, 3, 15, 16, 17, 40, 1000}) {
        const std::string text = message_of<ShapeError>(
            [&] { detail::check_shape<Shape<4>, false>("the input", "the network takes", ones(rank)); });
        INFO(rank << ": " << text);
        CHECK(contains(text, "but the network takes (batch, 4)"));
        CHECK(contains(text, "17 extents)") == (rank == 17));
        CHECK(contains(text, "1000 extents)") == (rank == 1000));
        CHECK(text.size() < 200);
    }
}

TEST_CASE("a target of any number of dimensions is refused with its shape") {
    for (const Size rank : {0, 2, 15, 16, 17, 18, 40}) {
        const std::string text =
            message_of<ShapeError>([&] { detail::check_target_shape<Shape<>>(ones(rank)); });
        INFO(rank << ": " << text);
        CHECK(contains(text, "but the prediction's takes (batch)"));
        CHECK(contains(text, "40 extents)") == (rank == 40));
        CHECK(contains(text, "drops the last extent") == (rank == 2));
    }
}

TEST_CASE("a model, an evaluation and a data set are given tensors of 20 dimensions") {
    const std::vector<std::size_t> twenty(20, 1);
    const xt::xarray<float> x = xt::ones<float>(twenty);
    const xt::xarray<std::int64_t> y = xt::ones<std::int64_t>(twenty);
    Model<Sequential<Linear<1, 3>>> model;
    CHECK(
        contains(message_of<ShapeError>([&] { (void)model(x); }), "1, 1, ... 20 extents), but the network"));
    const xt::xtensor<float, 2> one = xt::ones<float>({1, 1});
    const xt::xtensor<float, 2> logits = xt::ones<float>({1, 3});
    CHECK(contains(message_of<ShapeError>([&] { (void)CrossEntropyLoss{}(model(one), y); }), "20 extents)"));
    CHECK(contains(message_of<ShapeError>([&] { (void)CrossEntropyLoss{}(logits, y); }), "at most 16"));
    CHECK_THROWS_AS((TensorDataset<Shape<1>, ClassIndex>{x, y}), ShapeError);
}
