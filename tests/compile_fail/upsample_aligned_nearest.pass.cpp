#include <strata/layers/input.hpp>
#include <strata/layers/upsample.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<8, 7, 7>, st::Upsample<2, st::bilinear, st::align_corners>>;

template struct st::Network<Net>;
