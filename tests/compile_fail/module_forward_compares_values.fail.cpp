// error: module
// expect: module_error<
// expect: at_layer<>
// expect: it_asks_what_numbers_a_value_holds_but_they_are_not_known_when_forward_runs
// The compiler runs forward, before there is a batch; relu, clamp, maximum work element by element.
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"fc1", st::Linear<8, 8>>, st::Named<"fc2", st::Linear<8, 8>>> {
    static constexpr auto forward(auto self, auto x) {
        if (x > 0) return self["fc2"](x);
        return self["fc1"](x);
    }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
