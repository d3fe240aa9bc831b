// error: module
// expect: module_error<
// expect: at_layer<>
// expect: write_its_sizes_in_angle_brackets_before_the_value_as_in_max_pool2d_2_of_x
// What decides a shape is a constant of the network.
#include <strata/layers/conv2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/max_pool2d.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Input<1, 8, 8>, st::Named<"conv", st::Conv2d<4, 3>>> {
    static constexpr auto forward(auto self, auto x) { return max_pool2d(self["conv"](x), 2); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
