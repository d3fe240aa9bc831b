#include <strata/layers/composed/glu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 8>, st::GLU<>, st::Linear<3>>;

template struct st::Network<Net>;
