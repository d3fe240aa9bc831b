#include <strata/layers/conv_transpose2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net =
    st::Sequential<st::Input<8, 7, 7>, st::ConvTranspose2d<8, 4, 3, st::stride<2>, st::output_padding<1>>>;

template struct st::Network<Net>;
