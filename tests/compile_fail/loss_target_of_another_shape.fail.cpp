// error: loss
// expect: this loss cannot stand behind this network or take this target
// expect: the_loss<(strata::)?MSELoss>
// expect: the_target_must_have_the_shape_and_type_of_the_prediction
// expect: the_target_holds<float, (strata::)?Shape<2>>
// The prediction of another model, a reconstruction of the input, a batch of a DataLoader: all of them know
// their shape at compile time.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;
using Teacher = st::Sequential<st::Linear<4, 2>>;

int main() {
    st::Model<Net> model;
    st::Model<Teacher> teacher;
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4});
    auto loss = st::MSELoss{}(model(x), teacher(x));
}
