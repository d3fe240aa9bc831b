// error: inputs
// expect: the network takes another number of inputs
// A network of two inputs takes two batches.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/module.hpp>
#include <strata/models/parallel.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/training/trainer.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"a", st::Linear<4, 3>>, st::Named<"b", st::Linear<4, 3>>> {
    static constexpr auto forward(auto self, auto x, auto y) { return self["b"](y) + self["a"](x); }
};

int main() {
    st::Model<Net> model;
    const xt::xtensor<float, 2> x = xt::zeros<float>({2, 4}), y = xt::zeros<float>({2, 3});
    (void)model(x);
}
