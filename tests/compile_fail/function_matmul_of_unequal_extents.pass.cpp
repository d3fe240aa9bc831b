#include <strata/layers/functions/matmul.hpp>
#include <strata/layers/functions/permute.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Input<3, 4>> {
    static constexpr auto forward(auto self, auto x) {
        x = x;
        return matmul(x, transpose(x, 1, 2));
    }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
