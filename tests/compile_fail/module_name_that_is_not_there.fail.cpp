// error: module
// expect: module_error<
// expect: at_layer<>
// expect: forward_asks_self_for_a_name_that_none_of_its_members_has
// expect: the_name<.*'?(f|102)'?.*>
// The compiler shows the name in letters.
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"fc1", st::Linear<8, 8>>, st::Named<"fc2", st::Linear<8, 8>>> {
    static constexpr auto forward(auto self, auto x) { return self["fc3"](relu(self["fc1"](x))); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
