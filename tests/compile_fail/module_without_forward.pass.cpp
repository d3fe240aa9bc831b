#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

struct Block : st::Module<st::Named<"fc", st::Linear<4>>> {
    static constexpr auto forward(auto self, auto x) { return self["fc"](x); }
};
using Net = st::Sequential<st::Linear<8, 4>, Block>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
