// Optimizers on a model: losses against PyTorch, gradients that are missing, changing options, copies,
// padding.

#include "catch.hpp"
#include "device.hpp"
#include "golden/lion.hpp"
#include "golden/optimizers.hpp"

#include <cmath>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/relu.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adadelta.hpp>
#include <strata/optimizers/adagrad.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/optimizers/adamax.hpp>
#include <strata/optimizers/adamw.hpp>
#include <strata/optimizers/lion.hpp>
#include <strata/optimizers/nadam.hpp>
#include <strata/optimizers/rmsprop.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/xtensor.hpp>
#include <vector>

using namespace strata;
namespace numbers = golden::optimizers;

#if defined(STRATA_TEST_CUDA)  // the device counts for itself; to give it work may take memory of the host
template <class Call>
unsigned long long allocated_by(const Call& call) {
    const auto before = test::device_allocations();
    call();
    return test::device_allocations() - before;
}
#else
#include "io/count_allocations.hpp"
using support::allocated_by;

// The CPU's buffers come from here and not from operator new.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
    support::allocated_bytes += bytes;
    void* memory = nullptr;
    return posix_memalign(&memory, alignment, bytes) == 0 ? memory : nullptr;
}
#endif

namespace {

using Net = Sequential<Linear<5, 7>, ReLU, Linear<3>, LogSoftmax>;
constexpr Size samples = std::size(numbers::labels);

const auto& inputs() {
    static const xt::xtensor<float, 2> x = [] {
        xt::xtensor<float, 2> values = xt::zeros<float>({samples, Size(5)});
        std::copy(std::begin(numbers::x), std::end(numbers::x), values.begin());
        return values;
    }();
    static const auto& on_device = test::to(x);
    return on_device;
}
const auto& labels() {
    static const xt::xtensor<std::int64_t, 1> y = [] {
        xt::xtensor<std::int64_t, 1> values = xt::zeros<std::int64_t>({samples});
        std::copy(std::begin(numbers::labels), std::end(numbers::labels), values.begin());
        return values;
    }();
    static const auto& on_device = test::to(y);
    return on_device;
}

template <class Algorithm>
struct Training {
    test::Model<Net> model = seeded();
    Optimizer<test::Model<Net>, Algorithm> optimizer;

    explicit Training(Algorithm algorithm) : optimizer(model, algorithm) {}

    static test::Model<Net> seeded() {
        manual_seed(42);
        return test::Model<Net>{};
    }
    double backward() {
        optimizer.zero_grad();
        const Loss loss = NLLLoss{}(model(inputs()), labels());
        model.backward(loss);
        return loss.item();
    }
    double step() {
        const double loss = backward();
        optimizer.step();
        return loss;
    }
    std::vector<float> parameters() const { return test::parameters(model); }
};

/// The flat parameters that belong to no tensor.
std::vector<float> padding(const std::vector<float>& flat) {
    std::vector<float> rest;
    Size end = 0;
    for (const ParameterInfo& row : test::Model<Net>::parameter_table()) {
        rest.insert(rest.end(), flat.begin() + static_cast<long>(end),
                    flat.begin() + static_cast<long>(row.offset));
        end = row.offset + row.dims.elements();
    }
    rest.insert(rest.end(), flat.begin() + static_cast<long>(end), flat.end());
    return rest;
}

template <class Algorithm, std::size_t N>
void check_losses(Algorithm algorithm, const double (&expected)[N]) {
    Training training(algorithm);
    for (const double loss : expected) CHECK(training.step() == Approx(loss).epsilon(1e-6));
    CHECK(training.optimizer.steps() == N);
}

template <class Algorithm>
void check_laws(Algorithm algorithm) {
    Training training(algorithm);
    const std::vector<float> start = training.parameters();

    // Without gradients nothing happens: before the first backward pass, and behind zero_grad.
    training.optimizer.step();
    training.backward();
    training.optimizer.zero_grad();
    training.optimizer.step();
    CHECK(training.optimizer.steps() == 0);
    CHECK(training.parameters() == start);

    // Nor did that leave a trace.
    Training fresh(algorithm);
    for (int t = 0; t < 3; ++t) CHECK(training.step() == fresh.step());
    CHECK(training.parameters() == fresh.parameters());
    CHECK(training.parameters() != start);

    // The state lives as long as the optimizer, and a copy has its own.
    const std::vector<float> three = training.parameters();
    const auto saved = training.optimizer;
    training.step();
    training.step();
    const std::vector<float> five = training.parameters();
    training.model.copy_parameters_from(three.data());
    training.optimizer = saved;
    CHECK(training.optimizer.steps() == 3);
    training.step();
    training.step();
    CHECK(training.parameters() == five);

    // After the first step nothing is allocated.
    CHECK(allocated_by([&] { training.optimizer.step(); }) == 0);

    // What lies between tensors stays zero.
    const std::vector<float> between = padding(training.parameters());
    CHECK(between.size() > 0);
    CHECK(between == std::vector<float>(between.size(), 0.f));

    // Wrong options stop the first step that sees them.
    const std::vector<float> before = training.parameters();
    training.backward();
    training.optimizer.options().lr = std::nan("");
    CHECK_THROWS_WITH(training.optimizer.step(), Catch::Contains(": lr is nan, but must be at least 0"));
    CHECK(training.parameters() == before);
    CHECK_THROWS_AS((Optimizer{training.model, training.optimizer.options()}), ValueError);
}

}  // namespace

TEST_CASE("A network trains as in PyTorch") {
    check_losses(SGD{.lr = 0.1, .momentum = 0.9}, numbers::sgd_losses);
    check_losses(Adam{.lr = 0.01}, numbers::adam_losses);
    check_losses(AdamW{.lr = 0.01}, numbers::adamw_losses);
    check_losses(Adadelta{}, numbers::adadelta_losses);
    check_losses(Adagrad{.lr = 0.05}, numbers::adagrad_losses);
    check_losses(RMSprop{.lr = 0.01}, numbers::rmsprop_losses);
    check_losses(Adamax{.lr = 0.02}, numbers::adamax_losses);
    check_losses(NAdam{.lr = 0.01}, numbers::nadam_losses);
    check_losses(Lion{.lr = 0.01}, golden::lion::losses);
}

TEST_CASE("What holds for every optimizer") {
    check_laws(SGD{.lr = 0.1});
    check_laws(SGD{.lr = 0.1, .momentum = 0.9, .nesterov = true});
    check_laws(Adam{});
    check_laws(Adam{.eps = 0, .weight_decay = 0.1, .amsgrad = true});
    check_laws(AdamW{});
    check_laws(AdamW{.eps = 0, .amsgrad = true});
    check_laws(Adadelta{});
    check_laws(Adagrad{.initial_accumulator_value = 0.1, .eps = 0});
    check_laws(RMSprop{.eps = 0});
    check_laws(RMSprop{.momentum = 0.9, .centered = true});
    check_laws(Adamax{.eps = 0});
    check_laws(NAdam{.eps = 0});
    check_laws(Lion{.weight_decay = 0.1});
}

TEST_CASE("Options that need another state keep what there is") {
    Training plain(Adam{.lr = 0.01}), changed(Adam{.lr = 0.01});
    for (int t = 0; t < 3; ++t) {
        plain.step();
        changed.step();
    }
    changed.optimizer.options().amsgrad = true;  // the largest v so far is still v itself
    plain.step();
    changed.step();
    CHECK(changed.parameters() == plain.parameters());
}

TEST_CASE("Gradients add up until zero_grad") {
    Training once(SGD{.lr = 0.2}), twice(SGD{.lr = 0.1});
    once.step();
    twice.backward();
    twice.model.backward(NLLLoss{}(twice.model(inputs()), labels()));
    twice.optimizer.step();
    for (Size i = 0; i < once.parameters().size(); ++i)
        CHECK(twice.parameters()[i] == Approx(once.parameters()[i]).margin(1e-6));
}
