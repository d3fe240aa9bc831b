#include <strata/layers/batch_norm1d.hpp>
#include <strata/layers/batch_norm2d.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Flatten, st::BatchNorm1d<>>;

template struct st::Network<Net>;
