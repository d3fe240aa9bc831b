#include <strata/layers/linear.hpp>
#include <strata/layers/softmax.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Linear<10, 4>> {
    static constexpr auto forward(auto self, auto x) { return softmax(self[0](x), 1); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
