// A model by itself: its parameters and gradients, what may be handed to it, what it refuses, the memory it
// uses.

#include "catch.hpp"
#include "device.hpp"
#include "io/support.hpp"
#include "laws/laws.hpp"

#include <cstdlib>
#include <strata/layers/dropout.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/layers/tanh.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/predictor.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/random/tensors.hpp>
#include <strata/training/trainer.hpp>
#include <strata/xtensor.hpp>
#include <string>
#include <vector>

#if defined(STRATA_TEST_CUDA)  // the device counts for itself
#define COUNTS_BYTES
namespace {
std::size_t bytes_taken() { return strata::cuda::detail::ledger().bytes; }
}  // namespace
#elif !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they bring their own
#define COUNTS_BYTES
namespace {
std::size_t aligned_bytes = 0;
std::size_t bytes_taken() { return aligned_bytes; }
}  // namespace
extern "C" {
void* __libc_memalign(std::size_t, std::size_t);
void* aligned_alloc(std::size_t alignment, std::size_t size) {
    aligned_bytes += size;
    return __libc_memalign(alignment, size);
}
}
#endif

using namespace strata;
using support::message_of;
using test::host;
using test::to;

namespace {

using Line = Linear<2, 1>;
using Mlp = Sequential<Linear<4, 8>, Tanh, Linear<8, 3>>;
using Nested =
    Sequential<Linear<4, 6>, Sequential<Tanh, Sequential<Linear<6, 6>, ReLU>, Linear<6, no_bias>>, Linear<2>>;

template <class M, class X, class Y>
void backward(M& model, const X& x, const Y& y) {
    const auto& batch = to(x);
    const auto prediction = model(batch);
    model.backward(MSELoss{}(prediction, to(y)));
}

/// The output for x and the gradients of one step.
template <class M, class X>
std::vector<float> outcome(M& model, const X& x) {
    const auto& batch = to(x);
    const auto prediction = model(batch);
    const auto y = host(prediction);
    std::vector<float> result(y.begin(), y.end());
    const xt::xtensor<float, 2> zeros = xt::zeros<float>({x.shape()[0], std::size_t{3}});
    model.zero_grad();
    model.backward(MSELoss{}(prediction, to(zeros)));
    for (float g : test::gradients(model)) result.push_back(g);
    return result;
}

}  // namespace

static_assert(test::Model<Line>::parameter_count == 3);
static_assert(test::Model<Mlp>::parameter_count == (4 * 8 + 8) + (8 * 3 + 3));
static_assert(test::Model<Mlp>::multiply_adds == 4 * 8 + 8 * 3);
static_assert(test::Model<Nested>::parameter_count == (24 + 6) + (36 + 6) + 36 + (12 + 2));
static_assert(test::Model<Nested>::multiply_adds == 24 + 36 + 36 + 12);

TEST_CASE("a parameter that is assigned changes the predictions") {
    test::Model<Line> model;
    test::assign(model.parameter<"weight">(), {2, -1});
    test::assign(model.parameter<"bias">(), {0.5f});
    const xt::xtensor<float, 2> x_here = {{3, 4}, {1, 0}};
    const auto& x = to(x_here);
    CHECK(host(model(x))(0, 0) == 2.5f);
    CHECK(host(model(x))(1, 0) == 2.5f);
    test::assign(model.parameter<"weight">(), {4, -2});
    CHECK(host(model(x))(0, 0) == 4.5f);

    const test::Model<Line>& constant = model;
    CHECK(host(constant.parameter<"weight">())(0, 1) == -2);
}

#if !defined(STRATA_TEST_CUDA)  // the host cannot write into a GPU's memory
TEST_CASE("a parameter that is written changes the predictions") {
    test::Model<Line> model;
    auto weight = model.parameter<"weight">();
    auto bias = model.parameter<"bias">();
    weight(0, 0) = 2;
    weight(0, 1) = -1;
    bias(0) = 0.5f;
    const xt::xtensor<float, 2> x = {{3, 4}, {1, 0}};
    CHECK(model(x)(0, 0) == 2.5f);
    CHECK(model(x)(1, 0) == 2.5f);
    model.parameter<"weight">() *= 2;
    CHECK(model(x)(0, 0) == 4.5f);
    CHECK(weight(0, 0) == 4);

    const test::Model<Line>& constant = model;
    CHECK(constant.parameter<"weight">()(0, 1) == -2);
    STATIC_REQUIRE(std::is_same_v<decltype(constant.parameter<"bias">()(0)), const float&>);
}
#endif

TEST_CASE("gradients are the loss's derivatives, add up, and are overwritten after zero_grad") {
    test::Model<Line> model;
    test::fill(model.parameter<"weight">(), 1);
    test::fill(model.parameter<"bias">(), 0);
    CHECK(host(model.gradient<"weight">())(0, 0) == 0);
    CHECK_FALSE(model.has_gradients());
    const xt::xtensor<float, 2> x = {{3, 4}, {1, 0}}, y = {{5}, {3}};  // the errors are 2 and -2

    const auto gradients = [&] {
        const auto weight = host(model.gradient<"weight">());
        return std::vector<float>{weight(0, 0), weight(0, 1), host(model.gradient<"bias">())(0)};
    };
    backward(model, x, y);
    CHECK(gradients() == std::vector<float>{4, 8, 0});  // mean of 2 * error * input
    CHECK(model.has_gradients());
    backward(model, x, y);
    CHECK(gradients() == std::vector<float>{8, 16, 0});
    backward(model, xt::view(x, xt::range(0, 1)), xt::view(y, xt::range(0, 1)));
    CHECK(gradients() == std::vector<float>{8 + 12, 16 + 16, 4});

    model.zero_grad();
    CHECK_FALSE(model.has_gradients());
    backward(model, x, y);
    CHECK(gradients() == std::vector<float>{4, 8, 0});
    model.zero_grad();
    for (float g : test::gradients(model)) CHECK(g == 0);
}

TEST_CASE("gradients of two batches add up in every layer") {
    manual_seed(3);
    test::Model<Nested, double> model;
    const xt::xtensor<double, 2> x = randn(7, 4), y = randn(7, 2);
    const auto of = [&](Size begin, Size end) {
        backward(model, xt::view(x, xt::range(begin, end)), xt::view(y, xt::range(begin, end)));
        return test::gradients(model);
    };
    const auto first = of(0, 3);
    const auto both = of(3, 7);
    model.zero_grad();
    const auto second = of(3, 7);
    for (Size i = 0; i < both.size(); ++i) CHECK(both[i] == Approx(first[i] + second[i]).margin(1e-14));
}

TEST_CASE("Dropout drops in training mode only") {
    test::Model<Sequential<Linear<4, 200>, Dropout>> model;
    test::fill(model.parameter<"0.weight">(), 0);
    test::fill(model.parameter<"0.bias">(), 1);
    const xt::xtensor<float, 2> x_here = xt::ones<float>({5, 4});
    const auto& x = to(x_here);
    const auto zeros = [&] {
        const auto y = host(model(x));
        return std::count(y.begin(), y.end(), 0.0f);
    };
    CHECK(model.is_training());
    CHECK(zeros() > 400);
    CHECK(zeros() < 600);
    model.eval();
    CHECK_FALSE(model.is_training());
    CHECK(zeros() == 0);
    CHECK(host(model(x))(4, 199) == 1);
    model.train();
    CHECK(zeros() > 400);
    model.train(false);
    CHECK(zeros() == 0);
}

TEST_CASE("a batch may be a container, a view or an expression") {
    manual_seed(4);
    test::Model<Mlp> model;
    const xt::xtensor<float, 2> x = randn(6, 4);
    const std::vector<float> expected = outcome(model, x);
    const auto same = [&](const auto& given) { return laws::same_bits(outcome(model, given), expected); };

    const xt::xarray<float> dynamic = x;
    CHECK(same(dynamic));
    const xt::xtensor_fixed<float, xt::xshape<6, 4>> fixed = x;
    CHECK(same(fixed));
    const std::vector<float> numbers(x.begin(), x.end());
    CHECK(same(xt::adapt(numbers, {std::size_t{6}, std::size_t{4}})));

    xt::xtensor<float, 2> tall = xt::zeros<float>({10, 4});
    xt::view(tall, xt::range(2, 8)) = x;
    CHECK(same(xt::view(tall, xt::range(2, 8))));  // rows, side by side
    CHECK(same(xt::view(tall, xt::range(2, 8), xt::all())));
    xt::xtensor<float, 2> wide = xt::ones<float>({6, 9});
    xt::view(wide, xt::all(), xt::range(1, 9, 2)) = x;
    CHECK(same(xt::view(wide, xt::all(), xt::range(1, 9, 2))));  // every second column
    CHECK(same(xt::strided_view(wide, {xt::all(), xt::range(1, 9, 2)})));
    const xt::xtensor<float, 2> turned = xt::transpose(x);
    CHECK(same(xt::transpose(turned)));
    const xt::xtensor<float, 2, xt::layout_type::column_major> columns = x;
    CHECK(same(columns));
    const xt::xtensor<float, 2> backwards = xt::flip(x, 0);
    CHECK(same(xt::flip(backwards, 0)));

    const xt::xtensor<float, 2> halved = 0.5f * x;
    CHECK(same(2 * halved));  // not evaluated before
    CHECK(same(xt::reshape_view(x, {6, 4})));
#if !defined(STRATA_TEST_CUDA)         // on a device a batch has the model's type already
    CHECK(same(xt::cast<double>(x)));  // numbers of another type are converted
#endif
}

TEST_CASE("a temporary may be gone before the backward pass") {
    manual_seed(5);
    test::Model<Mlp> model;
    const xt::xtensor<float, 2> x = randn(60, 4), y = xt::zeros<float>({60, 3});
    backward(model, x, y);
    const auto expected = test::gradients(model);
    model.zero_grad();
    const auto prediction = model(to(xt::xtensor<float, 2>(x)));
    // Where the temporary was, perhaps.
    const xt::xtensor<float, 2> elsewhere_here = xt::ones<float>({60, 4});
    [[maybe_unused]] const auto& elsewhere = to(elsewhere_here);
    model.backward(MSELoss{}(prediction, to(y)));
    CHECK(laws::same_bits(test::gradients(model), expected));
}

TEST_CASE("a batch of another shape is refused, with both shapes") {
    test::Model<Mlp> model;
    const auto refusal = [&](const xt::xarray<float>& x) {
        return message_of<ShapeError>([&] { model(to(x)); });
    };
    CHECK(refusal(xt::zeros<float>({3, 5})) ==
          "strata: the input has the shape (3, 5), but the network takes (batch, 4)");
    CHECK(refusal(xt::zeros<float>({4})) ==
          "strata: the input has the shape (4), but the network takes (batch, 4)");
    CHECK(refusal(xt::zeros<float>({2, 2, 4})) ==
          "strata: the input has the shape (2, 2, 4), but the network takes (batch, 4)");
    CHECK(refusal(1.0f) == "strata: the input has the shape (), but the network takes (batch, 4)");

    test::Model<Sequential<Flatten, Linear<12, 2>>> flat;  // takes whatever holds 12 numbers per sample
    const xt::xarray<float> images = xt::ones<float>({2, 3, 4}), rows = xt::ones<float>({2, 12});
    const xt::xarray<float> larger = xt::zeros<float>({2, 3, 5}), no_batch = xt::zeros<float>({12});
    const float first = host(flat(to(images)))(1, 1);
    CHECK(host(flat(to(rows)))(1, 1) == first);
    CHECK(message_of<ShapeError>([&] { flat(to(larger)); }) ==
          "strata: the input has the shape (2, 3, 5), but the network takes (batch, 12)");
    CHECK_THROWS_AS(flat(to(no_batch)), ShapeError);
}

TEST_CASE("batches may grow and shrink") {
    manual_seed(6);
    const xt::xtensor<float, 2> large = randn(64, 4), one = randn(1, 4);
    const test::Model<Mlp> start;
    test::Model<Mlp> fresh = start, large_first = start, small_first = start;
    const auto of_large = outcome(fresh, large);
    test::Model<Mlp> another = start;
    const auto of_one = outcome(another, one);

    CHECK(laws::same_bits(outcome(large_first, large), of_large));
    CHECK(laws::same_bits(outcome(large_first, one), of_one));
    CHECK(laws::same_bits(outcome(large_first, large), of_large));
    CHECK(laws::same_bits(outcome(small_first, one), of_one));
    CHECK(laws::same_bits(outcome(small_first, large), of_large));
    CHECK(laws::same_bits(outcome(small_first, one), of_one));
    small_first.eval();
    const xt::xtensor<float, 2> larger = randn(100, 4);
    CHECK(small_first(to(larger)).shape()[0] == 100);
}

TEST_CASE("a model of doubles") {
    manual_seed(7);
    test::Model<Mlp> single;
    test::Model<Mlp, double> precise;
    const double first = host(precise.parameter<"0.weight">())(0, 0);
    CHECK(first != double(float(first)));
    const std::vector<float> from = test::parameters(single);
    precise.copy_parameters_from(std::vector<double>(from.begin(), from.end()).data());
    const xt::xtensor<double, 2> x = randn(5, 4), y = randn(5, 3);
    const xt::xtensor<float, 2> x_single = x, y_single = y;
    const auto& batch = to(x);
    const auto& batch_single = to(x_single);
    const auto a = single(batch_single);
    const auto b = precise(batch);
    const auto a_here = host(a);
    const auto b_here = host(b);
    for (Size i = 0; i < 15; ++i) CHECK(a_here.data()[i] == Approx(b_here.data()[i]).margin(1e-6));
    single.backward(MSELoss{}(a, to(y_single)));
    precise.backward(MSELoss{}(b, to(y)));
    const std::vector<float> gradients_single = test::gradients(single);
    const std::vector<double> gradients = test::gradients(precise);
    for (Size i = 0; i < from.size(); ++i) CHECK(gradients_single[i] == Approx(gradients[i]).margin(1e-6));
}

TEST_CASE("copies are independent") {
    manual_seed(8);
    test::Model<Mlp> model;
    const xt::xtensor<float, 2> x = randn(5, 4), y = randn(5, 3);
    backward(model, x, y);
    const auto parameters = test::parameters(model);
    const auto gradients = test::gradients(model);

    test::Model<Mlp> copy = model;
    CHECK(laws::same_bits(test::parameters(copy), parameters));
    CHECK(laws::same_bits(test::gradients(copy), gradients));
    copy.eval();
    CHECK(model.is_training());
    test::fill(copy.parameter<"2.bias">(), 1);
    copy.zero_grad();
    backward(model, 2 * x, y);
    CHECK(laws::same_bits(test::parameters(model), parameters));
    CHECK_FALSE(copy.has_gradients());

    test::Model<Mlp> assigned;
    Trainer{assigned, MSELoss{}, SGD{.lr = 1}}.step(to(x), to(y));
    assigned = model;
    CHECK(laws::same_bits(test::parameters(assigned), parameters));
    const test::Model<Mlp> moved = std::move(assigned);
    CHECK((host(moved.parameter<"0.bias">()) == host(model.parameter<"0.bias">())));
    CHECK(laws::same_bits(test::parameters(model), parameters));
}

TEST_CASE("reset_parameters draws what a new model draws") {
    manual_seed(9);
    test::Model<Mlp> model;
    const auto fresh = test::parameters(model);
    model.reset_parameters();
    CHECK_FALSE(laws::same_bits(test::parameters(model), fresh));
    manual_seed(9);
    model.reset_parameters();
    CHECK(laws::same_bits(test::parameters(model), fresh));
    test::fill(model.parameter<"0.weight">(), 0);
    Generator generator(9);
    model.reset_parameters(generator);
    CHECK(laws::same_bits(test::parameters(model), fresh));
}

TEST_CASE("for_each_parameter: PyTorch's names and shapes, in order") {
    test::Model<Nested> model;
    std::string seen;
    Size numbers = 0;
    model.for_each_parameter([&](std::string_view name, auto tensor) {
        const auto shape = tensor.shape();
        seen += std::string(name) + " " + strata::detail::text_of(shape.data(), shape.size()) + "\n";
        numbers += tensor.size();
        test::fill(tensor, 0.25f);
    });
    // list(net.state_dict()) of torch.nn.Sequential with the same nesting
    CHECK(seen == "0.weight (6, 4)\n0.bias (6)\n"
                  "1.1.0.weight (6, 6)\n1.1.0.bias (6)\n"
                  "1.2.weight (6, 6)\n"
                  "2.weight (2, 6)\n2.bias (2)\n");
    CHECK(numbers == test::Model<Nested>::parameter_count);
    CHECK(host(model.parameter<"1.1.0.bias">())(5) == 0.25f);
    CHECK(host(model.parameter<"2.weight">())(1, 5) == 0.25f);
}

TEST_CASE("a backward pass needs the loss of the last forward pass in training mode") {
    test::Model<Line> model;
    const xt::xtensor<float, 2> x_here = {{3, 4}, {1, 0}}, y_here = {{5}, {3}};
    const auto& x = to(x_here);
    const auto& y = to(y_here);
    const MSELoss criterion;
    const auto refused = [&](const Loss& loss, const char* cause) {
        const auto message = message_of<ValueError>([&] { model.backward(loss); });
        INFO(message);
        return support::contains(message, "strata: backward: ") && support::contains(message, cause);
    };
    CHECK(refused(Loss{}, "empty"));
    const Loss first = criterion(model(x), y);
    auto prediction = model(x);
    CHECK(refused(first, "another pass"));
    const Loss loss = criterion(prediction, y);
    CHECK(refused(first, "another pass"));
    const Loss second = criterion(prediction, y);
    CHECK(refused(loss, "another loss of the same prediction"));
    model.backward(second);
    const auto gradients = test::gradients(model);
    CHECK(refused(second, "takes a loss once"));
    CHECK(laws::same_bits(test::gradients(model), gradients));

    const Loss overtaken = criterion(model(x), y);
    model.eval();
    CHECK(refused(criterion(model(x), y), "evaluation mode"));
    CHECK(refused(overtaken, "another pass"));
    model.train();
    const Loss trained_over = criterion(model(x), y);
    Trainer{model, criterion, SGD{.lr = 0.1}}.step(x, y);
    CHECK(refused(trained_over, "another pass"));
}

TEST_CASE("another model's loss is refused") {
    test::Model<Line> model, other;
    const xt::xtensor<float, 2> x_here = {{3, 4}, {1, 0}}, y_here = {{5}, {3}};
    const auto& x = to(x_here);
    const auto& y = to(y_here);
    const Loss loss = MSELoss{}(model(x), y);
    CHECK(support::contains(message_of<ValueError>([&] { other.backward(loss); }),
                            "another model's prediction"));
    const Loss other_loss = MSELoss{}(other(x), y);  // as many passes and losses as the first
    CHECK_THROWS_AS(other.backward(loss), ValueError);
    test::Model<Line> copy = model;
    CHECK_THROWS_AS(copy.backward(loss), ValueError);
    model.backward(loss);
    other.backward(other_loss);
}

TEST_CASE("an empty batch is refused") {
    test::Model<Mlp> model;
    const xt::xtensor<float, 2> none_here({0, 4});
    const auto& none = to(none_here);
    CHECK_THROWS_AS(model(none), ShapeError);
    model.eval();
    CHECK_THROWS_AS(model(none), ShapeError);
}

#ifdef COUNTS_BYTES
TEST_CASE("the bytes that a model uses are those it announces") {
    using M = test::Model<Sequential<Linear<40, 80>, Tanh, Dropout, Linear<24>>>;
    const xt::xtensor<float, 2> x_here = xt::ones<float>({50, 40}), y_here = xt::ones<float>({50, 24});
    const auto& x = to(x_here);
    const auto& y = to(y_here);
    [[maybe_unused]] const auto device_is_ready = [&] {  // it has what all models share
        M another;
        const Loss loss = MSELoss{}(another(x), y);
        another.backward(loss);
        return loss.item();
    }();
    Size start = bytes_taken();
    test::Memory<LossReport> report(1);
    const Size report_bytes = bytes_taken() - start;
    start = bytes_taken();
    M model;
    const Size parameters = bytes_taken() - start - report_bytes;
    CHECK(parameters >= M::parameter_count * sizeof(float));
    CHECK(parameters <= (M::parameter_count + 4 * parameter_alignment) * sizeof(float));

    start = bytes_taken();
    (void)model.view(borrow(x));
    CHECK(bytes_taken() - start == M::training_bytes(50));
    constexpr bool on_the_host = std::is_same_v<test::Device, Cpu>;
    const auto taken = [&](Size elements) {
        const Size bytes = elements * sizeof(float), unit = on_the_host ? 256 : 1;  // as memory is taken
        return (bytes + unit - 1) / unit * unit;
    };
    start = bytes_taken();
    const auto prediction = model(x);
    const Size copied = on_the_host ? taken(50 * 40) : 0;  // a Cuda tensor is held
    CHECK(bytes_taken() - start == taken(50 * 24) + copied);
    const Loss loss = MSELoss{}(prediction, y);
    start = bytes_taken();
    model.backward(loss);
    CHECK(bytes_taken() - start == parameters);  // the gradients

    Predictor predictor{model};
    start = bytes_taken();
    (void)predictor.view(x);
    CHECK(bytes_taken() - start == M::inference_bytes(50));
    CHECK(M::inference_bytes(50) < M::training_bytes(50));
    predictor(x);
    model.backward(MSELoss{}(model(x), y));
    start = bytes_taken();
    predictor(x);
    model.backward(MSELoss{}(model(x), y));
    CHECK(bytes_taken() == start);
}
#endif
