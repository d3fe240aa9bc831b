// error: arguments
// expect: Conv2d<1, 32, 3, .*>
// expect: write_padding_or_same_padding
// `same_padding` and `padding` are one option.
#include <strata/layers/conv2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Conv2d<1, 32, 3, st::padding<1>, st::same_padding>>;

template struct st::Network<Net>;
