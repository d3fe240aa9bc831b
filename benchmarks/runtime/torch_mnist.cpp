// One training epoch on MNIST in Strata and in LibTorch, side by side: one thread each, on the same OpenBLAS,
// batches of 64 in order, log-softmax, NLL loss, Adam. `softmax` is 784-10, `mlp` is 784-128-ReLU-10. Run it
// with scripts/benchmark; the time per step is the column `step`.
//
// Strata does all that `fit` does for an epoch: it makes the batches from the bytes of the data set, and adds
// up the loss and the correct predictions. LibTorch has the images in memory as floats and takes slices,
// which is the quickest way there; `with_accuracy` adds the count of correct predictions that Strata's column
// contains.

#include <benchmark/benchmark.h>
#include <strata/strata.hpp>
#include <torch/torch.h>

extern "C" char* openblas_get_corename();
extern "C" char* openblas_get_config();
extern "C" void openblas_set_num_threads(int);

namespace st = strata;

namespace {

using Softmax = st::Sequential<st::Flatten, st::Linear<784, 10>, st::LogSoftmax>;
using Mlp = st::Sequential<st::Flatten, st::Linear<784, 128>, st::ReLU, st::Linear<10>, st::LogSoftmax>;

torch::nn::Sequential torch_softmax() {
    return torch::nn::Sequential(torch::nn::Flatten(), torch::nn::Linear(784, 10), torch::nn::LogSoftmax(1));
}
torch::nn::Sequential torch_mlp() {
    return torch::nn::Sequential(torch::nn::Flatten(), torch::nn::Linear(784, 128), torch::nn::ReLU(),
                                 torch::nn::Linear(128, 10), torch::nn::LogSoftmax(1));
}

auto& data() {
    static auto loaded = st::datasets::mnist_or_drawn();
    return loaded;
}

void report(benchmark::State& state, double loss, std::size_t samples) {
    const double steps = static_cast<double>((samples + 63) / 64) * static_cast<double>(state.iterations());
    state.counters["step"] =
        benchmark::Counter(steps, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["loss"] = loss / static_cast<double>(samples);
}

template <class Net>
void strata_epoch(benchmark::State& state) {
    st::manual_seed(42);
    st::Model<Net> model;
    st::Trainer trainer{model, st::NLLLoss{}, st::Adam{.lr = 0.01}};
    const auto& train = data().train;
    st::DataLoader loader{train, {.batch_size = 64}};
    double loss = 0;
    for (auto _ : state) {
        loss = 0;
        std::size_t correct = 0;
        for (auto&& [x, y] : loader.views()) {
            const auto result = trainer.step(x, y);
            loss += result.loss;
            correct += result.correct;
        }
        benchmark::DoNotOptimize(correct);
    }
    report(state, loss, train.size());
}

/// The images and labels as LibTorch's tensors.
std::pair<torch::Tensor, torch::Tensor> tensors() {
    const auto& train = data().train;
    const auto count = static_cast<std::int64_t>(train.size());
    auto images = torch::empty({count, 1, 28, 28});
    auto labels = torch::empty({count}, torch::kInt64);
    st::DataLoader loader{train, {.batch_size = 64}};
    std::int64_t row = 0;
    for (auto&& [x, y] : loader.views()) {
        std::memcpy(images.data_ptr<float>() + row * 784, x.data, x.size() * sizeof(float));
        std::memcpy(labels.data_ptr<std::int64_t>() + row, y.data, y.size() * sizeof(std::int64_t));
        row += static_cast<std::int64_t>(x.batch);
    }
    return {images, labels};
}

void libtorch_epoch(benchmark::State& state, torch::nn::Sequential (*make)(), bool with_accuracy) {
    torch::manual_seed(42);
    auto model = make();
    torch::optim::Adam optimizer(model->parameters(), torch::optim::AdamOptions(0.01));
    const auto [images, labels] = tensors();
    const auto count = images.size(0);
    double loss_sum = 0;
    for (auto _ : state) {
        loss_sum = 0;
        std::int64_t correct = 0;
        for (std::int64_t begin = 0; begin < count; begin += 64) {
            const auto end = std::min(begin + 64, count);
            const auto target = labels.slice(0, begin, end);
            const auto output = model->forward(images.slice(0, begin, end));
            auto loss = torch::nll_loss(output, target);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            loss_sum += loss.item<double>();
            if (with_accuracy) correct += output.argmax(1).eq(target).sum().item<std::int64_t>();
        }
        benchmark::DoNotOptimize(correct);
    }
    report(state, loss_sum, static_cast<std::size_t>(count));
}

BENCHMARK(strata_epoch<Softmax>)->Name("softmax/strata")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(libtorch_epoch, softmax, torch_softmax, false)
    ->Name("softmax/libtorch")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(libtorch_epoch, softmax, torch_softmax, true)
    ->Name("softmax/libtorch/with_accuracy")
    ->Unit(benchmark::kMillisecond);
BENCHMARK(strata_epoch<Mlp>)->Name("mlp/strata")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(libtorch_epoch, mlp, torch_mlp, false)->Name("mlp/libtorch")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(libtorch_epoch, mlp, torch_mlp, true)
    ->Name("mlp/libtorch/with_accuracy")
    ->Unit(benchmark::kMillisecond);

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
