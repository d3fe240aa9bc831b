// A training step of small convolutional networks in Strata and in LibTorch, side by side: one thread each,
// one batch that lies in memory as floats, cross entropy, SGD. Run it with scripts/benchmark.
//
// `lenet` is conv 10 5x5, pool, ReLU, conv 20 5x5, pool, ReLU, 320-50-10 with batches of 64; `tinyvgg` two
// blocks of conv 10 3x3, ReLU, conv 10 3x3, ReLU, pool, then 490-10, with batches of 32; both on 28 x 28
// pixels. `module` is LeNet as a module of its own, with pool and ReLU written in `forward`.

#include <benchmark/benchmark.h>
#include <strata/strata.hpp>
#include <torch/torch.h>

extern "C" char* openblas_get_corename();
extern "C" char* openblas_get_config();
extern "C" void openblas_set_num_threads(int);

namespace st = strata;
namespace nn = torch::nn;

namespace {

using LeNet =
    st::Sequential<st::Input<1, 28, 28>, st::Conv2d<10, 5>, st::MaxPool2d<2>, st::ReLU, st::Conv2d<20, 5>,
                   st::MaxPool2d<2>, st::ReLU, st::Flatten, st::Linear<50>, st::ReLU, st::Linear<10>>;

struct LeNetModule
    : st::Module<st::Named<"conv1", st::Conv2d<1, 10, 5>>, st::Named<"conv2", st::Conv2d<10, 20, 5>>,
                 st::Named<"fc1", st::Linear<320, 50>>, st::Named<"fc2", st::Linear<50, 10>>> {
    using input_shapes = st::InputShapes<st::Shape<1, 28, 28>>;

    static constexpr auto forward(auto self, auto x) {
        x = relu(st::max_pool2d<2>(self["conv1"](x)));
        x = relu(st::max_pool2d<2>(self["conv2"](x)));
        return self["fc2"](relu(self["fc1"](flatten(x))));
    }
};

template <int Channels>
using Block = st::Sequential<st::Conv2d<Channels, 3, st::padding<1>>, st::ReLU,
                             st::Conv2d<Channels, 3, st::padding<1>>, st::ReLU, st::MaxPool2d<2>>;
using TinyVgg = st::Sequential<st::Input<1, 28, 28>, Block<10>, Block<10>, st::Flatten, st::Linear<10>>;

nn::Sequential torch_lenet() {
    return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(1, 10, 5)), nn::MaxPool2d(2), nn::ReLU(),
                          nn::Conv2d(nn::Conv2dOptions(10, 20, 5)), nn::MaxPool2d(2), nn::ReLU(),
                          nn::Flatten(), nn::Linear(320, 50), nn::ReLU(), nn::Linear(50, 10));
}
nn::Conv2d torch_conv(int in) { return nn::Conv2d(nn::Conv2dOptions(in, 10, 3).padding(1)); }
nn::Sequential torch_tinyvgg() {
    return nn::Sequential(torch_conv(1), nn::ReLU(), torch_conv(10), nn::ReLU(), nn::MaxPool2d(2),
                          torch_conv(10), nn::ReLU(), torch_conv(10), nn::ReLU(), nn::MaxPool2d(2),
                          nn::Flatten(), nn::Linear(490, 10));
}

/// Random pixels, and labels that tell nothing about them.
xt::xtensor<float, 4> images(st::Size batch) {
    auto x = xt::xtensor<float, 4>::from_shape({batch, 1, 28, 28});
    st::Generator generator(1);
    st::uniform_(x.data(), x.size(), 0, 1, generator);
    return x;
}
xt::xtensor<std::int64_t, 1> labels(st::Size batch) {
    auto y = xt::xtensor<std::int64_t, 1>::from_shape({batch});
    for (st::Size i = 0; i < batch; ++i) y(i) = static_cast<std::int64_t>(i * 7 % 10);
    return y;
}

template <class Net, st::Size batch>
void strata_step(benchmark::State& state) {
    st::manual_seed(42);
    st::Model<Net> model;
    st::Trainer trainer{model, st::CrossEntropyLoss{}, st::SGD{.lr = 0.01}};
    const auto x = images(batch);
    const auto y = labels(batch);
    double loss = 0;
    for (auto _ : state) loss = trainer.step(x, y).loss;
    state.counters["loss"] = loss;
}

void libtorch_step(benchmark::State& state, nn::Sequential (*make)(), st::Size batch) {
    torch::manual_seed(42);
    auto model = make();
    torch::optim::SGD optimizer(model->parameters(), torch::optim::SGDOptions(0.01));
    auto x = images(batch);
    auto y = labels(batch);
    const auto count = static_cast<std::int64_t>(batch);
    const auto input = torch::from_blob(x.data(), {count, 1, 28, 28});
    const auto target = torch::from_blob(y.data(), {count}, torch::kInt64);
    double last = 0;
    for (auto _ : state) {
        optimizer.zero_grad();
        auto loss = torch::cross_entropy_loss(model->forward(input), target);
        loss.backward();
        optimizer.step();
        last = loss.item<double>();
    }
    state.counters["loss"] = last;
}

BENCHMARK_TEMPLATE(strata_step, LeNet, 64)->Name("lenet/strata")->Unit(benchmark::kMicrosecond);
BENCHMARK_TEMPLATE(strata_step, LeNetModule, 64)->Name("lenet/strata/module")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(libtorch_step, lenet, torch_lenet, 64)
    ->Name("lenet/libtorch")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_TEMPLATE(strata_step, TinyVgg, 32)->Name("tinyvgg/strata")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(libtorch_step, tinyvgg, torch_tinyvgg, 32)
    ->Name("tinyvgg/libtorch")
    ->Unit(benchmark::kMicrosecond);

}  // namespace

int main(int argc, char** argv) {
    openblas_set_num_threads(1);
    at::set_num_threads(1);
    benchmark::AddCustomContext("openblas", openblas_get_config());
    benchmark::AddCustomContext("openblas core", openblas_get_corename());
    benchmark::AddCustomContext("libtorch", TORCH_VERSION);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
}
