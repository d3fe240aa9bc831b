#include <strata/layers/functions/arithmetic.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Parameter<"scale", st::Shape<4>>> {
    using input_shapes = st::InputShapes<st::Shape<4>>;
    static constexpr auto forward(auto self, auto x) { return self["scale"] * x; }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
