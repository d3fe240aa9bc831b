// The functions of strata::init against PyTorch's nn.init, the initial values of nn.Linear, and the refusals.

#include "catch.hpp"
#include "golden/init.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <strata/core/error.hpp>
#include <strata/init/constant.hpp>
#include <strata/init/fan.hpp>
#include <strata/init/gain.hpp>
#include <strata/init/kaiming.hpp>
#include <strata/init/normal.hpp>
#include <strata/init/orthogonal.hpp>
#include <strata/init/trunc_normal.hpp>
#include <strata/init/uniform.hpp>
#include <strata/init/xavier.hpp>
#include <strata/xtensor.hpp>
#include <vector>

namespace init = strata::init;
namespace numbers = golden::init;
using init::FanMode;
using init::Nonlinearity;
using strata::Generator;

namespace {

/// A parameter as a model hands it out: memory and a shape, nothing of xtensor.
template <class T, std::size_t Rank>
struct View {
    T* memory;
    std::array<std::size_t, Rank> sizes;

    T* data() const { return memory; }
    const std::array<std::size_t, Rank>& shape() const { return sizes; }
};

constexpr std::array<std::size_t, 2> matrix{5, 7};
constexpr std::array<std::size_t, 4> kernel{4, 3, 3, 2};

/// Fills a tensor of the given shape with `fill(tensor, generator)`, and compares it. A tolerance of 0 asks
/// for equality; otherwise it is relative beyond 1 and absolute below.
template <class T, std::size_t N, std::size_t Rank, class Fill>
void check(std::uint64_t seed, std::array<std::size_t, Rank> shape, const T (&expected)[N], double tolerance,
           Fill fill) {
    Generator generator(seed);
    std::vector<T> values(N, T(-99));
    View<T, Rank> view{values.data(), shape};
    REQUIRE(init::element_count(shape) == N);
    fill(view, generator);
    for (std::size_t i = 0; i < N; ++i) {
        INFO("seed " << seed << ", at " << i);
        const double value = static_cast<double>(values[i]), wanted = static_cast<double>(expected[i]);
        CHECK(std::fabs(value - wanted) <= tolerance * std::fmax(1.0, std::fabs(wanted)));
    }
}

/// The initial values of Linear, as a layer makes them: the weight [out, in], then the bias [out].
struct Linear {
    std::vector<float> weight, bias;

    Linear(std::uint64_t seed, std::size_t in, std::size_t out) : weight(out * in), bias(out) {
        Generator generator(seed);
        const double gain = init::calculate_gain(Nonlinearity::leaky_relu, std::sqrt(5.0));
        init::kaiming_uniform_(weight.data(), weight.size(), in, gain, generator);
        const double bound = 1.0 / std::sqrt(static_cast<double>(in));
        init::uniform_(bias.data(), bias.size(), -bound, bound, generator);
    }
};

template <std::size_t N>
bool equal(const float* values, const float (&expected)[N]) {
    for (std::size_t i = 0; i < N; ++i)
        if (values[i] != expected[i]) return false;
    return true;
}

double sum_of(const std::vector<float>& values) {
    double sum = 0.0;
    for (float value : values) sum += static_cast<double>(value);
    return sum;
}

}  // namespace

#define CHECK_LINEAR(IN, OUT, SEED)                                                                          \
    {                                                                                                        \
        const Linear linear(SEED, IN, OUT);                                                                  \
        const std::size_t weights = linear.weight.size();                                                    \
        INFO("Linear<" #IN ", " #OUT ">, seed " #SEED);                                                      \
        CHECK(equal(linear.weight.data(), numbers::linear_##IN##_##OUT##_weight_first_##SEED));              \
        CHECK(equal(linear.weight.data() +                                                                   \
                        (weights - std::size(numbers::linear_##IN##_##OUT##_weight_last_##SEED)),            \
                    numbers::linear_##IN##_##OUT##_weight_last_##SEED));                                     \
        CHECK(equal(linear.bias.data(), numbers::linear_##IN##_##OUT##_bias_##SEED));                        \
        CHECK(sum_of(linear.weight) ==                                                                       \
              Approx(numbers::linear_##IN##_##OUT##_weight_sum_##SEED).margin(1e-12));                       \
        CHECK(sum_of(linear.bias) == Approx(numbers::linear_##IN##_##OUT##_bias_sum_##SEED).margin(1e-12));  \
    }

#define FOR_EACH_SEED(CHECK_SEED) CHECK_SEED(0) CHECK_SEED(42) CHECK_SEED(1234)

TEST_CASE("the initial values of Linear equal PyTorch's") {
#define CHECK_SEED(SEED)                                                                                     \
    CHECK_LINEAR(1, 1, SEED)                                                                                 \
    CHECK_LINEAR(784, 10, SEED)                                                                              \
    CHECK_LINEAR(20, 30, SEED)
    FOR_EACH_SEED(CHECK_SEED)
#undef CHECK_SEED
    const Linear smallest(42, 1, 1);
    CHECK(smallest.weight[0] == Approx(0.7645385265).epsilon(1e-9));
    CHECK(smallest.bias[0] == Approx(0.8300079107).epsilon(1e-9));
}

TEST_CASE("uniform fillings equal PyTorch's") {
#define CHECK_SEED(SEED)                                                                                     \
    check(SEED, matrix, numbers::uniform_##SEED, 0.0,                                                        \
          [](auto& weight, Generator& generator) { init::uniform_(weight, -0.3, 0.71, generator); });        \
    check(SEED, matrix, numbers::xavier_uniform_##SEED, 0.0,                                                 \
          [](auto& weight, Generator& generator) { init::xavier_uniform_(weight, 5.0 / 3.0, generator); });  \
    check(SEED, kernel, numbers::xavier_uniform_kernel_##SEED, 0.0,                                          \
          [](auto& weight, Generator& generator) { init::xavier_uniform_(weight, 1.0, generator); });        \
    check(SEED, matrix, numbers::kaiming_uniform_##SEED, 0.0, [](auto& weight, Generator& generator) {       \
        init::kaiming_uniform_(weight, {.a = std::sqrt(5.0)}, generator);                                    \
    });                                                                                                      \
    check(SEED, matrix, numbers::kaiming_uniform_double_##SEED, 1e-15,                                       \
          [](auto& weight, Generator& generator) {                                                           \
              init::kaiming_uniform_(weight, {.a = std::sqrt(5.0)}, generator);                              \
          });                                                                                                \
    check(SEED, matrix, numbers::kaiming_uniform_tanh_##SEED, 0.0, [](auto& weight, Generator& generator) {  \
        init::kaiming_uniform_(weight, {.nonlinearity = Nonlinearity::tanh}, generator);                     \
    });                                                                                                      \
    check(SEED, kernel, numbers::kaiming_uniform_kernel_##SEED, 0.0,                                         \
          [](auto& weight, Generator& generator) { init::kaiming_uniform_(weight, {}, generator); });
    FOR_EACH_SEED(CHECK_SEED)
#undef CHECK_SEED
}

TEST_CASE("normal fillings agree with PyTorch's") {
#define CHECK_SEED(SEED)                                                                                     \
    check(SEED, matrix, numbers::normal_##SEED, 1e-6,                                                        \
          [](auto& weight, Generator& generator) { init::normal_(weight, 0.5, 0.02, generator); });          \
    check(SEED, matrix, numbers::xavier_normal_##SEED, 1e-6,                                                 \
          [](auto& weight, Generator& generator) { init::xavier_normal_(weight, 1.0, generator); });         \
    check(SEED, matrix, numbers::kaiming_normal_##SEED, 1e-6, [](auto& weight, Generator& generator) {       \
        init::kaiming_normal_(weight, {.mode = FanMode::fan_out}, generator);                                \
    });                                                                                                      \
    check(SEED, kernel, numbers::kaiming_normal_kernel_##SEED, 1e-6,                                         \
          [](auto& weight, Generator& generator) {                                                           \
              init::kaiming_normal_(weight, {.mode = FanMode::fan_out, .nonlinearity = Nonlinearity::tanh},  \
                                    generator);                                                              \
          });
    FOR_EACH_SEED(CHECK_SEED)
#undef CHECK_SEED
}

TEST_CASE("truncated normal fillings agree with PyTorch's") {
#define CHECK_SEED(SEED)                                                                                     \
    check(SEED, matrix, numbers::trunc_normal_##SEED, 1e-6, [](auto& weight, Generator& generator) {         \
        init::trunc_normal_(weight, 0.0, 1.0, -2.0, 2.0, generator);                                         \
    });                                                                                                      \
    check(SEED, matrix, numbers::trunc_normal_narrow_##SEED, 1e-7, [](auto& weight, Generator& generator) {  \
        init::trunc_normal_(weight, 0.1, 0.02, 0.09, 0.14, generator);                                       \
    });                                                                                                      \
    check(SEED, matrix, numbers::trunc_normal_double_##SEED, 1e-14, [](auto& weight, Generator& generator) { \
        init::trunc_normal_(weight, 0.0, 1.0, -2.0, 2.0, generator);                                         \
    });
    FOR_EACH_SEED(CHECK_SEED)
#undef CHECK_SEED
}

TEST_CASE("orthogonal fillings agree with PyTorch's, signs included") {
    using Shape = std::array<std::size_t, 2>;
#define CHECK_SEED(SEED)                                                                                     \
    check(SEED, matrix, numbers::orthogonal_wide_##SEED, 1e-5,                                               \
          [](auto& weight, Generator& generator) { init::orthogonal_(weight, 1.0, generator); });            \
    check(SEED, Shape{7, 5}, numbers::orthogonal_tall_##SEED, 1e-5,                                          \
          [](auto& weight, Generator& generator) { init::orthogonal_(weight, 2.0, generator); });            \
    check(SEED, Shape{6, 6}, numbers::orthogonal_square_##SEED, 1e-5,                                        \
          [](auto& weight, Generator& generator) { init::orthogonal_(weight, 1.0, generator); });            \
    check(SEED, Shape{2, 3}, numbers::orthogonal_small_##SEED, 1e-5,                                         \
          [](auto& weight, Generator& generator) { init::orthogonal_(weight, 1.0, generator); });            \
    check(SEED, kernel, numbers::orthogonal_kernel_##SEED, 1e-5,                                             \
          [](auto& weight, Generator& generator) { init::orthogonal_(weight, 1.0, generator); });            \
    check(SEED, matrix, numbers::orthogonal_double_##SEED, 1e-12,                                            \
          [](auto& weight, Generator& generator) { init::orthogonal_(weight, 1.0, generator); });            \
    {                                                                                                        \
        Generator generator(SEED);                                                                           \
        std::vector<float> values(64 * 64);                                                                  \
        init::orthogonal_(values.data(), 64, 64, 1.0, generator);                                            \
        for (std::size_t i = 0; i < 10; ++i) {                                                               \
            CHECK(values[i] == Approx(numbers::orthogonal_64_first_##SEED[i]).margin(1e-5));                 \
            CHECK(values[4086 + i] == Approx(numbers::orthogonal_64_last_##SEED[i]).margin(1e-5));           \
        }                                                                                                    \
    }
    FOR_EACH_SEED(CHECK_SEED)
#undef CHECK_SEED
}

TEST_CASE("the rows of a wide orthogonal weight are orthonormal") {
    Generator generator(3);
    std::vector<double> values(20 * 50);
    init::orthogonal_(values.data(), 20, 50, 1.0, generator);
    for (std::size_t i = 0; i < 20; ++i)
        for (std::size_t j = 0; j < 20; ++j)
            CHECK(init::detail::dot(&values[i * 50], &values[j * 50], 50) ==
                  Approx(i == j ? 1.0 : 0.0).margin(1e-14));
}

TEST_CASE("gains equal PyTorch's") {
    CHECK(init::calculate_gain(Nonlinearity::linear) == numbers::gains[0]);
    CHECK(init::calculate_gain(Nonlinearity::sigmoid) == numbers::gains[1]);
    CHECK(init::calculate_gain(Nonlinearity::tanh) == numbers::gains[2]);
    CHECK(init::calculate_gain(Nonlinearity::relu) == numbers::gains[3]);
    CHECK(init::calculate_gain(Nonlinearity::leaky_relu) == Approx(numbers::gains[4]).epsilon(1e-15));
    CHECK(init::calculate_gain(Nonlinearity::leaky_relu, 0.2) == Approx(numbers::gains[5]).epsilon(1e-15));
    CHECK(init::calculate_gain(Nonlinearity::selu) == numbers::gains[6]);
}

TEST_CASE("fans count the kernel") {
    const init::Fan fan = init::calculate_fan(std::array<std::size_t, 4>{8, 3, 5, 2});
    CHECK(fan.in == 30);
    CHECK(fan.out == 80);
    CHECK(fan[FanMode::fan_in] == 30);
    CHECK(fan[FanMode::fan_out] == 80);
}

TEST_CASE("xtensor containers, adaptors and contiguous views are filled, from the default generator") {
    strata::manual_seed(42);
    xt::xtensor<float, 2> weight = xt::zeros<float>({5, 7});
    init::kaiming_uniform_(weight, {.a = std::sqrt(5.0)});
    CHECK(equal(weight.data(), numbers::kaiming_uniform_42));

    strata::manual_seed(42);
    std::vector<float> memory(35);
    auto adaptor = xt::adapt(memory, std::array<std::size_t, 2>{5, 7});
    init::uniform_(adaptor, -0.3, 0.71);
    CHECK(equal(memory.data(), numbers::uniform_42));

    xt::xtensor<float, 2> rows = xt::zeros<float>({4, 3});
    init::ones_(xt::view(rows, 2));
    for (std::size_t i = 0; i < 12; ++i) CHECK(rows.data()[i] == (i / 3 == 2 ? 1.0f : 0.0f));
    init::constant_(rows, 0.5);
    CHECK(rows(3, 2) == 0.5f);
    init::zeros_(rows);
    CHECK(rows(3, 2) == 0.0f);

    xt::xtensor<float, 2> column = xt::zeros<float>({6, 1});
    init::ones_(column);
    CHECK(column(5, 0) == 1.0f);

    static_assert(!init::Fillable<const xt::xtensor<float, 2>&>);
    static_assert(!init::Fillable<std::vector<float>&>);
}

TEST_CASE("an empty weight stays empty") {
    xt::xtensor<float, 2> weight = xt::zeros<float>({0, 3});
    Generator generator(42), untouched(42);
    init::kaiming_uniform_(weight, {}, generator);
    init::kaiming_normal_(weight, {}, generator);
    init::orthogonal_(weight, 1.0, generator);
    init::xavier_uniform_(weight, 1.0, generator);
    CHECK(generator.random() == untouched.random());
}

TEST_CASE("nonsense is refused with the function, the value and the limit") {
    xt::xtensor<float, 1> bias = xt::zeros<float>({3});
    xt::xtensor<float, 2> weight = xt::zeros<float>({3, 4});
    CHECK_THROWS_AS(init::kaiming_normal_(bias), strata::ValueError);
    CHECK_THROWS_WITH(
        init::kaiming_uniform_(bias),
        "strata: kaiming_uniform_: the tensor's rank is 1, but must be at least 2 (a vector has no fan)");
    CHECK_THROWS_WITH(
        init::xavier_normal_(bias),
        "strata: xavier_normal_: the tensor's rank is 1, but must be at least 2 (a vector has no fan)");
    CHECK_THROWS_WITH(init::orthogonal_(bias),
                      "strata: orthogonal_: the tensor's rank is 1, but must be at least 2");
    CHECK_THROWS_WITH(init::xavier_uniform_(weight, -1.0),
                      "strata: xavier_uniform_: gain is -1, but must be at least 0");
    CHECK_THROWS_WITH(init::normal_(weight, 0.0, -0.1),
                      "strata: normal_: std is -0.1, but must be at least 0");
    CHECK_THROWS_WITH(init::uniform_(weight, 1.0, -1.0),
                      "strata: uniform_: from is 1, but must be at most to = -1");
    CHECK_THROWS_WITH(init::trunc_normal_(weight, 0.0, 1.0, 2.0, -2.0),
                      "strata: trunc_normal_: a is 2, but must be at most b = -2");
    CHECK_THROWS_WITH(
        init::ones_(xt::view(weight, xt::all(), 1)),
        "strata: ones_: a stride of the tensor is 4, but must be the one of row-major elements without "
        "gaps, 1");
}
