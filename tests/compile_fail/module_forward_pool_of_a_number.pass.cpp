#include <strata/layers/conv2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/max_pool2d.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Input<1, 8, 8>, st::Named<"conv", st::Conv2d<4, 3>>> {
    static constexpr auto forward(auto self, auto x) { return st::max_pool2d<2>(self["conv"](x)); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
