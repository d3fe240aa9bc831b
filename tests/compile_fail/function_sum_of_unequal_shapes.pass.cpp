#include <strata/layers/arithmetic.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Linear<10, 4>, st::Linear<10, 4>> {
    static constexpr auto forward(auto first, auto second, auto x) { return first(x) + second(x); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
