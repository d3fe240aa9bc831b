#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"fc1", st::Linear<8, 4>>, st::Named<"fc2", st::Linear<4>>> {
    static constexpr auto forward(auto self, auto x) { return self["fc2"](self["fc1"](x)); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
