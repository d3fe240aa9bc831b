// Convolutions of Strata's Cpu beside oneDNN's and beside im2col with OpenBLAS, one thread each. The
// contenders take turns, and medians are printed, in microseconds; in brackets GFLOP/s, products with padding
// counted.
//
//   g++ -std=c++20 -O2 -Iinclude benchmarks/runtime/convolution_vs_onednn.cpp -ldnnl -lopenblas
//
// `onednn` is oneDNN with format_tag::any and all tensors in the layout that it prefers; `+ reorders` goes
// from NCHW to NCHW, as Strata and PyTorch do. The weight gradients include the bias's.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <dnnl.hpp>
#include <functional>
#include <strata/backends/cpu/convolution.hpp>
#include <strata/backends/cpu/matmul.hpp>
#include <unordered_map>
#include <vector>

namespace st = strata;
using st::Size;
using Operations = st::cpu::ConvolutionOperations;

namespace {

constexpr st::WindowAxis axis(Size in, Size kernel, Size padding, Size stride) {
    return {in, (in + 2 * padding - kernel) / stride + 1, kernel, stride, 1, padding, padding};
}
constexpr st::ConvolutionGeometry square(Size in, Size extent, Size out, Size kernel, Size padding,
                                         Size stride = 1, Size groups = 1) {
    const st::WindowAxis both = axis(extent, kernel, padding, stride);
    return {in, out, groups, both, both, st::PaddingMode::zeros};
}

std::vector<float> numbers(Size n) {
    std::vector<float> x(n);
    for (Size i = 0; i < n; ++i) x[i] = static_cast<float>(i * 7 % 19) * 0.1f - 0.9f;
    return x;
}

/// Each contender's median time in microseconds.
std::vector<double> race(const std::vector<std::function<void()>>& contenders) {
    using Clock = std::chrono::steady_clock;
    std::vector<std::vector<double>> times(contenders.size());
    const auto begin = Clock::now();
    for (int round = 0; round < 400 && (round < 15 || Clock::now() - begin < std::chrono::seconds(1));
         ++round)
        for (Size i = 0; i < contenders.size(); ++i) {
            const auto start = Clock::now();
            contenders[i]();
            times[i].push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
        }
    std::vector<double> medians;
    for (auto& t : times) {
        std::nth_element(t.begin(), t.begin() + static_cast<long>(t.size() / 2), t.end());
        medians.push_back(t[t.size() / 2]);
    }
    return medians;
}

/// The three passes of oneDNN, in its own layouts or from and to NCHW.
class OneDnn {
public:
    OneDnn(const st::ConvolutionGeometry& g, Size batch) {
        using dnnl::memory;
        const auto n = [](Size v) { return static_cast<memory::dim>(v); };
        const memory::dims x_dims = {n(batch), n(g.in_channels), n(g.rows.in), n(g.columns.in)};
        const memory::dims y_dims = {n(batch), n(g.out_channels), n(g.rows.out), n(g.columns.out)};
        memory::dims w_dims = {n(g.out_channels), n(g.in_channels / g.groups), n(g.rows.kernel),
                               n(g.columns.kernel)};
        if (g.groups > 1)
            w_dims = {n(g.groups), n(g.out_channels / g.groups), w_dims[1], w_dims[2], w_dims[3]};
        const memory::dims stride = {n(g.rows.stride), n(g.columns.stride)};
        const memory::dims before = {n(g.rows.before), n(g.columns.before)};
        const memory::dims after = {n(g.rows.after), n(g.columns.after)};
        const auto any = [](const memory::dims& d) {
            return memory::desc(d, memory::data_type::f32, memory::format_tag::any);
        };
        const auto plain = [&](const memory::dims& d, memory::format_tag tag) {
            return filled(memory::desc(d, memory::data_type::f32, tag));
        };
        x = plain(x_dims, memory::format_tag::nchw), y = plain(y_dims, memory::format_tag::nchw);
        w = plain(w_dims, g.groups > 1 ? memory::format_tag::goihw : memory::format_tag::oihw);
        b = plain({n(g.out_channels)}, memory::format_tag::x);
        const auto direct = dnnl::algorithm::convolution_direct;
        const dnnl::convolution_forward::primitive_desc fd({dnnl::prop_kind::forward_training, direct,
                                                            any(x_dims), any(w_dims), b.get_desc(),
                                                            any(y_dims), stride, before, after},
                                                           engine);
        const dnnl::convolution_backward_data::primitive_desc id(
            {direct, any(x_dims), any(w_dims), any(y_dims), stride, before, after}, engine, fd);
        const dnnl::convolution_backward_weights::primitive_desc wd(
            {direct, any(x_dims), any(w_dims), b.get_desc(), any(y_dims), stride, before, after}, engine, fd);
        passes[0] = {dnnl::convolution_forward(fd),
                     {{DNNL_ARG_SRC, x, fd.src_desc()}, {DNNL_ARG_WEIGHTS, w, fd.weights_desc()}},
                     {{DNNL_ARG_DST, y, fd.dst_desc()}},
                     {{DNNL_ARG_BIAS, b}}};
        passes[1] = {dnnl::convolution_backward_data(id),
                     {{DNNL_ARG_DIFF_DST, y, id.diff_dst_desc()}, {DNNL_ARG_WEIGHTS, w, id.weights_desc()}},
                     {{DNNL_ARG_DIFF_SRC, x, id.diff_src_desc()}},
                     {}};
        passes[2] = {dnnl::convolution_backward_weights(wd),
                     {{DNNL_ARG_SRC, x, wd.src_desc()}, {DNNL_ARG_DIFF_DST, y, wd.diff_dst_desc()}},
                     {{DNNL_ARG_DIFF_WEIGHTS, w, wd.diff_weights_desc()}},
                     {{DNNL_ARG_DIFF_BIAS, b}}};
        for (Pass& pass : passes) {
            for (Operand& o : pass.in) prepare(pass, o, true);
            for (Operand& o : pass.out) prepare(pass, o, false);
        }
    }
    void run(Size which, bool reorders) {
        Pass& pass = passes[which];
        for (Operand& o : pass.in)
            if (reorders && o.differs) o.reorder.execute(stream, o.plain, o.own);
        pass.primitive.execute(stream, pass.arguments);
        for (Operand& o : pass.out)
            if (reorders && o.differs) o.reorder.execute(stream, o.own, o.plain);
        stream.wait();
    }

private:
    struct Operand {
        int name;
        dnnl::memory plain;
        dnnl::memory::desc layout;
        dnnl::memory own = {};
        dnnl::reorder reorder = {};
        bool differs = false;
    };
    struct Pass {
        dnnl::primitive primitive;
        std::vector<Operand> in, out;
        std::unordered_map<int, dnnl::memory> arguments;
    };
    dnnl::memory filled(const dnnl::memory::desc& layout) {
        dnnl::memory m(layout, engine);
        auto* to = static_cast<float*>(m.get_data_handle());
        const auto from = numbers(layout.get_size() / sizeof(float));
        std::copy(from.begin(), from.end(), to);
        return m;
    }
    void prepare(Pass& pass, Operand& o, bool input) {
        o.own = filled(o.layout);
        o.differs = o.layout != o.plain.get_desc();
        if (o.differs) o.reorder = input ? dnnl::reorder(o.plain, o.own) : dnnl::reorder(o.own, o.plain);
        pass.arguments[o.name] = o.own;
    }

    dnnl::engine engine{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream{engine};
    dnnl::memory x, y, w, b;
    Pass passes[3];
};

/// im2col and OpenBLAS, sample by sample; groups are left out.
struct Im2Col {
    const st::ConvolutionGeometry& g;
    Size batch;
    std::vector<float> columns = std::vector<float>(g.in_channels * taps() * pixels());

    Size taps() const { return g.rows.kernel * g.columns.kernel; }
    Size pixels() const { return g.rows.out * g.columns.out; }
    /// Calls f(column, input, count) for each run of pixels that one tap sees.
    template <class F>
    void for_each_run(const F& f) {
        float* to = columns.data();
        for (Size c = 0; c < g.in_channels; ++c)
            for (Size k = 0; k < g.rows.kernel; ++k)
                for (Size l = 0; l < g.columns.kernel; ++l)
                    for (Size i = 0; i < g.rows.out; ++i)
                        for (Size j = 0; j < g.columns.out; ++j, ++to) {
                            const Size r = i * g.rows.stride + k - g.rows.before;
                            const Size s = j * g.columns.stride + l - g.columns.before;
                            f(*to, (c * g.rows.in + r) * g.columns.in + s, r < g.rows.in && s < g.columns.in);
                        }
    }
    void fill(const float* x) {
        for_each_run([&](float& column, Size at, bool inside) { column = inside ? x[at] : 0.0f; });
    }
    void forward(const float* x, const float* w, float* y) {
        const Size k = g.in_channels * taps();
        for (Size n = 0; n < batch; ++n) {
            fill(x + n * g.in_channels * g.rows.in * g.columns.in);
            st::cpu::detail::gemm<float>(false, false, g.out_channels, pixels(), k, w, columns.data(), 0,
                                         y + n * g.out_channels * pixels());
        }
    }
    void backward_input(const float* dy, const float* w, float* dx) {
        const Size k = g.in_channels * taps(), in = g.in_channels * g.rows.in * g.columns.in;
        std::fill(dx, dx + batch * in, 0.0f);
        for (Size n = 0; n < batch; ++n) {
            st::cpu::detail::gemm<float>(true, false, k, pixels(), g.out_channels, w,
                                         dy + n * g.out_channels * pixels(), 0, columns.data());
            for_each_run([&](float& column, Size at, bool inside) {
                if (inside) dx[n * in + at] += column;
            });
        }
    }
    void backward_weight(const float* x, const float* dy, float* dw) {
        const Size k = g.in_channels * taps();
        for (Size n = 0; n < batch; ++n) {
            fill(x + n * g.in_channels * g.rows.in * g.columns.in);
            st::cpu::detail::gemm<float>(false, true, g.out_channels, k, pixels(),
                                         dy + n * g.out_channels * pixels(), columns.data(),
                                         n == 0 ? 0.0f : 1.0f, dw);
        }
    }
};

template <st::ConvolutionGeometry G>
void measure(Size batch) {
    using X = st::Shape<G.in_channels, G.rows.in, G.columns.in>;
    using Y = st::Shape<G.out_channels, G.rows.out, G.columns.out>;
    using W = st::Shape<G.out_channels, G.in_channels / G.groups, G.rows.kernel, G.columns.kernel>;
    std::vector<float> x = numbers(batch * X::dims.elements()), y = numbers(batch * Y::dims.elements());
    std::vector<float> w = numbers(W::dims.elements()), b = numbers(G.out_channels);
    st::GradientView<float, void, W> dw;
    dw.data = w.data();
    st::GradientView<float, void, st::Shape<G.out_channels>> db;
    db.data = b.data();
    const st::BatchView<float, void, X> x_view{x.data(), batch};
    const st::BatchView<float, void, Y> y_view{y.data(), batch};
    const st::TensorView<float, void, W> w_view{w.data()};
    OneDnn one(G, batch);
    Im2Col gemm{G, batch};
    const std::function<void()> strata[] = {
        [&] { Operations::convolution<G>(x_view, w_view, b.data(), y_view); },
        [&] { Operations::convolution_backward_input<G>(y_view, w_view, x_view); },
        [&] { Operations::convolution_backward_parameters<G>(x_view, y_view, dw, db); }};
    const std::function<void()> columns[] = {[&] { gemm.forward(x.data(), w.data(), y.data()); },
                                             [&] { gemm.backward_input(y.data(), w.data(), x.data()); },
                                             [&] { gemm.backward_weight(x.data(), y.data(), w.data()); }};
    std::printf("batch %zu, %zu -> %zu, %zu x %zu, kernel %zu, padding %zu, stride %zu, groups %zu\n", batch,
                G.in_channels, G.out_channels, G.rows.in, G.columns.in, G.rows.kernel, G.rows.before,
                G.rows.stride, G.groups);
    const double products =
        static_cast<double>(batch * Y::dims.elements() * W::dims.elements() / G.out_channels);
    const char* names[] = {"forward", "backward input", "backward weight"};
    for (Size pass = 0; pass < 3; ++pass) {
        const auto t = race({strata[pass], [&] { one.run(pass, false); }, [&] { one.run(pass, true); },
                             G.groups == 1 ? columns[pass] : [] {}});
        const auto rate = [&](double time) { return 2e-3 * products / time; };
        std::printf("  %-16s strata %8.1f (%5.1f)   onednn %8.1f (%5.1f)   + reorders %8.1f (%5.1f)   "
                    "im2col %8.1f (%5.1f)\n",
                    names[pass], t[0], rate(t[0]), t[1], rate(t[1]), t[2], rate(t[2]), t[3],
                    G.groups == 1 ? rate(t[3]) : 0.0);
    }
    std::fflush(stdout);
}

}  // namespace

int main() {
    measure<square(1, 28, 10, 5, 0)>(64);  // LeNet
    measure<square(10, 12, 20, 5, 0)>(64);
    measure<square(1, 28, 10, 3, 1)>(32);  // TinyVGG
    measure<square(10, 28, 10, 3, 1)>(32);
    measure<square(10, 14, 10, 3, 1)>(32);
    measure<square(1, 28, 8, 3, 1)>(64);
    measure<square(8, 28, 16, 3, 1)>(64);
    measure<square(16, 14, 32, 3, 1)>(64);
    measure<square(32, 14, 64, 3, 1)>(64);
    measure<square(64, 8, 64, 3, 1)>(64);
    measure<square(64, 28, 64, 3, 1)>(16);
    measure<square(64, 14, 128, 3, 1, 2)>(16);
    measure<square(256, 14, 256, 3, 1)>(16);
    measure<square(3, 32, 32, 3, 1)>(64);
    measure<square(3, 64, 16, 7, 3, 2)>(16);
    measure<square(32, 14, 32, 1, 0)>(64);
    measure<square(64, 14, 64, 1, 0)>(64);
    measure<square(32, 14, 32, 3, 1, 1, 32)>(64);
    measure<square(8, 28, 16, 3, 1)>(1);
    measure<square(1, 28, 10, 5, 0)>(1);
    measure<square(64, 14, 64, 3, 1)>(1);
    measure<square(16, 14, 32, 3, 1)>(4);
}
