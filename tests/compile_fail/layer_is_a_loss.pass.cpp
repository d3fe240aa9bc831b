#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 10>, st::LogSoftmax>;

template struct st::Network<Net>;
