// error: name
// expect: name_error<
// expect: at_layer<>
// expect: safetensors_files_keep_this_name_for_themselves
// A file has notes of its own under this name.
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Parameter<"__metadata__", st::Shape<4>>> {
    using input_shapes = st::InputShapes<st::Shape<4>>;
    static constexpr auto forward(auto self, auto x) { return self["__metadata__"] * x; }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
