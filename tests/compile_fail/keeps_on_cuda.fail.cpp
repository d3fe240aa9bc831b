// error: keeps
// expect: a layer's backward pass reads what its traits do not keep
// expect: keeps_error<Cube, strata::its_input_x, strata::write_Keeps_input_as_keeps_in_its_traits>
// only: nvcc (the header needs CUDA)
#include <strata/backends/cuda/cuda.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

struct Cube {
    static constexpr st::ShapeOutcome output_shape(st::Dims given) { return st::accept(given); }

    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            return x * x * x;
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x, const V& dy) const {
            return V(3) * x * x * dy;
        }
    };
    static void forward(auto& device, auto x, auto y) { device.map(Function{}, y, x); }
    static void backward_input(auto& device, auto x, auto, auto dy, auto dx) {
        device.map(Gradient{}, dx, x, dy);
    }
};

using Net = st::Sequential<st::Linear<2, 2>, Cube>;

void train(st::Model<Net, st::Cuda>& model, const st::Loss& loss) { model.backward(loss); }
