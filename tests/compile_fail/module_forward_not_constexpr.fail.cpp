// error: module
// expect: module_error<
// expect: at_layer<1>
// expect: Block
// expect: its_forward_is_no_constant_expression_so_write_constexpr_and_call_constexpr_functions_only
// The compiler runs forward.
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

struct Block : st::Module<st::Named<"fc", st::Linear<8, 8>>> {
    static auto forward(auto self, auto x) { return self["fc"](x); }
};
using Net = st::Sequential<st::Linear<8, 8>, Block>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
