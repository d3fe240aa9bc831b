// error: arguments
// expect: Linear<.*10>
// expect: write_no_bias_once_and_behind_the_sizes
// `no_bias` stands where PyTorch has `bias=False`: behind the sizes.
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<st::no_bias, 784, 10>>;

template struct st::Network<Net>;
