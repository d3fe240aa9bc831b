// error: keeps
// expect: a layer's backward pass reads what its traits do not keep
// expect: keeps_error<Softsign, strata::its_output_y, strata::write_Keeps_both_as_keeps_in_its_traits>
#include <strata/layers/linear.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/random/tensors.hpp>
#include <strata/training/trainer.hpp>

#include <strata/backends/cpu/cpu.hpp>

namespace st = strata;

/// y = x / (1 + |x|), with a gradient from both: dy (y / x)^2
struct Softsign {
    static constexpr st::LayerTraits traits = {.keeps = st::Keeps::input};

    static constexpr st::ShapeOutcome output_shape(st::Dims given) { return st::accept(given); }

    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace st::math;
            return x / (V(1) + abs(x));
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE void operator()(V& dx, const V& x, const V& y, const V& dy) const {
            using namespace st::math;
            dx = select(x == V(0), dy, dy * y * y / (x * x));
        }
    };
    static void forward(auto& device, auto x, auto y) { device.map(Function{}, y, x); }
    static void backward_input(auto& device, auto x, auto y, auto dy, auto dx) {
        device.for_each(dx.size(), Gradient{}, dx.data, x.data, y.data, dy.data);
    }
};

int main() {
    st::Model<st::Sequential<st::Linear<2, 2>, Softsign>> model;
    st::Trainer trainer{model, st::MSELoss{}, st::SGD{.lr = 0.1}};
    const xt::xtensor<float, 2> x = st::randn(8, 2), y = st::randn(8, 2);
    trainer.step(x, y);
}
