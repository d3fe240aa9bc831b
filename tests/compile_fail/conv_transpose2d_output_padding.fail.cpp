// error: arguments
// expect: ConvTranspose2d<8, 4, 3, .*2, 2.*2, 2.*>
// expect: its_output_padding_must_be_smaller_than_its_stride_or_its_dilation
// `output_padding` chooses among the sizes that a convolution of this stride maps to the input; PyTorch bounds it
// in the same way.
#include <strata/layers/conv_transpose2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net =
    st::Sequential<st::Input<8, 7, 7>, st::ConvTranspose2d<8, 4, 3, st::stride<2>, st::output_padding<2>>>;

template struct st::Network<Net>;
