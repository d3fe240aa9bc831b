#include <strata/layers/batch_norm2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<32, 4, 4>, st::BatchNorm2d<32, st::no_affine>>;

template struct st::Network<Net>;
