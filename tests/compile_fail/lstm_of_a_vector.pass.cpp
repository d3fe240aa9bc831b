#include <strata/layers/linear.hpp>
#include <strata/layers/lstm.hpp>
#include <strata/layers/reshape.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<10, 12>, st::Reshape<4, 3>, st::LSTM<3, 8>>;

template struct st::Network<Net>;
