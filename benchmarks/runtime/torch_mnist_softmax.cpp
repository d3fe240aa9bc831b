// One training epoch of softmax regression on MNIST (784-10, log-softmax, NLL loss, Adam, batches of 64 in order),
// in Strata and in LibTorch, one thread each, on the same OpenBLAS. Reported per epoch and per step.
//
//   env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE build/benchmarks/benchmark.torch_mnist_softmax
//       --benchmark_repetitions=9 --benchmark_enable_random_interleaving=true --benchmark_report_aggregates_only=true

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <strata/strata.hpp>
#include <torch/torch.h>

extern "C" char* openblas_get_corename();
extern "C" char* openblas_get_config();
extern "C" void openblas_set_num_threads(int);

namespace st = strata;

namespace {

auto& data() {
    static auto loaded = [] {
        const char* folder = std::getenv("STRATA_DATA_DIR");
        return st::datasets::mnist_or_drawn(std::string(folder ? folder : "data") + "/mnist");
    }();
    return loaded;
}

void report(benchmark::State& state, double loss, std::size_t samples) {
    const double steps = static_cast<double>((samples + 63) / 64);
    state.counters["us_per_step"] = benchmark::Counter(steps * static_cast<double>(state.iterations()) * 1e-6,
                                                       benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["loss"] = loss;
}

/// All that `fit` does for an epoch: batches from the bytes, the step, the loss and the accuracy.
void strata_epoch(benchmark::State& state) {
    using Net = st::Sequential<st::Flatten, st::Linear<784, 10>, st::LogSoftmax>;
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
    report(state, loss / static_cast<double>(train.size()), train.size());
}

/// The same epoch in LibTorch, without its data loader: the images lie in memory as floats, a batch is a slice.
void libtorch_epoch(benchmark::State& state) {
    torch::manual_seed(42);
    torch::nn::Sequential model(torch::nn::Flatten(), torch::nn::Linear(784, 10), torch::nn::LogSoftmax(1));
    torch::optim::Adam optimizer(model->parameters(), torch::optim::AdamOptions(0.01));
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
    double loss_sum = 0;
    for (auto _ : state) {
        loss_sum = 0;
        for (std::int64_t begin = 0; begin < count; begin += 64) {
            const auto end = std::min(begin + 64, count);
            auto loss = torch::nll_loss(model->forward(images.slice(0, begin, end)), labels.slice(0, begin, end));
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            loss_sum += loss.item<double>();
        }
    }
    report(state, loss_sum / static_cast<double>(count), train.size());
}

BENCHMARK(strata_epoch)->Unit(benchmark::kMillisecond);
BENCHMARK(libtorch_epoch)->Unit(benchmark::kMillisecond);

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
