// Modules of one's own: a struct names its layers and parameters, and writes `forward` as one would in
// PyTorch. The compiler runs forward once and derives the backward pass from what it saw.

#include <cmath>
#include <numbers>
#include <strata/strata.hpp>

namespace st = strata;

// Linear regression from bare parameters. They have no batch; x has.
struct LinearRegression
    : st::Module<st::Parameter<"weights", st::Shape<1>>, st::Parameter<"bias", st::Shape<1>>> {
    using input_shapes = st::InputShapes<st::Shape<1>>;

    static constexpr auto forward(auto self, auto x) { return self["weights"] * x + self["bias"]; }
};

// Three layers, with relu between them as a function.
struct ThreeLayers : st::Module<st::Named<"layer_1", st::Linear<2, 10>>, st::Named<"layer_2", st::Linear<10>>,
                                st::Named<"layer_3", st::Linear<1>>> {
    static constexpr auto forward(auto self, auto x) {
        return self["layer_3"](relu(self["layer_2"](relu(self["layer_1"](x)))));
    }
};

// A block whose input goes round its layers, used several times in a row.
template <int Width>
struct ResidualBlock : st::Module<st::Named<"fc1", st::Linear<Width>>, st::Named<"fc2", st::Linear<Width>>> {
    static constexpr auto forward(auto self, auto x) { return relu(x + self["fc2"](relu(self["fc1"](x)))); }
};
using Deep = st::Sequential<st::Linear<2, 16>, ResidualBlock<16>, ResidualBlock<16>, st::Linear<1>>;

// A loss is written the same way: Huber's, without its kink.
struct LogCosh : st::LossModule<LogCosh> {
    static constexpr auto forward(auto prediction, auto target) {
        const auto error = prediction - target;
        return mean(error + softplus(-2 * error)) - std::numbers::ln2;
    }
};

/// Whether points lie inside a circle: y = 1 inside, -1 outside.
auto circle() {
    xt::xtensor<float, 2> x({512, 2});
    st::uniform_(x.data(), x.size(), -1, 1, st::default_generator());
    xt::xtensor<float, 2> y({512, 1});
    for (std::size_t i = 0; i < 512; ++i)
        y(i, 0) = x(i, 0) * x(i, 0) + x(i, 1) * x(i, 1) < 0.5f ? 1.0f : -1.0f;
    return std::pair(x, y);
}

template <class Net>
double train_on_circle(const char* name) {
    st::manual_seed(42);
    const auto [x, y] = circle();
    st::Model<Net> model;
    st::Trainer trainer{model, LogCosh{}, st::Adam{.lr = 1e-2}};
    double loss = 0;
    for (int step = 0; step < 300; ++step) loss = trainer.step(x, y).loss;
    model.eval();
    const auto prediction = model(x);
    int correct = 0;
    for (std::size_t i = 0; i < 512; ++i) correct += prediction(i, 0) * y(i, 0) > 0;
    std::printf("%-14s %4zu parameters, loss %.4f, %5.1f %% of the points right\n", name,
                model.parameter_count, loss, correct / 5.12);
    return correct / 512.0;
}

int main() {
    // weight 0.7 and bias 0.3, found from 40 points
    st::manual_seed(42);
    xt::xtensor<float, 2> x({40, 1}), y({40, 1});
    for (std::size_t i = 0; i < 40; ++i) {
        x(i, 0) = 0.02f * static_cast<float>(i);
        y(i, 0) = 0.7f * x(i, 0) + 0.3f;
    }
    st::Model<LinearRegression> model;
    st::Trainer trainer{model, st::L1Loss{}, st::SGD{.lr = 0.01}};
    for (int epoch = 0; epoch < 500; ++epoch) trainer.step(x, y);
    const double weight = model.parameter<"weights">()(0), bias = model.parameter<"bias">()(0);
    std::printf("y = %.3f x + %.3f\n", weight, bias);

    std::cout << st::summary<Deep>() << '\n';
    const double shallow = train_on_circle<ThreeLayers>("three layers");
    const double deep = train_on_circle<Deep>("residual");
    return std::fabs(weight - 0.7) < 0.05 && std::fabs(bias - 0.3) < 0.05 && shallow > 0.9 && deep > 0.95 ? 0
                                                                                                          : 1;
}
