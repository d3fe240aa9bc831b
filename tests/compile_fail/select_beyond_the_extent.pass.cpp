#include <strata/layers/input.hpp>
#include <strata/layers/select.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<20, 8>, st::Select<1, 19>>;

template struct st::Network<Net>;
