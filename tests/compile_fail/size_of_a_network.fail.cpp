// error: size
// expect: size_error<
// expect: at_layer<>
// expect: Net
// Each value is small enough, and what all of them need is not: 20 times 10^12 elements, and 2 * 10^19 multiply-adds.
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Input<1000000, 1000000>, st::Named<"fc", st::Linear<1000000, st::no_bias>>> {
    static constexpr auto forward(auto self, auto x) {
        for (int i = 0; i < 20; ++i) x = self["fc"](x);
        return x;
    }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
