// error: layer
// expect: layer_error<(strata::)?at_layer<1>, (struct )?Halve
// expect: one of these types is none
// expect: it_has_no_member_output_shape
// A layer is a type with a shape rule: a function `output_shape`, from the shape of the input to that of the
// output.
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

struct Halve {
    static void forward(auto& device, auto x, auto y);
};

using Net = st::Sequential<st::Linear<784, 10>, Halve>;

template struct st::Network<Net>;
