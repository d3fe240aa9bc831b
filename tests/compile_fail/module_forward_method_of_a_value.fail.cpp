// error: module
// expect: module_error<
// expect: at_layer<>
// expect: it_calls_a_method_of_a_value_so_write_the_function_of_that_name_as_in_mean_of_x
// Functions stand in front of the values.
#include <strata/layers/functions/reduce.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"fc1", st::Linear<8, 8>>, st::Named<"fc2", st::Linear<8, 8>>> {
    static constexpr auto forward(auto self, auto x) { return self["fc2"](self["fc1"](x).relu()); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
