// Labels: robust
// Frozen parameters: which they are, what the backward pass leaves out for them, and that nothing changes
// them.

#include "catch.hpp"
#include "device.hpp"
#include "io/support.hpp"
#include "laws/laws.hpp"

#include <cstdlib>
#include <strata/layers/batch_norm1d.hpp>
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/layers/tanh.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/module.hpp>
#include <strata/models/state.hpp>
#include <strata/optimizers/adadelta.hpp>
#include <strata/optimizers/adagrad.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/optimizers/adamax.hpp>
#include <strata/optimizers/adamw.hpp>
#include <strata/optimizers/nadam.hpp>
#include <strata/optimizers/rmsprop.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/random/tensors.hpp>
#include <strata/training/trainer.hpp>
#include <strata/xtensor.hpp>
#include <string>
#include <vector>

using namespace strata;
using support::message_of;
using test::to;

namespace {

using Mlp = Sequential<Linear<4, 8>, Tanh, Linear<8, 8>, ReLU, Linear<8, 3>>;

/// A branch that is added, a parameter of its own, and a layer that is called twice.
struct Branched
    : Module<Named<"stem", Linear<4, 6>>, Named<"left", Linear<6, 6>>, Named<"right", Linear<6, 6>>,
             Parameter<"scale", Shape<6>>, Named<"head", Linear<6, 3>>> {
    static constexpr auto forward(auto self, auto x) {
        const auto h = relu(self["stem"](x));
        const auto both = relu(self["left"](h)) + self["scale"] * self["right"](h);
        return self["head"](h + tanh(self["right"](both)));
    }
};

/// y = weight x + shift, which works out all its gradients together.
struct Together {
    static constexpr bool gradients_together = true;
    static constexpr LayerTraits traits = {.keeps = Keeps::input};
    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }
    static constexpr Size saved(Dims given) { return given.elements(); }
    static constexpr auto parameters(Dims given) {
        return parameter_list({{"weight", given}, {"shift", given}});
    }
    static void initialize(Generator& generator, auto weight, auto shift) {
        uniform_(weight.data, weight.size(), 0.5, 1.5, generator);
        uniform_(shift.data, shift.size(), -1, 1, generator);
    }
    struct Product {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& a, const V& b) const {
            return a * b;
        }
    };
    struct MultiplyAdd {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x, const V& weight, const V& shift) const {
            return x * weight + shift;
        }
    };
    /// Row by row.
    template <class Device, class F, class Out, class X, class... Row>
    static void rows(Device& device, const F& f, Out out, X x, Row... row) {
        using One =
            BatchView<const typename Out::value_type, typename Out::device_type, typename Out::shape_type>;
        for (Size i = 0; i < out.batch; ++i) {
            const Size at = i * Out::sample_size;
            device.map(f, Out{out.data + at, 1}, One{x.data + at, 1}, One{row.data, 1}...);
        }
    }
    static void forward(auto& device, auto x, auto y, auto weight, auto shift, auto) {
        rows(device, MultiplyAdd{}, y, x, weight, shift);
    }
    static void infer(auto& device, auto x, auto y, auto weight, auto shift) {
        rows(device, MultiplyAdd{}, y, x, weight, shift);
    }
    template <class X>  // because nvcc 13 breaks down at the tenth `auto`
    static void backward(auto& device, X x, auto, auto dy, auto dx, auto weight, auto, auto dweight,
                         auto dshift, auto products) {
        device.map(Product{}, products, x, dy);
        device.sum_rows(products, dweight);
        device.sum_rows(dy, dshift);
        if (dx.data != nullptr) rows(device, Product{}, dx, dy, weight);
    }
};
using Mixed = Sequential<Linear<4, 6>, Together, Tanh, Linear<6, 3>>;
using Normed = Sequential<Linear<4, 6>, BatchNorm1d<>, ReLU, Linear<6, 3>>;

template <class M>
const ParameterInfo& row_of(std::string_view name) {
    for (const ParameterInfo& row : M::parameter_table())
        if (row.name.view() == name) return row;
    std::abort();
}
/// The table without buffers.
template <class M>
std::vector<ParameterInfo> learnt_rows() {
    std::vector<ParameterInfo> rows;
    for (const ParameterInfo& row : M::parameter_table())
        if (row.kind == ParameterKind::learnt) rows.push_back(row);
    return rows;
}
/// A parameter's elements among those of a flat buffer.
std::vector<float> part(const std::vector<float>& flat, const ParameterInfo& row) {
    const auto begin = flat.begin() + static_cast<std::ptrdiff_t>(row.offset);
    return {begin, begin + static_cast<std::ptrdiff_t>(row.dims.elements())};
}
bool all_zero(const std::vector<float>& numbers) {
    return laws::same_bits(numbers, std::vector<float>(numbers.size()));
}

const auto& inputs() {
    static const auto& x = to(*new xt::xtensor<float, 2>([] {
        manual_seed(1);
        return xt::xtensor<float, 2>(randn(7, 4));
    }()));
    return x;
}
const auto& targets() {
    static const auto& y = to(*new xt::xtensor<float, 2>([] {
        manual_seed(2);
        return xt::xtensor<float, 2>(randn(7, 3));
    }()));
    return y;
}

template <class M>
std::vector<float> backward(M& model) {
    const Loss loss = MSELoss{}(model(inputs()), targets());
    model.backward(loss);
    return test::gradients(model);
}

/// Whatever is frozen, its gradients are zero, and the others are the bits that they are without.
template <class Net>
void check_gradients_of() {
    manual_seed(3);
    test::Model<Net> model;
    const auto table = learnt_rows<test::Model<Net>>();
    const std::vector<float> whole = backward(model);
    const auto check = [&](double factor) {
        const std::vector<float> gradients = test::gradients(model);
        for (const ParameterInfo& row : table) {
            INFO(row.name.view());
            const std::vector<float> here = part(gradients, row);
            if (model.is_frozen(row.name.view())) {
                CHECK(all_zero(here));
            } else {
                CHECK_FALSE(all_zero(here));
                if (factor == 1) CHECK(laws::same_bits(here, part(whole, row)));
                std::vector<float> expected = part(whole, row);
                for (float& value : expected) value *= static_cast<float>(factor);
                CHECK(laws::close(here, expected, 1e-6));
            }
        }
    };
    for (Size bits = 1; bits + 1 < Size(1) << table.size();
         ++bits) {  // all frozen sets but the empty one and all
        model.unfreeze("");
        for (Size row = 0; row < table.size(); ++row)
            if (bits >> row & 1) model.freeze(table[row].name.view());
        INFO("frozen set " << bits);
        model.zero_grad();
        backward(model);
        check(1);
        if (bits % 5 == 0) {
            backward(model);  // they add up
            check(2);
        }
    }
}

}  // namespace

TEST_CASE("names, beginnings of names, and everything") {
    test::Model<Mlp> model;
    const auto frozen = [&] {
        std::string names;
        model.for_each_parameter([&](std::string_view name, auto) {
            if (model.is_frozen(name)) names += std::string(name) + " ";
        });
        return names;
    };
    CHECK(frozen().empty());
    model.freeze("2.weight");
    CHECK(frozen() == "2.weight ");
    model.freeze("0.");
    CHECK(frozen() == "0.weight 0.bias 2.weight ");
    model.unfreeze("0.bias");
    CHECK(frozen() == "0.weight 2.weight ");
    model.freeze("");
    CHECK(frozen() == "0.weight 0.bias 2.weight 2.bias 4.weight 4.bias ");
    model.unfreeze("");
    CHECK(frozen().empty());
    model.requires_grad<"4.bias">(false);
    CHECK(frozen() == "4.bias ");
    model.requires_grad<"4.bias">(true);
    CHECK(frozen().empty());
}

TEST_CASE("an unknown name is refused, and names that are near are told") {
    test::Model<Branched> model;
    const auto refusal = [&](std::string_view which) {
        return message_of<ValueError>([&] { model.freeze(which); });
    };
    CHECK(refusal("haed.") ==
          "strata: freeze: \"haed.\" is no parameter's name, nor the beginning of one that ends "
          "with a dot; did you mean \"head.\"?");
    CHECK(refusal("left.wieght") ==
          "strata: freeze: \"left.wieght\" is no parameter's name, nor the beginning of one "
          "that ends with a dot; did you mean \"left.weight\"?");
    CHECK(support::contains(refusal("head"), "did you mean \"head.\""));  // no dot: one parameter is meant
    CHECK(support::contains(refusal("transformer."), "; there are \"stem.\", \"stem.weight\""));
    CHECK_THROWS_AS(model.unfreeze("scale."), ValueError);
    CHECK_THROWS_AS(model.is_frozen("stem."), ValueError);
    CHECK_FALSE(model.is_frozen("scale"));

    test::Model<Sequential<Linear<3, 4>, BatchNorm1d<>>> normed;
    CHECK(support::contains(message_of<ValueError>([&] { normed.freeze("1.running_mean"); }),
                            "freeze: \"1.running_mean\" is a buffer, which is not learnt"));
    CHECK_THROWS_AS(normed.is_frozen("1.running_var"), ValueError);
    normed.freeze("1.");
    CHECK(normed.is_frozen("1.bias"));
}

TEST_CASE("gradients of what is frozen are zero, and all others as they were") {
    check_gradients_of<Mlp>();
    check_gradients_of<Branched>();
    check_gradients_of<Mixed>();
    check_gradients_of<Normed>();
}

TEST_CASE("a parameter may be frozen and unfrozen between backward passes that add up") {
    manual_seed(4);
    test::Model<Mlp> model;
    const auto& row = row_of<test::Model<Mlp>>("2.bias");
    const auto once = part(backward(model), row);
    model.freeze("2.");
    CHECK(all_zero(part(test::gradients(model), row)));
    CHECK(all_zero(part(backward(model), row)));
    model.unfreeze("2.bias");
    CHECK(laws::close(part(backward(model), row), once, 1e-6));
    CHECK(test::host(model.gradient<"2.weight">())(0, 0) == 0);
}

TEST_CASE("with everything frozen there is nothing to learn, and that is said") {
    test::Model<Mlp> model;
    const Loss loss = MSELoss{}(model(inputs()), targets());
    model.freeze("");
    const char* message = "strata: there is nothing to learn: all parameters of the model are frozen";
    CHECK_THROWS_WITH(model.backward(loss), message);
    Trainer trainer{model, MSELoss{}, SGD{.lr = 0.1}};
    CHECK_THROWS_WITH(trainer.step(inputs(), targets()), message);
    model.unfreeze("4.bias");
    model.backward(loss);
    trainer.step(inputs(), targets());
}

TEST_CASE("copies and other devices know what is frozen; files do not") {
    const support::TemporaryDirectory directory;
    test::Model<Mlp> model;
    model.freeze("0.");
    test::Model<Mlp> copy = model;
    CHECK(copy.is_frozen("0.weight"));
    copy.unfreeze("");
    CHECK(model.is_frozen("0.weight"));
    CHECK(model.to<Cpu>().is_frozen("0.bias"));
    CHECK_FALSE(model.to<Cpu>().is_frozen("2.bias"));

    save(model, directory.path("model"));
    test::Model<Mlp> loaded;
    loaded.freeze("4.");
    load(loaded, directory.path("model"));
    CHECK(laws::same_bits(test::parameters(loaded), test::parameters(model)));
    CHECK_FALSE(loaded.is_frozen("0.weight"));
    CHECK(loaded.is_frozen("4.weight"));
}

namespace {

/// Trains with parts frozen in turns, and looks at the bits of what is frozen.
template <class Net, class Algorithm>
void check_bits(const Algorithm& algorithm) {
    manual_seed(5);
    test::Model<Net> model;
    using M = test::Model<Net>;
    Trainer trainer{model, MSELoss{}, algorithm};
    const auto table = learnt_rows<M>();
    const std::string_view first = table[0].name.view().substr(0, table[0].name.view().find('.') + 1);
    const std::string_view last = table.back().name.view();
    for (int turn = 0; turn < 8; ++turn) {
        model.unfreeze("");
        if (turn % 4 == 1 || turn % 4 == 2) model.freeze(first);
        if (turn % 4 == 2 || turn % 4 == 3) model.freeze(last);
        const auto before = test::parameters(model);
        for (int step = 0; step < 4; ++step) (void)trainer.step(inputs(), targets());
        const auto after = test::parameters(model);
        for (const ParameterInfo& row : table) {
            INFO(row.name.view() << " in turn " << turn);
            CHECK(laws::same_bits(part(after, row), part(before, row)) == model.is_frozen(row.name.view()));
        }
    }
    (void)trainer.totals();
}

}  // namespace

TEST_CASE("frozen parameters keep their bits with every optimizer") {
    check_bits<Mlp>(SGD{.lr = 0.01, .momentum = 0.9, .weight_decay = 0.1});
    check_bits<Mlp>(SGD{.lr = 0.01});
    check_bits<Mlp>(Adam{.lr = 0.01, .weight_decay = 0.1, .amsgrad = true});
    check_bits<Mlp>(AdamW{.lr = 0.01, .weight_decay = 0.1});
    check_bits<Mlp>(NAdam{.lr = 0.01, .weight_decay = 0.1});
    check_bits<Mlp>(Adamax{.lr = 0.01, .weight_decay = 0.1});
    check_bits<Mlp>(Adagrad{.lr = 0.01, .weight_decay = 0.1});
    check_bits<Mlp>(Adadelta{.weight_decay = 0.1});
    check_bits<Mlp>(RMSprop{.lr = 0.01, .weight_decay = 0.1, .momentum = 0.5, .centered = true});
    check_bits<Branched>(Adam{.lr = 0.01, .weight_decay = 0.1});
    check_bits<Mixed>(AdamW{.lr = 0.01, .weight_decay = 0.1});
    check_bits<Normed>(SGD{.lr = 0.01, .momentum = 0.9, .weight_decay = 0.1});
}

TEST_CASE("recorded steps notice what is frozen") {
    manual_seed(6);
    test::Model<Mlp> model;
    test::Model<Mlp> unrecorded = model;
    Trainer trainer{model, MSELoss{}, Adam{.lr = 0.01, .weight_decay = 0.1}};
    Trainer one_by_one{unrecorded, MSELoss{}, Adam{.lr = 0.01, .weight_decay = 0.1}};
    one_by_one.record(false);
    for (int step = 0; step < 24; ++step) {
        for (auto* each : {&model, &unrecorded}) {
            each->unfreeze("");
            if (step / 4 % 2 == 1) each->freeze("0.");
            if (step % 12 == 7) each->freeze("2.bias");
        }
        const BatchResult result = trainer.step(inputs(), targets()),
                          other = one_by_one.step(inputs(), targets());
        REQUIRE(result.loss == other.loss);
        REQUIRE(laws::same_bits(test::parameters(model), test::parameters(unrecorded)));
    }
}

#if defined(STRATA_TEST_CUDA)
TEST_CASE("frozen sets that come again find their recorded steps, and a frozen body is less work") {
    test::Model<Mlp> model;
    Trainer trainer{model, MSELoss{}, Adam{.lr = 0.01}};
    const auto& counted = strata::cuda::statistics();
    const auto turn = [&](bool frozen) {
        model.unfreeze("");
        if (frozen) model.freeze("0.");
        const auto before = counted.captures.load();
        for (int step = 0; step < 3; ++step) (void)trainer.step(inputs(), targets());
        return counted.captures.load() - before;
    };
    CHECK(turn(false) == 1);
    CHECK(turn(true) == 1);
    (void)turn(false);  // the body has a step count of its own now: another step
    for (int i = 0; i < 3; ++i) {
        CHECK(turn(true) == 0);
        CHECK(turn(false) == 0);
    }

    trainer.record(false);
    const auto launches = [&] {
        const auto before = counted.launches.load();
        (void)trainer.step(inputs(), targets());
        return counted.launches.load() - before;
    };
    test::Model<Mlp> fresh = model;
    (void)launches();
    const auto whole = launches();
    model.freeze("0.");
    model.freeze("2.");
    (void)launches();
    CHECK(launches() + 4 < whole);
}
#endif
