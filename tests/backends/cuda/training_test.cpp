// Training on the device Cuda: recorded steps and steps one operation at a time have the same bits, a steady
// step allocates nothing and waits for nothing, a refused step changes nothing, and running out of memory
// says of what.

#include "catch.hpp"
#include "device.hpp"

#include <cmath>
#include <cstring>
#include <strata/data/data_loader.hpp>
#include <strata/data/drawn_digits.hpp>
#include <strata/data/random_split.hpp>
#include <strata/layers/dropout.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/relu.hpp>
#include <strata/losses/l1_loss.hpp>
#include <strata/losses/loss_module.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/schedulers/step_lr.hpp>
#include <strata/training/fit.hpp>
#include <string>

using namespace strata;

namespace {

using Mlp = Sequential<Flatten, Linear<784, 32>, ReLU, Dropout, Linear<10>, LogSoftmax>;
using Plain = Sequential<Flatten, Linear<784, 16>, ReLU, Linear<10>, LogSoftmax>;

/// A loss that needs memory to work in.
struct SquaredError : LossModule<SquaredError> {
    static constexpr auto forward(auto prediction, auto target) {
        const auto error = prediction - target;
        return mean(error * error);
    }
};

template <class M>
bool same_bits(const M& a, const M& b) {
    const auto x = test::parameters(a), y = test::parameters(b);
    return std::memcmp(x.data(), y.data(), x.size() * sizeof(x[0])) == 0;
}

const auto& digits() {
    static const auto all = datasets::drawn_digits(1000, 200);
    return all;
}

struct Counts {
    unsigned long long allocations = strata::cuda::statistics().allocations,
                       waits = strata::cuda::statistics().synchronizations,
                       launches = strata::cuda::statistics().launches,
                       captures = strata::cuda::statistics().captures;
};

/// 64 digits and their labels, on the device.
struct SomeDigits {
    strata::cuda::Tensor<float> x;
    strata::cuda::Tensor<std::int64_t> y;
};
SomeDigits some_digits() {
    const DataLoader loader{digits().train, {.batch_size = 64}};
    const auto batches = loader.begin();
    const auto [x, y] = *batches;
    return {to<test::Device>(x), to<test::Device>(y)};
}

/// The samples of another dataset, one by one: not kept on the device, but streamed.
template <class D>
struct OneByOne {
    using sample_shape = typename D::sample_shape;
    const D& dataset;

    Size size() const { return dataset.size(); }
    auto get(Size i) const { return dataset.get(i); }
};

}  // namespace

TEST_CASE("recorded training has the bits of training one operation at a time") {
    const DataLoader loader{digits().train, {.batch_size = 64, .shuffle = true}};  // the last batch has 40
    const auto train = [&](bool record, Precision precision) {
        manual_seed(3);
        test::Model<Mlp> model;
        auto history = fit(model, loader, NLLLoss{}, Adam{.lr = 1e-2},
                           {.epochs = 3, .output = nullptr, .precision = precision, .record = record});
        return std::pair(std::move(model), history.back().loss);
    };
    for (const Precision precision :
         {Precision::float32, Precision::tf32, Precision::bfloat16, Precision::float16}) {
        const auto [recorded, loss] = train(true, precision);
        const auto [eager, eager_loss] = train(false, precision);
        CHECK(same_bits(recorded, eager));
        CHECK(loss == eager_loss);
        CHECK(loss < 1.5);
    }
}

TEST_CASE("resident and streamed data train the same model") {
    using Digits = std::remove_cvref_t<decltype(digits().train)>;
    const auto train = [&](const auto& dataset, Size workers) {
        manual_seed(3);
        test::Model<Mlp> model;
        (void)fit(model, DataLoader{dataset, {.batch_size = 64, .shuffle = true, .num_workers = workers}},
                  NLLLoss{}, Adam{}, {.epochs = 3, .output = nullptr});
        return model;
    };
    const auto resident = train(digits().train, 0);
    CHECK(same_bits(resident, train(OneByOne<Digits>{digits().train}, 0)));
    CHECK(same_bits(resident, train(OneByOne<Digits>{digits().train}, 2)));

    // A part of a dataset, and a part of that part, which is streamed.
    manual_seed(4);
    const auto parts = random_split(digits().train, {600, 400});
    const auto part = train(parts[0], 0);
    CHECK(same_bits(part, train(OneByOne<Subset<Digits>>{parts[0]}, 0)));
}

TEST_CASE("what fit learns on Cuda is what it learns on the Cpu, over a hundred steps") {
    const DataLoader loader{digits().train, {.batch_size = 64, .shuffle = true}};
    const DataLoader validation{digits().test, {.batch_size = 64}};
    manual_seed(3);
    Model<Plain> on_cpu;
    test::Model<Plain> on_cuda = on_cpu.to<test::Device>();
    manual_seed(5);
    const History expected = fit(on_cpu, loader, NLLLoss{}, SGD{.lr = 0.05, .momentum = 0.9},
                                 {.epochs = 7, .validation = validation, .output = nullptr});
    manual_seed(5);
    const History history = fit(on_cuda, loader, NLLLoss{}, SGD{.lr = 0.05, .momentum = 0.9},
                                {.epochs = 7, .validation = validation, .output = nullptr});
    for (Size i = 0; i < history.size(); ++i) {
        CHECK(std::fabs(history[i].loss - expected[i].loss) <= 1e-4 * expected[i].loss);
        CHECK(std::fabs(history[i].validation_loss - expected[i].validation_loss) <=
              1e-4 * expected[i].validation_loss);
    }
}

TEST_CASE("a steady step allocates nothing and waits for nothing") {
    manual_seed(3);
    test::Model<Mlp> model;
    Trainer trainer{model, NLLLoss{}, Adam{}};
    const auto [x, y] = some_digits();
    for (int i = 0; i < 3; ++i) (void)trainer.step(x, y);
    const Counts before;
    for (int i = 0; i < 100; ++i) (void)trainer.step(x, y);
    const Counts after;
    CHECK(after.allocations == before.allocations);
    CHECK(after.waits == before.waits);
    CHECK(after.captures == before.captures);
    CHECK(after.launches == before.launches + 100);  // a step is one graph
    CHECK(trainer.totals().batches == 103);
}

TEST_CASE("an epoch of fit waits only where it reports") {
    test::Model<Plain> model;
    const DataLoader loader{digits().train, {.batch_size = 10}};
    const auto waits = [&](int epochs) {
        const Counts before;
        (void)fit(model, loader, NLLLoss{}, Adam{}, {.epochs = epochs, .output = nullptr});
        return Counts{}.waits - before.waits;
    };
    CHECK(waits(12) - waits(11) <= 8);  // the order of the samples goes in, the totals come out; 100 batches
}

TEST_CASE("inference is recorded too") {
    test::Model<Plain> model;
    Predictor predictor{model};
    const auto [x, y] = some_digits();
    const auto first = predictor(x).cpu();
    (void)predictor(x);
    const auto cost_of = [](const auto& call) {
        const Counts before;
        call();
        const Counts after;
        CHECK(after.allocations == before.allocations);
        CHECK(after.waits == before.waits);
        return after.launches - before.launches;
    };
    CHECK(cost_of([&] { (void)predictor.view(x); }) == 1);
    CHECK(cost_of([&] { (void)predictor(x); }) == 2);  // and the copy that is the caller's own
    const auto again = predictor(x).cpu();
    CHECK(std::memcmp(first.data(), again.data(), first.size() * sizeof(float)) == 0);
}

TEST_CASE("a scheduler reaches recorded steps") {
    const auto [x, y] = some_digits();
    const auto train = [&](bool record) {
        manual_seed(3);
        test::Model<Plain> model;
        Trainer trainer{model, NLLLoss{}, SGD{.lr = 0.1}};
        trainer.record(record);
        StepLR scheduler{trainer.optimizer(), {.step_size = 2, .gamma = 0.5}};
        for (int i = 0; i < 10; ++i) {
            (void)trainer.step(x, y);
            scheduler.step();
        }
        return model;
    };
    CHECK(same_bits(train(true), train(false)));
}

TEST_CASE("a recorded step is forgotten when the memory of its loss is outgrown") {
    using Net = Sequential<Linear<4, 3>>;
    const auto batch = [](Size samples, float value) {
        return to<test::Device>(xt::xtensor<float, 2>(value * xt::ones<float>({samples, Size(4)})));
    };
    const auto target = [](Size samples) {
        return to<test::Device>(xt::xtensor<float, 2>(xt::ones<float>({samples, Size(3)})));
    };
    const auto small = batch(64, 0.5f), large = batch(512, 0.25f);
    const auto small_y = target(64), large_y = target(512);
    const auto train = [&](bool record) {
        manual_seed(3);
        test::Model<Net> model;
        (void)model(large);  // activations for the largest batch
        Trainer trainer{model, SquaredError{}, SGD{.lr = 0.1}};
        Trainer other{model, SquaredError{}, SGD{.lr = 0.1}};  // works in the same memory
        trainer.record(record);
        other.record(record);
        for (int i = 0; i < 3; ++i) (void)trainer.step(small, small_y);
        (void)other.step(large, large_y);
        // Whoever gets the memory that has been given back keeps what he writes there.
        std::vector<test::Memory<float>> taken;
        for (Size size = 64; size <= 64 * 64; size += 16) taken.emplace_back(size, 7.0f);
        for (int i = 0; i < 3; ++i) (void)trainer.step(small, small_y);
        (void)trainer.totals();
        for (auto& memory : taken) {
            memory.download();
            const bool untouched = memory == std::vector<float>(memory.size(), 7.0f);
            CHECK(untouched);
        }
        return model;
    };
    CHECK(same_bits(train(true), train(false)));
}

TEST_CASE("a recorded step is forgotten when its optimizer is another one") {
    const auto [x, y] = some_digits();
    const auto train = [&](bool record) {
        manual_seed(3);
        test::Model<Plain> model;
        Trainer trainer{model, NLLLoss{}, SGD{.lr = 0.1, .momentum = 0.9}};
        trainer.record(record);
        for (int i = 0; i < 3; ++i) (void)trainer.step(x, y);
        trainer.optimizer() = Optimizer{model, SGD{.lr = 0.01, .momentum = 0.9}};
        std::vector<test::Memory<float>> taken;
        for (int i = 0; i < 20; ++i) taken.emplace_back(model.flat_parameters().size(), 7.0f);
        for (int i = 0; i < 3; ++i) (void)trainer.step(x, y);
        (void)trainer.totals();
        for (auto& memory : taken) {
            memory.download();
            const bool untouched = memory == std::vector<float>(memory.size(), 7.0f);
            CHECK(untouched);
        }
        return model;
    };
    CHECK(same_bits(train(true), train(false)));
}

TEST_CASE("a step whose loss is not finite changes nothing, and the next one goes on") {
    test::Model<Plain> model;
    Trainer trainer{model, NLLLoss{}, SGD{.lr = 0.1}};
    xt::xtensor<float, 4> x = xt::ones<float>({8, 1, 28, 28});
    xt::xtensor<std::int64_t, 1> y = xt::zeros<std::int64_t>({8});
    const auto good = to<test::Device>(x);
    const auto labels = to<test::Device>(y);
    x(3, 0, 5, 5) = std::nanf("");
    const auto bad = to<test::Device>(x);
    for (int i = 0; i < 3; ++i) (void)trainer.step(good, labels);
    const auto before = test::parameters(model);
    for (int i = 0; i < 3; ++i) (void)trainer.step(bad, labels);
    (void)trainer.step(good, labels);  // nobody has looked yet, so this one stands still too
    CHECK_THROWS_WITH(trainer.totals(), Catch::Contains("the loss is nan in step 4"));
    CHECK(test::parameters(model) == before);

    (void)trainer.step(good, labels);
    CHECK(trainer.totals().steps == 4);
    CHECK(test::parameters(model) != before);
}

TEST_CASE("what is not a number behind a Linear and a ReLU shows in predictions and in losses") {
    test::Model<Plain> model;
    xt::xtensor<float, 4> x = xt::ones<float>({8, 1, 28, 28});
    x(3, 0, 5, 5) = std::nanf("");
    const auto bad = to<test::Device>(x);
    const auto labels = to<test::Device>(xt::xtensor<std::int64_t, 1>(xt::zeros<std::int64_t>({8})));
    const xt::xtensor<float, 2> y = predict(model, bad);
    CHECK(std::isnan(y(3, 0)));
    CHECK(std::isfinite(y(2, 0)));
    Evaluator evaluator{model, NLLLoss{}};
    CHECK(std::isnan(BatchResult(evaluator(bad, labels)).loss));

    // A parameter that is none, from a file for example, and good inputs.
    test::fill(model.parameter<"1.bias">(), std::nanf(""));
    Trainer trainer{model, NLLLoss{}, SGD{.lr = 0.1}};
    const auto good = to<test::Device>(xt::xtensor<float, 4>(xt::ones<float>({8, 1, 28, 28})));
    (void)trainer.step(good, labels);
    CHECK_THROWS_WITH(trainer.totals(), Catch::Contains("the loss is nan in step 1"));
}

TEST_CASE("a gradient that is not finite behind a loss that is does not pass in silence") {
    test::Model<Sequential<Linear<1, 1, no_bias>>> model;
    const float zero = 0;
    model.parameter<"0.weight">().copy_from(&zero);
    Trainer trainer{model, L1Loss{.reduction = Reduction::sum}, SGD{.lr = 0.1}};
    xt::xtensor<float, 2> x = xt::ones<float>({8, 1}), y = xt::ones<float>({8, 1});
    x *= 3e38f;  // the gradient is the sum of eight of them
    const auto before = test::parameters(model);
    (void)trainer.step(to<test::Device>(x), to<test::Device>(y));
    CHECK_THROWS_WITH(trainer.totals(),
                      Catch::Contains("a gradient is not finite in step 1, though the loss is"));
    CHECK(test::parameters(model) == before);
    CHECK(trainer.totals().steps == 0);
}

TEST_CASE("a label out of range changes nothing") {
    test::Model<Plain> model;
    Trainer trainer{model, NLLLoss{}, SGD{.lr = 0.1}};
    xt::xtensor<float, 4> x = xt::ones<float>({8, 1, 28, 28});
    xt::xtensor<std::int64_t, 1> y = xt::zeros<std::int64_t>({8});
    y(5) = 10;
    const auto before = test::parameters(model);
    const auto result = trainer.step(to<test::Device>(x), to<test::Device>(y));
    CHECK_THROWS_WITH(BatchResult(result), "strata: target: found the label 10 at index 5 of the batch, but "
                                           "labels lie in [0, 10)");
    CHECK(test::parameters(model) == before);

    // The same by hand.
    Optimizer optimizer{model, SGD{}};
    const auto device_x = to<test::Device>(x);
    const auto loss = NLLLoss{}(model(device_x), to<test::Device>(y));
    model.backward(loss);
    optimizer.step();
    CHECK_THROWS_AS(loss.item(), ValueError);
    CHECK(test::parameters(model) == before);
}

TEST_CASE("a wrong batch is refused before any work is given to the device") {
    test::Model<Plain> model;
    Trainer trainer{model, NLLLoss{}, SGD{}};
    const auto x = to<test::Device>(xt::xtensor<float, 3>(xt::ones<float>({8, 28, 27})));
    const auto narrow = to<test::Device>(xt::xtensor<float, 3>(xt::ones<float>({8, 28, 28})));
    const auto y = to<test::Device>(xt::xtensor<std::int64_t, 1>(xt::zeros<std::int64_t>({8})));
    const auto few = to<test::Device>(xt::xtensor<std::int64_t, 1>(xt::zeros<std::int64_t>({7})));
    const Counts before;
    CHECK_THROWS_AS(trainer.step(x, y), ShapeError);
    CHECK_THROWS_AS(trainer.step(narrow, few), ShapeError);
    CHECK(Counts{}.launches == before.launches);
}

TEST_CASE("half precision leaves out steps that overflow, and lowers the scale") {
    test::Model<Plain> model;
    Trainer trainer{model, NLLLoss{}, SGD{.lr = 1e-3}};
    trainer.precision(Precision::float16);
    CHECK(trainer.loss_scale() == 65536);
    xt::xtensor<float, 4> x = xt::ones<float>({8, 1, 28, 28});
    xt::xtensor<std::int64_t, 1> y = xt::zeros<std::int64_t>({8});
    const auto before = test::parameters(model);
    const auto labels = to<test::Device>(y);
    x(0, 0, 0, 0) = 1e30f;  // beyond float16
    const auto infinite = to<test::Device>(x);
    for (int i = 0; i < 3; ++i) (void)trainer.step(infinite, labels);
    CHECK(test::parameters(model) == before);
    CHECK(trainer.loss_scale() == 65536 / 8);

    // A batch of which no target counts is not one that overflows.
    x(0, 0, 0, 0) = 1;
    y.fill(-100);
    const auto ordinary = to<test::Device>(x);
    const auto ignored = to<test::Device>(y);
    (void)trainer.step(ordinary, ignored);
    CHECK_THROWS_AS(trainer.totals(), ValueError);
    CHECK(test::parameters(model) == before);
    CHECK(trainer.loss_scale() == 65536 / 8);
}

TEST_CASE("running out of memory names what was asked for, what was planned and what is held") {
    test::Model<Sequential<Flatten, Linear<784, 20000>, Linear<10>, LogSoftmax>> model;
#if !STRATA_ON_GPU
    struct Limit {
        Size before = strata::cuda::detail::memory_limit();
        ~Limit() { strata::cuda::detail::memory_limit() = before; }
    } const restored;
    (void)restored;
    strata::cuda::detail::memory_limit() = strata::cuda::detail::ledger().bytes + 1'000'000;
    const auto [x, y] = some_digits();
    std::string planned;
    try {
        (void)model(x);
    } catch (const OutOfMemoryError& error) {
        planned = error.what();
    }
    CHECK_THAT(planned, Catch::Contains("asked for activations") &&
                            Catch::Contains("the plan for a batch of 64 has ") &&
                            Catch::Contains(" bytes of activations beside "));
    strata::cuda::detail::memory_limit() = strata::cuda::detail::memory_limit() + 100'000'000;
    (void)model(x);  // and the model is as it was
#endif
    strata::cuda::Buffer<float> buffer("a wish");
    std::string text;
    try {
        buffer.resize(Size(1) << 44);
    } catch (const OutOfMemoryError& error) {
        text = error.what();
    }
    CHECK_THAT(text,
               Catch::Contains("out of device memory: 70368744177664 bytes (70368.7 GB) asked for a wish"));
    CHECK_THAT(text, Catch::Contains("this program holds"));
    CHECK_THAT(text, Catch::Contains("parameters: "));
    CHECK(buffer.size() == 0);
}

TEST_CASE("models move between devices with their parameters and mode") {
    test::Model<Mlp> model;
    model.eval();
    const auto moved = model.to<Cpu>();
    const auto back = moved.to<test::Device>();
    CHECK(same_bits(model, back));
    CHECK_FALSE(moved.is_training());
}
