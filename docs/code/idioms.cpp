// The right column of docs/how_to/pytorch_idioms.md, so that it is known to compile and to run.

#include <cassert>
#include <cstdio>
#include <strata/strata.hpp>
#include <xtensor/xsort.hpp>  // xt::argmax

namespace st = strata;

struct Residual : st::Module<st::Named<"fc1", st::Linear<4, 8>>, st::Named<"fc2", st::Linear<8, 4>>> {
    static constexpr auto forward(auto self, auto x) { return x + self["fc2"](relu(self["fc1"](x))); }
};
using Heads = st::Sequential<st::Linear<4, 8>, st::ReLU, st::Parallel<st::Linear<3>, st::Linear<3>>>;

int main() {
    st::manual_seed(42);

    using Net = st::Sequential<st::Linear<4, 8>, st::ReLU, st::Dropout, st::Linear<3>>;
    st::Model<Net> model;
    st::Model with_options{st::Sequential{st::Linear<4, 8>{}, st::Dropout{.p = 0.2}, st::Linear<3>{}}};
    st::Model<Net, st::Cpu, double> in_double;
    using Nested = st::Sequential<st::Sequential<st::Linear<4, 8>, st::ReLU>, st::Linear<3>>;
    st::Model<Nested> nested;
    nested.parameter<"0.0.weight">()(0, 0) = 1;
    using WithoutBias = st::Sequential<st::Linear<4, 8, st::no_bias>, st::Linear<3>>;
    st::Model<WithoutBias> without_bias;

    const auto x = st::randn(16, 4);
    const auto y = st::randint(0, 3, 16);
    const xt::xtensor<float, 2> ones = xt::ones<float>({16, 4});

    st::CrossEntropyLoss criterion{.label_smoothing = 0.1};
    st::Optimizer optimizer{model, st::SGD{.lr = 0.1, .momentum = 0.9, .nesterov = true}};
    auto prediction = model(x);
    auto loss = criterion(prediction, y);
    optimizer.zero_grad();
    model.backward(loss);
    optimizer.step();
    std::printf("%.4f\n", loss.item());

    model.eval();
    const auto classes = xt::argmax(st::predict(model, x), 1);
    std::printf("%zu\n", static_cast<std::size_t>(classes(0)));
    model.train();

    std::size_t count = 0;
    model.for_each_parameter([&](auto name, auto&& tensor) {
        count += tensor.size();
        (void)name;
    });
    assert(count == st::Model<Net>::parameter_count);
    auto weight = model.parameter<"0.weight">();  // (8, 4), in place
    auto gradient = model.gradient<"0.weight">();
    st::init::xavier_uniform_(weight);
    st::init::zeros_(model.parameter<"0.bias">());
    st::init::kaiming_normal_(model.parameter<"3.weight">(), {.nonlinearity = st::init::Nonlinearity::relu});
    st::clip_grad_value_(model, 1);
    st::clip_grad_norm_(model, 1.0);
    gradient(0, 0) += 0;
    st::Optimizer muon_and_adamw{model, st::Mixed{st::Muon{}, st::AdamW{}}};
    muon_and_adamw.step();
    st::AveragedModel average{model, {.ema_decay = 0.99}};
    average.update_parameters(model);
    model.reset_parameters();

    optimizer.options().lr *= 0.1;
    st::StepLR scheduler{optimizer, {.step_size = 30}};
    scheduler.step();

    const double value = st::MSELoss{}(ones, x);  // without a model
    std::printf("%.4f\n", value);

    st::Generator generator(7);
    const auto noise = st::randn(generator, 2, 3);
    std::printf("%.6f\n", noise(0, 0));

    st::Model<Net> copy = model;  // its own parameters
    copy.parameter<"0.bias">()(0) = 1;
    st::save(model, "idioms.safetensors");
    st::load(model, "idioms.safetensors");

    using Cnn = st::Sequential<st::Input<1, 28, 28>, st::Conv2d<1, 8, 3, st::stride<2>, st::padding<1>>,
                               st::BatchNorm2d<>, st::ReLU, st::MaxPool2d<2>, st::Flatten, st::Linear<10>>;
    st::Model<Cnn> cnn;
    cnn.freeze("0.");
    std::cout << st::summary(cnn, {.batch = 64}) << '\n';
    st::Optimizer groups{cnn, st::AdamW{.lr = 1e-3}};
    groups.group("5.", st::AdamW{.lr = 1e-2});
    st::Model<Residual> residual;
    st::Model<Heads> heads;
    auto [a, b] = heads(st::randn(16, 4));
    const auto both = criterion(a, y) + 0.5 * criterion(b, y);
    heads.backward(both);
}
