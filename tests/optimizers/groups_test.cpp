// Groups of parameters with options of their own, and frozen ones, against PyTorch; what is refused; and that
// with one group a step is what it was.

#include "catch.hpp"
#include "device.hpp"
#include "golden/optimizer_groups.hpp"
#include "golden/optimizers.hpp"
#include "io/support.hpp"
#include "laws/laws.hpp"

#include <cmath>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/relu.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/optimizers/adamw.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/training/trainer.hpp>
#include <strata/xtensor.hpp>
#include <vector>

using namespace strata;
using support::message_of;
namespace numbers = golden::optimizer_groups;

namespace {

using Net = Sequential<Linear<5, 7>, ReLU, Linear<3>, LogSoftmax>;
using M = test::Model<Net>;

const auto& inputs() {
    static const auto& x = test::to(*new xt::xtensor<float, 2>([] {
        xt::xtensor<float, 2> values = xt::zeros<float>({8, 5});
        std::copy(std::begin(golden::optimizers::x), std::end(golden::optimizers::x), values.begin());
        return values;
    }()));
    return x;
}
const auto& labels() {
    static const auto& y = test::to(*new xt::xtensor<std::int64_t, 1>([] {
        xt::xtensor<std::int64_t, 1> values = xt::zeros<std::int64_t>({8});
        std::copy(std::begin(golden::optimizers::labels), std::end(golden::optimizers::labels),
                  values.begin());
        return values;
    }()));
    return y;
}

M network() {
    manual_seed(42);
    return M{};
}
template <class Optimizer>
double step(M& model, Optimizer& optimizer) {
    optimizer.zero_grad();
    const Loss loss = NLLLoss{}(model(inputs()), labels());
    model.backward(loss);
    const double value = loss.item();
    optimizer.step();
    return value;
}
/// The parameters one after the other, without the padding.
std::vector<float> elements(M& model) {
    std::vector<float> result;
    const std::vector<float> flat = test::parameters(model);
    for (const ParameterInfo& row : M::parameter_table()) {
        const auto begin = flat.begin() + static_cast<std::ptrdiff_t>(row.offset);
        result.insert(result.end(), begin, begin + static_cast<std::ptrdiff_t>(row.dims.elements()));
    }
    return result;
}

/// Trains twice: by hand, and with a Trainer whose steps a device records.
template <class Algorithm, std::size_t Steps, std::size_t Count>
void check(const Algorithm& algorithm, const auto& arrange, const double (&losses)[Steps],
           const float (&parameters)[Count], const auto& before) {
    M model = network(), trained = network();
    Optimizer optimizer{model, algorithm};
    Trainer trainer{trained, NLLLoss{}, algorithm};
    arrange(optimizer);
    arrange(trainer.optimizer());
    for (std::size_t i = 0; i < Steps; ++i) {
        INFO("step " << i);
        before(model, i);
        before(trained, i);
        CHECK(step(model, optimizer) == Approx(losses[i]).epsilon(1e-5));
        const BatchResult result = trainer.step(inputs(), labels());
        CHECK(result.loss == Approx(losses[i]).epsilon(1e-5));
    }
    CHECK(optimizer.steps() == Steps);
    CHECK(trainer.optimizer().steps() == Steps);
    for (M* each : {&model, &trained}) {
        const std::vector<float> now = elements(*each);
        REQUIRE(now.size() == Count);
        for (std::size_t i = 0; i < Count; ++i) {
            INFO("parameter " << i);
            CHECK(std::fabs(now[i] - parameters[i]) <= 1e-5 * std::fabs(parameters[i]) + 1e-6);
        }
    }
}

}  // namespace

TEST_CASE("two groups train as in PyTorch") {
    const auto nothing = [](M&, std::size_t) {};
    const SGD head{.lr = 0.2, .momentum = 0.5, .nesterov = true};
    check(
        SGD{.lr = 0.05, .momentum = 0.9}, [&](auto& optimizer) { optimizer.group("2.", head); },
        numbers::sgd_losses, numbers::sgd_parameters, nothing);
    const Adam adam_body{.lr = 0.01, .weight_decay = 0.1}, adam_head{.lr = 0.05, .betas = {0.8, 0.99}};
    check(
        adam_body, [&](auto& optimizer) { optimizer.group("2.", adam_head); }, numbers::adam_losses,
        numbers::adam_parameters, nothing);
    check(
        adam_head,
        [&](auto& optimizer) {
            optimizer.group({"0.weight", "0.bias"}, adam_body);
        },
        numbers::adam_losses, numbers::adam_parameters, nothing);
    check(
        Adam{},
        [&](auto& optimizer) {
            optimizer.group("0.", adam_body);
            optimizer.group("2.", adam_head);
        },
        numbers::adam_losses, numbers::adam_parameters, nothing);
    check(
        AdamW{.lr = 0.02, .weight_decay = 0.5},
        [&](auto& optimizer) {
            optimizer.group({"0.bias", "2.bias"}).weight_decay = 0;
        },
        numbers::biases_losses, numbers::biases_parameters, nothing);
}

TEST_CASE("a parameter's step count stands still while it is frozen, as in PyTorch") {
    check(
        Adam{.lr = 0.02, .weight_decay = 0.1}, [](auto&) {}, numbers::frozen_losses,
        numbers::frozen_parameters,
        [](M& model, std::size_t step) {
            model.requires_grad<"0.weight">(step >= 3);
            model.requires_grad<"0.bias">(step == 3 || step == 4 || step >= 7);
        });
}

TEST_CASE("groups of the same options, and groups that come late, change no bits") {
    const Adam options{.lr = 0.02, .weight_decay = 0.1};
    M plain = network(), grouped = network();
    Optimizer one{plain, options}, several{grouped, options};
    several.group("0.bias");
    for (int i = 0; i < 3; ++i) {
        REQUIRE(step(plain, one) == step(grouped, several));
        REQUIRE(laws::same_bits(test::parameters(grouped), test::parameters(plain)));
    }
    several.group("2.", options);  // with the step count that its parameters have
    for (int i = 0; i < 3; ++i) {
        step(plain, one);
        step(grouped, several);
        REQUIRE(laws::same_bits(test::parameters(grouped), test::parameters(plain)));
    }
    CHECK(several.steps() == 6);

    // A copy has groups and state of its own.
    auto copy = several;
    copy.options("2.").lr = 0;
    CHECK(several.options("2.").lr == 0.02);
    const auto before = elements(grouped);
    step(grouped, copy);
    const auto after = elements(grouped);
    CHECK_FALSE(laws::same_bits(after, before));
    for (std::size_t i = 42; i < after.size(); ++i) CHECK(after[i] == before[i]);
    CHECK(copy.steps() == 7);
    CHECK(several.steps() == 6);
}

TEST_CASE("a group's options may change between steps, and are checked") {
    M model = network();
    Trainer trainer{model, NLLLoss{}, SGD{.lr = 0.1}};
    auto& optimizer = trainer.optimizer();
    SGD& head = optimizer.group("2.", SGD{.lr = 0});
    CHECK(&head == &optimizer.options("2."));
    const auto changed = [&] {
        const auto before = elements(model);
        (void)trainer.step(inputs(), labels());
        const auto after = elements(model);
        const auto differ = [&](std::size_t begin, std::size_t end) {
            bool result = false;
            for (std::size_t i = begin; i < end; ++i) result = result || after[i] != before[i];
            return result;
        };
        return std::vector<bool>{differ(0, 42), differ(42, after.size())};
    };
    for (int i = 0; i < 3; ++i) CHECK(changed() == std::vector<bool>{true, false});
    head.lr = 0.1;
    CHECK(changed() == std::vector<bool>{true, true});
    optimizer.options().lr = 0;
    for (int i = 0; i < 3; ++i) CHECK(changed() == std::vector<bool>{false, true});
    head.momentum = 0.9;  // another state
    for (int i = 0; i < 3; ++i) CHECK(changed() == std::vector<bool>{false, true});
    head.lr = -1;
    CHECK(support::contains(message_of<ValueError>([&] { (void)trainer.step(inputs(), labels()); }),
                            "SGD: lr is -1, but must be at least 0"));
    head.lr = 0;
    CHECK(changed() == std::vector<bool>{false, false});
}

TEST_CASE("names that are not there, and parameters that are in a group already") {
    M model = network();
    Optimizer optimizer{model, SGD{.lr = 0.1}};
    CHECK(message_of<ValueError>([&] { optimizer.group("1."); }) ==
          "strata: Optimizer: group: \"1.\" is no parameter's name, nor the beginning of one that ends with "
          "a dot; "
          "did you mean \"0.\" or \"2.\"?");
    optimizer.group({"2.weight", "0.bias"});
    CHECK(message_of<ValueError>([&] { optimizer.group("2."); }) ==
          "strata: Optimizer: group: \"2.weight\" is in the group of \"2.weight\" already");
    CHECK_THROWS_AS(optimizer.group({"0.weight", "0.bias"}), ValueError);
    CHECK_THROWS_AS(optimizer.group("0.weight", SGD{.lr = -1}), ValueError);
    CHECK(&optimizer.options("2.weight") == &optimizer.options("0.bias"));
    CHECK(message_of<ValueError>([&] { optimizer.options("2.bias"); }) ==
          "strata: Optimizer: options: no group was made with the name \"2.bias\"; did you mean \"0.bias\"?");
    optimizer.group("2.bias");  // what was refused left no trace
    optimizer.group("0.weight");
    CHECK(message_of<ValueError>([&] { optimizer.group(""); }) ==
          "strata: Optimizer: group: \"0.weight\" is in the group of \"0.weight\" already");
}

TEST_CASE("one pass over the flat buffers, unless it has to be several") {
    using strata::detail::UpdatePlan;
    const auto table = M::parameter_table();
    const auto ranges = [](const UpdatePlan& plan) {
        std::vector<Size> result;
        for (const auto& range : plan.ranges())
            result.insert(result.end(), {range.begin, range.end, range.cohort, Size(range.first)});
        return result;
    };
    const Size end = M::learnt_elements;
    bool all[] = {true, true, true, true}, no_body[] = {false, false, true, true},
         no_bias[] = {true, false, true, true};
    const Size at[] = {table[0].offset, table[1].offset, table[2].offset, table[3].offset};
    UpdatePlan plan(table, end);
    CHECK_FALSE(plan.fits(all));
    plan.settle(all);
    CHECK(plan.fits(all));
    CHECK(ranges(plan) == std::vector<Size>{0, end, 0, 1});
    CHECK_FALSE(plan.fits(no_bias));
    plan.settle(no_bias);
    CHECK(ranges(plan) == std::vector<Size>{0, at[1], 0, 1, at[2], end, 0, 0});
    CHECK(plan.is_idle(1));
    plan.settle(no_body);
    CHECK(ranges(plan) == std::vector<Size>{at[2], end, 2, 1});
    plan.settle(all);  // three step counts by now
    CHECK(ranges(plan) == std::vector<Size>{0, at[1], 0, 1, at[1], at[2], 1, 1, at[2], end, 2, 1});
    CHECK(plan.cohorts() == 3);
    plan.settle(no_body);
    plan.settle(all);
    CHECK(plan.cohorts() == 3);

    UpdatePlan grouped(table, end);
    grouped.set_group(1, 1);
    grouped.set_group(2, 1);
    grouped.settle(all);
    CHECK(ranges(grouped) == std::vector<Size>{0, at[1], 0, 1, at[1], at[3], 1, 1, at[3], end, 0, 0});
}
