// error: no-input
// expect: at_layer<0>
// expect: Conv2d<1, 32, 3>
// How many rows and columns an image has, a convolution does not say.
#include <strata/layers/conv2d.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Conv2d<1, 32, 3>, st::Flatten, st::Linear<10>>;

template struct st::Network<Net>;
