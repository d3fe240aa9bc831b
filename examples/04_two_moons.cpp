// Binary classification: two interleaved half circles with noise, told apart by a small network with one
// logit and BCEWithLogitsLoss. At the end the plane is drawn as the network sees it.

#include <cmath>
#include <cstdio>
#include <strata/strata.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<2, 16>, st::Tanh, st::Linear<16>, st::Tanh, st::Linear<1>>;

struct Moons {
    xt::xtensor<float, 2> x, y;  // (n, 2), (n, 1): the point, and 0 or 1 for the moon it is from
};

Moons make_moons(std::size_t count, float noise) {
    const auto jitter = st::randn(count, 2);
    Moons moons{xt::xtensor<float, 2>({count, 2}), xt::xtensor<float, 2>({count, 1})};
    for (std::size_t i = 0; i < count; ++i) {
        const bool lower = i % 2 == 1;
        const float angle = 3.14159265f * static_cast<float>(i) / static_cast<float>(count);
        moons.x(i, 0) = (lower ? 1 - std::cos(angle) : std::cos(angle)) + noise * jitter(i, 0);
        moons.x(i, 1) = (lower ? 0.5f - std::sin(angle) : std::sin(angle)) + noise * jitter(i, 1);
        moons.y(i, 0) = lower ? 1.0f : 0.0f;
    }
    return moons;
}

/// The share of points on the right side; a logit above 0 is moon 1.
double accuracy(const st::Model<Net>& model, const Moons& moons) {
    const auto logits = st::predict(model, moons.x);  // (n, 1)
    std::size_t correct = 0;
    for (std::size_t i = 0; i < moons.y.shape(0); ++i)
        correct += (logits(i, 0) > 0) == (moons.y(i, 0) > 0.5f);
    return static_cast<double>(correct) / static_cast<double>(moons.y.shape(0));
}

int main() {
    st::manual_seed(42);
    const Moons train = make_moons(1000, 0.1f), test = make_moons(500, 0.1f);

    st::Model<Net> model;
    st::TensorDataset<st::Shape<2>, st::Shape<1>> dataset{train.x, train.y};
    st::fit(model, st::DataLoader{dataset, {.batch_size = 32, .shuffle = true}}, st::BCEWithLogitsLoss{},
            st::Adam{.lr = 0.01}, {.epochs = 20});
    std::printf("accuracy: train %.3f, test %.3f\n", accuracy(model, train), accuracy(model, test));

    for (float row = 1.5f; row >= -1.0f; row -= 0.12f) {
        for (float column = -1.5f; column <= 2.5f; column += 0.06f) {
            const xt::xtensor<float, 2> point = {{column, row}};
            std::putchar(st::predict(model, point)(0, 0) > 0 ? '#' : '.');
        }
        std::putchar('\n');
    }
    return accuracy(model, test) > 0.98 ? 0 : 1;
}
