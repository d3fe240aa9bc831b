// error: arguments
// expect: LSTM<8, 16, .*>
// expect: it_has_no_such_option.*write_LSTM_In_Hidden_or_LSTM_Hidden_then_num_layers_no_bias_or_bidirectional
// The gates of an LSTM and a GRU are sigmoids and tanh, as in PyTorch.
#include <strata/layers/input.hpp>
#include <strata/layers/lstm.hpp>
#include <strata/layers/rnn.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<5, 8>, st::LSTM<8, 16, st::init::Nonlinearity::relu>>;

template struct st::Network<Net>;
