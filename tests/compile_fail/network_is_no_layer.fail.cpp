// error: layer
// expect: layer_error<(strata::)?at_layer<>, int
// expect: it_has_no_member_output_shape
// `at_layer<>` is the network itself.
#include <strata/models/sequential.hpp>

template struct strata::Network<int>;
