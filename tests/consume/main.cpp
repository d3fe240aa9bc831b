// A user's first program: a line through a few points. Compiled in every way in which the
// library can be had, and with the warnings of a strict user.
#include <cmath>
#include <cstdio>
#include <strata/strata.hpp>

namespace st = strata;

int main() {
    using Net = st::Sequential<st::Linear<1, 1>>;

    st::manual_seed(42);
    st::Model<Net> model;
    st::Trainer trainer{model, st::MSELoss{}, st::SGD{.lr = 0.1}};

    const xt::xtensor<float, 2> x = {{-1.f}, {0.f}, {1.f}, {2.f}};  // [4, 1]
    const xt::xtensor<float, 2> y = 3.f * x + 1.f;                  // [4, 1]
    double loss = 0;
    for (int step = 0; step < 200; ++step) loss = trainer.step(x, y).loss;

    std::printf("strata %d.%d.%d: the loss is %g\n", STRATA_VERSION_MAJOR, STRATA_VERSION_MINOR,
                STRATA_VERSION_PATCH, loss);
    return loss < 1e-3 && std::isfinite(loss) ? 0 : 1;
}
