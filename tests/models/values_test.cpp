// Values that a model and a predictor hand out, which stay what they are: results that are kept, inputs that are gone before
// the backward pass, models that are moved, assigned to, or gone.
// Labels: robust
// Alone in its program: nvcc 13 writes Shape<1> wrongly here behind the tests beside it.

#include "catch.hpp"
#include "device.hpp"
#include "io/support.hpp"
#include "laws/laws.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <strata/layers/batch_norm1d.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/identity.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/layers/tanh.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/module.hpp>
#include <strata/models/predictor.hpp>
#include <strata/models/state.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/random/tensors.hpp>
#include <strata/training/fit.hpp>
#include <vector>

using namespace strata;
using support::message_of;
using test::host;
using test::to;

namespace {

using Net = Sequential<Linear<4, 8>, Tanh, Linear<8, 4>>;
using Mlp = test::Model<Net>;

struct TwoHeads : strata::Module<Named<"a", Linear<3, 2>>, Named<"b", Linear<3, 1>>> {
    using input_shapes = InputShapes<Shape<3>>;
    static constexpr auto forward(auto self, auto x) { return Outputs{self["a"](x), self["b"](x)}; }
};

template <class X>
std::vector<float> numbers(const X& x) {
    const auto here = host(x);
    return {here.begin(), here.end()};
}

/// The gradients of one step on x, from the beginning.
template <class M, class X, class Y>
std::vector<float> gradients_of(M& model, const X& x, const Y& y) {
    model.zero_grad();
    model.backward(MSELoss{}(model(x), y));
    return test::gradients(model);
}

template <class Work>
void is_refused(const Work& work, const char* why) {
    const std::string message = message_of<ValueError>(work);
    INFO(message);
    CHECK(support::contains(message, why));
}

// Something else in the memory that has just been given back.
void reuse_memory() {
    std::vector<std::unique_ptr<xt::xtensor<float, 2>>> others;
    for (Size i = 1; i < 200; ++i)
        others.push_back(std::make_unique<xt::xtensor<float, 2>>(xt::ones<float>({i, Size(4)}) * 77));
}

}  // namespace

TEST_CASE("a prediction stays what it is when the model goes on") {
    manual_seed(1);
    Mlp model;
    const auto small_here = randn(2, 4), large_here = randn(200, 4), same_here = randn(2, 4);
    const auto& small = to(small_here);
    const auto& large = to(large_here);
    const auto& same = to(same_here);
    for (const bool training : {true, false}) {
        model.train(training);
        const auto p = model(small);
        const auto before = numbers(p);
        (void)model(large);
        CHECK(numbers(p) == before);
        const auto q = model(same);
        CHECK(numbers(p) == before);
        CHECK(numbers(q) != before);
        const auto copy = p;
        (void)model(same);
        CHECK(numbers(copy) == before);
    }
    // many are kept, more than are held ready
    std::vector<decltype(model(small))> kept;
    std::vector<std::vector<float>> values;
    for (int i = 0; i < 30; ++i) {
        const auto x_here = randn(2, 4);
        const auto& x = to(x_here);
        kept.push_back(model(x));
        values.push_back(numbers(kept.back()));
    }
    for (Size i = 0; i < kept.size(); ++i) CHECK(numbers(kept[i]) == values[i]);
}

TEST_CASE("a prediction outlives its model") {
    const auto x_here = randn(2, 4);
    const auto& x = to(x_here);
    manual_seed(3);
    Mlp twin;
    const auto expected = numbers(twin(x));
    manual_seed(3);
    const auto kept = Mlp{}(x);
    reuse_memory();
    CHECK(numbers(kept) == expected);
    const auto of_a_function = [&] {
        manual_seed(3);
        Mlp model;
        return model(x);
    }();
    reuse_memory();
    CHECK(numbers(of_a_function) == expected);
    // and a loss: its value is there; nobody is left to go backward
    const auto y_here = randn(2, 4);
    const auto& y = to(y_here);
    const double value = MSELoss{}(twin(x), y).item();
    const Loss loss = [&] {
        manual_seed(3);
        Mlp model;
        return MSELoss{}(model(x), y);
    }();
    CHECK(loss.item() == value);
    is_refused([&] { twin.backward(loss); }, "another model's prediction");
    CHECK(MSELoss{}(of_a_function, y).item() == value);
}

TEST_CASE("predictions are inputs and targets like others") {
    manual_seed(2);
    Mlp model, other;
    const auto x_here = randn(3, 4), x2_here = randn(3, 4);
    const auto& x = to(x_here);
    const auto& x2 = to(x2_here);
    Predictor q{model};
    const auto y = q(x);
    const auto z = q(y);
    const xt::xtensor<float, 2> y_here = host(y);
    CHECK(numbers(z) == numbers(q(to(y_here))));
    CHECK(numbers(q(q(x))) == numbers(z));
    CHECK(numbers(model(model(x))) == numbers(z));

    // the loss of two predictions of one model; the later one goes backward
    const auto target = model(x2);
    const xt::xtensor<float, 2> target_here = host(target);
    const auto prediction = model(x);
    const auto expected = gradients_of(other = model, x, to(target_here));
    model.backward(MSELoss{}(prediction, target));
    CHECK(test::gradients(model) == expected);
    Trainer trainer{model, MSELoss{}, SGD{.lr = 0}};
    CHECK(BatchResult(trainer.step(x, model(x2))).loss == MSELoss{}(prediction, target).item());
    CHECK(BatchResult(trainer.step(x, model(x2))).loss > 0);
    is_refused([&] { model.backward(MSELoss{}(target, prediction)); }, "another pass");
}

TEST_CASE("the input of a training pass is safe until its backward pass is done") {
    manual_seed(4);
    Mlp model;
    const auto x_here = randn(5, 4), y_here = randn(5, 4);
    const auto& x = to(x_here);
    const auto& y = to(y_here);
    const auto expected = gradients_of(model, x, y);

    model.zero_grad();
    const auto forward = [&] {  // the batch is a local, and gone when the function returns
        const xt::xtensor<float, 2> local = x_here;
        const auto& batch = to(local);
        return model(batch);
    };
    const auto prediction = forward();
    reuse_memory();
    model.backward(MSELoss{}(prediction, y));
    CHECK(test::gradients(model) == expected);

    SECTION("as what another model predicted") {
        Mlp first;
        const auto between = numbers(first(x));
        const xt::xtensor<float, 2> between_here = host(first(x));
        const auto expected_behind = gradients_of(model, to(between_here), y);
        model.zero_grad();
        const auto p = model(first(x));
        (void)first(y);
        (void)first(y);
        reuse_memory();
        model.backward(MSELoss{}(p, y));
        CHECK(test::gradients(model) == expected_behind);
    }
#if !defined(STRATA_TEST_CUDA)
    SECTION("changed in between") {
        model.zero_grad();
        xt::xtensor<float, 2> changing = x_here;
        const auto p = model(changing);
        changing *= 0;
        model.backward(MSELoss{}(p, y_here));
        CHECK(test::gradients(model) == expected);
    }
    SECTION("a view of something that is gone") {
        model.zero_grad();
        auto whole = std::make_unique<xt::xtensor<float, 2>>(xt::concatenate(xt::xtuple(x_here, x_here)));
        const auto p = model(xt::view(*whole, xt::range(0, 5)));
        whole.reset();
        reuse_memory();
        model.backward(MSELoss{}(p, y_here));
        CHECK(test::gradients(model) == expected);
    }
    SECTION("lent by name, it is read where it lies") {
        model.zero_grad();
        xt::xtensor<float, 2> lent = x_here;
        const auto p = model(borrow(lent));
        lent *= 0;
        model.backward(MSELoss{}(p, y_here));
        CHECK(test::gradients(model) != expected);
    }
    SECTION("a column-major container") {
        model.zero_grad();
        const xt::xtensor<float, 2, xt::layout_type::column_major> columns = x_here;
        model.backward(MSELoss{}(model(columns), y_here));
        CHECK(test::gradients(model) == expected);
    }
#endif
    SECTION("a pass that is refused leaves the one before as it was") {
        model.zero_grad();
        const auto p = model(x);
        const Loss loss = MSELoss{}(p, y);
        const xt::xtensor<float, 2> wrong_here = xt::ones<float>({5, 3});
        CHECK_THROWS_AS(model(to(wrong_here)), ShapeError);
        model.backward(loss);
        CHECK(test::gradients(model) == expected);
    }
}

TEST_CASE("view: the model's memory by name") {
    manual_seed(5);
    Mlp model;
    const auto x_here = randn(2, 4), y_here = randn(2, 4);
    const auto& x = to(x_here);
    const auto& y = to(y_here);
    const auto expected = gradients_of(model, x, y);
    model.zero_grad();
    const auto shown = model.view(x);
    CHECK(numbers(shown) == numbers(model.view(x)));
    model.backward(MSELoss{}(model.view(x), y));
    CHECK(test::gradients(model) == expected);
    is_refused([&] { (void)MSELoss{}(shown, y); }, "another pass");
    Predictor predictor{model};
    CHECK(numbers(predictor.view(x)) == numbers(predictor(x)));
    CHECK(predictor.view(x).batch_view().data == predictor.view(x).batch_view().data);
}

TEST_CASE("a view as an input is copied before it is overwritten") {
    manual_seed(5);
    using Deep = Sequential<Linear<4, 4>, Tanh, Linear<4, 4>, Tanh, Linear<4, 4>>;
    test::Model<Deep> model, twin = model;
    const auto x_here = randn(2, 4), y_here = randn(2, 4), other_here = randn(2, 4);
    const auto& x = to(x_here);
    const auto& y = to(y_here);
    const auto& other = to(other_here);
    Predictor predictor{model};
    const auto expected = numbers(predictor(predictor(x)));
    CHECK(numbers(model(model(x))) == expected);
    CHECK(numbers(model.view(model.view(x))) == expected);
    CHECK(numbers(model(model.view(x))) == expected);
    CHECK(numbers(predictor.view(predictor.view(x))) == expected);
    const auto inner = twin(x);
    const auto gradients = gradients_of(twin, inner, y);
    CHECK(gradients_of(model, model.view(x), y) == gradients);

    // and kept until the backward pass is done
    auto first = std::make_unique<test::Model<Deep>>(model);
    const Loss loss = MSELoss{}(model(first->view(x)), y);
    (void)first->view(other);
    first.reset();
    reuse_memory();
    model.zero_grad();
    model.backward(loss);
    CHECK(test::gradients(model) == gradients);
    const Loss of_a_predictor = MSELoss{}(model(predictor.view(x)), y);
    (void)predictor.view(other);
    model.zero_grad();
    model.backward(of_a_predictor);
    CHECK(test::gradients(model) == gradients);
}

TEST_CASE("a predictor's results are the caller's own") {
    manual_seed(6);
    Mlp model;
    const auto x_here = randn(2, 4), more_here = randn(50, 4);
    const auto& x = to(x_here);
    const auto& more = to(more_here);
    const auto expected = numbers(Predictor{model}(x));
    const auto kept = Predictor{model}(x);
    reuse_memory();
    CHECK(numbers(kept) == expected);
    Predictor predictor{model};
    const auto first = predictor(x);
    (void)predictor(more);
    (void)predictor(more);
    CHECK(numbers(first) == expected);
    const xt::xtensor<float, 2> none_here({0, 4});
    CHECK_THROWS_AS(predictor(to(none_here)), ShapeError);
    CHECK(numbers(predictor(x)) == expected);
}

TEST_CASE("a predictor of several outputs returns them all") {
    test::Model<TwoHeads> model;
    const auto x_here = randn(2, 3);
    const auto& x = to(x_here);
    const auto [a, b] = Predictor{model}(x);
    model.eval();
    const auto [c, d] = model(x);
    CHECK(numbers(a) == numbers(c));
    CHECK(numbers(b) == numbers(d));
    STATIC_REQUIRE(std::is_same_v<typename decltype(b)::sample_shape, Shape<1>>);
}

TEST_CASE("a model that has been moved from is refused, and so is who was made with it") {
    manual_seed(7);
    const auto x_here = randn(2, 4), y_here = randn(2, 4);
    const auto& x = to(x_here);
    const auto& y = to(y_here);
    auto model = std::make_unique<Mlp>();
    Trainer trainer{*model, MSELoss{}, SGD{.lr = 0.1}};
    Optimizer optimizer{*model, SGD{.lr = 0.1}};
    Predictor predictor{*model};
    Evaluator evaluator{*model, MSELoss{}};
    model->backward(MSELoss{}((*model)(x), y));
    const auto expected = numbers(predictor(x));

    const Loss loss = MSELoss{}((*model)(x), y);
    Mlp moved = std::move(*model);
    Mlp& from = *model;
    CHECK(numbers(moved.view(x)) == expected);
    is_refused([&] { (void)from(x); }, "moved from");
    is_refused([&] { (void)from.view(x); }, "moved from");
    is_refused([&] { from.backward(loss); }, "moved from");
    is_refused([&] { (void)from.parameter<"0.weight">(); }, "moved from");
    is_refused([&] { (void)from.gradient<"0.weight">(); }, "moved from");
    is_refused([&] { (void)from.flat_parameters(); }, "moved from");
    is_refused([&] { (void)from.flat_gradients(); }, "moved from");
    is_refused([&] { from.for_each_parameter([](auto, auto) {}); }, "moved from");
    is_refused([&] { from.reset_parameters(); }, "moved from");
    is_refused([&] { (void)from.template to<Cpu>(); }, "moved from");
    is_refused([&] { save(from, "moved.safetensors"); }, "moved from");
    is_refused([&] { (void)load(from, "moved.safetensors"); }, "moved from");
    is_refused([&] { from.freeze(""); }, "moved from");
    is_refused([&] { optimizer.step(); }, "gone or has been moved");
    is_refused([&] { optimizer.zero_grad(); }, "gone or has been moved");
    is_refused([&] { (void)trainer.step(x, y); }, "gone or has been moved");
    is_refused([&] { (void)predictor(x); }, "gone or has been moved");
    is_refused([&] { (void)evaluator(x, y); }, "gone or has been moved");
    is_refused([&] { (void)Predictor{from}; }, "moved from");
    is_refused([&] { (void)Optimizer{from, SGD{.lr = 1}}; }, "moved from");

    // what is gone altogether
    model.reset();
    reuse_memory();
    is_refused([&] { optimizer.step(); }, "gone or has been moved");
    is_refused([&] { (void)trainer.step(x, y); }, "gone or has been moved");
    is_refused([&] { (void)predictor(x); }, "gone or has been moved");
}

TEST_CASE("a loss goes where its model goes") {
    manual_seed(8);
    Mlp model;
    const auto x_here = randn(2, 4), y_here = randn(2, 4);
    const auto& x = to(x_here);
    const auto& y = to(y_here);
    const auto expected = gradients_of(model, x, y);
    model.zero_grad();
    const Loss loss = MSELoss{}(model(x), y);
    Mlp moved = std::move(model);
    moved.backward(loss);
    CHECK(test::gradients(moved) == expected);
}

TEST_CASE("who was made with a model stays with it when another is assigned to it") {
    manual_seed(9);
    Mlp model;
    Mlp other;
    const auto x_here = randn(2, 4), y_here = randn(2, 4);
    const auto& x = to(x_here);
    const auto& y = to(y_here);
    Predictor predictor{model};
    Optimizer optimizer{model, SGD{.lr = 0.1}};
    const auto of_other = numbers(Predictor{other}(x));
    const Loss of_before = MSELoss{}(model(x), y);
    model = std::move(other);
    CHECK(numbers(predictor(x)) == of_other);
    is_refused([&] { model.backward(of_before); }, "another pass");
    is_refused([&] { (void)other(x); }, "moved from");
    model.zero_grad();
    model.backward(MSELoss{}(model(x), y));
    optimizer.step();
    CHECK(numbers(predictor(x)) != of_other);
    other = Mlp{};  // and is a model again
    CHECK(numbers(other(x)).size() == 8);
    Mlp& same = other;
    other = std::move(same);
    CHECK(numbers(other(x)).size() == 8);
}

#if !defined(STRATA_TEST_CUDA)
TEST_CASE("parameters that are changed between forward and backward") {
    manual_seed(18);
    Mlp model;
    const auto x_here = randn(2, 4), y_here = randn(2, 4);
    const auto& x = to(x_here);
    const auto& y = to(y_here);
    Optimizer optimizer{model, SGD{.lr = 0.1}};
    model.backward(MSELoss{}(model(x), y));
    std::vector<float> values(model.flat_parameters().size());
    model.copy_parameters_to(values.data());
    const char* const why = "the model's parameters have been changed since this loss's prediction";

    const auto refuses_after = [&](const auto& change) {
        const Loss loss = MSELoss{}(model(x), y);
        const auto before = test::gradients(model);
        change();
        is_refused([&] { model.backward(loss); }, why);
        CHECK(laws::same_bits(test::gradients(model), before));
    };
    refuses_after([&] { optimizer.step(); });
    refuses_after([&] { model.copy_parameters_from(values.data()); });
    refuses_after([&] { model.reset_parameters(); });
    save(model, "changed.safetensors");
    refuses_after([&] { (void)load(model, "changed.safetensors"); });
    model.backward(MSELoss{}(model(x), y));
}

TEST_CASE("models in a vector that grows") {
    std::vector<Mlp> models(2);
    const auto x = randn(2, 4);
    const auto kept = models[0](x);
    const auto before = numbers(kept);
    models.resize(50);
    CHECK(numbers(kept) == before);
    models[0].eval();
    CHECK(numbers(models[0](x)) == before);
    models.clear();
    reuse_memory();
    CHECK(numbers(kept) == before);
}

TEST_CASE("an input that throws while it is read") {
    Mlp model;
    const auto x = randn(5, 4), y = randn(5, 4);
    const Loss loss = MSELoss{}(model(x), y);
    const auto throws = xt::make_lambda_xfunction(
        [](float value) -> float { return value < 1e9f ? throw std::runtime_error("no numbers") : value; },
        x);
    CHECK_THROWS_AS(model(throws), std::runtime_error);
    is_refused([&] { model.backward(loss); }, "another pass");  // and does not read what came in between
}

TEST_CASE("an input that is the output") {
    strata::Model<Sequential<Input<3>, Identity>> model;
    auto x = std::make_unique<xt::xtensor<float, 2>>(randn(2, 3));
    const auto expected = numbers(*x);
    const auto y = model(*x);
    x.reset();
    reuse_memory();
    CHECK(numbers(y) == expected);
}
#endif
