#include <strata/layers/conv1d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<28, 28>, st::Conv1d<28, 8, 3>>;

template struct st::Network<Net>;
