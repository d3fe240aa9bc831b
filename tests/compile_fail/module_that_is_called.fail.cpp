// error: inputs
// expect: a network is a type, and a Model of it has the parameters: Model<Net> model; model\(x\)
// An object of the module's type instead of a model.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/module.hpp>
#include <strata/xtensor.hpp>

namespace st = strata;

struct Net : st::Module<st::Named<"fc", st::Linear<4, 3>>> {
    static constexpr auto forward(auto self, auto x) { return self["fc"](x); }
};

int main() {
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4});
    Net net;
    const auto y = net(x);
}
