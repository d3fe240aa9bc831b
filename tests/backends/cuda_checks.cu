// What only a GPU can answer, in a minute: one line per check, and an exit status that is not 0 if one fails
// (77 where there is no GPU). It needs nvcc and cuBLASLt, and nothing else:
//
//   nvcc -std=c++20 -O2 -arch=native -Iinclude tests/backends/cuda_checks.cu -lcublasLt -o cuda_checks
//   ./cuda_checks
//
// With the host in the GPU's place all but the last check run too.

#include <strata/backends/cuda/cuda.hpp>  // and not <strata/cuda.hpp>, which reads MNIST and so needs zlib

#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <strata/core/host_tensor.hpp>
#include <strata/layers/dropout.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/relu.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/predictor.hpp>
#include <strata/models/sequential.hpp>
#include <strata/models/to.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/training/trainer.hpp>
#include <thread>

namespace st = strata;
using st::Size;
namespace sd = st::cuda::detail;

namespace {

int failures = 0;

/// Prints a line. `work` returns what is wrong, or nothing; a DeviceError is wrong, too.
template <class Work>
void check(const char* name, const Work& work) {
    std::string wrong;
    try {
        wrong = work();
    } catch (const st::Error& error) {
        wrong = error.what();
    }
    failures += !wrong.empty();
    std::printf("%s  %s%s%s\n", wrong.empty() ? "ok    " : "FAILED", name, wrong.empty() ? "" : ": ",
                wrong.c_str());
    std::fflush(stdout);
}

constexpr st::Precision precisions[] = {st::Precision::float32, st::Precision::tf32, st::Precision::bfloat16,
                                        st::Precision::float16};
constexpr const char* names[] = {"float32", "tf32", "bfloat16", "float16"};

template <class T>
st::cuda::Buffer<T> on_device(const std::vector<T>& host) {
    st::cuda::Buffer<T> buffer;
    buffer.resize(host.size());
    buffer.copy_from(host.data());
    return buffer;
}
template <class T>
std::vector<T> on_host(const st::cuda::Buffer<T>& buffer) {
    std::vector<T> host(buffer.size());
    buffer.copy_to(host.data());
    return host;
}

#if STRATA_ON_GPU
constexpr Size rows[] = {64, 1024, 100}, extents[] = {10, 128, 512, 784, 257};
#else  // enough to show that the program works
constexpr Size rows[] = {64}, extents[] = {10, 257};
#endif

/// Products of ones, exactly the number of terms: the library's own check does it.
std::string check_ones(st::Precision precision) {
    const st::Cuda device;
    const st::Cuda::PrecisionScope scope(device, precision);
    st::cuda::checks_products() = true;
    for (const Size m : rows)
        for (const Size n : extents)
            for (const Size k : extents) {
                auto a = on_device(std::vector<float>(m * k, 1)), b = on_device(std::vector<float>(k * n, 1));
                auto c = on_device(std::vector<float>(m * n));
                // As a layer's output, as its input's gradient, and as its weight's, in two ways.
                (void)sd::multiply<float>(device, {m, n, k, false, true, false}, a.data(), b.data(),
                                          c.data());
                (void)sd::multiply<float>(device, {m, n, k, false, false, false}, a.data(), b.data(),
                                          c.data());
                (void)sd::multiply<float>(device, {m, n, k, true, false, false}, a.data(), b.data(),
                                          c.data());
                (void)sd::multiply<float>(device, {m, n, k, true, false, true}, a.data(), b.data(), c.data());
            }
    st::cuda::checks_products() = false;
    return {};
}

/// Which epilogues are there: nothing fails, but it is good to know.
void print_epilogues() {
    const st::Cuda device;
    for (int p = 0; p < 4; ++p) {
        const st::Cuda::PrecisionScope scope(device, precisions[p]);
        auto a = on_device(std::vector<float>(64 * 784)), b = on_device(std::vector<float>(784 * 128));
        auto c = on_device(std::vector<float>(64 * 784)), vector = on_device(std::vector<float>(784));
        const bool bias = sd::multiply(device, {64, 128, 784, false, true, false}, a.data(), b.data(),
                                       c.data(), sd::Epilogue::bias, vector.data());
        const bool gelu = sd::multiply(device, {64, 128, 784, false, true, false}, a.data(), b.data(),
                                       c.data(), sd::Epilogue::bias_gelu, vector.data());
        const bool sums = sd::multiply(device, {128, 10, 64, true, false, false}, a.data(), b.data(),
                                       c.data(), sd::Epilogue::sum_rows, vector.data());
        std::printf("        epilogues in %s:%s%s%s\n", names[p], bias ? " bias" : "", gelu ? " gelu" : "",
                    sums ? " sums of rows" : "");
    }
}

/// A series of more products than a grid has blocks in its second extent.
std::string check_long_series() {
    const st::Cuda device;
    constexpr Size count = 70000;
    auto a = on_device(std::vector<float>(count * 6, 1)), b = on_device(std::vector<float>(count * 6, 2));
    auto c = on_device(std::vector<float>(count * 4));
    (void)sd::multiply<float>(device,
                              {.m = 2, .n = 2, .k = 3, .count = count, .a = {0, 6}, .b = {0, 6}, .c = {0, 4}},
                              a.data(), b.data(), c.data());
    device.context().wait();
    for (const float x : on_host(c))
        if (x != 6) return st::message("an element is ", x, " and has to be 6");
    return {};
}

std::string check_not_a_number(st::Precision precision) {
    const st::Cuda device;
    const st::Cuda::PrecisionScope scope(device, precision);
    std::vector<float> given(64 * 128, 1);
    given[0] = NAN;
    auto x = on_device(given), weight = on_device(std::vector<float>(16 * 128, 1)),
         y = on_device(std::vector<float>(64 * 16));
    auto bias = on_device(std::vector<float>(16));
    const st::BatchView<const float, st::Cuda, st::Shape<128>> in{x.data(), 64};
    const st::BatchView<float, st::Cuda, st::Shape<16>> out{y.data(), 64};
    const st::TensorView<const float, st::Cuda, st::Shape<16, 128>> w{weight.data()};
    const st::TensorView<const float, st::Cuda, st::Shape<16>> b{bias.data()};
    std::string wrong;
    const auto look = [&](const char* what) {
        device.context().wait();
        const auto all = on_host(y);
        for (Size j = 0; j < 16; ++j)
            if (!std::isnan(all[j])) wrong = st::message(what, " gives ", all[j], " for a row with NaN");
        if (!(std::fabs(all[16] - 128) < 1)) wrong = st::message(what, " gives ", all[16], " for ones");
    };
    device.affine(in, w, b, out), look("Linear");
    device.affine_relu(in, w, b, out), look("Linear and ReLU");
    device.affine_gelu(in, w, b, out), look("Linear and GELU");
    return wrong;
}

using Net = st::Sequential<st::Linear<784, 128>, st::ReLU, st::Dropout, st::Linear<10>, st::LogSoftmax>;

using Plain = st::Sequential<st::Linear<784, 128>, st::ReLU, st::Linear<10>, st::LogSoftmax>;

st::HostTensor<float> inputs(Size samples) {
    st::HostTensor<float> x({samples, 784});
    st::Generator generator(samples);
    for (float& value : x) value = static_cast<float>(generator.random() >> 8) * 0x1p-23f - 1;
    return x;
}
st::HostTensor<std::int64_t> labels(Size samples) {
    st::HostTensor<std::int64_t> y(std::vector<Size>{samples});
    std::int64_t next = 0;
    for (std::int64_t& value : y) value = next++ % 10;
    return y;
}

/// A model with its trainer and a batch.
template <class N = Net>
struct Training {
    explicit Training(Size samples)
        : x(inputs(samples)), y(labels(samples)), trainer{model, st::NLLLoss{}, st::Adam{}} {}

    void steps(int count) {
        for (int i = 0; i < count; ++i) (void)trainer.step(x, y);
    }
    std::vector<float> parameters() const {
        std::vector<float> host(model.flat_parameters().size());
        model.copy_parameters_to(host.data());
        return host;
    }

    st::cuda::Tensor<float> x;
    st::cuda::Tensor<std::int64_t> y;
    st::Model<N, st::Cuda> model;
    st::Trainer<st::Model<N, st::Cuda>, st::NLLLoss, st::Adam> trainer;
};
bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

std::string check_recorded(st::Precision precision) {
    const auto train = [&](bool record) {
        st::manual_seed(1);
        Training<> training(64);
        training.trainer.record(record);
        training.trainer.precision(precision);
        training.steps(STRATA_ON_GPU ? 20 : 4);
        const double loss = training.trainer.totals().loss();
        if (!(loss > 0 && loss < 10)) std::printf("        the loss is %g\n", loss);
        return training.parameters();
    };
    return same_bits(train(true), train(false)) ? "" : "other bits than one operation at a time";
}

std::string check_steady() {
    Training<> training(64);
    training.steps(3);
    const auto& so_far = st::cuda::statistics();
    const auto allocations = so_far.allocations.load(), waits = so_far.synchronizations.load();
    const auto launches = so_far.launches.load();
    training.steps(100);
    if (so_far.allocations != allocations) return "a step allocates";
    if (so_far.synchronizations != waits) return "a step waits";
    if (so_far.launches != launches + 100) return "a step is more than one launch";
    return {};
}

std::string check_refused() {
    Training<> training(64);
    training.steps(3);
    (void)training.trainer.totals();
    const auto before = training.parameters();
    auto host = inputs(64);
    *host.data() = NAN;
    const auto bad = st::to<st::Cuda>(host);
    (void)training.trainer.step(bad, training.y);
    try {
        (void)training.trainer.totals();
        return "nothing is thrown";
    } catch (const st::NumericError&) {
    }
    return same_bits(before, training.parameters()) ? "" : "the parameters have changed";
}

std::string check_threads() {
    const auto train = [&](bool together) {
        st::manual_seed(1);
        Training<Plain> first(32), second(48);
        std::thread one([&] { first.steps(STRATA_ON_GPU ? 500 : 50); });
        if (!together) one.join();
        std::thread two([&] { second.steps(STRATA_ON_GPU ? 500 : 50); });
        if (together) one.join();
        two.join();
        (void)first.trainer.totals(), (void)second.trainer.totals();
        return std::pair(first.parameters(), second.parameters());
    };
    const auto alone = train(false), together = train(true);
    return same_bits(alone.first, together.first) && same_bits(alone.second, together.second)
               ? ""
               : "they learn something else than alone";
}

std::string check_recording_beside_allocation() {
    std::atomic<int> rounds = 0;
    std::string wrong;
    std::thread other([&] {
        try {
            const auto host = inputs(64);
            for (; rounds < 300; ++rounds) (void)st::to<st::Cuda>(host).cpu();
        } catch (const st::Error& error) {
            wrong = st::message("the thread that allocates: ", error.what());
            rounds = 300;
        }
    });
    std::string here;
    try {
        const st::Cuda device;
        auto buffer = on_device(std::vector<float>(1000));
        while (rounds < 300) {
            st::cuda::RecordedStep graph;
            graph.record(device.context(), [&] {
                for (int i = 0; i < 50; ++i) device.fill(buffer.data(), 1000, 1.0f);
            });
            graph.launch(device.context());
        }
        device.context().wait();
    } catch (const st::Error& error) {
        here = st::message("the thread that records: ", error.what());
        rounds = 300;
    }
    other.join();
    return here.empty() ? wrong : here;
}

std::string check_dropout() {
    const auto mask = [] {
        const st::Cuda device;
        st::cuda::Buffer<float> buffer;
        buffer.resize(1000);
        device.dropout_mask(buffer.data(), 1000, 0.5);
        return on_host(buffer);
    };
    st::manual_seed(1);
    std::vector<float> first, second;
    std::thread([&] { first = mask(); }).join();
    std::thread([&] { second = mask(); }).join();
    if (first == second) return "two threads drop the same elements";
    for (Size i = 0; i < 1000; ++i)
        if ((first[i] == 0) != (st::cuda::philox(1, i / 4).word[i % 4] >= 1u << 31))
            return "not Philox's numbers";
    return {};
}

struct WriteNowhere {
    int* nowhere;
    STRATA_HOST_DEVICE void operator()() const { *nowhere = 1; }
};

}  // namespace

int main() {
    if (!st::cuda::is_available()) {
        std::printf("skipped: %s\n", st::cuda::unavailable_because().c_str());
        return 77;
    }
#if STRATA_ON_GPU
    cudaDeviceProp properties{};
    (void)cudaGetDeviceProperties(&properties, 0);
    std::printf("        %s, compute capability %d.%d, cuBLASLt %zu\n", properties.name, properties.major,
                properties.minor, cublasLtGetVersion());
#endif
    for (int p = 0; p < 4; ++p)
        check(st::message("products of ones in ", names[p]).c_str(),
              [&] { return check_ones(precisions[p]); });
    print_epilogues();
    check("a series of 70000 products", check_long_series);
    for (int p = 0; p < 4; ++p)
        check(st::message("NaN through products in ", names[p]).c_str(),
              [&] { return check_not_a_number(precisions[p]); });
    for (int p = 0; p < 4; ++p)
        check(st::message("recorded steps in ", names[p]).c_str(),
              [&] { return check_recorded(precisions[p]); });
    check("a steady step", check_steady);
    check("a refused step changes nothing", check_refused);
    check("dropout in two threads", check_dropout);
    check("two models in two threads", check_threads);
    check("one thread records, another one allocates", check_recording_beside_allocation);
#if STRATA_ON_GPU  // the last, because nothing works behind it
    check("an error of a kernel is a DeviceError", [] {
        try {
            const st::Cuda device;
            device.once(WriteNowhere{nullptr});
            device.context().wait();
        } catch (const st::DeviceError&) {
            return std::string();
        }
        return std::string("nothing is thrown");
    });
#endif
    std::printf("%d failed\n", failures);
    std::fflush(stdout);
    std::_Exit(failures == 0 ? 0 : 1);  // without giving anything back: the GPU may not answer any more
}
