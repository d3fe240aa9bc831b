// error: indices
// expect: give numbers an input of their own
// expect: indices_error<strata::at_layer<1>, strata::Linear<4>, &?strata::its_input_is_taken_for_indices_and_for_numbers>
// What is an index and what is a number follows from the layers that read a value, back to the inputs.
#include <strata/layers/embedding.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/functions/arithmetic_number.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/module.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"words", st::Embedding<7, 2>>, st::Named<"fc", st::Linear<4>>> {
    using input_shapes = st::InputShapes<st::Shape<2>>;
    static constexpr auto forward(auto self, auto x) {
        return self["fc"](x) + st::apply<st::Flatten>(self["words"](x));
    }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
