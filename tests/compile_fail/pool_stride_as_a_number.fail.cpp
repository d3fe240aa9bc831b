// error: arguments
// expect: MaxPool2d<3, 2>
// expect: it_has_too_many_sizes.*write_MaxPool2d_Kernel_then_options_such_as_stride_2
// A second number could as well be the kernel's columns; the stride is named.
#include <strata/layers/input.hpp>
#include <strata/layers/max_pool2d.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<8, 28, 28>, st::MaxPool2d<3, 2>>;

template struct st::Network<Net>;
