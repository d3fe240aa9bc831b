// Quoted by docs/how_to/your_own_dataset.md: data of one's own, from a function, from tensors, from memory.

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>
#include <strata/strata.hpp>
#include <vector>

namespace st = strata;

// [parabola]
struct Parabola {
    using sample_shape = st::Shape<1>;

    std::size_t size() const { return 1000; }
    auto get(std::size_t i) const {
        const float x = 0.002f * static_cast<float>(i) - 1;
        return st::Sample{std::array{x}, std::array{x * x}};
    }
};
// [parabola]

// [flowers]
class Flowers {
public:
    using sample_shape = st::Shape<4>;

    Flowers(std::vector<float> features, std::vector<int> species)
        : features_(std::move(features)), species_(std::move(species)) {}

    std::size_t size() const { return species_.size(); }
    auto get(std::size_t i) const {
        const std::span<const float> row(features_.data() + 4 * i, 4);
        return st::Sample{row, species_[i]};  // an integer is a class index
    }

private:
    std::vector<float> features_;  // (n, 4)
    std::vector<int> species_;     // (n)
};
// [flowers]

// [gather]
class Rows {
public:
    using sample_shape = st::Shape<4>;
    using value_type = float;
    using target_type = std::int64_t;

    Rows(std::vector<float> x, std::vector<std::int64_t> y) : x_(std::move(x)), y_(std::move(y)) {}

    std::size_t size() const { return y_.size(); }
    auto get(std::size_t i) const { return st::Sample{std::span<const float>(x_.data() + 4 * i, 4), y_[i]}; }

    /// The samples of these indices, one after the other: one call per batch in place of `get` per sample.
    void gather(const std::int64_t* indices, std::size_t count, float* x, std::int64_t* y) const {
        for (std::size_t i = 0; i < count; ++i) {
            const auto from = static_cast<std::size_t>(indices[i]);
            std::copy_n(x_.data() + 4 * from, 4, x + 4 * i);
            y[i] = y_[from];
        }
    }
    /// Where sample `first` and all behind it lie: a loader that does not shuffle then copies nothing.
    std::pair<const float*, const std::int64_t*> contiguous(std::size_t first) const {
        return {x_.data() + 4 * first, y_.data() + first};
    }

private:
    std::vector<float> x_;         // (n, 4)
    std::vector<std::int64_t> y_;  // (n)
};
// [gather]

int main() {
    st::manual_seed(42);
    {
        // [parabola trains]
        using Net = st::Sequential<st::Linear<1, 16>, st::Tanh, st::Linear<1>>;
        st::Model<Net> model;
        Parabola parabola;
        auto history = st::fit(model, st::DataLoader{parabola, {.batch_size = 50, .shuffle = true}},
                               st::MSELoss{}, st::Adam{.lr = 0.01}, {.epochs = 30, .output = nullptr});
        std::printf("loss of the last epoch: %.5f\n", history.back().loss);
        // [parabola trains]
    }
    {
        const auto x = st::randn(150, 4);
        const auto y = st::randint(0, 3, 150);
        // [tensors]
        // x: (150, 4) of float, y: (150) of std::int64_t
        st::TensorDataset<st::Shape<4>, st::ClassIndex> classes{x, y};

        // targets that are numbers: (150, 1)
        const xt::xtensor<float, 2> sums = xt::view(xt::sum(x, {1}), xt::all(), xt::newaxis());
        st::TensorDataset<st::Shape<4>, st::Shape<1>> numbers{x, sums};
        // [tensors]

        // [split]
        auto [train, validation] = st::random_split(classes, {0.8, 0.2});  // or {120, 30}
        st::DataLoader loader{train, {.batch_size = 32, .shuffle = true, .drop_last = true}};
        for (auto [batch_x, batch_y] : loader)
            std::printf("%zu x %zu, %zu\n", batch_x.shape()[0], batch_x.shape()[1], batch_y.shape()[0]);
        // [split]
        std::printf("%zu + %zu samples, %zu batches\n", train.size(), validation.size(), loader.size());

        Flowers flowers(std::vector<float>(x.begin(), x.end()), std::vector<int>(y.begin(), y.end()));
        Rows rows(std::vector<float>(x.begin(), x.end()), std::vector<std::int64_t>(y.begin(), y.end()));
        using Net = st::Sequential<st::Linear<4, 3>>;
        st::Model<Net> model;
        st::fit(model, st::DataLoader{flowers, {.batch_size = 50}}, st::CrossEntropyLoss{}, st::Adam{}, {});
        st::fit(model, st::DataLoader{rows, {.batch_size = 50, .num_workers = 2}}, st::CrossEntropyLoss{},
                st::Adam{}, {});
        using Regression = st::Sequential<st::Linear<4, 1>>;
        st::Model<Regression> regression;
        st::fit(regression, st::DataLoader{numbers, {.batch_size = 50}}, st::MSELoss{}, st::Adam{}, {});
    }
}
