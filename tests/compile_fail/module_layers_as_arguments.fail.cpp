// error: module
// expect: module_error<
// expect: at_layer<>
// expect: it_calls_a_value_as_if_it_were_a_layer_but_layers_are_self_of_their_name
// Arguments would be found by their order, and two layers exchanged in silence. A module's forward gets the module
// itself, and then its inputs; a layer is found by its name.
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"fc1", st::Linear<8, 8>>, st::Named<"fc2", st::Linear<8, 8>>> {
    static constexpr auto forward(auto fc2, auto fc1, auto x) { return fc2(relu(fc1(x))); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
