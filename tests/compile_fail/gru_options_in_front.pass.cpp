#include <strata/layers/gru.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<5, 8>, st::GRU<8, 16, st::num_layers<2>>>;

template struct st::Network<Net>;
