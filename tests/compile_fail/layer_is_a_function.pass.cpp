#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

st::Sequential net{st::Linear<784, 10>{}, st::ReLU{}};

template struct st::Network<decltype(net)>;
