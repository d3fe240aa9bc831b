// error: module
// expect: module_error<
// expect: at_layer<>
// expect: it_asks_what_numbers_a_value_holds_but_they_are_not_known_when_forward_runs
// A value is neither true nor false.
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"fc1", st::Linear<8, 8>>, st::Named<"fc2", st::Linear<8, 8>>> {
    static constexpr auto forward(auto self, auto x) { return x ? self["fc2"](x) : self["fc1"](x); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
