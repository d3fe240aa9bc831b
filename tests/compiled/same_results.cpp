// A program that uses much of what lies in the compiled part: it prints and writes what check.py compares between
// header-only and compiled.
#include <cinttypes>
#include <cstdio>
#include <strata/strata.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Conv2d<4, 3>, st::ReLU, st::MaxPool2d<2>,
                           st::Conv2d<8, 3>, st::ReLU, st::AvgPool2d<2>, st::Flatten, st::Linear<32>,
                           st::GELU, st::Dropout, st::Linear<10>, st::LogSoftmax>;

template <class Call>
void print_refusal(const Call& call) {
    try {
        call();
        std::printf("not refused\n");
    } catch (const st::Error& error) {
        std::printf("%s\n", error.what());
    }
}

template <class Optimizer>
void train(const char* name, Optimizer optimizer) {
    st::manual_seed(42);
    const auto [train, test] = st::datasets::drawn_digits(300, 100);
    st::Model<Net> model;
    st::Trainer trainer{model, st::NLLLoss{}, optimizer};
    st::StepLR scheduler{trainer.optimizer(), {.step_size = 1, .gamma = 0.5}};
    const auto history =
        st::fit(trainer, st::DataLoader{train, {.batch_size = 40, .shuffle = true, .num_workers = 2}},
                {.epochs = 2,
                 .validation = st::DataLoader{test, {.batch_size = 50}},
                 .output = nullptr,
                 .after_epoch = [&](const st::Epoch&) { scheduler.step(); }});
    for (const st::Epoch& epoch : history)
        std::printf("%s: %a %a %a %a\n", name, epoch.loss, epoch.accuracy, epoch.validation_loss,
                    epoch.validation_accuracy);
    st::save(model, std::string(name) + ".safetensors");

    st::Model<Net> loaded;
    st::load(loaded, std::string(name) + ".safetensors");
    st::save(loaded, std::string(name) + "_again.safetensors");
}

/// Attention, normalization of rows, and arithmetic of shapes that are not the same.
struct Scaled : st::Module<st::Named<"block", st::TransformerEncoderLayer<16, 2, 32>>,
                           st::Parameter<"scale", st::Shape<16>>, st::Parameter<"shift", st::Shape<8, 1>>> {
    static constexpr auto forward(auto self, auto x) {
        return self["scale"] * self["block"](x) + self["shift"];
    }
};

void train_sequences() {
    st::manual_seed(42);
    st::Model<st::Sequential<st::Input<8, 16>, Scaled, st::Flatten, st::Linear<1>, st::Tanh>> model;
    st::Trainer trainer{model, st::MSELoss{}, st::AdamW{.lr = 1e-2}};
    xt::xtensor<float, 3> x({5, 8, 16});
    xt::xtensor<float, 2> y({5, 1});
    st::uniform_(x.data(), x.size(), -1, 1, st::default_generator());
    st::uniform_(y.data(), y.size(), -1, 1, st::default_generator());
    for (int step = 0; step < 5; ++step) std::printf("sequences: %a\n", trainer.step(x, y).loss);
    st::save(model, "sequences.safetensors");
}

int main() {
    train("adam", st::Adam{.lr = 1e-2});
    train("adamw", st::AdamW{.lr = 1e-2});
    train("sgd", st::SGD{.lr = 1e-2, .momentum = 0.9});
    train("rmsprop", st::RMSprop{});
    train_sequences();

    std::printf("%s\n", st::summary<Net>({.batch = 64}).text().c_str());
    std::printf("%s\n", st::to_dot<Net>().c_str());
    std::printf("%s\n", st::layer_name<st::Conv2d<32, 3, st::stride<2>>>().c_str());
    std::printf("%s\n", st::check_gradients(st::Sequential<st::Linear<3, 4>, st::Tanh>{}).text().c_str());
    for (const std::int64_t i : st::randperm(20)) std::printf("%" PRId64 " ", i);
    std::printf("\n");

    print_refusal([] { st::Adam{.lr = -1}.validate(); });
    print_refusal([] { st::SGD{.nesterov = true}.validate(); });
    print_refusal([] { st::SafetensorsFile("nothing.safetensors"); });
    print_refusal([] { st::datasets::mnist("nowhere"); });
    print_refusal([] {
        st::Model<Net> model;
        st::load(model, "adam.safetensors", {.to = "9."});
    });
    print_refusal([] {
        st::Model<st::Sequential<st::Linear<3, 4>>> model;
        st::load(model, "adam.safetensors");
    });
}
