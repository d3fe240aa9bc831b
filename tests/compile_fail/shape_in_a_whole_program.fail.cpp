// error: shape
// expect: at_layer<2>
// expect: Linear<64, 10>
// expect: is_given<(strata::)?Shape<100>>
// expect: write_instead<(strata::)?Linear<100, 10>>
// In a whole program there is still one error: what would only follow from it is left out.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/relu.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/training/trainer.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 100>, st::ReLU, st::Linear<64, 10>, st::LogSoftmax>;

int main() {
    st::Model<Net> model;
    st::NLLLoss criterion;
    st::Optimizer optimizer{model, st::Adam{.lr = 1e-3}};
    st::Trainer trainer{model, criterion, st::Adam{}};
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 784});
    const xt::xtensor<std::int64_t, 1> target = xt::zeros<std::int64_t>({8});
    model.parameter<"0.weight">()(0, 0) = 0.5f;
    auto loss = criterion(model(x), target);
    model.backward(loss);
    optimizer.step();
    trainer.step(x, target);
}
