#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using First = st::Sequential<st::Linear<4, 3>>;
using Second = st::Sequential<st::Linear<3, 2>>;

int main() {
    st::Model<First> first;
    st::Model<Second> second;
    auto y = second(first(xt::xtensor<float, 2>::from_shape({8, 4})));
}
