// Convolutions and their gradients against seven plain loops in double: paddings of all modes, strides,
// dilations, groups, one row, one column, and batches below, at and beyond the number of lanes.

#include "catch.hpp"

#include <cmath>
#include <limits>
#include <strata/backends/cpu/convolution.hpp>
#include <strata/random/distributions.hpp>
#include <vector>

using namespace strata;
using Operations = cpu::ConvolutionOperations;

namespace {

constexpr WindowAxis axis(Size in, Size kernel, Size before = 0, Size after = 0, Size stride = 1,
                          Size dilation = 1) {
    const Size out = (in + before + after - dilation * (kernel - 1) - 1) / stride + 1;
    return {in, out, kernel, stride, dilation, before, after};
}
constexpr WindowAxis same(Size in, Size kernel) { return axis(in, kernel, (kernel - 1) / 2, kernel / 2); }
constexpr ConvolutionGeometry geometry(Size in, Size out, WindowAxis rows, WindowAxis columns,
                                       Size groups = 1, PaddingMode mode = PaddingMode::zeros) {
    return {in, out, groups, rows, columns, mode};
}
constexpr ConvolutionGeometry square(Size in, Size out, WindowAxis both, Size groups = 1,
                                     PaddingMode mode = PaddingMode::zeros) {
    return {in, out, groups, both, both, mode};
}

template <class T>
std::vector<T> random_numbers(Size n, std::uint64_t seed) {
    std::vector<T> x(n);
    Generator generator(seed);
    normal_(x.data(), n, 0, 1, generator);
    return x;
}

/// Which input position `at` of a padded extent is, -1 for a zero.
long source(const WindowAxis& a, PaddingMode mode, Size at) {
    const long in = static_cast<long>(a.in), i = static_cast<long>(at) - static_cast<long>(a.before);
    if (i >= 0 && i < in) return i;
    if (mode == PaddingMode::replicate) return i < 0 ? 0 : in - 1;
    if (mode == PaddingMode::reflect) return i < 0 ? -i : 2 * (in - 1) - i;
    if (mode == PaddingMode::circular) return (i + in) % in;
    return -1;
}

/// Calls f(y index, x index, weight index, output channel) for each multiplication.
template <class F>
void for_each_product(const ConvolutionGeometry& g, Size batch, const F& f) {
    const Size in = g.in_channels / g.groups, out = g.out_channels / g.groups;
    Size y = 0;
    for (Size n = 0; n < batch; ++n)
        for (Size o = 0; o < g.out_channels; ++o)
            for (Size i = 0; i < g.rows.out; ++i)
                for (Size j = 0; j < g.columns.out; ++j, ++y)
                    for (Size c = 0; c < in; ++c)
                        for (Size k = 0; k < g.rows.kernel; ++k)
                            for (Size l = 0; l < g.columns.kernel; ++l) {
                                const long r =
                                    source(g.rows, g.mode, i * g.rows.stride + k * g.rows.dilation);
                                const long s =
                                    source(g.columns, g.mode, j * g.columns.stride + l * g.columns.dilation);
                                if (r < 0 || s < 0) continue;
                                const Size plane = n * g.in_channels + o / out * in + c;
                                f(y,
                                  (plane * g.rows.in + static_cast<Size>(r)) * g.columns.in +
                                      static_cast<Size>(s),
                                  ((o * in + c) * g.rows.kernel + k) * g.columns.kernel + l, o);
                            }
}

/// Whether each number is what the sum of the absolute values of its terms allows.
template <class T>
bool close(const std::vector<T>& got, const std::vector<double>& want, const std::vector<double>& size) {
    const double epsilon = std::numeric_limits<T>::epsilon();
    for (Size i = 0; i < got.size(); ++i)
        if (!(std::fabs(static_cast<double>(got[i]) - want[i]) <= 8 * epsilon * (size[i] + 1e-3))) {
            UNSCOPED_INFO("element " << i << " is " << got[i] << ", expected is " << want[i]);
            return false;
        }
    return true;
}

template <class T>
struct Sum {
    explicit Sum(Size n, const T* start = nullptr) : value(n), size(n) {
        for (Size i = 0; i < n && start != nullptr; ++i) add(i, static_cast<double>(start[i]));
    }
    void add(Size i, double term) { value[i] += term, size[i] += std::fabs(term); }
    std::vector<double> value, size;
};

template <ConvolutionGeometry G, class T>
struct Case {
    static constexpr Size in_group = G.in_channels / G.groups;
    using XShape = Shape<G.in_channels, G.rows.in, G.columns.in>;
    using YShape = Shape<G.out_channels, G.rows.out, G.columns.out>;
    using WShape = Shape<G.out_channels, in_group, G.rows.kernel, G.columns.kernel>;
    static constexpr Size x_size = XShape::dims.elements(), y_size = YShape::dims.elements(),
                          w_size = WShape::dims.elements();

    Size batch;
    std::vector<T> x = random_numbers<T>(batch * x_size, 1), weight = random_numbers<T>(w_size, 2);
    std::vector<T> dy = random_numbers<T>(batch * y_size, 3), bias = random_numbers<T>(G.out_channels, 4);
    std::vector<T> in_bias = random_numbers<T>(G.in_channels, 5);
    std::vector<T> dw = random_numbers<T>(w_size, 6), db = random_numbers<T>(G.out_channels, 7);

    BatchView<const T, void, XShape> x_view() const { return {x.data(), batch}; }
    BatchView<const T, void, YShape> dy_view() const { return {dy.data(), batch}; }
    TensorView<const T, void, WShape> weight_view() const { return {weight.data()}; }

    std::vector<T> forward(const T* b) const {
        std::vector<T> y(batch * y_size, T(1e30));
        Operations::convolution<G>(x_view(), weight_view(), b, BatchView<T, void, YShape>{y.data(), batch});
        return y;
    }
    std::vector<T> backward_input(const T* b) const {
        std::vector<T> dx(batch * x_size, T(1e30));
        Operations::convolution_backward_input<G>(dy_view(), weight_view(),
                                                  BatchView<T, void, XShape>{dx.data(), batch}, b);
        return dx;
    }
    GradientView<T, void, WShape> dw_view(std::vector<T>& to, bool accumulate) const {
        GradientView<T, void, WShape> view;
        view.data = to.data(), view.accumulate = accumulate;
        return view;
    }
    GradientView<T, void, Shape<G.out_channels>> db_view(std::vector<T>& to, bool accumulate) const {
        GradientView<T, void, Shape<G.out_channels>> view;
        view.data = to.data(), view.accumulate = accumulate;
        return view;
    }

    void check_outputs() const {
        Sum<T> y(batch * y_size), y_bias(batch * y_size), dx(batch * x_size), dx_bias(batch * x_size);
        for_each_product(G, batch, [&](Size yi, Size xi, Size wi, Size) {
            y.add(yi, static_cast<double>(x[xi]) * static_cast<double>(weight[wi]));
            dx.add(xi, static_cast<double>(dy[yi]) * static_cast<double>(weight[wi]));
        });
        y_bias = y, dx_bias = dx;
        for (Size i = 0; i < batch * y_size; ++i)
            y_bias.add(i, static_cast<double>(bias[i / (y_size / G.out_channels) % G.out_channels]));
        for (Size i = 0; i < batch * x_size; ++i)
            dx_bias.add(i, static_cast<double>(in_bias[i / (x_size / G.in_channels) % G.in_channels]));
        CHECK(close(forward(nullptr), y.value, y.size));
        CHECK(close(forward(bias.data()), y_bias.value, y_bias.size));
        CHECK(close(backward_input(nullptr), dx.value, dx.size));
        CHECK(close(backward_input(in_bias.data()), dx_bias.value, dx_bias.size));
    }
    void check_parameters(bool accumulate) const {
        Sum<T> want_w(w_size, accumulate ? dw.data() : nullptr);
        Sum<T> want_b(G.out_channels, accumulate ? db.data() : nullptr);
        for_each_product(G, batch, [&](Size yi, Size xi, Size wi, Size) {
            want_w.add(wi, static_cast<double>(dy[yi]) * static_cast<double>(x[xi]));
        });
        for (Size i = 0; i < batch * y_size; ++i)
            want_b.add(i / (y_size / G.out_channels) % G.out_channels, static_cast<double>(dy[i]));
        std::vector<T> w = dw, b = db;
        Operations::convolution_backward_weight<G>(x_view(), dy_view(), dw_view(w, accumulate));
        CHECK(close(w, want_w.value, want_w.size));
        Operations::convolution_backward_bias<G>(dy_view(), db_view(b, accumulate));
        CHECK(close(b, want_b.value, want_b.size));
        w = dw, b = db;
        Operations::convolution_backward_parameters<G>(x_view(), dy_view(), dw_view(w, accumulate),
                                                       db_view(b, accumulate));
        CHECK(close(w, want_w.value, want_w.size));
        CHECK(close(b, want_b.value, want_b.size));
    }
};

template <ConvolutionGeometry G, class T = float>
void check(std::initializer_list<Size> batches) {
    for (const Size batch : batches) {
        INFO(G.in_channels << " -> " << G.out_channels << ", " << G.rows.in << " x " << G.columns.in
                           << ", kernel " << G.rows.kernel << " x " << G.columns.kernel << ", groups "
                           << G.groups << ", batch " << batch);
        const Case<G, T> c{batch};
        c.check_outputs();
        c.check_parameters(false);
        c.check_parameters(true);
    }
}

template <ConvolutionGeometry G>
void check_both(std::initializer_list<Size> batches) {
    check<G, float>(batches);
    check<G, double>(batches);
}

}  // namespace

TEST_CASE("Convolutions of all channel counts") {
    check<square(1, 1, axis(5, 3))>({1, 2, 7, 15, 16, 17, 33});
    check<square(1, 10, axis(28, 5))>({1, 17});
    check<square(10, 20, axis(12, 5))>({1, 19});
    check<square(10, 10, same(14, 3))>({3, 16});
    check<square(2, 3, same(7, 3))>({8, 21});
    check<square(3, 7, same(6, 3))>({16});
    check<square(9, 11, same(5, 3))>({5, 16});
    check<square(13, 17, same(4, 3))>({2, 16});
    check<square(32, 40, same(6, 3))>({1, 16});
    check_both<square(4, 6, same(9, 3))>({1, 4, 8, 9, 40});
}

TEST_CASE("Convolutions of kernels, strides, dilations and paddings") {
    check_both<geometry(3, 4, axis(11, 3, 1, 1, 2), axis(10, 3, 1, 1, 2))>({1, 16, 17});
    check<geometry(3, 4, axis(11, 3, 1, 0, 3), axis(13, 2, 0, 2, 2))>({9, 16});
    check<geometry(2, 5, axis(12, 3, 2, 2, 1, 2), axis(9, 3, 0, 1, 1, 3))>({16, 5});
    check<geometry(2, 5, axis(15, 3, 2, 2, 2, 2), axis(15, 4, 3, 1, 3, 2))>({16, 5});
    check<geometry(2, 3, axis(7, 2, 0, 0, 4), axis(8, 1, 0, 0, 3))>({16, 1});  // inputs that nobody sees
    check<square(4, 3, axis(6, 1))>({2, 16, 32});
    check<square(4, 3, axis(6, 1, 1, 1))>({2, 16});  // outputs that see padding only
    check<square(4, 3, axis(6, 1, 0, 0, 2))>({2, 16});
    check<square(2, 3, axis(3, 3))>({2, 16});
    check<square(5, 3, axis(1, 1))>({2, 16});
    check<square(5, 3, axis(1, 3, 1, 1))>({2, 16});
    check<square(3, 4, axis(2, 2, 1, 1))>({2, 16});
    check<square(2, 4, same(16, 7))>({2, 16});
    check<square(2, 2, same(5, 4))>({2, 16});
    check<geometry(2, 3, same(6, 1), same(20, 5))>({2, 16});
    check<geometry(2, 3, same(20, 5), same(3, 1))>({2, 16});
}

TEST_CASE("Convolutions in groups") {
    check_both<square(4, 6, same(6, 3), 2)>({1, 16, 18});
    check<square(9, 9, same(8, 3), 9)>({1, 16, 18});
    check<square(3, 12, axis(9, 3, 1, 1, 2), 3)>({2, 16});
    check<square(12, 6, same(5, 3), 3)>({2, 16});
    check<square(6, 6, axis(5, 1), 2)>({2, 16});
}

TEST_CASE("Convolutions of one row and one column") {
    check_both<geometry(3, 4, axis(1, 1), same(40, 3))>({1, 16, 17});
    check<geometry(2, 4, axis(1, 1), axis(33, 4, 3, 1, 2, 2))>({1, 16});
    check<geometry(2, 4, same(40, 3), axis(1, 1))>({1, 16});
    check<geometry(4, 4, axis(1, 1), same(21, 5), 4)>({1, 16});
    check<geometry(2, 3, axis(1, 1), axis(9, 3, 2, 2), 1, PaddingMode::circular)>({1, 16});
}

TEST_CASE("Convolutions with padding that is not zeros") {
    check_both<square(2, 3, same(6, 3), 1, PaddingMode::reflect)>({1, 16, 17});
    check<square(2, 3, same(6, 3), 1, PaddingMode::replicate)>({1, 16, 17});
    check<square(2, 3, same(6, 3), 1, PaddingMode::circular)>({1, 16, 17});
    check<geometry(3, 4, axis(7, 4, 2, 3, 2, 1), axis(5, 3, 1, 2, 1, 2), 1, PaddingMode::reflect)>({3, 16});
    check<geometry(3, 4, axis(7, 4, 2, 3, 2, 1), axis(5, 3, 4, 2, 1, 2), 1, PaddingMode::replicate)>({3, 16});
    check<geometry(4, 4, axis(7, 4, 2, 3, 2, 1), axis(5, 3, 5, 2, 1, 2), 2, PaddingMode::circular)>({3, 16});
    check<square(2, 3, axis(2, 3, 1, 1), 1, PaddingMode::reflect)>({3, 16});
    check<square(2, 3, axis(1, 3, 1, 1), 1, PaddingMode::circular)>({3, 16});
}

TEST_CASE("Convolutions of images that need several tiles") {
    check<square(3, 9, same(70, 3))>({1, 17});
    check<geometry(2, 3, axis(90, 3, 1, 1, 2), axis(120, 3, 1, 1, 2))>({16});
    check<square(30, 2, same(24, 5))>({16});
    check<geometry(2, 3, axis(1, 1), same(6000, 9))>({16});
}

TEST_CASE("An empty batch has no gradient") { check<square(2, 3, same(5, 3))>({0}); }

TEST_CASE("NaN and infinity stay in their sample") {
    constexpr auto G = square(3, 5, same(6, 3));
    for (const float bad :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        Case<G, float> c{19};
        const std::vector<float> y = c.forward(nullptr), dx = c.backward_input(nullptr);
        c.x[18 * c.x_size + 7] = bad, c.dy[18 * c.y_size + 7] = bad;
        const std::vector<float> bad_y = c.forward(nullptr), bad_dx = c.backward_input(nullptr);
        CHECK(std::equal(y.begin(), y.begin() + 18 * c.y_size, bad_y.begin()));
        CHECK(std::equal(dx.begin(), dx.begin() + 18 * c.x_size, bad_dx.begin()));
        CHECK(!std::isfinite(bad_y[18 * c.y_size + 7]));
        Case<G, float> before{19}, after{18};  // what the scratch memory holds from the bad batch is not seen
        before.check_parameters(false);
        after.check_parameters(false);
    }
}

TEST_CASE("Convolutions give the same bits in every run") {
    constexpr auto G = square(3, 5, same(9, 3));
    const Case<G, float> c{21};
    const auto gradient = [&] {
        std::vector<float> w(c.w_size);
        Operations::convolution_backward_weight<G>(c.x_view(), c.dy_view(), c.dw_view(w, false));
        return w;
    };
    CHECK(c.forward(c.bias.data()) == c.forward(c.bias.data()));
    CHECK(c.backward_input(nullptr) == c.backward_input(nullptr));
    CHECK(gradient() == gradient());
}
