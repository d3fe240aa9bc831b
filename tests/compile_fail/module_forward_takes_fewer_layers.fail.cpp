// error: module
// expect: module_error<
// expect: at_layer<>
// expect: write_static_constexpr_auto_forward__its_layers_in_their_order__then_its_inputs
// A module's forward gets its layers and parameters in their order, and then its inputs.
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"fc1", st::Linear<8, 4>>, st::Named<"fc2", st::Linear<4>>> {
    static constexpr auto forward(auto fc1, auto x) { return fc1(x); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
