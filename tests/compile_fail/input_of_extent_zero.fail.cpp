// error: input
// expect: Input<0>
// expect: Input takes the extents of one sample, each at least 1
// only: g++ nvcc (clang 14 gives up a class whose static_assert fails, and complains of all that follows)
// The batch is not part of a shape: the number of samples may change from batch to batch.
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<0>, st::Linear<10>>;

template struct st::Network<Net>;
