// error: temporary-model
// expect: a Trainer keeps a reference to the model, and this model is a temporary
// ... and for a Trainer.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/training/trainer.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>, st::LogSoftmax>;

int main() {
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4});
    const xt::xtensor<std::int64_t, 1> target = xt::zeros<std::int64_t>({8});
    st::Trainer trainer{st::Model<Net>{}, st::NLLLoss{}, st::Adam{}};
    trainer.step(x, target);
}
