// error: shape
// expect: at_layer<>
// expect: single_tensor<(strata::)?Shape<5>>
// expect: Shape<4>
// A parameter of one's own broadcasts along the last extents of a sample.
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

struct Net : st::Module<st::Parameter<"scale", st::Shape<5>>, st::Named<"fc", st::Linear<8, 4>>> {
    static constexpr auto forward(auto self, auto x) { return self["scale"] * self["fc"](x); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
