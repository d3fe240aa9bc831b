// error: arguments
// expect: at_layer<1>
// expect: Conv2d<1, 32, 3, 2>
// expect: it_has_too_many_sizes.*write_Conv2d_In_Out_Kernel_or_Conv2d_Out_Kernel_then_options_such_as_stride_2
// Behind the sizes everything has its name.
#include <strata/layers/conv2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Conv2d<1, 32, 3, 2>>;

template struct st::Network<Net>;
