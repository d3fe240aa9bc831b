// error: loss
// expect: this loss cannot stand behind this network or take this target
// expect: the_target_must_have_the_shape_and_type_of_the_prediction
// expect: the_target_holds<double, (strata::)?Shape<3>>
// Predictions of two models are compared only if both compute with the same scalar type.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net> model;
    st::Model<Net, st::Cpu, double> teacher;
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4});
    auto loss = st::MSELoss{}(model(x), teacher(x));
}
