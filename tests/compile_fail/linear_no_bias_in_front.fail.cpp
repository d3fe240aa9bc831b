// error: arguments
// expect: Linear<.*10>
// expect: write_its_sizes_in_front_of_its_options.*write_Linear_In_Out_or_Linear_Out_then_no_bias
// `no_bias` stands where PyTorch has `bias=False`: behind the sizes.
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<st::no_bias, 784, 10>>;

template struct st::Network<Net>;
