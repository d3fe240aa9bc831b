#include <strata/layers/functions/reduce.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/module.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

struct Mean : st::Module<> {
    static constexpr auto forward(auto x) { return mean(x, 1); }
};
using Net = st::Sequential<st::Input<3, 4>, Mean>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
