// error: shape
// expect: at_layer<1>
// expect: is_given<(strata::)?Shape<3, 28, 28>>
// expect: it_takes_as_many_channels_as, (strata::)?Shape<1>
// expect: write_instead<(strata::)?Conv2d<3, 32, 3, .*2, 2.*1, 1.*>>
// A Conv2d that states its number of channels is checked against the image. What is written behind the sizes
// stays in the advice: `stride<2>` is printed as a Stride of 2 rows and 2 columns.
#include <strata/layers/conv2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<3, 28, 28>, st::Conv2d<1, 32, 3, st::stride<2>, st::padding<1>>>;

template struct st::Network<Net>;
