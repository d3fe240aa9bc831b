#include <strata/layers/input.hpp>
#include <strata/layers/lstm.hpp>
#include <strata/layers/rnn.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<5, 8>, st::RNN<8, 16, st::init::Nonlinearity::relu>>;

template struct st::Network<Net>;
