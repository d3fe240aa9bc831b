// error: arguments
// expect: BatchNorm2d<32, false>
// expect: its_options_are_names_and_not_false_or_true
// PyTorch's affine=False is `no_affine`.
#include <strata/layers/batch_norm2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<32, 4, 4>, st::BatchNorm2d<32, false>>;

template struct st::Network<Net>;
