// error: batch-shape
// expect: the batch holds samples of another shape than the network takes
// expect: batch_shape_error<(strata::)?is_given<(strata::)?Shape<3>>, (strata::)?but_the_model_takes<(strata::)?Shape<5>>>
// A prediction knows the shape of its samples at compile time, and so does a DataLoader's batch.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using First = st::Sequential<st::Linear<4, 3>>;
using Second = st::Sequential<st::Linear<5, 2>>;

int main() {
    st::Model<First> first;
    st::Model<Second> second;
    auto y = second(first(xt::xtensor<float, 2>::from_shape({8, 4})));
}
