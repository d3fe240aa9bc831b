#include <strata/core/network/network.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

struct Gate {
    static constexpr st::ShapeOutcome output_shape(st::Dims in) { return st::accept(in); }
    static constexpr auto parameters(st::Dims in) {
        return st::parameter_list({{"weight", in}, {"gate", in}});
    }
};

template struct strata::Network<st::Sequential<st::Linear<4, 3>, Gate>>;
