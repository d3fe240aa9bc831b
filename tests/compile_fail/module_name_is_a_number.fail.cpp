// error: name
// expect: name_error<
// expect: at_layer<1>
// expect: two_members_have_this_name
// expect: Linear<8, 4>
// expect: Linear<8, 8>
// A layer without a name is called by its number: the parameters of both would be "1.1.weight".
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

struct Block : st::Module<st::Named<"1", st::Linear<8, 8>>, st::Linear<8, 4>> {
    static constexpr auto forward(auto self, auto x) { return self[1](self["1"](x)); }
};
using Net = st::Sequential<st::Linear<8, 8>, Block>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
