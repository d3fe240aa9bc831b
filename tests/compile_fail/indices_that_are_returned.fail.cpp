// error: indices
// expect: indices_error<strata::at_layer<0>, strata::Embedding<7, 2>, &?strata::its_input_is_taken_for_indices_and_for_numbers>
#include <strata/layers/embedding.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/functions/arithmetic_number.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/module.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"words", st::Embedding<7, 2>>> {
    using input_shapes = st::InputShapes<st::Shape<3>>;
    static constexpr auto forward(auto self, auto x) { return st::Outputs{self["words"](x), x}; }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
