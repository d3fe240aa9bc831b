#include <strata/layers/conv2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net =
    st::Sequential<st::Input<1, 12, 12>, st::Conv2d<8, 3, st::stride<4>>, st::Conv2d<8, 5, st::padding<1>>>;

template struct st::Network<Net>;
