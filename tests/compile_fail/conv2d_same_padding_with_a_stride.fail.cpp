// error: arguments
// expect: Conv2d<1, 32, 3, .*2, 2.*>
// expect: same_padding_takes_a_stride_of_1
// `same_padding` keeps the extents, and a stride divides them; PyTorch refuses both together as well.
#include <strata/layers/conv2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Conv2d<1, 32, 3, st::stride<2>, st::same_padding>>;

template struct st::Network<Net>;
