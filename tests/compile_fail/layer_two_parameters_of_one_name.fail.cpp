// error: arguments
// expect: arguments_error<.*at_layer<1>.*Gate.*two_of_its_parameters_have_one_name
// Files find parameters by their names, so each of a layer's own has another.
#include <strata/core/network/network.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

struct Gate {
    static constexpr st::ShapeOutcome output_shape(st::Dims in) { return st::accept(in); }
    static constexpr auto parameters(st::Dims in) {
        return st::parameter_list({{"weight", in}, {"weight", in}});
    }
};

template struct strata::Network<st::Sequential<st::Linear<4, 3>, Gate>>;
