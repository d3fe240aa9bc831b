// error: module
// expect: module_error<
// expect: at_layer<>
// expect: its_forward_takes_more_inputs_than_the_limit_of_4
// What belongs together can come as one input, and be parted by split.
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Input<8>, st::Input<8>, st::Input<8>, st::Input<8>, st::Input<8>,
                        st::Named<"fc", st::Linear<8, 8>>> {
    static constexpr auto forward(auto self, auto x0, auto x1, auto x2, auto x3, auto x4) {
        return self["fc"](x0 + x1 + x2 + x3 + x4);
    }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
