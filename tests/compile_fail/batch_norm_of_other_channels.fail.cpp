// error: shape
// expect: at_layer<2>
// expect: BatchNorm2d<32>
// expect: is_given<(strata::)?Shape<16, 26, 26>>
// expect: it_normalizes_as_many_channels_as, (strata::)?Shape<32>
// A BatchNorm has as many channels as the convolution in front of it; BatchNorm2d<> takes them from there.
#include <strata/layers/batch_norm2d.hpp>
#include <strata/layers/conv2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Conv2d<1, 16, 3>, st::BatchNorm2d<32>>;

template struct st::Network<Net>;
