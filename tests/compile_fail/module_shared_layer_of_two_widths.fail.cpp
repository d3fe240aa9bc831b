// error: shape
// expect: at_layer<1>
// expect: Linear<4>
// expect: is_given<(strata::)?Shape<4>>
// expect: its_parameters_are_shared_with_a_use_on
// expect: Shape<8>
// A layer that is called twice has one set of parameters, so both inputs need the same.
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"first", st::Linear<8, 8>>, st::Named<"shared", st::Linear<4>>> {
    static constexpr auto forward(auto self, auto x) {
        return self["shared"](self["shared"](self["first"](x)));
    }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
