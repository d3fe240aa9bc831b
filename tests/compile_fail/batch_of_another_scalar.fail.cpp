// error: batch-scalar
// expect: the batch holds another scalar type than the model
// expect: batch_scalar_error<(strata::)?is_given<double>, (strata::)?but_the_model_takes<float>>
// A model's predictions are of the model's own scalar type. (An xtensor of another type is converted.)
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using First = st::Sequential<st::Linear<4, 3>>;
using Second = st::Sequential<st::Linear<3, 2>>;

int main() {
    st::Model<First, st::Cpu, double> first;
    st::Model<Second, st::Cpu, float> second;
    auto y = second(first(xt::xtensor<double, 2>::from_shape({8, 4})));
}
