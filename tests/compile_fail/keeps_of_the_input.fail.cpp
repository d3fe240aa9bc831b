// error: keeps
// expect: a layer's backward pass reads what its traits do not keep
// expect: keeps_error<Cube, strata::its_input_x, strata::write_Keeps_input_as_keeps_in_its_traits>
// What the traits do not keep has no elements in the backward pass, only a shape: its memory has been given to
// somebody else by then, and the gradient would be wrong.
#include <strata/layers/linear.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/random/tensors.hpp>
#include <strata/training/trainer.hpp>

#include <strata/backends/cpu/cpu.hpp>

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

int main() {
    st::Model<st::Sequential<st::Linear<2, 2>, Cube>> model;
    st::Trainer trainer{model, st::MSELoss{}, st::SGD{.lr = 0.1}};
    const xt::xtensor<float, 2> x = st::randn(8, 2), y = st::randn(8, 2);
    trainer.step(x, y);
}
