#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/functions/slice.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Linear<10, 8>> {
    static constexpr auto forward(auto self, auto x) {
        const auto [a, b] = chunk<2>(self[0](x));
        return a * b;
    }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
