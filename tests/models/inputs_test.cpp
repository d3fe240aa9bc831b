// The batches that a network takes: which of its inputs hold numbers, and which hold indices.
// (tests/compile_fail/indices_*.cpp: what is refused.)
// Alone in its program: nvcc 13 writes shapes wrongly in the tests behind it.

#include "catch.hpp"
#include "device.hpp"
#include "laws/laws.hpp"

#include <strata/data/data_loader.hpp>
#include <strata/data/tensor_dataset.hpp>
#include <strata/layers/embedding.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/functions/cat.hpp>
#include <strata/layers/functions/permute.hpp>
#include <strata/layers/functions/reduce.hpp>
#include <strata/layers/functions/slice.hpp>
#include <strata/layers/functions/unsqueeze.hpp>
#include <strata/layers/identity.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/layers/reshape.hpp>
#include <strata/layers/select.hpp>
#include <strata/losses/cross_entropy_loss.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/concat.hpp>
#include <strata/models/model.hpp>
#include <strata/models/module.hpp>
#include <strata/models/predictor.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/tools/check_gradients.hpp>
#include <strata/training/evaluator.hpp>
#include <strata/training/fit.hpp>

using namespace strata;

namespace inputs_test {

using test::Device;
using test::to;
using Indices = xt::xtensor<std::int64_t, 2>;

template <class Net, Size K = 0>
constexpr bool takes_indices = Network<Net>::graph.values[K].indices;

// Behind what only moves values, and in whatever they are nested, indices are indices.
static_assert(takes_indices<Sequential<Input<5>, Embedding<7, 3>>>);
static_assert(takes_indices<Sequential<Input<2, 3>, Flatten, Embedding<7, 3>>>);
static_assert(takes_indices<Sequential<Input<6>, Reshape<2, 3>, Identity, Embedding<7, 3>>>);
static_assert(
    takes_indices<Sequential<Sequential<Input<5>, Identity>, Sequential<Embedding<7, 3>, Flatten>>>);
static_assert(takes_indices<Sequential<Input<3, 4>, Select<1, 2>, Embedding<7, 3>>>);
static_assert(!takes_indices<Sequential<Input<5>, Linear<3>>>);
static_assert(!takes_indices<Sequential<Input<3, 4>, Select<1, 2>, Linear<3>>>);

/// Words with a class each: two columns of one input.
struct Columns : Module<Named<"words", Embedding<7, 3>>, Named<"classes", Embedding<4, 3>>> {
    static constexpr auto forward(auto self, auto x) {
        return self["words"](select(x, 1, 0)) + self["classes"](select(x, 1, 1));
    }
};
/// The same words in another order, put together again.
struct Moved : Module<Named<"words", Embedding<7, 3>>> {
    static constexpr auto forward(auto self, auto x) {
        const auto [a, b] = split<1, 3>(x, 1);
        const auto turned = transpose(strata::reshape<2, 2>(cat({b, a})), 1, 2);
        return self["words"](unsqueeze(slice(turned, 2, 1, 2), 1));
    }
};
struct NumbersAndIndices : Module<Named<"words", Embedding<7, 4>>, Named<"fc", Linear<4>>> {
    static constexpr auto forward(auto self, auto x, auto index) {
        return self["fc"](x) + mean(self["words"](index), 1);
    }
};
static_assert(takes_indices<Sequential<Input<2>, Columns>> && takes_indices<Sequential<Input<4>, Moved>>);
struct Stated : NumbersAndIndices {
    using input_shapes = InputShapes<Shape<2>, Shape<3>>;
};
static_assert(!takes_indices<Stated, 0> && takes_indices<Stated, 1>);

/// Row i is i, i + 0.25, ...
template <class Tensor>
void number_rows(Tensor&& weight, Size rows, Size dim) {
    std::vector<float> values(rows * dim);
    for (Size i = 0; i < rows; ++i)
        for (Size k = 0; k < dim; ++k)
            values[i * dim + k] = static_cast<float>(i) + 0.25f * static_cast<float>(k);
    test::assign(weight, values);
}

}  // namespace inputs_test

using namespace inputs_test;

TEST_CASE("An index is none of a float's whole numbers") {
    constexpr Size rows = 16777300;  // 2^24 is 16777216
    test::Model<Sequential<Input<3>, Embedding<rows, 1>>> model;
    model.eval();
    std::vector<float> weight(rows);
    for (Size i = 0; i < rows; ++i) weight[i] = static_cast<float>(i % 1000);
    test::assign(model.template parameter<"0.weight">(), weight);
    const Indices x = {{16777217, 16777216, 16777219}};
    const auto& input = to(x);
    const auto y = test::host(model(input));
    CHECK(y(0, 0, 0) == 217);
    CHECK(y(0, 1, 0) == 216);
    CHECK(y(0, 2, 0) == 219);
    const auto predicted = test::host(Predictor{model}(input));
    CHECK(predicted(0, 0, 0) == 217);
}

TEST_CASE("Indices are moved as numbers are") {
    const Indices x = {{6, 1}, {0, 3}, {5, 2}};
    const auto& input = to(x);
    test::Model<Sequential<Input<2>, Columns>> model;
    number_rows(model.template parameter<"0.words.weight">(), 7, 3);
    number_rows(model.template parameter<"0.classes.weight">(), 4, 3);
    const auto y = test::host(model(input));
    for (Size i = 0; i < 3; ++i)
        for (Size k = 0; k < 3; ++k)
            CHECK(y(i, k) == static_cast<float>(x(i, 0) + x(i, 1)) + 0.5f * static_cast<float>(k));

    const Indices four = {{6, 1, 2, 3}, {0, 4, 5, 2}};  // cat: 1 2 3 6, as rows 1 2 | 3 6, turned 1 3 | 2 6
    const auto& moved_input = to(four);
    test::Model<Sequential<Input<4>, Moved>> moved;
    number_rows(moved.template parameter<"0.words.weight">(), 7, 3);
    const auto z = test::host(moved(moved_input));
    CHECK(z(0, 0, 0, 0, 0) == 3);
    CHECK(z(0, 0, 1, 0, 0) == 6);
    CHECK(z(1, 0, 0, 0, 0) == 2);
    CHECK(z(1, 0, 1, 0, 2) == 0.5f);

    CHECK(check_gradients<Device>(Sequential<Input<2>, Columns>{}));
    CHECK(check_gradients<Device>(Sequential<Input<4>, Moved>{}));
    CHECK(check_gradients<Device>(Sequential<Input<3, 4>, Select<1, 2>, Embedding<5, 2>>{}));
    CHECK(check_gradients<Device>(Sequential<Input<2, 3>, Flatten, Embedding<5, 2>>{}));
}

TEST_CASE("Gradients of moved indices are those of indices") {
    manual_seed(4);
    test::Model<Sequential<Input<3, 4>, Select<1, 2>, Embedding<7, 2>>> selected;
    manual_seed(4);
    test::Model<Sequential<Input<4>, Embedding<7, 2>>> plain;
    xt::xtensor<std::int64_t, 3> x = xt::zeros<std::int64_t>({5, 3, 4});
    Indices rows = xt::zeros<std::int64_t>({5, 4});
    for (Size i = 0; i < 5; ++i)
        for (Size k = 0; k < 4; ++k) x(i, 2, k) = rows(i, k) = static_cast<std::int64_t>((3 * i + 2 * k) % 7);
    const xt::xtensor<float, 3> y = xt::ones<float>({5, 4, 2});
    const auto& all = to(x);
    const auto& some = to(rows);
    const auto& target = to(y);
    selected.backward(MSELoss{}(selected(all), target));
    plain.backward(MSELoss{}(plain(some), target));
    CHECK(laws::same_bits(test::gradients(selected), test::gradients(plain)));
    // An expression, and narrower whole numbers, are indices, too.
    if constexpr (Device::is_host) {
        const auto before = test::host(plain(rows));
        const xt::xtensor<float, 2> as_float = xt::cast<float>(rows);
        const xt::xtensor<std::int32_t, 2> narrow = xt::cast<std::int32_t>(rows);
        const bool same = test::host(plain(xt::cast<std::int64_t>(as_float))) == before &&
                          test::host(plain(narrow)) == before;
        CHECK(same);
    }
}

TEST_CASE("A module of numbers and indices") {
    test::Model<Stated> model;
    const xt::xtensor<float, 2> x = {{1, 2}, {3, 4}};
    const Indices index = {{0, 6, 2}, {1, 1, 1}};
    const auto& numbers = to(x);
    const auto& indices = to(index);
    const auto y = test::host(model(numbers, indices));
    test::fill(model.template parameter<"fc.weight">(), 0);
    test::fill(model.template parameter<"fc.bias">(), 0);
    number_rows(model.template parameter<"words.weight">(), 7, 4);
    const auto means = test::host(model(numbers, indices));
    CHECK(means(0, 0) == Approx(8.0 / 3));
    CHECK(means(1, 3) == Approx(1.75));
    CHECK(check_gradients<Device>(Stated{}));
}

TEST_CASE("A loader of whole numbers trains a network that begins with a table") {
    Indices x = xt::zeros<std::int64_t>({24, 4});
    xt::xtensor<std::int64_t, 1> y = xt::zeros<std::int64_t>({24});
    for (Size i = 0; i < 24; ++i) {
        for (Size k = 0; k < 4; ++k) x(i, k) = static_cast<std::int64_t>((i + k) % 6);
        y(i) = static_cast<std::int64_t>(i % 2);
    }
    const TensorDataset<Shape<4>, ClassIndex, std::int64_t> dataset{x, y};
    DataLoader loader{dataset, {.batch_size = 8}};
    using Net = Sequential<Input<4>, Embedding<6, 5>, Flatten, Linear<2>>;
    test::Model<Net> model;
    const History history =
        fit(model, loader, CrossEntropyLoss{}, SGD{.lr = 0.5}, {.epochs = 20, .output = nullptr});
    CHECK(history.back().loss < 0.5 * history[0].loss);

    test::Model<Net, double> precise;
    Trainer trainer{precise, CrossEntropyLoss{}, SGD{.lr = 0.5}};
    const auto& inputs = to(x);
    const auto& targets = to(y);
    const BatchResult first = trainer.step(inputs, targets);
    for (int i = 0; i < 20; ++i) trainer.step(inputs, targets);
    const BatchResult last = trainer.step(inputs, targets);
    CHECK(last.loss < first.loss);
}
