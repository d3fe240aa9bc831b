#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/losses/cross_entropy_loss.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/training/trainer.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net> model;
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4});
    const xt::xtensor<std::int64_t, 1> target = xt::zeros<std::int64_t>({8});
    st::Trainer trainer{model, st::CrossEntropyLoss{}, st::Adam{}};
    trainer.step(x, target);
}
