// Muon: PyTorch's steps, in the model's type; options and tensors that are refused; frozen parameters; options
// that change between recorded steps.

#include "golden/muon.hpp"
#include "optimizers/tensor_check.hpp"

#include <strata/optimizers/muon.hpp>

using namespace tensor_check;
namespace numbers = golden::muon;

namespace {

using Net = Sequential<Linear<5, 7, no_bias>, Tanh, Linear<7, no_bias>, ReLU, Linear<3, no_bias>, LogSoftmax>;

template <class T = float>
test::Model<Net, T> network() {
    test::Model<Net, T> model;
    double layer = 0;
    model.for_each_parameter([&](std::string_view, auto&& tensor) {
        std::vector<T> values(tensor.size());
        for (Size i = 0; i < values.size(); ++i) {
            char digits[32];  // four of them, as in the script
            std::snprintf(digits, sizeof digits, "%.4g",
                          0.3 * std::sin(1 + 2.3 * static_cast<double>(i) + layer));
            values[i] = static_cast<T>(std::strtod(digits, nullptr));
        }
        test::assign(tensor, values);
        ++layer;
    });
    return model;
}

constexpr Muon standard{.lr = 0.02};
constexpr Muon plain{.lr = 0.02,
                     .weight_decay = 0,
                     .momentum = 0.5,
                     .nesterov = false,
                     .adjust_lr_fn = AdjustLR::match_rms_adamw};
constexpr Muon other{.lr = 0.05,
                     .weight_decay = 0.3,
                     .momentum = 0.9,
                     .ns_coefficients = {2, -1.5, 0.5},
                     .eps = 0.01,
                     .ns_steps = 3,
                     .adjust_lr_fn = AdjustLR::spectral_unclamped};

void step(auto& trainer) { trainer.step(to<test::Device>(inputs<float>()), to<test::Device>(labels())); }

}  // namespace

TEST_CASE("Muon takes PyTorch's steps") {
    const auto single = network();
    check(single, standard, numbers::default_losses_float, numbers::default_float, 2e-5);
    check(single, plain, numbers::plain_losses_float, numbers::plain_float, 2e-5);
    check(single, other, numbers::other_losses_float, numbers::other_float, 2e-5);
    const auto doubles = network<double>();
    check(doubles, standard, numbers::default_losses_double, numbers::default_double, 1e-12);
    check(doubles, plain, numbers::plain_losses_double, numbers::plain_double, 1e-12);
    check(doubles, other, numbers::other_losses_double, numbers::other_double, 1e-12);
}

TEST_CASE("options change between recorded steps") {
    const auto train = [](bool recorded) {
        auto model = network();
        Trainer trainer{model, NLLLoss{}, standard};
        trainer.record(recorded);
        for (int i = 0; i < 12; ++i) {
            Muon& options = trainer.optimizer().options();
            if (i == 4) options.ns_steps = 2;
            if (i == 6) options.adjust_lr_fn = AdjustLR::match_rms_adamw;
            if (i == 8) options.lr = 0.1;
            if (i == 9) options.ns_coefficients[0] = 3;
            if (i == 10) options = standard;
            step(trainer);
        }
        return test::parameters(model);
    };
    CHECK(laws::same_bits(train(true), train(false)));
}

TEST_CASE("Muon is for matrices") {
    test::Model<Sequential<Linear<5, 7>, ReLU, Linear<3, no_bias>, LogSoftmax>> model;
    CHECK_THROWS_WITH(
        (Optimizer{model, Muon{}}),
        "strata: Optimizer: \"0.bias\" is (7), but this algorithm takes matrices; freeze it, or "
        "give the rest to another one: Mixed{Muon{}, AdamW{}}");
    CHECK_THROWS_AS((Trainer{model, NLLLoss{}, Muon{}}), ValueError);
    model.freeze("0.bias");
    Trainer trainer{model, NLLLoss{}, standard};
    const auto start = test::parameters(model);
    step(trainer);
    const auto before = test::parameters(model);
    CHECK_FALSE(laws::same_bits(before, start));
    model.unfreeze("0.bias");
    CHECK_THROWS_AS(step(trainer), ValueError);
    CHECK(laws::same_bits(test::parameters(model), before));
    model.freeze("0.");
    step(trainer);
    model.unfreeze("0.weight");
    step(trainer);
    for (const float value : test::parameters(model)) CHECK(std::isfinite(value));
}

TEST_CASE("Muon refuses options out of range") {
    CHECK_THROWS_WITH(Muon{.lr = -0.1}.validate(), "strata: Muon: lr is -0.1, but must be at least 0");
    CHECK_THROWS_WITH(Muon{.weight_decay = -1}.validate(),
                      "strata: Muon: weight_decay is -1, but must be at least 0");
    CHECK_THROWS_WITH(Muon{.momentum = -1}.validate(),
                      "strata: Muon: momentum is -1, but must be at least 0");
    CHECK_THROWS_AS((Muon{.ns_coefficients = {1, std::nan(""), 1}}.validate()), ValueError);
    CHECK_THROWS_WITH(Muon{.eps = -1}.validate(), "strata: Muon: eps is -1, but must be at least 0");
    CHECK_THROWS_WITH(Muon{.ns_steps = 100}.validate(),
                      "strata: Muon: ns_steps is 100, but must be in [0, 100)");
}
