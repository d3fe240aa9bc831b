// error: arguments
// expect: MaxPool2d<2,
// expect: its_padding_must_be_at_most_half_the_kernel
// A window in the padding alone would have nothing to choose from; PyTorch refuses it, too.
#include <strata/layers/input.hpp>
#include <strata/layers/max_pool2d.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<8, 28, 28>, st::MaxPool2d<2, st::padding<2>>>;

template struct st::Network<Net>;
