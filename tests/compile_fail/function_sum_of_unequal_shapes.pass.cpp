#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Linear<10, 4>, st::Linear<10, 4>> {
    static constexpr auto forward(auto self, auto x) { return self[0](x) + self[1](x); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
