// error: module
// expect: module_error<
// expect: at_layer<>
// expect: it_uses_a_layer_as_if_it_were_a_value_so_call_the_layer
// A layer is called with its input, `self["fc2"](x)`.
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"fc1", st::Linear<8, 8>>, st::Named<"fc2", st::Linear<8, 8>>> {
    static constexpr auto forward(auto self, auto x) { return x + self["fc2"]; }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
