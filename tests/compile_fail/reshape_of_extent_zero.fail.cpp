// error: reshape
// expect: Reshape<0, 28>
// expect: Reshape takes the extents of one sample, each at least 1
// only: g++ nvcc (clang 14 gives up a class whose static_assert fails, and complains of all that follows)
// An extent of 0 makes a sample without elements.
#include <strata/layers/linear.hpp>
#include <strata/layers/reshape.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 28>, st::Reshape<0, 28>>;

template struct st::Network<Net>;
