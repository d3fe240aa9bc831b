// AveragedModel: PyTorch's averages, of parameters and of buffers; that it has memory of its own; options that
// are refused.

#include "golden/averaged_model.hpp"
#include "optimizers/tensor_check.hpp"

#include <strata/layers/batch_norm1d.hpp>
#include <strata/models/predictor.hpp>
#include <strata/optimizers/averaged_model.hpp>
#include <strata/optimizers/sgd.hpp>

using namespace tensor_check;
namespace numbers = golden::averaged_model;

namespace {

using Net = Sequential<Linear<5, 7>, BatchNorm1d<7>, ReLU, Linear<3>, LogSoftmax>;
using M = test::Model<Net>;

M network() {
    manual_seed(42);
    return M{};
}

/// Parameters in order, then running_mean and running_var.
std::vector<float> state_of(const M& model) {
    std::vector<float> result;
    const auto flat = test::parameters(model);
    for (const ParameterKind kind : {ParameterKind::learnt, ParameterKind::buffer})
        for (const ParameterInfo& row : M::parameter_table())
            if (row.kind == kind)
                result.insert(result.end(), flat.begin() + long(row.offset),
                              flat.begin() + long(row.offset + row.dims.elements()));
    return result;
}

template <std::size_t N>
void check_average(AveragedModelOptions options, const float (&expected)[N]) {
    M model = network();
    AveragedModel averaged{model, options};
    Trainer trainer{model, NLLLoss{}, SGD{.lr = 0.5}};
    for (int i = 0; i < 6; ++i) {
        trainer.step(to<test::Device>(inputs<float>()), to<test::Device>(labels()));
        averaged.update_parameters(model);
    }
    CHECK(averaged.n_averaged() == 6);
    const std::vector<float> actual = state_of(averaged.module());
    REQUIRE(actual.size() == N);
    for (Size i = 0; i < N; ++i) {
        INFO("number " << i);
        CHECK(std::fabs(actual[i] - expected[i]) <= 1e-6);
    }
    const auto& batches = averaged.module().buffer<"1.num_batches_tracked">();
    CHECK(test::host(batches)() == 6);
}

}  // namespace

TEST_CASE("averages are PyTorch's") {
    check_average({}, numbers::swa);
    check_average({.ema_decay = 0.8}, numbers::ema);
    check_average({.use_buffers = true}, numbers::swa_buffers);
    check_average({.ema_decay = 0.8, .use_buffers = true}, numbers::ema_buffers);
}

TEST_CASE("a decay of 0 takes the model's parameters, however far away the average was") {
    M model = network();
    AveragedModel averaged{model, {.ema_decay = 0}};
    test::fill(model.parameter<"3.bias">(), 1e10f);
    averaged.update_parameters(model);
    test::fill(model.parameter<"3.bias">(), 1);
    averaged.update_parameters(model);
    for (const float value : test::host(averaged.module().parameter<"3.bias">())) CHECK(value == 1);
}

TEST_CASE("the average is a model of its own, and begins as a copy") {
    M model = network();
    AveragedModel averaged{model};
    const auto start = test::parameters(model);
    CHECK(averaged.n_averaged() == 0);
    CHECK(laws::same_bits(test::parameters(averaged.module()), start));
    test::fill(model.parameter<"3.bias">(), 5);
    CHECK(laws::same_bits(test::parameters(averaged.module()), start));
    averaged.update_parameters(model);  // the first time it is what the model is
    CHECK(laws::same_bits(test::parameters(averaged.module()), test::parameters(model)));
    test::fill(model.parameter<"3.bias">(), 7);
    averaged.update_parameters(model);
    for (const float value : test::host(averaged.module().parameter<"3.bias">())) CHECK(value == 6);

    auto copy = averaged;
    copy.update_parameters(model);
    CHECK(copy.n_averaged() == 3);
    CHECK(averaged.n_averaged() == 2);
    for (const float value : test::host(averaged.module().parameter<"3.bias">())) CHECK(value == 6);

    const xt::xtensor<float, 2> y = predict(averaged.module(), to<test::Device>(inputs<float>()));
    CHECK(y.shape(0) == 8);
    const M taken = std::move(averaged).module();
    CHECK(taken.is_training());
}

TEST_CASE("a decay out of range is refused") {
    const M model = network();
    CHECK_THROWS_WITH((AveragedModel{model, {.ema_decay = 1.5}}),
                      "strata: AveragedModel: ema_decay is 1.5, but must be in [0, 1]");
    CHECK_THROWS_AS((AveragedModel{model, {.ema_decay = -0.1}}), ValueError);
    CHECK_THROWS_AS((AveragedModel{model, {.ema_decay = std::nan("")}}), ValueError);
}
