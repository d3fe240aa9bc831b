// error: indices
// expect: indices_error<strata::at_layer<0>, strata::Linear<4, 3>, &?strata::its_result_is_computed_and_taken_for_indices>
#include <strata/layers/embedding.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/functions/arithmetic_number.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/module.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>, st::Embedding<7, 2>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
