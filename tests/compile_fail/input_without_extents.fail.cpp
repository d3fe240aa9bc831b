// error: input
// expect: Input<>
// expect: Input takes the extents of one sample, each at least 1
// only: g++ nvcc (clang 14 gives up a class whose static_assert fails, and complains of all that follows)
// `Input<1, 28, 28>` are images of one channel, `Input<784>` rows.
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<>, st::Linear<10>>;

template struct st::Network<Net>;
