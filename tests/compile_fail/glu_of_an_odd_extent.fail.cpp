// error: shape
// expect: at_layer<1(UL)?>, (strata::)?Chunk
// expect: is_given<(strata::)?Shape<7(UL)?>>
// expect: parts_are, (strata::)?Shape<7(UL)?, 2
// GLU halves its extent.
#include <strata/layers/composed/glu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 7>, st::GLU<>, st::Linear<3>>;

template struct st::Network<Net>;
