#include <strata/layers/linear.hpp>
#include <strata/layers/reshape.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 28>, st::Reshape<1, 28>>;

template struct st::Network<Net>;
