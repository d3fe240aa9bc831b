// Idioms of PyTorch's users, written without a thought for lifetimes: results that are kept, batches that are gone, loaders
// returned from functions, optimizers that are replaced, models that are moved. check.py runs it under the address
// sanitizer, as each compiler optimizes it.

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <strata/strata.hpp>
#include <tuple>
#include <utility>

namespace st = strata;

namespace {

int checks = 0;

void check(bool holds, const char* what) {
    ++checks;
    if (holds) return;
    std::printf("FAILED: %s\n", what);
    std::exit(1);
}
template <class Work>
bool is_refused(const Work& work) {
    try {
        work();
    } catch (const st::ValueError&) {
        return true;
    }
    return false;
}

using Net = st::Sequential<st::Linear<4, 8>, st::ReLU, st::Linear<8, 3>>;
using Square = st::Sequential<st::Linear<4, 4>, st::Tanh>;
using Array = xt::xtensor<float, 2>;
using Labels = xt::xtensor<std::int64_t, 1>;

template <class X>
Array copy(const X& x) {
    return Array(x);
}
Array some(std::size_t rows) { return st::randn(rows, 4); }

// ---- results ----

void results_stay_what_they_were() {
    st::Model<Net> model;
    const Array small = some(3), large = some(300);
    const auto p = model(small);
    const Array before = copy(p);
    const auto later = model(large);
    check(copy(p) == before, "a prediction outlives a larger batch");
    const auto same_size = model(some(3));
    check(copy(p) == before, "a prediction outlives a batch of its size");
    check(copy(st::Predictor{model}(small)) == before, "what a predictor returned outlives it");

    std::optional<decltype(model(small))> kept;
    {
        st::Model<Net> local;
        local = st::Model<Net>(model);
        kept = local(small);
    }
    check(copy(*kept) == before, "a prediction outlives its model");
}

void results_are_inputs() {
    st::Model<Square> model;
    const Array x = some(5);
    const auto y = model(x);
    const auto z = model(y);
    check(copy(model(model(x))) == copy(z), "m(m(x))");
    st::Predictor q{model};
    const auto a = q(x);
    const auto b = q(a);
    check(copy(b) == copy(z), "q(q(x))");

    st::Trainer trainer{model, st::MSELoss{}, st::SGD{.lr = 0.1}};
    const Array other = some(5);
    check(trainer.step(x, model(other)).loss > 0, "a step whose target is the model's own prediction");
    const auto target = model(other);
    check(static_cast<double>(st::MSELoss{}(model(x), copy(target))) > 0,
          "a loss of two of a model's predictions");
}

// ---- inputs ----

template <class Model>
auto predict_a_local(Model& model) {
    const Array local = xt::ones<float>({6, 4});
    return model(local);
}

void inputs_are_kept() {
    st::Model<Net> model;
    const Array x = xt::ones<float>({6, 4});
    const Array y = st::randn(6, 3);
    model.backward(st::MSELoss{}(model(x), y));
    const Array expected = copy(model.gradient<"0.weight">());

    model.zero_grad();
    const auto p = predict_a_local(model);
    model.backward(st::MSELoss{}(p, y));
    check(copy(model.gradient<"0.weight">()) == expected, "the batch is gone before backward");

    model.zero_grad();
    Array changed = x;
    const auto q = model(changed);
    changed.fill(7);
    model.backward(st::MSELoss{}(q, y));
    check(copy(model.gradient<"0.weight">()) == expected, "the batch is changed before backward");
}

// ---- data sets and loaders ----

auto dataset() {
    Array x = some(20);
    const Labels y = st::randint(0, 3, 20);
    return st::TensorDataset<st::Shape<4>>{x, y};
}
auto loader() {
    auto local = dataset();
    return st::DataLoader{local, {.batch_size = 8}};
}
auto loader_of_a_part() {
    return st::DataLoader{st::random_split(dataset(), {0.8, 0.2})[0], {.batch_size = 5, .shuffle = true}};
}
auto two_loaders() {
    auto all = dataset();
    auto parts = st::random_split(all, {12, 8});
    return std::tuple{st::DataLoader{parts[0], {.batch_size = 4}},
                      st::DataLoader{parts[1], {.batch_size = 4, .num_workers = 2}}};
}
template <class Loader>
std::size_t samples_of(const Loader& batches) {
    std::size_t samples = 0;
    double sum = 0;
    for (auto [x, y] : batches) {
        samples += x.shape()[0];
        sum += static_cast<double>(xt::sum(xt::abs(x))()) + static_cast<double>(xt::sum(y)());
    }
    check(sum > 0, "a batch has numbers");
    return samples;
}

void loaders_keep_their_data() {
    check(samples_of(loader()) == 20, "a loader of a local data set");
    check(samples_of(loader_of_a_part()) == 16, "a loader of a part");
    auto [train, test] = two_loaders();
    check(samples_of(train) == 12 && samples_of(test) == 8, "loaders of local splits");
    auto part = [] { return st::Subset(st::Subset(dataset(), {3, 1, 2}), {2, 0}); }();
    check(samples_of(st::DataLoader{part, {}}) == 2, "a part of a part");

    auto first = [] {
        for (auto [x, y] : loader()) return std::pair{x, y};
        std::abort();
    }();
    check(first.first.shape()[0] == 8 && copy(first.first) == copy(first.first),
          "a batch outlives its loader");
    const auto views = loader().views();
    std::size_t batches = 0;
    for (auto [x, y] : views) batches += x.batch > 0 && y.batch > 0;
    check(batches == 3, "views outlive their loader");

    st::Model<Net> model;
    auto history = st::fit(model, loader(), st::CrossEntropyLoss{}, st::Adam{.lr = 0.01},
                           {.epochs = 2, .validation = loader_of_a_part(), .output = nullptr});
    check(history.size() == 2, "fit with loaders that are temporaries");
}

// ---- schedulers, optimizers, trainers, models ----

void owners_may_be_replaced() {
    st::Model<Net> model;
    const Array x = some(6);
    const Labels y = st::randint(0, 3, 6);
    st::Optimizer optimizer{model, st::SGD{.lr = 0.5}};
    st::StepLR scheduler{optimizer, {.step_size = 1, .gamma = 0.5}};
    scheduler.step();
    optimizer = st::Optimizer{model, st::SGD{.lr = 0.5}};
    (void)is_refused([&] { scheduler.step(); });

    st::Trainer trainer{model, st::CrossEntropyLoss{}, st::SGD{.lr = 0.5}};
    st::StepLR of_trainer{trainer.optimizer(), {.step_size = 1, .gamma = 0.5}};
    trainer = st::Trainer{model, st::CrossEntropyLoss{}, st::SGD{.lr = 0.25}};
    (void)is_refused([&] { of_trainer.step(); });
    trainer.step(x, y);

    std::vector<st::Optimizer<st::Model<Net>, st::SGD>> several;
    for (int i = 0; i < 4; ++i) several.push_back(optimizer);
    st::StepLR of_moved{several.back(), {.step_size = 1, .gamma = 0.5}};
    several.reserve(100);
    (void)is_refused([&] { of_moved.step(); });

    auto held = std::make_unique<st::Model<Net>>();
    st::Optimizer late{*held, st::SGD{.lr = 0.5}};
    auto loss = st::CrossEntropyLoss{}((*held)(x), y);
    held->backward(loss);
    held.reset();
    check(is_refused([&] { late.step(); }), "an optimizer without its model");

    st::Model<Net> moved = std::move(model);
    check(is_refused([&] { (void)model(x); }), "a model that was moved from: forward");
    check(is_refused([&] { st::save(model, "never_written.safetensors"); }),
          "a model that was moved from: save");
    model = moved;
    check(copy(st::Predictor{model}(x)) == copy(st::Predictor{moved}(x)), "and is assigned to");
}

}  // namespace

int main() {
    st::manual_seed(1);
    for (int round = 0; round < 2; ++round) {  // memory that came back is used again
        results_stay_what_they_were();
        results_are_inputs();
        inputs_are_kept();
        loaders_keep_their_data();
        owners_may_be_replaced();
    }
    std::printf("%d checks\n", checks);
}
