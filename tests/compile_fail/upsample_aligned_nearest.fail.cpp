// error: arguments
// expect: Upsample<2,
// expect: align_corners_goes_with_bilinear
// The nearest element is not interpolated, so that corners need no alignment.
#include <strata/layers/input.hpp>
#include <strata/layers/upsample.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<8, 7, 7>, st::Upsample<2, st::align_corners>>;

template struct st::Network<Net>;
