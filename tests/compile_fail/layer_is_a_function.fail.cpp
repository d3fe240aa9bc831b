// error: layer
// expect: layer_error<(strata::)?at_layer<1>, float ?\( ?\*\)\(float\)
// expect: one of these types is none
// expect: it_has_no_member_output_shape
// Activations are layers, with a capital letter; a function has no shape rule and no gradient.
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

inline float square(float x) { return x * x; }

st::Sequential net{st::Linear<784, 10>{}, square};

template struct st::Network<decltype(net)>;
