// error: parameter-name
// expect: the network has no parameter of this name
// Parameters are named as in PyTorch's state_dict: the layer's index, counted from 0, a dot, and "weight" or
// "bias". `Model::parameter_table()` lists them.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net> model;
    auto weight = model.parameter<"1.weight">();
}
