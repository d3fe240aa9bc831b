#include <strata/layers/composed/transformer_encoder_layer.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<8, 16>, st::TransformerEncoderLayer<16, 2, st::norm_first>>;

template struct st::Network<Net>;
