// error: name
// expect: name_error<
// expect: at_layer<>
// expect: two_members_have_this_name
// expect: Named<.*Named<
// Each name of a parameter belongs to one parameter; files find it so.
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"fc", st::Linear<8, 8>>, st::Named<"fc", st::Linear<8, 8>>> {
    static constexpr auto forward(auto self, auto x) { return self["fc"](self["fc"](x)); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
