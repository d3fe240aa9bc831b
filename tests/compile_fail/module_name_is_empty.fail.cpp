// error: name
// expect: name_error<
// expect: at_layer<>
// expect: a_name_has_at_least_one_character
// A layer without a name is written without Named.
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"", st::Linear<8, 8>>> {
    static constexpr auto forward(auto self, auto x) { return self[""](x); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
