#include <strata/layers/avg_pool2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<16, 5, 9>, st::AvgPool2d<7, st::padding<1>>>;

template struct st::Network<Net>;
