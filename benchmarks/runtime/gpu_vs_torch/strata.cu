// Strata's time per training step and per inference on the GPU, as lines of JSON. scripts/benchmark_gpu
// builds it, with nothing but the CUDA toolkit, and runs it beside torch_baseline.py. Where there is no GPU
// it says so and ends with 77.
//
// Ways: `captured` and `uncaptured` are fit(), with all that it does in an epoch; inference is a Predictor.
// `step` is Trainer::step alone, in the loop that torch_baseline.py runs: batches are gathered in an order
// that stays on the device, and nothing is read until the end.

#include <strata/backends/cuda/cuda.hpp>  // and not <strata/cuda.hpp>, which reads MNIST and so needs zlib

#include "cases.hpp"
#include <chrono>
#include <strata/core/host_tensor.hpp>
#include <strata/models/predictor.hpp>
#include <strata/models/to.hpp>
#include <strata/version.hpp>

namespace bench {

template <class Net>
using GpuModel = st::Model<Net, st::Cuda>;
template <class T>
using Buffer = st::Cuda::Buffer<T>;

/// Seconds that `work` takes, to the last of what it gives to the device.
template <class Work>
double seconds_of(const Work& work) {
    st::cuda::synchronize();
    const auto start = std::chrono::steady_clock::now();
    work();
    st::cuda::synchronize();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Microseconds per call, where `work(n)` makes n calls: the median of five blocks.
template <class Work>
double us_per_call(const Work& work, st::Size unit, double seconds) {
    work(unit);
    constexpr int blocks = 5;
    const double one = seconds_of([&] { work(unit); });
    const double units = std::clamp(seconds / blocks / one, 1.0, 1e6);
    const st::Size calls = static_cast<st::Size>(units) * unit;
    std::vector<double> times;
    for (int block = 0; block < blocks; ++block) times.push_back(seconds_of([&] { work(calls); }));
    return median(std::move(times)) * 1e6 / static_cast<double>(calls);
}

/// Work for one thread of the device: the position of the next batch in the order.
struct MoveOn {
    st::Size* position;
    st::Size by, samples;

    STRATA_HOST_DEVICE void operator()() const { *position = (*position + by) % samples; }
};

/// The samples and their order in the device's memory.
struct ResidentData {
    Buffer<float> x{"the samples"};
    Buffer<std::int64_t> y{"the labels"}, order{"the order of the samples"};
    Buffer<st::Size> position{"the position in the order"};

    explicit ResidentData(const RandomSamples& data) {
        const auto stored = data.stored();
        x.resize(stored.samples * 784);
        x.copy_from(stored.x);
        y.resize(stored.samples);
        y.copy_from(stored.y);
        order.resize(stored.samples);
        order.copy_from(stored.indices);
        position.resize(1);
    }
};

/// What a step begins and ends with: it gathers its batch, and its last thread moves on.
struct Gather {
    st::Cuda& device;
    ResidentData& data;
    Buffer<float>& x;
    Buffer<std::int64_t>& y;

    void operator()() const {
        device.gather_samples(data.x.data(), 784, data.y.data(), 1, data.order.data(), data.position.data(),
                              y.size(), x.data(), y.data());
    }
    MoveOn then() const { return {data.position.data(), y.size(), data.y.size()}; }
    /// The only thing that fills a trainer's batches here.
    st::Size source() const { return 1; }
};

template <class Model, class Algorithm>
double step_us(Model& model, ResidentData& data, st::Size batch, const Algorithm& algorithm,
               const Options& options) {
    Buffer<float> x{"a batch"};
    x.resize(batch * 784);
    Buffer<std::int64_t> y{"a batch's labels"};
    y.resize(batch);
    const st::Size start = 0;
    data.position.copy_from(&start);

    st::Trainer trainer{model, st::CrossEntropyLoss{}, algorithm};
    trainer.precision(options.precision);
    trainer.clear_totals();
    const st::BatchView<const float, st::Cuda, st::Shape<784>> inputs{x.data(), batch};
    const st::BatchView<const std::int64_t, st::Cuda, st::Shape<>> labels{y.data(), batch};
    const Gather gather{model.device(), data, x, y};
    const auto steps = [&](st::Size count) {
        for (st::Size i = 0; i < count; ++i) (void)trainer.step(inputs, labels, gather);
    };
    const double us = us_per_call(steps, 16, options.seconds);
    (void)trainer.totals();  // throws what stopped a step
    return us;
}

template <class Net>
double inference_us(const GpuModel<Net>& model, st::Size batch, const Options& options) {
    st::HostTensor<float> host({batch, 784});
    st::Generator generator(2);
    for (float& x : host) x = static_cast<float>(generator.random() >> 8) * 0x1p-23f - 1;
    const auto x = st::to<st::Cuda>(host);
    st::Predictor predictor{model};
    predictor.precision(options.precision);
    const auto predictions = [&](st::Size count) {
        for (st::Size i = 0; i < count; ++i) (void)predictor(x);
    };
    return us_per_call(predictions, 16, options.seconds);
}

template <class Net, class Algorithm>
void measure_training(const char* net, const char* optimizer, const Algorithm& algorithm,
                      const RandomSamples& data, ResidentData& resident, const Options& options) {
    for (const st::Size batch : options.training_batches()) {
        if (!options.has_batch(batch)) continue;
        const auto measure = [&](const char* way, const auto& us) {
            st::manual_seed(42);
            GpuModel<Net> model;
            print(options, net, batch, optimizer, way, us(model));
        };
        measure("captured",
                [&](auto& model) { return fit_us(model, data, batch, algorithm, options, true); });
        measure("uncaptured",
                [&](auto& model) { return fit_us(model, data, batch, algorithm, options, false); });
        measure("step", [&](auto& model) { return step_us(model, resident, batch, algorithm, options); });
    }
}

template <class Net>
void measure_net(const char* net, const RandomSamples& data, ResidentData& resident, const Options& options) {
    if (!options.has_net(net)) return;
    measure_training<Net>(net, "sgd", sgd, data, resident, options);
    measure_training<Net>(net, "adam", adam, data, resident, options);
    for (const st::Size batch : options.inference_batches()) {
        if (!options.has_batch(batch)) continue;
        st::manual_seed(42);
        const GpuModel<Net> model;
        print(options, net, batch, "inference", "captured", inference_us<Net>(model, batch, options));
    }
}

void print_versions() {
    std::string gpu = "none: the host in its place";
    int runtime = 0;
#if STRATA_ON_GPU
    cudaDeviceProp properties{};
    st::cuda::check(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
    st::cuda::check(cudaRuntimeGetVersion(&runtime), "cudaRuntimeGetVersion");
    gpu = properties.name;
#endif
    std::printf("{\"info\": \"strata\", \"Strata\": \"%d.%d.%d\", \"GPU\": \"%s\", \"CUDA\": \"%d.%d\"}\n",
                STRATA_VERSION_MAJOR, STRATA_VERSION_MINOR, STRATA_VERSION_PATCH, gpu.c_str(), runtime / 1000,
                runtime % 1000 / 10);
    std::fflush(stdout);
}

}  // namespace bench

int main(int argc, char** argv) {
    const std::string reason = strata::cuda::unavailable_because();
    if (!reason.empty()) {
        std::fprintf(stderr, "%s\n", reason.c_str());
        return 77;
    }
    return bench::run(argc, argv, [](const bench::Options& options) {
        bench::print_versions();
        const bench::RandomSamples data(options.samples());
        bench::ResidentData resident(data);
        bench::measure_net<bench::Net784>("784-10", data, resident, options);
        bench::measure_net<bench::Net128>("784-128-10", data, resident, options);
        bench::measure_net<bench::Net512>("784-512-512-10", data, resident, options);
        bench::measure_net<bench::Net256>("784-256-256-256-256-10", data, resident, options);
    });
}
