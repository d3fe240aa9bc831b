#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"a", st::Linear<8, 4>>, st::Named<"b", st::Linear<8, 4>>> {
    static constexpr auto forward(auto self, auto x) { return self["a"](x) + self["b"](x); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
