// The program whose compilation is measured: a network that trains for one step. check.py sets STRATA_NET and
// the shape of a sample.
#include <strata/strata.hpp>

namespace st = strata;

struct Block : st::Module<st::Named<"fc1", st::Linear<64>>, st::Named<"fc2", st::Linear<64>>,
                          st::Parameter<"scale", st::Shape<1>>> {
    static constexpr auto forward(auto self, auto x) {
        return x + self["scale"] * self["fc2"](relu(self["fc1"](x)));
    }
};

using Net = STRATA_NET;

int main() {
    st::Model<Net> model;
    st::Trainer trainer{model, st::MSELoss{}, st::SGD{.lr = 0.1}};
    const xt::xtensor<float, 2> x = xt::zeros<float>({4, STRATA_IN});
    const xt::xtensor<float, 2> y = xt::zeros<float>({4, STRATA_OUT});
    return trainer.step(x, y).loss < 0 ? 1 : 0;
}
