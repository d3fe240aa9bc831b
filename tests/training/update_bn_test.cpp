// update_bn: PyTorch's running means and variances of an average; that momentum and mode are as before, also
// when a pass throws, and then buffers, too; that it begins anew for layers with running averages, whatever names others'
// parameters have.

#include "golden/averaged_model.hpp"
#include "optimizers/tensor_check.hpp"

#include <strata/data/data_loader.hpp>
#include <strata/data/tensor_dataset.hpp>
#include <strata/layers/batch_norm1d.hpp>
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/models/module.hpp>
#include <strata/optimizers/averaged_model.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/training/update_bn.hpp>
#include <utility>

using namespace tensor_check;
namespace numbers = golden::averaged_model;

namespace {

using Net = Sequential<Linear<5, 7>, BatchNorm1d<7>, ReLU, Linear<3>, LogSoftmax>;
using M = test::Model<Net>;
struct Prior : Module<Parameter<"prior_running_mean", Shape<5>>> {
    static constexpr auto forward(auto self, auto x) { return x + self["prior_running_mean"]; }
};
using Batches = std::vector<std::pair<xt::xtensor<float, 2>, xt::xtensor<std::int64_t, 1>>>;

AveragedModel<M> average() {
    manual_seed(42);
    M model;
    AveragedModel averaged{model};
    Trainer trainer{model, NLLLoss{}, SGD{.lr = 0.5}};
    for (int i = 0; i < 6; ++i) {
        trainer.step(to<test::Device>(inputs<float>()), to<test::Device>(labels()));
        averaged.update_parameters(model);
    }
    return averaged;
}
void check_buffers(const M& model) {
    constexpr Size begin = std::size(numbers::updated) - 14;
    const auto mean = test::host(model.buffer<"1.running_mean">());
    const auto variance = test::host(model.buffer<"1.running_var">());
    for (Size i = 0; i < 7; ++i) {
        CHECK(std::fabs(mean(i) - numbers::updated[begin + i]) <= 1e-6);
        CHECK(std::fabs(variance(i) - numbers::updated[begin + 7 + i]) <= 1e-6);
    }
    CHECK(test::host(model.buffer<"1.num_batches_tracked">())() == 3);
}
std::vector<double> momenta(M& model) {
    std::vector<double> result;
    model.for_each_layer([&](auto& layer) {
        if constexpr (requires { layer.momentum; }) result.push_back(layer.momentum);
    });
    return result;
}

}  // namespace

TEST_CASE("update_bn is PyTorch's") {
    auto averaged = average();
    M& model = averaged.module();
    const auto parameters = elements(model);
    DataLoader loader{TensorDataset<Shape<5>, ClassIndex>{inputs<float>(), labels()}, {.batch_size = 3}};
    model.eval();
    for (int i = 0; i < 2; ++i) {
        update_bn(loader, model);
        check_buffers(model);
    }
    CHECK_FALSE(model.is_training());
    CHECK(momenta(model) == std::vector<double>{0.1});
    const auto flat = elements(model);
    for (Size i = 0; i < 5 * 7 + 7; ++i) CHECK(flat[i] == parameters[i]);
}

TEST_CASE("any loader will do, and layers are as before when a pass throws") {
    auto averaged = average();
    M& model = averaged.module();
    const auto x = inputs<float>();
    const auto y = labels();
    Batches batches;
    for (const auto& [begin, end] : {std::pair{0, 3}, {3, 6}, {6, 8}})
        batches.emplace_back(xt::view(x, xt::range(begin, end)), xt::view(y, xt::range(begin, end)));
    update_bn(batches, model);
    check_buffers(model);
    CHECK(model.is_training());
    batches.emplace_back(xt::xtensor<float, 2>(xt::ones<float>({3, 4})), y);
    const auto before = elements(model);
    CHECK_THROWS_AS(update_bn(batches, model), ShapeError);
    CHECK(elements(model) == before);
    CHECK(momenta(model) == std::vector<double>{0.1});
    CHECK(model.is_training());
}

TEST_CASE("a loader without batches is refused, and buffers stay as they were") {
    auto averaged = average();
    M& model = averaged.module();
    model.eval();
    const auto before = elements(model);
    Batches batches;
    CHECK_THROWS_WITH(update_bn(batches, model), "strata: the loader yields no batches");
    CHECK_THROWS_AS(update_bn(batches, model), ValueError);
    CHECK(elements(model) == before);
    batches.emplace_back(xt::xtensor<float, 2>(xt::ones<float>({3, 4})), labels());
    CHECK_THROWS_AS(update_bn(batches, model), ShapeError);
    CHECK(elements(model) == before);
    CHECK(momenta(model) == std::vector<double>{0.1});
    CHECK_FALSE(model.is_training());
}

TEST_CASE("only running averages of layers begin anew") {
    test::Model<Sequential<Input<5>, Prior, BatchNorm1d<5>, Linear<3>, LogSoftmax>> model;
    test::assign(model.parameter<"0.prior_running_mean">(), {1, 2, 3, 4, 5});
    Batches batches;
    batches.emplace_back(inputs<float>(), labels());
    update_bn(batches, model);
    const auto prior = test::host(model.parameter<"0.prior_running_mean">());
    for (Size i = 0; i < 5; ++i) CHECK(prior(i) == static_cast<float>(i + 1));
    CHECK(test::host(model.buffer<"1.num_batches_tracked">())() == 1);
}
