// error: arguments
// expect: AvgPool2d<3,
// expect: it_has_no_such_option
// Averages have no dilation, in PyTorch neither.
#include <strata/layers/avg_pool2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<8, 28, 28>, st::AvgPool2d<3, st::dilation<2>>>;

template struct st::Network<Net>;
