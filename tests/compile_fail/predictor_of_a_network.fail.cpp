// error: inputs
// expect: the first argument is no model; a network is a type
// A Predictor works on a model.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/module.hpp>
#include <strata/models/predictor.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/training/trainer.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    Net net;
    st::Predictor predictor{net};
}
