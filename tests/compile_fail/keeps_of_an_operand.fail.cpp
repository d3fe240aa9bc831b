// error: keeps
// expect: a layer's backward pass reads what its traits do not keep
// expect: keeps_error<Product, strata::its_operand<1>, strata::write_Keeps_input_as_keeps_in_its_traits>
// A layer of several operands keeps all of them, or none.
#include <strata/layers/linear.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/module.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/random/tensors.hpp>
#include <strata/training/trainer.hpp>

#include <strata/backends/cpu/cpu.hpp>

namespace st = strata;

/// a b, of two batches of one shape.
struct Product {
    static constexpr st::JoinOutcome join(const st::Operand* given, st::Size) {
        return {given[0], nullptr, {}};
    }

    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& a, const V& b) const {
            return a * b;
        }
    };
    static void forward(auto& device, auto y, auto a, auto b) { device.map(Function{}, y, a, b); }
    template <st::Size K>
    static void backward_operand(auto& device, auto, auto dy, auto dx, auto a, auto b) {
        if constexpr (K == 0)
            device.map(Function{}, dx, dy, b);
        else
            device.map(Function{}, dx, dy, a);
    }
};

struct Net : st::Module<st::Named<"fc1", st::Linear<2, 2>>, st::Named<"fc2", st::Linear<2>>> {
    static constexpr auto forward(auto self, auto x) {
        return self["fc2"](st::apply<Product>(self["fc1"](x), x));
    }
};

int main() {
    st::Model<Net> model;
    st::Trainer trainer{model, st::MSELoss{}, st::SGD{.lr = 0.1}};
    const xt::xtensor<float, 2> x = st::randn(8, 2), y = st::randn(8, 2);
    trainer.step(x, y);
}
