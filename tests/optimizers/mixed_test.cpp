// Mixed: Muon for matrices and AdamW for the rest, against PyTorch; parameters that are given to one of them;
// schedulers; copies; no memory of the others.

#include "golden/mixed.hpp"
#include "optimizers/tensor_check.hpp"

#include <strata/data/data_loader.hpp>
#include <strata/data/tensor_dataset.hpp>
#include <strata/optimizers/adamw.hpp>
#include <strata/optimizers/mixed.hpp>
#include <strata/optimizers/muon.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/schedulers/step_lr.hpp>
#include <strata/training/fit.hpp>

using namespace tensor_check;
namespace numbers = golden::mixed;

namespace {

using Net = Sequential<Linear<5, 7>, ReLU, Linear<3>, LogSoftmax>;
using M = test::Model<Net>;

M network() {
    manual_seed(42);
    return M{};
}
constexpr Mixed mixed{Muon{.lr = 0.02}, AdamW{.lr = 0.01}};

auto x() { return to<test::Device>(inputs<float>()); }
auto y() { return to<test::Device>(labels()); }
void step(auto& trainer) { trainer.step(x(), y()); }
template <class Optimizer>
double step(M& model, Optimizer& optimizer) {
    optimizer.zero_grad();
    const auto batch = x();
    const Loss loss = NLLLoss{}(model(batch), y());
    model.backward(loss);
    const double value = loss.item();
    optimizer.step();
    return value;
}

}  // namespace

TEST_CASE("Muon has the matrices, and AdamW the rest, as in PyTorch") {
    check(network(), mixed, numbers::matrices_losses, numbers::matrices_parameters, 2e-5);
    M model = network();
    DataLoader loader{TensorDataset<Shape<5>, ClassIndex>{inputs<float>(), labels()}, {.batch_size = 8}};
    fit(model, loader, NLLLoss{}, mixed, {.epochs = 6, .output = nullptr});
    check_parameters(model, numbers::matrices_parameters, 2e-5);
}

TEST_CASE("parameters are given to one of them, and to groups") {
    const auto arrange = [](auto& optimizer) {
        optimizer.template give<AdamW>("2.");
        optimizer.template get<AdamW>().group("0.bias", AdamW{.lr = 0.05});
    };
    M model = network();
    Optimizer optimizer{model, mixed};
    arrange(optimizer);
    for (const double wanted : numbers::first_losses)
        CHECK(std::fabs(step(model, optimizer) - wanted) <= 2e-5);
    check_parameters(model, numbers::first_parameters, 2e-5);
    CHECK(optimizer.steps() == 6);
    CHECK(optimizer.get<Muon>().steps() == 6);
    CHECK(optimizer.get<AdamW>().steps() == 6);
    for (const bool recorded : {true, false}) {
        M trained = network();
        Trainer trainer{trained, NLLLoss{}, mixed};
        trainer.record(recorded);
        arrange(trainer.optimizer());
        for (int i = 0; i < 6; ++i) step(trainer);
        check_parameters(trained, numbers::first_parameters, 2e-5);
        CHECK(trainer.optimizer().steps() == 6);
    }
}

TEST_CASE("each parameter is one's alone, also while shares change between recorded steps") {
    const auto train = [](bool recorded) {
        M model = network();
        Trainer trainer{model, NLLLoss{}, Mixed{Muon{.lr = 0}, SGD{.lr = 0.1}}};
        trainer.record(recorded);
        auto& optimizer = trainer.optimizer();
        optimizer.get<Muon>().options().weight_decay = 0;
        const auto changed = [&](auto&& work) {
            const auto before = elements(model);
            work();
            const auto after = elements(model);
            std::vector<bool> rows;
            Size at = 0;
            for (const ParameterInfo& row : M::parameter_table()) {
                bool differs = false;
                for (Size i = 0; i < row.dims.elements(); ++i, ++at)
                    differs = differs || before[at] != after[at];
                rows.push_back(differs);
            }
            return rows;
        };
        const auto steps = [&] {
            for (int i = 0; i < 3; ++i) step(trainer);
        };
        CHECK(changed(steps) == std::vector<bool>{false, true, false, true});
        optimizer.template give<SGD>("2.weight");
        CHECK(changed(steps) == std::vector<bool>{false, true, true, true});
        optimizer.template give<Muon>("2.weight");
        CHECK(changed(steps) == std::vector<bool>{false, true, false, true});
        model.freeze("0.bias");
        optimizer.template give<SGD>("");
        CHECK(changed(steps) == std::vector<bool>{true, false, true, true});
        return test::parameters(model);
    };
    CHECK(laws::same_bits(train(true), train(false)));
}

TEST_CASE("a parameter that an algorithm refuses is refused in the step, and given back") {
    M model = network();
    Trainer trainer{model, NLLLoss{}, mixed};
    step(trainer);
    const auto before = test::parameters(model);
    trainer.optimizer().give<Muon>("0.");
    CHECK_THROWS_WITH(
        step(trainer),
        "strata: Optimizer: \"0.bias\" is (7), but this algorithm takes matrices; freeze it, or "
        "give the rest to another one: Mixed{Muon{}, AdamW{}}");
    CHECK(laws::same_bits(test::parameters(model), before));
    CHECK_THROWS_AS(trainer.optimizer().give<Muon>("1."), ValueError);
    trainer.optimizer().give<AdamW>("0.bias");
    CHECK_NOTHROW(step(trainer));
}

TEST_CASE("a scheduler is for one of them") {
    M model = network();
    Trainer trainer{model, NLLLoss{}, mixed};
    StepLR scheduler{trainer.optimizer().get<Muon>(), {.step_size = 1, .gamma = 0.5}};
    step(trainer);
    scheduler.step();
    CHECK(trainer.optimizer().get<Muon>().options().lr == 0.01);
    CHECK(trainer.optimizer().get<AdamW>().options().lr == 0.01);
}

TEST_CASE("a copy has its own state") {
    M model = network();
    Optimizer optimizer{model, mixed};
    step(model, optimizer);
    auto copy = optimizer;
    const auto start = test::parameters(model);
    step(model, optimizer);
    const auto after = test::parameters(model);
    model.copy_parameters_from(start.data());
    step(model, copy);
    CHECK(laws::same_bits(test::parameters(model), after));
}

TEST_CASE("one that was moved from refuses, and one that is assigned to itself goes on") {
    M model = network(), other = network();
    Trainer trainer{model, NLLLoss{}, mixed}, stays{other, NLLLoss{}, mixed};
    auto& same = trainer.optimizer();
    for (int i = 0; i < 3; ++i) {
        trainer.optimizer() = std::move(same);
        step(trainer);
        step(stays);
        CHECK(elements(model) == elements(other));
    }
    const auto moved = std::move(trainer);
    CHECK_THROWS_AS(trainer.optimizer().give<AdamW>("2."), ValueError);
    CHECK_THROWS_AS(trainer.optimizer().get<Muon>().group("0.weight", Muon{}), ValueError);
}

TEST_CASE("options of both are looked at") {
    M model = network();
    CHECK_THROWS_AS((Optimizer{model, Mixed{Muon{.lr = -1}, AdamW{}}}), ValueError);
    CHECK_THROWS_AS((Optimizer{model, Mixed{Muon{}, AdamW{.lr = -1}}}), ValueError);
    Trainer trainer{model, NLLLoss{}, mixed};
    trainer.optimizer().get<AdamW>().options().lr = -1;
    CHECK_THROWS_AS(step(trainer), ValueError);
}
