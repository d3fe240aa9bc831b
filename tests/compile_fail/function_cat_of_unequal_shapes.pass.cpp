#include <strata/layers/functions/cat.hpp>
#include <strata/layers/functions/slice.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Input<6, 8>> {
    static constexpr auto forward(auto self, auto x) {
        x = x;
        const auto [a, b] = split<3, 3>(x, 1);
        return st::cat({a, a, b}, 2);
    }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
