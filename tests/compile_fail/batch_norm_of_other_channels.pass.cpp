#include <strata/layers/batch_norm2d.hpp>
#include <strata/layers/conv2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Conv2d<1, 16, 3>, st::BatchNorm2d<16>>;

template struct st::Network<Net>;
