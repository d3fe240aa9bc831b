#include <strata/layers/input.hpp>
#include <strata/layers/prelu.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<16, 7, 7>, st::PReLU<16>>;

template struct st::Network<Net>;
