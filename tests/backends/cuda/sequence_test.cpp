// Products and elementwise work on parts of tensors, attention and tables on the device, alone and recorded.

#include "backends/cuda/arrays.hpp"
#include "backends/sequence_check.hpp"

#include <strata/cuda.hpp>

namespace {

using namespace strata;
using strata::cuda::Buffer;

}  // namespace

TEST_CASE("products of spaced matrices", "[cuda]") {
    sequence_check::check_products<float>();
    sequence_check::check_products<double>();
}

TEST_CASE("elementwise work on spaced rows", "[cuda]") {
    sequence_check::check_rows<float>();
    sequence_check::check_rows<double>();
}

TEST_CASE("attention over another sequence, and its gradients", "[cuda]") {
    sequence_check::check_attentions<float>();
    sequence_check::check_attentions<double>();
}

// A lower precision rounds spaced operands to the same numbers as those that lie side by side.
TEST_CASE("products of spaced matrices in lower precision", "[cuda]") {
    constexpr Size m = 6, n = 8, k = 16, gap = 8, count = 2;
    const std::vector<float> a = arrays::normal<float>(count * m * k, 1), b = arrays::normal<float>(k * n, 2);
    std::vector<float> spaced_a(count * m * (k + gap)), spaced_b(k * (n + gap));
    for (Size i = 0; i < count * m; ++i)
        for (Size j = 0; j < k; ++j) spaced_a[i * (k + gap) + j] = a[i * k + j];
    for (Size i = 0; i < k; ++i)
        for (Size j = 0; j < n; ++j) spaced_b[i * (n + gap) + j] = b[i * n + j];
    Buffer<float> a_tight = arrays::on_device(a), b_tight = arrays::on_device(b),
                  a_spaced = arrays::on_device(spaced_a), b_spaced = arrays::on_device(spaced_b),
                  c = arrays::on_device(std::vector<float>(count * m * n));
    const Cuda device;
    for (Precision precision : {Precision::tf32, Precision::bfloat16, Precision::float16}) {
        const Cuda::PrecisionScope scope(device, precision);
        const StridedMatrix<float> result{c.data(), m, n, n, m * n};
        device.product(StridedMatrix<float>{a_tight.data(), m, k, k, m * k},
                       StridedMatrix<float>{b_tight.data(), k, n, n, 0}, result, false, count);
        const std::vector<float> expected = arrays::on_host(c);
        device.product(StridedMatrix<float>{a_spaced.data(), m, k, k + gap, m * (k + gap)},
                       StridedMatrix<float>{b_spaced.data(), k, n, n + gap, 0}, result, false, count);
        CHECK(arrays::largest_error(arrays::on_host(c), expected) < 1e-6);
        std::vector<double> exact(count * m * n);
        for (Size i = 0; i < exact.size(); ++i)
            for (Size l = 0; l < k; ++l)
                exact[i] += static_cast<double>(a[i / n * k + l]) * static_cast<double>(b[l * n + i % n]);
        CHECK(arrays::largest_error(expected, exact) < 0.1);
        CHECK(arrays::largest_error(expected, exact) > 1e-6);
    }
}

TEST_CASE("attention does the same when recorded", "[cuda]") {
    constexpr Size batch = 2, heads = 2, length = 5, size = 3, width = heads * size;
    const AttentionShape shape{batch, heads, length, length, size, true, 0};
    Buffer<float> qkv = arrays::on_device(arrays::normal<float>(batch * length * 3 * width, 1));
    Buffer<float> out = arrays::on_device(arrays::normal<float>(batch * length * width, 2));
    Buffer<float> p = arrays::on_device(std::vector<float>(shape.probabilities()));
    const auto part = [&](Size k) {
        return HeadsView<float>{qkv.data() + k * width, length * 3 * width, 3 * width};
    };
    const HeadsView<float> rows{out.data(), length * width, width};
    const Cuda device;
    arrays::check_replays(device, out, [&] {
        device.scaled_dot_product_attention(shape, part(0), part(1), part(2), rows, p.data());
    });
    arrays::check_replays(device, qkv, [&] {
        device.scaled_dot_product_attention(shape, part(0), part(1), part(2), rows, p.data());
        device.scaled_dot_product_attention_backward(shape, part(0), part(1), part(2), p.data(), rows,
                                                     part(0), part(1), part(2));
    });
}

TEST_CASE("the gradient of a table does the same when recorded", "[cuda]") {
    constexpr Size count = 9, dim = 6, batch = 700;
    std::vector<std::int64_t> host(batch);
    Generator generator(1);
    randint_(host.data(), batch, -1, count + 1, generator);  // some that are none
    Buffer<std::int64_t> indices = arrays::on_device(host);
    const std::vector<float> dy = arrays::normal<float>(batch * dim, 2);
    Buffer<float> gradient = arrays::on_device(dy);
    Buffer<float> dweight = arrays::on_device(std::vector<float>(count * dim));
    const Cuda device;
    const BatchView<const std::int64_t, Cuda, Shape<>> x{indices.data(), batch};
    const BatchView<float, Cuda, Shape<dim>> gradient_view{gradient.data(), batch};
    const GradientView<float, Cuda, Shape<count, dim>> to{{dweight.data()}, false};
    arrays::check_replays(device, dweight, [&] { device.embedding_gradient(x, gradient_view, 2, to); });
    std::vector<double> expected(count * dim);
    for (Size i = 0; i < batch; ++i)
        if (host[i] >= 0 && host[i] < static_cast<std::int64_t>(count) && host[i] != 2)
            for (Size k = 0; k < dim; ++k)
                expected[static_cast<Size>(host[i]) * dim + k] += static_cast<double>(dy[i * dim + k]);
    CHECK(arrays::largest_error(arrays::on_host(dweight), expected) < 1e-6);
}
