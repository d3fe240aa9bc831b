// error: arguments
// expect: GRU<.*8, 16>
// expect: write_its_sizes_in_front_of_its_options.*write_GRU_In_Hidden_or_GRU_Hidden_then_num_layers_no_bias_or_bidirectional
// Two layers, one on the other: the option stands behind the sizes.
#include <strata/layers/gru.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<5, 8>, st::GRU<st::num_layers<2>, 8, 16>>;

template struct st::Network<Net>;
