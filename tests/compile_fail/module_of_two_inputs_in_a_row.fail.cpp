// error: module
// expect: module_error<
// expect: at_layer<1>
// expect: it_is_called_with_another_number_of_inputs
// What comes out of the layer in front is one value.
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

struct Both : st::Module<st::Named<"fc", st::Linear<4>>> {
    static constexpr auto forward(auto self, auto x, auto) { return self["fc"](x); }
};
using Net = st::Sequential<st::Linear<8, 4>, Both>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
