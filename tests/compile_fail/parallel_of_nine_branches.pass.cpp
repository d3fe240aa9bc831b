#include <strata/layers/linear.hpp>
#include <strata/models/parallel.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<8, 8>,
                           st::Parallel<st::Linear<1>, st::Linear<2>, st::Linear<3>, st::Linear<4>,
                                        st::Linear<5>, st::Linear<6>, st::Linear<7>, st::Linear<8>>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
