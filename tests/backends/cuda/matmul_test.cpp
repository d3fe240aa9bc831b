// Matrix products on the device against plain loops in double, in every precision, alone and recorded.

#include "catch.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <strata/backends/cuda/matmul.hpp>
#include <strata/random/distributions.hpp>
#include <vector>

using namespace strata;

namespace {

template <class T, Size... E>
using Batch = BatchView<T, void, Shape<E...>>;
template <class T, Size... E>
using Tensor = TensorView<T, void, Shape<E...>>;
template <class T, Size... E>
using Gradient = GradientView<T, void, Shape<E...>>;

/// Normally distributed numbers in host memory and on the device, there `offset` elements behind an address
/// that is aligned to 256 bytes.
template <class T>
struct Numbers {
    std::vector<T> values;
    strata::cuda::Buffer<T> buffer;
    Size offset;

    Numbers(Size size, std::uint64_t seed, Size the_offset = 0)
        : values(the_offset + size), offset(the_offset) {
        Generator generator(seed);
        normal_(values.data(), values.size(), 0, 1, generator);
        buffer.resize(values.size());
        buffer.copy_from(values.data());
    }
    T* data() { return buffer.data() + offset; }
    T operator[](Size i) const { return values[offset + i]; }
    std::vector<T> result() const {
        std::vector<T> all(values.size());
        buffer.copy_to(all.data());
        return {all.begin() + static_cast<std::ptrdiff_t>(offset), all.end()};
    }
};

/// A value, and by how much a result may differ from it.
struct Expected {
    double value = 0, tolerance = 0;
};

double rounded(double value, Precision precision) {
    const auto x = static_cast<float>(value);
    if (precision == Precision::tf32) return strata::cuda::round_to_tf32(x);
    if (precision == Precision::bfloat16) return strata::cuda::from_bfloat16(strata::cuda::to_bfloat16(x));
    if (precision == Precision::float16) return strata::cuda::from_float16(strata::cuda::to_float16(x));
    return value;
}

/// start + sum of f(l) g(l) for l < k. The tolerance is the bound for sums of T in any order.
template <class T, class F, class G>
Expected sum_of_products(Size k, double start, Precision precision, const F& f, const G& g) {
    if (std::is_same_v<T, double>) precision = Precision::float32;
    double sum = start, magnitude = std::fabs(start);
    for (Size l = 0; l < k; ++l) {
        const double product = rounded(f(l), precision) * rounded(g(l), precision);
        sum += product;
        magnitude += std::fabs(product);
    }
    double relative = static_cast<double>(k + 2) * static_cast<double>(std::numeric_limits<T>::epsilon());
    // The GPU rounds to tf32 inside the product, in its own way.
    if (STRATA_ON_GPU && precision == Precision::tf32) relative += 0x1p-9;
    return {sum, relative * magnitude};
}

template <class T, class F>
bool agrees(const std::vector<T>& got, const F& expected) {
    for (Size i = 0; i < got.size(); ++i) {
        const Expected want = expected(i);
        if (!(std::fabs(static_cast<double>(got[i]) - want.value) <= want.tolerance)) {
            UNSCOPED_INFO("element " << i << " is " << got[i] << ", expected is " << want.value << " +- "
                                     << want.tolerance);
            return false;
        }
    }
    return true;
}

/// Everything that an affine map has, with as much misalignment of the batches as asked for.
template <class T, Size In, Size Out>
struct Layer {
    Size rows;
    Numbers<T> x, weight{Out * In, 2}, bias{Out, 3}, y, dy, dx, dweight{Out * In, 7}, dbias{Out, 8};

    explicit Layer(Size the_rows, Size offset = 0)
        : rows(the_rows), x(rows * In, 1, offset), y(rows * Out, 4, offset), dy(rows * Out, 5, offset),
          dx(rows * In, 6, offset) {}

    Batch<const T, In> x_view() { return {x.data(), rows}; }
    Batch<T, Out> y_view() { return {y.data(), rows}; }
    Batch<const T, Out> dy_view() { return {dy.data(), rows}; }
    Batch<T, In> dx_view() { return {dx.data(), rows}; }
    Tensor<const T, Out, In> weight_view() { return {weight.data()}; }
    Tensor<const T, Out> bias_view() { return {bias.data()}; }
    Gradient<T, Out, In> dweight_view(bool accumulate) { return {{dweight.data()}, accumulate}; }
    Gradient<T, Out> dbias_view(bool accumulate) { return {{dbias.data()}, accumulate}; }

    Expected expected_y(Size i, Precision precision, bool with_bias) const {
        const Size row = i / Out, j = i % Out;
        return sum_of_products<T>(
            In, with_bias ? static_cast<double>(bias[j]) : 0, precision,
            [&](Size l) { return x[row * In + l]; }, [&](Size l) { return weight[j * In + l]; });
    }
    Expected expected_dx(Size i, Precision precision) const {
        const Size row = i / In, j = i % In;
        return sum_of_products<T>(
            Out, 0, precision, [&](Size l) { return dy[row * Out + l]; },
            [&](Size l) { return weight[l * In + j]; });
    }
    Expected expected_dweight(Size i, Precision precision, bool accumulate) const {
        const Size out = i / In, in = i % In;
        return sum_of_products<T>(
            rows, accumulate ? static_cast<double>(dweight[i]) : 0, precision,
            [&](Size l) { return dy[l * Out + out]; }, [&](Size l) { return x[l * In + in]; });
    }
    Expected expected_dbias(Size j, bool accumulate) const {  // no product: never rounded
        return sum_of_products<T>(
            rows, accumulate ? static_cast<double>(dbias[j]) : 0, Precision::float32,
            [&](Size l) { return dy[l * Out + j]; }, [](Size) { return 1; });
    }
};

/// The precision of a test, and float32 again at its end.
struct WithPrecision {
    const strata::cuda::MatmulOperations& device;
    WithPrecision(const strata::cuda::MatmulOperations& the_device, Precision precision)
        : device(the_device) {
        device.set_precision(precision);
    }
    ~WithPrecision() { device.set_precision(Precision::float32); }
};

template <class T, Size In, Size Out>
void check_products(Size rows, Precision precision = Precision::float32, Size offset = 0) {
    INFO("rows " << rows << ", in " << In << ", out " << Out << ", precision " << int(precision)
                 << ", offset " << offset << ", " << sizeof(T) << " bytes");
    const strata::cuda::MatmulOperations device;
    const WithPrecision with(device, precision);
    CHECK(device.precision() == precision);
    Layer<T, In, Out> layer(rows, offset);
    const auto x = layer.x_view();
    const auto y = layer.y_view();
    const auto dy = layer.dy_view();
    const auto weight = layer.weight_view();
    const auto bias = layer.bias_view();

    device.matmul_transposed(x, weight, y);
    device.context().wait();
    CHECK(agrees(layer.y.result(), [&](Size i) { return layer.expected_y(i, precision, false); }));

    device.affine(x, weight, bias, y);
    device.context().wait();
    CHECK(agrees(layer.y.result(), [&](Size i) { return layer.expected_y(i, precision, true); }));

    device.affine_relu(x, weight, bias, y);
    device.context().wait();
    CHECK(agrees(layer.y.result(), [&](Size i) {
        const Expected before = layer.expected_y(i, precision, true);
        return Expected{before.value > 0 ? before.value : 0, before.tolerance};
    }));

    device.affine_gelu(x, weight, bias, y);
    device.context().wait();
    CHECK(agrees(layer.y.result(), [&](Size i) {
        const auto [before, tolerance] = layer.expected_y(i, precision, true);
        const double u = 0.79788456080286535588 * (before + 0.044715 * before * before * before);
        const double slack = (STRATA_ON_GPU && sizeof(T) == 4 ? 0x1p-9 : 0x1p-20) * std::fabs(before);
        return Expected{before * 0.5 * (1 + std::tanh(u)), 1.2 * tolerance + slack};
    }));

    device.matmul(dy, weight, layer.dx_view());
    device.context().wait();
    CHECK(agrees(layer.dx.result(), [&](Size i) { return layer.expected_dx(i, precision); }));

    for (const bool accumulate : {true, false}) {  // true first: then the gradients are the random numbers
        Layer<T, In, Out> other(rows, offset);
        device.outer_product(other.dy_view(), other.x_view(), other.dweight_view(accumulate));
        device.context().wait();
        CHECK(agrees(other.dweight.result(),
                     [&](Size i) { return other.expected_dweight(i, precision, accumulate); }));
    }
    for (const int which : {0, 1, 2, 3}) {
        const bool add_weight = which % 2 == 1, add_bias = which / 2 == 1;
        Layer<T, In, Out> other(rows, offset);
        device.affine_gradients(other.dy_view(), other.x_view(), other.dweight_view(add_weight),
                                other.dbias_view(add_bias));
        device.context().wait();
        CHECK(agrees(other.dweight.result(),
                     [&](Size i) { return other.expected_dweight(i, precision, add_weight); }));
        CHECK(agrees(other.dbias.result(), [&](Size j) { return other.expected_dbias(j, add_bias); }));
    }
}

constexpr Precision precisions[] = {Precision::float32, Precision::tf32, Precision::bfloat16,
                                    Precision::float16};

/// What one step of training gives to the device.
template <class L>
void give_step(const strata::cuda::MatmulOperations& device, L& layer) {
    device.affine_relu(layer.x_view(), layer.weight_view(), layer.bias_view(), layer.y_view());
    device.matmul(layer.dy_view(), layer.weight_view(), layer.dx_view());
    device.affine_gradients(layer.dy_view(), layer.x_view(), layer.dweight_view(false),
                            layer.dbias_view(false));
}

}  // namespace

TEMPLATE_TEST_CASE("products on the device agree with plain loops", "[cuda][matmul]", float, double) {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    check_products<TestType, 1, 1>(1);
    check_products<TestType, 784, 10>(64);
    check_products<TestType, 5, 3>(17);
    check_products<TestType, 300, 257>(3);
    check_products<TestType, 5, 3>(0);                             // db and dW become zero, or stay
    check_products<TestType, 5, 3>(17, Precision::float32, 1);     // batches aligned to an element only
    check_products<TestType, 64, 32>(128, Precision::float32, 1);  // as are rows that could be wider
}

TEMPLATE_TEST_CASE("a product and what follows it keep NaN and infinities", "[cuda][matmul]", float, double) {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    using T = TestType;
    const strata::cuda::MatmulOperations device;
    const T nan = static_cast<T>(__builtin_nan("")), infinity = static_cast<T>(__builtin_inf());
    for (const Precision precision : precisions) {
        const WithPrecision with(device, precision);
        // Rows of x: ordinary, NaN, infinite and minus infinite; the weights are 1.
        const auto given = [](std::vector<T> values) {
            strata::cuda::Buffer<T> buffer;
            buffer.resize(values.size());
            buffer.copy_from(values.data());
            return buffer;
        };
        auto x = given({1, 2, nan, 2, infinity, 2, -infinity, 2}), y = given(std::vector<T>(16));
        auto weight = given(std::vector<T>(8, T(1))), bias = given(std::vector<T>(4));
        const Batch<const T, 2> x_view{x.data(), 4};
        const Batch<T, 4> y_view{y.data(), 4};
        const Tensor<const T, 4, 2> weight_view{weight.data()};
        const Tensor<const T, 4> bias_view{bias.data()};
        const auto row = [&](Size i) {
            std::vector<T> all(16);
            y.copy_to(all.data());
            for (Size j = 1; j < 4; ++j) CHECK(std::memcmp(&all[4 * i + j], &all[4 * i], sizeof(T)) == 0);
            return all[4 * i];
        };
        device.affine(x_view, weight_view, bias_view, y_view);
        CHECK((row(0) == 3 && std::isnan(row(1)) && row(2) == infinity && row(3) == -infinity));
        device.affine_relu(x_view, weight_view, bias_view, y_view);
        CHECK((row(0) == 3 && std::isnan(row(1)) && row(2) == infinity && row(3) == 0));
        device.affine_gelu(x_view, weight_view, bias_view, y_view);
        CHECK((std::isnan(row(1)) && row(2) == infinity));
    }
}

TEMPLATE_TEST_CASE("the operands of products are rounded to the precision asked for", "[cuda][matmul]", float,
                   double) {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    for (const Precision precision : precisions) {
        check_products<TestType, 1, 1>(1, precision);
        check_products<TestType, 784, 10>(64, precision);
        check_products<TestType, 5, 3>(17, precision, 1);
        check_products<TestType, 300, 257>(3, precision);
        check_products<TestType, 5, 3>(0, precision);
    }
}

TEST_CASE("a step of products recorded has the bits of the step, and allocates nothing", "[cuda][matmul]") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    for (const Precision precision : precisions) {
        INFO("precision " << int(precision));
        const strata::cuda::MatmulOperations device;
        const WithPrecision with(device, precision);
        Layer<float, 40, 24> layer(32), recorded(32);
        give_step(device, layer);  // makes the plans and the scratch memory
        device.context().wait();

        const auto allocations = strata::cuda::statistics().allocations.load();
        strata::cuda::RecordedStep graph;
        const auto poison = recorded.y.result();
        graph.record(device.context(), [&] { give_step(device, recorded); });
        device.context().wait();
        CHECK(recorded.y.result() == poison);  // nothing is done yet
        const auto synchronizations = strata::cuda::statistics().synchronizations.load();
        graph.launch(device.context());
        CHECK(strata::cuda::statistics().synchronizations.load() == synchronizations);
        CHECK(strata::cuda::statistics().allocations.load() == allocations);

        // A larger product takes other scratch memory; the graph still has its own.
        Layer<float, 784, 257> larger(64);
        give_step(device, larger);
        graph.launch(device.context());
        device.context().wait();
        CHECK(recorded.y.result() == layer.y.result());
        CHECK(recorded.dx.result() == layer.dx.result());
        CHECK(recorded.dweight.result() == layer.dweight.result());
        CHECK(recorded.dbias.result() == layer.dbias.result());
    }
}

TEST_CASE("NaN reaches the result of every product", "[cuda][matmul]") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    for (const Precision precision : precisions) {
        INFO("precision " << int(precision));
        const strata::cuda::MatmulOperations device;
        const WithPrecision with(device, precision);
        Layer<float, 16, 8> layer(4);
        layer.x.values[0] = std::numeric_limits<float>::quiet_NaN();
        layer.x.buffer.copy_from(layer.x.values.data());
        device.affine(layer.x_view(), layer.weight_view(), layer.bias_view(), layer.y_view());
        device.context().wait();
        const auto y = layer.y.result();
        for (Size j = 0; j < 8; ++j) CHECK(std::isnan(y[j]));
        for (Size i = 8; i < y.size(); ++i) CHECK(!std::isnan(y[i]));
    }
}

TEST_CASE("products are checked with ones where it is asked for", "[cuda][matmul]") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    struct Checked {
        bool before = strata::cuda::checks_products().exchange(true);
        ~Checked() { strata::cuda::checks_products() = before; }
    } const checked;
    (void)checked;
    // Kinds that occur nowhere else, of all forms, precisions and alignments.
    for (const Precision precision : precisions) {
        check_products<float, 783, 11>(65, precision);
        check_products<float, 40, 24>(48, precision);
        check_products<float, 7, 3>(19, precision, 1);
    }
    check_products<double, 31, 9>(17);

    const strata::cuda::MatmulOperations device;
    Layer<float, 40, 24> layer(48);
    const auto launches = strata::cuda::statistics().launches.load();
    device.matmul_transposed(layer.x_view(), layer.weight_view(), layer.y_view());
    CHECK(strata::cuda::statistics().launches.load() == launches + 1);  // its kind has been checked

#if !STRATA_ON_GPU
    struct Fault {
        Fault() { strata::cuda::detail::stand_in_block() = 64; }
        ~Fault() { strata::cuda::detail::stand_in_block() = 0; }
    } const fault;
    (void)fault;
    const WithPrecision with(device, Precision::bfloat16);
    Layer<float, 784, 12> long_sums(64);
    CHECK_THROWS_WITH(
        device.matmul_transposed(long_sums.x_view(), long_sums.weight_view(), long_sums.y_view()),
        Catch::StartsWith(
            "strata: the product of ones, (64, 784) (784, 12) in bfloat16, is 768 at (0, 0) and "
            "has to be 784"));
    Layer<float, 768, 12> whole(64);
    CHECK_NOTHROW(device.matmul_transposed(whole.x_view(), whole.weight_view(), whole.y_view()));
#endif
}

TEST_CASE("operands in 16 bits have rows of a multiple of 16 bytes", "[cuda][matmul]") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    const strata::cuda::MatmulOperations device;
    const bool before = strata::cuda::checks_products().exchange(true);  // kinds are noted then
    for (const Precision precision : {Precision::bfloat16, Precision::float16}) {
        check_products<float, 83, 10>(7, precision);
        check_products<float, 5, 1>(3, precision);
    }
    strata::cuda::checks_products() = before;
    Size seen = 0;
    for (const auto& kind : strata::cuda::detail::products(device).checked) {
        if (kind.arithmetic != strata::cuda::detail::Arithmetic::bfloat16 &&
            kind.arithmetic != strata::cuda::detail::Arithmetic::float16)
            continue;
        ++seen;
        CHECK(kind.product.a_row() % 8 == 0);
        CHECK(kind.product.b_row() % 8 == 0);
    }
    CHECK(seen > 0);
}
