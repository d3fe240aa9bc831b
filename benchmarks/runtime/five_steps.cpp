// The cost of values in a loop by hand: the five steps over a loader, whose batches the model holds until
// backward; over arrays of one's own, which it copies; over arrays that are lent (`borrow`), which it reads where they
// lie; and `Trainer::step`, which owns everything that it works on. Microseconds per step, medians of interleaved rounds.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <strata/strata.hpp>
#include <vector>

namespace st = strata;

namespace {

using Softmax = st::Sequential<st::Flatten, st::Linear<784, 10>, st::LogSoftmax>;
using LeNet =
    st::Sequential<st::Input<1, 28, 28>, st::Conv2d<1, 6, 5, st::padding<2>>, st::ReLU, st::MaxPool2d<2>,
                   st::Conv2d<6, 16, 5>, st::ReLU, st::MaxPool2d<2>, st::Flatten, st::Linear<400, 120>,
                   st::ReLU, st::Linear<120, 84>, st::ReLU, st::Linear<84, 10>, st::LogSoftmax>;
using Shape = st::Shape<1, 28, 28>;

constexpr std::size_t steps = 50, batch = 64;

template <class Work>
double microseconds(const Work& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count() /
           steps;
}

template <class Net>
void race(const char* name, int rounds) {
    st::manual_seed(1);
    st::Model<Net> model;
    xt::xtensor<float, 4> x = st::randn(steps * batch, 1, 28, 28), own = st::randn(batch, 1, 28, 28);
    xt::xtensor<std::int64_t, 1> y = st::randint(0, 10, steps * batch), own_y = st::randint(0, 10, batch);
    const st::TensorDataset<Shape> data{x, y};
    const st::DataLoader in_order{data, {.batch_size = batch}};
    const st::DataLoader shuffled{data, {.batch_size = batch, .shuffle = true}};
    st::Optimizer optimizer{model, st::SGD{.lr = 1e-3}};
    st::Trainer trainer{model, st::NLLLoss{}, st::SGD{.lr = 1e-3}};
    const auto five_steps = [&](const auto& inputs, const auto& targets) {
        auto prediction = model(inputs);
        auto loss = st::NLLLoss{}(prediction, targets);
        optimizer.zero_grad();
        model.backward(loss);
        optimizer.step();
    };

    std::vector<double> times[6];
    for (int round = 0; round < rounds; ++round) {
        times[0].push_back(microseconds([&] {
            for (auto [inputs, targets] : in_order) five_steps(inputs, targets);
        }));
        times[1].push_back(microseconds([&] {
            for (auto [inputs, targets] : shuffled) five_steps(inputs, targets);
        }));
        times[2].push_back(microseconds([&] {
            for (std::size_t i = 0; i < steps; ++i) five_steps(own, own_y);
        }));
        times[3].push_back(microseconds([&] {
            for (std::size_t i = 0; i < steps; ++i) five_steps(st::borrow(own), own_y);
        }));
        times[4].push_back(microseconds([&] {
            for (auto [inputs, targets] : in_order) trainer.step(inputs, targets);
        }));
        times[5].push_back(microseconds([&] {
            for (std::size_t i = 0; i < steps; ++i) trainer.step(own, own_y);
        }));
    }
    const char* const ways[] = {"five steps, loader in order",     "five steps, loader shuffled",
                                "five steps, arrays of one's own", "five steps, borrow(arrays)",
                                "Trainer::step, loader in order",  "Trainer::step, arrays"};
    for (int way = 0; way < 6; ++way) {
        std::sort(times[way].begin(), times[way].end());
        std::printf("%-8s %-32s %8.2f us\n", name, ways[way], times[way][times[way].size() / 2]);
    }
}

}  // namespace

int main() {
    race<Softmax>("784-10", 201);
    race<LeNet>("LeNet", 21);
}
