#include <strata/layers/input.hpp>
#include <strata/layers/lstm.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<20, 32>, st::LSTM<32, 128>>;

template struct st::Network<Net>;
