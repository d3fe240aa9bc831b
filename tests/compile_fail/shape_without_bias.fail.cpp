// error: shape
// expect: at_layer<1>
// expect: is_given<(strata::)?Shape<100>>
// expect: write_instead<(strata::)?Linear<100, 10, ((strata::)?Bias::none|strata::no_bias|.*Bias.*)>>
// What a layer has besides its sizes stays in the advice: `no_bias` is a value of the enumeration `Bias`.
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 100>, st::Linear<10, 10, st::no_bias>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
