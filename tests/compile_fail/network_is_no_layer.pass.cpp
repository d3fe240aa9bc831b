#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

template struct strata::Network<strata::Linear<784, 10>>;
