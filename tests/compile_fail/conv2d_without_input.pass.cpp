#include <strata/layers/conv2d.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Conv2d<1, 32, 3>, st::Flatten, st::Linear<10>>;

template struct st::Network<Net>;
