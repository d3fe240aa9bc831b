// Convolutions on the device against plain loops in double: in chunks of samples, in groups, in every
// precision, alone and recorded. (What padding and strides mean, the layers' tests ask.)

#include "backends/cuda/arrays.hpp"
#include "catch.hpp"

#include <strata/backends/cuda/convolution.hpp>
#include <strata/backends/cuda/matmul.hpp>

using namespace strata;

namespace {

/// A convolution's geometry from a few numbers.
constexpr ConvolutionGeometry geometry(Size in, Size out, Size groups, Size rows, Size columns, Size kernel,
                                       Size padding, Size stride = 1) {
    const auto axis = [&](Size extent) {
        return WindowAxis{.in = extent,
                          .out = (extent + 2 * padding - kernel) / stride + 1,
                          .kernel = kernel,
                          .stride = stride,
                          .before = padding,
                          .after = padding};
    };
    return {.in_channels = in,
            .out_channels = out,
            .groups = groups,
            .rows = axis(rows),
            .columns = axis(columns)};
}

struct Case {
    std::vector<double> x, weight, bias, dy, y, dx, dweight, dbias;
};

/// All sums in double, by loops over whatever a convolution multiplies. Operands of products are rounded.
template <class Round>
Case plain(const ConvolutionGeometry& g, Size batch, const Round& round) {
    const Size in_pixels = g.rows.in * g.columns.in, out_pixels = g.rows.out * g.columns.out;
    const Size in_group = g.in_channels / g.groups, out_group = g.out_channels / g.groups;
    Case c;
    const auto numbers = [](Size n, std::uint64_t seed) {
        const auto floats = arrays::normal<float>(n, seed);
        return std::vector<double>(floats.begin(), floats.end());
    };
    c.x = numbers(batch * g.in_channels * in_pixels, 1);
    c.dy = numbers(batch * g.out_channels * out_pixels, 2);
    c.weight = numbers(g.out_channels * in_group * g.rows.kernel * g.columns.kernel, 3);
    c.bias = numbers(g.out_channels, 4);
    c.y.resize(c.dy.size()), c.dx.resize(c.x.size()), c.dweight.resize(c.weight.size());
    c.dbias.resize(g.out_channels);
    std::vector<double> x = c.x, dy = c.dy, weight = c.weight;
    for (auto* operand : {&x, &dy, &weight})
        for (double& value : *operand) value = round(value);

    for (Size y = 0; y < c.y.size(); ++y) {
        const Size n = y / out_pixels / g.out_channels, o = y / out_pixels % g.out_channels;
        const Size i = y % out_pixels / g.columns.out, j = y % g.columns.out;
        c.y[y] = c.bias[o];
        c.dbias[o] += c.dy[y];
        Size w = o * in_group * g.rows.kernel * g.columns.kernel;
        for (Size channel = o / out_group * in_group; channel < (o / out_group + 1) * in_group; ++channel)
            for (Size k = 0; k < g.rows.kernel; ++k)
                for (Size l = 0; l < g.columns.kernel; ++l, ++w) {
                    const Size row = i * g.rows.stride + k - g.rows.before;  // huge in front
                    const Size column = j * g.columns.stride + l - g.columns.before;
                    if (row >= g.rows.in || column >= g.columns.in) continue;
                    const Size at = ((n * g.in_channels + channel) * g.rows.in + row) * g.columns.in + column;
                    c.y[y] += x[at] * weight[w];
                    c.dx[at] += dy[y] * weight[w];
                    c.dweight[w] += x[at] * dy[y];
                }
    }
    return c;
}
const auto exactly = [](double x) { return x; };

template <class T>
strata::cuda::Buffer<T> uploaded(const std::vector<double>& x) {
    return arrays::on_device(std::vector<T>(x.begin(), x.end()));
}

/// Convolutions, and the precision that their products have.
struct Convolutions : strata::cuda::ConvolutionOperations, strata::cuda::MatmulOperations {};

/// A case on the device, with the four operations.
template <ConvolutionGeometry G, class T>
struct OnDevice {
    static constexpr Size in_group = G.in_channels / G.groups;
    using In = Shape<G.in_channels, G.rows.in, G.columns.in>;
    using Out = Shape<G.out_channels, G.rows.out, G.columns.out>;
    using Weight = Shape<G.out_channels, in_group, G.rows.kernel, G.columns.kernel>;
    using Bias = Shape<G.out_channels>;

    Size batch;
    strata::cuda::Buffer<T> x, weight, bias, dy, y, dx, dweight, dbias;
    Convolutions device{};

    OnDevice(const Case& c, Size the_batch)
        : batch(the_batch), x(uploaded<T>(c.x)), weight(uploaded<T>(c.weight)), bias(uploaded<T>(c.bias)),
          dy(uploaded<T>(c.dy)) {
        y.resize(dy.size()), dx.resize(x.size()), dweight.resize(weight.size()), dbias.resize(bias.size());
    }

    TensorView<const T, void, Weight> weight_view() { return {weight.data()}; }
    BatchView<const T, void, In> x_view() { return {x.data(), batch}; }
    BatchView<T, void, Out> dy_view() { return {dy.data(), batch}; }

    void forward() {
        const BatchView<T, void, Out> to{y.data(), batch};
        device.template convolution<G>(x_view(), weight_view(), bias.data(), to);
    }
    void backward(bool accumulate) {
        const BatchView<T, void, In> to{dx.data(), batch};
        const GradientView<T, void, Weight> weights{{dweight.data()}, accumulate};
        const GradientView<T, void, Bias> biases{{dbias.data()}, accumulate};
        device.template convolution_backward_input<G>(dy_view(), weight_view(), to);
        device.template convolution_backward_weight<G>(x_view(), dy_view(), weights);
        device.template convolution_backward_bias<G>(dy_view(), biases);
    }
    void check(const Case& c, double tolerance, double factor = 1) {
        const auto times = [&](std::vector<double> values) {
            for (double& value : values) value *= factor;
            return values;
        };
        CHECK(arrays::largest_error(arrays::on_host(y), c.y) < tolerance);
        CHECK(arrays::largest_error(arrays::on_host(dx), c.dx) < tolerance);
        CHECK(arrays::largest_error(arrays::on_host(dweight), times(c.dweight)) < tolerance);
        CHECK(arrays::largest_error(arrays::on_host(dbias), times(c.dbias)) < tolerance);
    }
};

template <ConvolutionGeometry G, class T>
void check(Size batch, double tolerance) {
    INFO("batch " << batch << ", " << G.in_channels << " -> " << G.out_channels << " channels in " << G.groups
                  << " groups, " << sizeof(T) << " bytes");
    const Case c = plain(G, batch, exactly);
    OnDevice<G, T> there(c, batch);
    there.forward();
    there.backward(false);
    there.check(c, tolerance);
    there.backward(true);
    there.check(c, tolerance, 2);
}

constexpr ConvolutionGeometry usual = geometry(3, 4, 1, 6, 5, 3, 1),
                              strided = geometry(4, 6, 2, 7, 9, 3, 1, 2);
constexpr ConvolutionGeometry large_groups = geometry(20, 6, 2, 5, 4, 3, 1),
                              depthwise = geometry(4, 8, 4, 5, 6, 3, 1);
constexpr ConvolutionGeometry small_pixels = geometry(5, 4, 1, 3, 4, 1, 0),
                              pixels = geometry(5, 4, 1, 8, 9, 1, 0);
constexpr ConvolutionGeometry pixels_in_groups = geometry(130, 4, 2, 8, 9, 1, 0);
constexpr ConvolutionGeometry tiles = geometry(2, 2, 1, 45, 40, 3, 1),
                              depthwise_tiles = geometry(2, 2, 2, 45, 40, 3, 1);
// 25 rows of 128 x 128 columns of floats: 40 samples in 64 MiB
constexpr ConvolutionGeometry wide = geometry(1, 2, 1, 128, 128, 5, 2);

}  // namespace

TEST_CASE("convolutions are what loops compute", "[cuda][convolution]") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    for (const Size batch : {1, 2, 17}) {
        check<usual, float>(batch, 2e-5);
        check<usual, double>(batch, 1e-13);
        check<strided, float>(batch, 2e-5);
        check<large_groups, double>(batch, 1e-13);
        check<depthwise, double>(batch, 1e-13);
        check<small_pixels, double>(batch, 1e-13);
        check<pixels, double>(batch, 1e-13);
        check<pixels_in_groups, double>(batch, 1e-13);
    }
    check<tiles, double>(3, 1e-12);
    check<depthwise_tiles, double>(3, 1e-12);
}

TEST_CASE("convolutions of nothing are nothing", "[cuda][convolution]") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    check<usual, float>(0, 1e-30);
    check<depthwise, float>(0, 1e-30);
    check<pixels, float>(0, 1e-30);
}

TEST_CASE("convolutions of many samples take the memory of some", "[cuda][convolution]") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    constexpr Size batch = 85;  // three chunks, the last one shorter
    const Case c = plain(wide, batch, exactly);
    OnDevice<wide, float> there(c, batch);
    const Size before = strata::cuda::detail::ledger().bytes;
    there.forward();
    there.backward(false);
    CHECK(strata::cuda::detail::ledger().bytes - before < Size(300) << 20);
    CHECK(arrays::largest_error(arrays::on_host(there.y), c.y) < 1e-5);
    CHECK(arrays::largest_error(arrays::on_host(there.dx), c.dx) < 1e-5);
    // Sums of a million terms of either sign, in float in the product.
    const auto dweight = arrays::on_host(there.dweight);
    for (Size i = 0; i < dweight.size(); ++i) CHECK(dweight[i] == Approx(c.dweight[i]).margin(0.05));
    CHECK(arrays::largest_error(arrays::on_host(there.dbias), c.dbias) < 1e-6);
}

TEST_CASE("convolutions are computed in the precision of products", "[cuda][convolution]") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    const auto in_bfloat16 = [](double x) -> double {
        return strata::cuda::from_bfloat16(strata::cuda::to_bfloat16(static_cast<float>(x)));
    };
    const auto in_float16 = [](double x) -> double {
        return strata::cuda::from_float16(strata::cuda::to_float16(static_cast<float>(x)));
    };
    const auto check_precision = [](auto at, const auto& round, Precision precision) {
        constexpr ConvolutionGeometry g = decltype(at)::value;
        const Case c = plain(g, 5, round);
        OnDevice<g, float> there(c, 5);
        there.device.set_precision(precision);
        there.forward();
        there.backward(false);
        there.device.set_precision(Precision::float32);
        there.check(c, 2e-5);
    };
    check_precision(std::integral_constant<ConvolutionGeometry, usual>{}, in_bfloat16, Precision::bfloat16);
    check_precision(std::integral_constant<ConvolutionGeometry, usual>{}, in_float16, Precision::float16);
    check_precision(std::integral_constant<ConvolutionGeometry, pixels>{}, in_bfloat16, Precision::bfloat16);
    check_precision(std::integral_constant<ConvolutionGeometry, large_groups>{}, in_float16,
                    Precision::float16);
    // Small groups are no products.
    check_precision(std::integral_constant<ConvolutionGeometry, depthwise>{}, exactly, Precision::bfloat16);
}

namespace {
template <ConvolutionGeometry G>
void check_recorded() {
    const Case c = plain(G, 17, exactly);
    OnDevice<G, float> there(c, 17);
    const auto work = [&] {
        there.forward();
        there.backward(true);
    };
    arrays::check_replays(there.device, there.dweight, work);
    arrays::check_replays(there.device, there.dx, work);
    arrays::check_replays(there.device, there.y, work);
    arrays::check_replays(there.device, there.dbias, work);
}
}  // namespace

TEST_CASE("convolutions recorded have the same bits, and allocate nothing", "[cuda][convolution]") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    check_recorded<usual>();
    check_recorded<strided>();
    check_recorded<large_groups>();
    check_recorded<depthwise>();
    check_recorded<pixels>();
}
