#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/functions/reduce.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Input<4>, st::Parameter<"table", st::Shape<3, 4>>> {
    static constexpr auto forward(auto self, auto x) { return x * sum(self["table"], 0); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
