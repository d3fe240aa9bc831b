// error: name
// expect: name_error<
// expect: at_layer<>
// expect: a_name_has_no_dot_because_dots_stand_between_names
// As in PyTorch, a dot stands between the name of a module and that of its member.
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"block.fc", st::Linear<8, 8>>> {
    static constexpr auto forward(auto self, auto x) { return self["block.fc"](x); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
