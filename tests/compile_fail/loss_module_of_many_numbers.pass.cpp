#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/functions/reduce.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/losses/loss_module.hpp>
#include <strata/models/model.hpp>
#include <strata/models/module.hpp>
#include <strata/models/parallel.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/training/trainer.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;
struct Squared : st::LossModule<Squared> {
    static constexpr auto forward(auto prediction, auto target) {
        const auto error = prediction - target;
        return mean(error * error);
    }
};

int main() {
    st::Model<Net> model;
    const xt::xtensor<float, 2> x = xt::zeros<float>({2, 4}), y = xt::zeros<float>({2, 3});
    st::Trainer{model, Squared{}, st::SGD{}}.step(x, y);
}
