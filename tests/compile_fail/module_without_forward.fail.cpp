// error: module
// expect: module_error<
// expect: at_layer<1>
// expect: write_static_constexpr_auto_forward
// A member function that is not static, or has another name, is not found.
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

struct Block : st::Module<st::Named<"fc", st::Linear<4>>> {
    constexpr auto forward(auto self, auto x) const { return x; }
};
using Net = st::Sequential<st::Linear<8, 4>, Block>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
