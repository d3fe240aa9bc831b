// error: empty
// expect: this network is empty
// expect: empty_network_error
// A network that hands its input on is `Sequential<Input<784>>`.
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<>;

template struct st::Network<Net>;
