// error: arguments
// expect: TransformerEncoderLayer<16, 2, .*>
// expect: it_has_no_such_option.*write_TransformerEncoderLayer_E_Heads_or_E_Heads_FeedForward_then_causal_or_norm_first_or_gelu_activation
// The layers of a block have their biases.
#include <strata/layers/composed/transformer_encoder_layer.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<8, 16>, st::TransformerEncoderLayer<16, 2, st::no_bias>>;

template struct st::Network<Net>;
