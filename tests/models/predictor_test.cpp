// Labels: threads
// A Predictor: what a model computes in evaluation mode, for any number of threads at once.

#include "catch.hpp"
#include "device.hpp"
#include "io/support.hpp"
#include "laws/laws.hpp"

#include <strata/layers/dropout.hpp>
#include <strata/layers/gelu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/predictor.hpp>
#include <strata/random/tensors.hpp>
#include <strata/xtensor.hpp>
#include <thread>
#include <vector>

using namespace strata;
using test::to;

namespace {

using Net = Sequential<Linear<20, 96>, ReLU, Dropout, Linear<96>, GELU, Dropout, Linear<10>, LogSoftmax>;

/// A tensor here or on the device.
template <class Tensor>
std::vector<float> copy_of(const Tensor& tensor) {
    if constexpr (requires { tensor.batch_view(); }) {
        return test::read(tensor.batch_view().data, tensor.size());
    } else {
        return {tensor.begin(), tensor.end()};
    }
}

}  // namespace

TEST_CASE("predict is the model's output in evaluation mode, bit for bit") {
    manual_seed(1);
    test::Model<Net> model;
    const xt::xtensor<float, 2> x_here = randn(33, 20);
    const auto& x = to(x_here);
    const auto predicted = predict(model, x);  // the model is in training mode
    using Expected = std::conditional_t<test::Device::is_host, xt::xtensor<float, 2>, HostTensor<float>>;
    STATIC_REQUIRE(std::is_same_v<decltype(predicted), const Expected>);
    CHECK(predicted.shape()[0] == 33);
    CHECK(predicted.shape()[1] == 10);
    CHECK(model.is_training());
    CHECK_FALSE(laws::same_bits(copy_of(predicted), copy_of(model(x))));
    model.eval();
    CHECK(laws::same_bits(copy_of(predicted), copy_of(model(x))));
    Predictor predictor{model};
    CHECK(laws::same_bits(copy_of(predicted), copy_of(predictor(x))));
}

TEST_CASE("Dropout is off and draws nothing") {
    const test::Model<Sequential<Linear<20, 200>, Dropout>> model;
    const xt::xtensor<float, 2> x_here = randn(5, 20);
    const auto& x = to(x_here);
    manual_seed(2);
    const auto first = predict(model, x);
    const std::uint32_t next = default_generator().random();
    manual_seed(2);
    CHECK(default_generator().random() == next);
    CHECK(laws::same_bits(copy_of(first), copy_of(predict(model, x))));
    CHECK(std::count(first.begin(), first.end(), 0.0f) == 0);
}

TEST_CASE("a Predictor sees the model's parameters as they are now") {
    test::Model<Linear<1, 1>> model;
    Predictor predictor{model};
    const xt::xtensor<float, 2> x_here = {{1}};
    const auto& x = to(x_here);
    test::assign(model.parameter<"weight">(), {2});
    test::assign(model.parameter<"bias">(), {0});
    CHECK(test::host(predictor(x))(0, 0) == 2);
    test::assign(model.parameter<"weight">(), {3});
    CHECK(test::host(predictor(x))(0, 0) == 3);
}

TEST_CASE("a Predictor takes batches of any size, as containers, views and expressions") {
    manual_seed(3);
    const test::Model<Net> model;
    Predictor predictor{model};
    const xt::xtensor<float, 2> x = randn(64, 20);
    const auto one = predict(model, to(xt::view(x, xt::range(5, 6))));
    const auto all = predict(model, to(x));
    for (int repeat = 0; repeat < 2; ++repeat) {
        CHECK(laws::same_bits(copy_of(predictor(to(xt::view(x, xt::range(5, 6))))), copy_of(one)));
        CHECK(laws::same_bits(copy_of(predictor(to(x))), copy_of(all)));
        CHECK(laws::same_bits(copy_of(predictor(to(1 * x))), copy_of(all)));
        CHECK(laws::same_bits(copy_of(predictor(to(xt::xtensor<float, 2>(x)))), copy_of(all)));
    }
    for (Size i = 0; i < 10; ++i) CHECK(one(0, i) == Approx(all(5, i)).margin(1e-6));
    const xt::xarray<float> narrow = xt::ones<float>({2, 19});
    CHECK(support::message_of<ShapeError>([&] { predictor(to(narrow)); }) ==
          "strata: the input has the shape (2, 19), but the network takes (batch, 20)");
    CHECK(laws::same_bits(copy_of(predictor(to(x))), copy_of(all)));
}

TEST_CASE("eight threads share a const model") {
    constexpr int threads = 8, repeats = 25;
    manual_seed(4);
    const test::Model<Net> model;
    std::vector<xt::xtensor<float, 2>> batches;
    std::vector<std::vector<float>> expected;
    for (Size i = 0; i < threads; ++i) {
        batches.push_back(randn(1 + 9 * i, 20));
        expected.push_back(copy_of(predict(model, to(batches.back()))));
    }
    std::vector<int> wrong(threads, 0);
    {
        std::vector<std::jthread> running;
        for (Size t = 0; t < threads; ++t)
            running.emplace_back([&, t] {
                Predictor predictor{model};
                for (Size i = 0; i < repeats; ++i) {
                    const Size batch = (t + i) % threads;
                    wrong[t] += !laws::same_bits(copy_of(predictor(to(batches[batch]))), expected[batch]);
                    wrong[t] += !laws::same_bits(copy_of(predict(model, to(batches[t]))), expected[t]);
                }
            });
    }
    CHECK(wrong == std::vector<int>(threads, 0));
}
