// error: arguments
// expect: GRU<.*8, 16>
// expect: write_each_of_its_options_once_and_behind_the_sizes
// Two layers, one on the other: the option stands behind the sizes.
#include <strata/layers/gru.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<5, 8>, st::GRU<st::num_layers<2>, 8, 16>>;

template struct st::Network<Net>;
