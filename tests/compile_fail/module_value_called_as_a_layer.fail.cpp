// error: module
// expect: module_error<
// expect: at_layer<>
// expect: it_calls_a_value_as_if_it_were_a_layer_but_layers_are_self_of_their_name
// What a layer gives is a value, and not another layer.
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"fc1", st::Linear<8, 8>>, st::Named<"fc2", st::Linear<8, 8>>> {
    static constexpr auto forward(auto self, auto x) {
        const auto h = self["fc1"](x);
        return h(relu(x));
    }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
