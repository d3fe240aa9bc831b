// error: shape
// expect: at_layer<1>
// expect: is_given<(strata::)?Shape<32, 24, 3>>
// expect: it_takes_as_many_channels_as, (strata::)?Shape<3>
// expect: put_its_channels_first<(strata::)?Shape<3, 32, 24>>
// Channels come first, as in PyTorch. The data has to be reordered; a Reshape would only count it differently.
#include <strata/layers/conv2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<32, 24, 3>, st::Conv2d<3, 16, 3>>;

template struct st::Network<Net>;
