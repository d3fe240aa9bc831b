// error: module
// expect: module_error<
// expect: at_layer<>
// expect: it_calls_view_so_write_reshape_with_the_extents_of_a_sample_in_angle_brackets
// Shapes are constants of the network, and the batch belongs to none of them.
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/layers/reshape.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"fc1", st::Linear<8, 8>>, st::Named<"fc2", st::Linear<8, 8>>> {
    static constexpr auto forward(auto self, auto x) {
        return self["fc2"](self["fc1"](x).view(-1, 4, 2).view(-1, 8));
    }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
