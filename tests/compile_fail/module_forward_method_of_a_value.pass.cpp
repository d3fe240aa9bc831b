#include <strata/layers/functions/reduce.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"fc1", st::Linear<8, 8>>, st::Named<"fc2", st::Linear<8, 8>>> {
    static constexpr auto forward(auto self, auto x) { return self["fc2"](relu(self["fc1"](x))); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
