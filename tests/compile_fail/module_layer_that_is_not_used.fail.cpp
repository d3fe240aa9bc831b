// error: module
// expect: module_error<
// expect: at_layer<1>
// expect: Linear<4>
// expect: forward_does_not_use_it_or_not_for_the_result
// A layer with parameters that nothing depends on would never learn.
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"fc1", st::Linear<8, 4>>, st::Named<"fc2", st::Linear<4>>> {
    static constexpr auto forward(auto self, auto x) { return self["fc1"](x); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
