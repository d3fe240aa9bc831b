#include <strata/layers/input.hpp>
#include <strata/layers/max_pool2d.hpp>
#include <strata/layers/reshape.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<28, 28>, st::Reshape<1, 28, 28>, st::MaxPool2d<2>>;

template struct st::Network<Net>;
