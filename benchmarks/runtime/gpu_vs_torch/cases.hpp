#pragma once
// What Strata's two programs measure, on the GPU and on the CPU: the networks, the data, the options of the
// command line, and the lines of JSON that table.py reads. torch_baseline.py has the same in Python.

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
#include <strata/data/loader.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/losses/cross_entropy_loss.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/random/distributions.hpp>
#include <strata/random/generator.hpp>
#include <strata/training/fit.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

namespace st = strata;

// Raw logits, because the loss is cross entropy.
using Net784 = st::Sequential<st::Linear<784, 10>>;
using Net128 = st::Sequential<st::Linear<784, 128>, st::ReLU, st::Linear<10>>;
using Net512 = st::Sequential<st::Linear<784, 512>, st::ReLU, st::Linear<512>, st::ReLU, st::Linear<10>>;
using Net256 = st::Sequential<st::Linear<784, 256>, st::ReLU, st::Linear<256>, st::ReLU, st::Linear<256>,
                              st::ReLU, st::Linear<256>, st::ReLU, st::Linear<10>>;

inline constexpr st::Adam adam{.lr = 1e-3};
inline constexpr st::SGD sgd{.lr = 1e-2};

struct Options {
    bool quick = false;  // sizes with which the program shows in seconds that it works, and measures nothing
    double seconds = 0.3;  // that each figure is measured for
    st::Precision precision = st::Precision::float32;
    std::string precision_name = "float32";
    std::string nets, batches;  // comma-separated; empty: all

    st::Size samples() const { return quick ? 2048 : 65536; }
    std::vector<st::Size> training_batches() const {
        return quick ? std::vector<st::Size>{64, 1024} : std::vector<st::Size>{64, 1024, 16384};
    }
    std::vector<st::Size> inference_batches() const {
        return quick ? std::vector<st::Size>{1, 64} : std::vector<st::Size>{1, 4096};
    }

    bool has_net(std::string_view name) const { return nets.empty() || lists(nets, name); }
    bool has_batch(st::Size batch) const { return batches.empty() || lists(batches, std::to_string(batch)); }

private:
    static bool lists(std::string_view list, std::string_view name) {
        while (!list.empty()) {
            const std::size_t comma = std::min(list.find(','), list.size());
            if (list.substr(0, comma) == name) return true;
            list.remove_prefix(std::min(comma + 1, list.size()));
        }
        return false;
    }
};

/// Throws ValueError for what it does not know.
inline Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--quick") {
            options.quick = true;
            options.seconds = 0.01;
            continue;
        }
        if (i + 1 == argc)
            throw st::ValueError(st::message("the option ", name, " needs a value, or is none"));
        const std::string value = argv[++i];
        if (name == "--nets") {
            options.nets = value;
        } else if (name == "--batches") {
            options.batches = value;
        } else if (name == "--seconds") {
            const auto [end, error] =
                std::from_chars(value.data(), value.data() + value.size(), options.seconds);
            if (error != std::errc() || end != value.data() + value.size() || !(options.seconds > 0))
                throw st::ValueError(st::message("--seconds is a number above 0, not ", value));
        } else if (name == "--precision") {
            options.precision_name = value;
            if (value == "float32")
                options.precision = st::Precision::float32;
            else if (value == "tf32")
                options.precision = st::Precision::tf32;
            else if (value == "bfloat16")
                options.precision = st::Precision::bfloat16;
            else
                throw st::ValueError(st::message("--precision is float32, tf32 or bfloat16, not ", value));
        } else {
            throw st::ValueError(
                st::message("there is no option ", name,
                            "; there are --quick, --nets, --batches, --seconds, --precision"));
        }
    }
    return options;
}

/// Random samples in memory, and a fixed random order in which they are used.
class RandomSamples {
public:
    using sample_shape = st::Shape<784>;
    using value_type = float;
    using target_type = std::int64_t;

    explicit RandomSamples(st::Size samples) : x_(samples * 784), y_(samples), order_(samples) {
        st::Generator generator(1);
        for (float& x : x_) x = static_cast<float>(generator.random() >> 8) * 0x1p-23f - 1;  // in [-1, 1)
        for (std::int64_t& y : y_) y = generator.random() % 10;
        st::randperm_(order_.data(), samples, generator);
    }

    st::Size size() const { return y_.size(); }
    auto get(st::Size i) const {
        const st::Size row = static_cast<st::Size>(order_[i]);
        return st::Sample{std::span<const float, 784>(x_.data() + row * 784, 784), y_[row]};
    }
    void gather(const std::int64_t* indices, st::Size count, float* x, std::int64_t* y) const {
        for (st::Size i = 0; i < count; ++i) {
            const st::Size row = static_cast<st::Size>(order_[static_cast<st::Size>(indices[i])]);
            std::memcpy(x + i * 784, x_.data() + row * 784, 784 * sizeof(float));
            y[i] = y_[row];
        }
    }
    /// All of them, and which are used when: a GPU keeps a copy.
    st::StoredSamples<float, std::int64_t> stored() const {
        return {x_.data(), y_.data(), size(), order_.data()};
    }

private:
    std::vector<float> x_;
    std::vector<std::int64_t> y_, order_;
};

inline double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// Microseconds per step of `fit`: all that an epoch takes, divided by its steps; the median of the epochs
/// without the first two, in which memory is made and steps are recorded.
template <class Model, class Algorithm>
double fit_us(Model& model, const RandomSamples& data, st::Size batch, const Algorithm& algorithm,
              const Options& options, bool record) {
    const st::DataLoader loader{data, {.batch_size = batch}};
    const auto train = [&](int epochs) {
        return st::fit(
            model, loader, st::CrossEntropyLoss{}, algorithm,
            {.epochs = epochs, .output = nullptr, .precision = options.precision, .record = record});
    };
    const double epoch_seconds = train(3).back().seconds;
    const int measured = static_cast<int>(std::clamp(options.seconds / epoch_seconds, 5.0, 1000.0));
    std::vector<double> seconds;
    for (const st::Epoch& epoch : train(2 + measured))
        if (epoch.epoch > 2) seconds.push_back(epoch.seconds);
    return median(std::move(seconds)) * 1e6 / static_cast<double>(loader.size());
}

/// One figure. `optimizer` is "inference" where nothing is trained.
inline void print(const Options& options, const char* net, st::Size batch, const char* optimizer,
                  const char* way, double us) {
    std::printf("{\"case\": \"%s\", \"batch\": %zu, \"optimizer\": \"%s\", \"precision\": \"%s\", "
                "\"way\": \"%s\", \"us\": %.3f}\n",
                net, batch, optimizer, options.precision_name.c_str(), way, us);
    std::fflush(stdout);
}

/// Runs a program that takes Options; what it throws becomes one line on stderr.
template <class Program>
int run(int argc, char** argv, const Program& program) {
    try {
        program(parse(argc, argv));
        return 0;
    } catch (const st::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

}  // namespace bench
