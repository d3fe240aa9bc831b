#pragma once
// The operations on parts of tensors, and attention, against plain loops in double, on the device of the
// test.

#include "catch.hpp"
#include "device.hpp"

#include <cmath>
#include <strata/core/operations/attention.hpp>
#include <strata/core/operations/strided.hpp>
#include <strata/random/distributions.hpp>
#include <vector>

namespace sequence_check {

using namespace strata;
using test::Device;
using test::Memory;

template <class T>
Memory<T> normal(Size n, std::uint64_t seed) {
    std::vector<T> values(n);
    Generator generator(seed);
    normal_(values.data(), n, 0, 1, generator);
    return Memory<T>(values);
}

template <class T>
inline constexpr double tolerance = sizeof(T) == 4 ? 3e-6 : 1e-13;

/// The largest difference, relative to 1 + |expected|.
template <class T>
double largest_error(const std::vector<T>& got, const std::vector<double>& expected) {
    REQUIRE(got.size() == expected.size());
    double largest = 0;
    for (Size i = 0; i < got.size(); ++i) {
        const double error =
            std::fabs(static_cast<double>(got[i]) - expected[i]) / (1 + std::fabs(expected[i]));
        if (!(error <= largest)) largest = std::isnan(error) ? INFINITY : error;
    }
    return largest;
}

/// A series of products of matrices that lie spaced in their memory; what lies between is left alone.
template <class T>
void check_product(Size m, Size n, Size k, bool a_transposed, bool b_transposed, bool accumulate, Size count,
                   Size gap) {
    CAPTURE(m, n, k, a_transposed, b_transposed, accumulate, count, gap);
    const Size a_rows = a_transposed ? k : m, a_columns = a_transposed ? m : k;
    const Size b_rows = b_transposed ? n : k, b_columns = b_transposed ? k : n;
    const auto space = [&](Size rows, Size columns) { return count * (rows * (columns + gap) + gap) + 1; };
    Memory<T> a = normal<T>(space(a_rows, a_columns), 1), b = normal<T>(space(b_rows, b_columns), 2),
              c = normal<T>(space(m, n), 3);
    std::vector<double> expected(c.begin(), c.end());
    const Size a_stride = a_columns + gap, b_stride = b_columns + gap, c_stride = n + gap;
    const Size a_step = a_rows * a_stride + gap, c_step = m * c_stride + gap;  // b is the same for all
    for (Size s = 0; s < count; ++s)
        for (Size i = 0; i < m; ++i)
            for (Size j = 0; j < n; ++j) {
                double sum = accumulate ? expected[s * c_step + i * c_stride + j] : 0;
                for (Size l = 0; l < k; ++l)
                    sum += static_cast<double>(
                               a[s * a_step + (a_transposed ? l * a_stride + i : i * a_stride + l)]) *
                           static_cast<double>(b[b_transposed ? j * b_stride + l : l * b_stride + j]);
                expected[s * c_step + i * c_stride + j] = sum;
            }
    const Device device;
    StridedMatrix<const T> first{a.device(), a_rows, a_columns, a_stride, a_step};
    StridedMatrix<const T> second{b.device(), b_rows, b_columns, b_stride, 0};
    if (a_transposed) first = transposed(first);
    if (b_transposed) second = transposed(second);
    device.product(first, second, StridedMatrix<T>{c.device(), m, n, c_stride, c_step}, accumulate, count);
    c.download();
    CHECK(largest_error(c, expected) < tolerance<T> * static_cast<double>(k + 1));
}
template <class T>
void check_products() {
    for (bool a_transposed : {false, true})
        for (bool b_transposed : {false, true})
            for (bool accumulate : {false, true}) {
                check_product<T>(3, 4, 5, a_transposed, b_transposed, accumulate, 1, 0);
                check_product<T>(1, 7, 2, a_transposed, b_transposed, accumulate, 3, 0);
                check_product<T>(17, 33, 20, a_transposed, b_transposed, accumulate, 2, 3);
                check_product<T>(2, 3, 0, a_transposed, b_transposed, accumulate, 2, 1);
            }
}

struct AddScaled {
    template <class V>
    STRATA_HOST_DEVICE void operator()(V& to, const V& a, const V& b) const {
        to += a * b;
    }
};

/// Rows of every length around a pack's, and one row that counts for all.
template <class T>
void check_rows() {
    const Device device;
    for (Size columns : {1, 3, 4, 8, 15, 16, 17, 40}) {
        constexpr Size rows = 5, gap = 2;
        Memory<T> to = normal<T>(rows * (columns + gap), 1), a = normal<T>(rows * columns, 2),
                  b = normal<T>(columns, 3);
        std::vector<T> expected = to;
        for (Size i = 0; i < rows; ++i)
            for (Size j = 0; j < columns; ++j) expected[i * (columns + gap) + j] += a[i * columns + j] * b[j];
        const StridedRows<T> result{to.device(), columns + gap};
        const StridedRows<const T> first{a.device(), columns}, second{b.device(), 0};
        device.for_each_in_rows(rows, columns, AddScaled{}, result, first, second);
        to.download();
        CHECK(largest_error(to, std::vector<double>(expected.begin(), expected.end())) < tolerance<T>);
    }
}

/// Attention with queries of one tensor and keys and values side by side in another, and its gradients, which
/// take the place of both.
template <class T>
void check_attention(Size batch, Size heads, Size queries, Size keys, Size size, bool causal) {
    CAPTURE(batch, heads, queries, keys, size, causal);
    const Size width = heads * size;
    Memory<T> q = normal<T>(batch * queries * width, 1), kv = normal<T>(batch * keys * 2 * width, 2),
              dout = normal<T>(batch * queries * width, 3), out(q.size(), T(NAN)),
              p(batch * heads * queries * keys, T(NAN));
    std::vector<double> expected(out.size()), dq(q.size()), dkv(kv.size());
    const double factor = 1 / std::sqrt(static_cast<double>(size));
    std::vector<double> row(keys), gradient(keys);
    for (Size sample = 0; sample < batch; ++sample)
        for (Size head = 0; head < heads; ++head)
            for (Size i = 0; i < queries; ++i) {
                const Size q_at = (sample * queries + i) * width + head * size;
                const auto k_at = [&](Size j) { return (sample * keys + j) * 2 * width + head * size; };
                const Size seen = causal && i + 1 < keys ? i + 1 : keys;
                double total = 0, mean = 0;
                for (Size j = 0; j < seen; ++j) {
                    double dot = 0;
                    for (Size d = 0; d < size; ++d)
                        dot += static_cast<double>(q[q_at + d]) * static_cast<double>(kv[k_at(j) + d]);
                    total += row[j] = std::exp(factor * dot);
                }
                for (Size j = 0; j < seen; ++j) {
                    row[j] /= total;
                    gradient[j] = 0;
                    for (Size d = 0; d < size; ++d) {
                        const double value = static_cast<double>(kv[k_at(j) + width + d]);
                        expected[q_at + d] += row[j] * value;
                        gradient[j] += static_cast<double>(dout[q_at + d]) * value;
                        dkv[k_at(j) + width + d] += row[j] * static_cast<double>(dout[q_at + d]);
                    }
                    mean += row[j] * gradient[j];
                }
                for (Size j = 0; j < seen; ++j)
                    for (Size d = 0; d < size; ++d) {
                        const double score = factor * row[j] * (gradient[j] - mean);
                        dq[q_at + d] += score * static_cast<double>(kv[k_at(j) + d]);
                        dkv[k_at(j) + d] += score * static_cast<double>(q[q_at + d]);
                    }
            }

    const Device device;
    const AttentionShape shape{batch, heads, queries, keys, size, causal, 0};
    const HeadsView<T> q_view{q.device(), queries * width, width};
    const HeadsView<T> k_view{kv.device(), keys * 2 * width, 2 * width};
    const HeadsView<T> v_view{kv.device() + width, keys * 2 * width, 2 * width};
    const HeadsView<T> out_view{out.device(), queries * width, width};
    const HeadsView<T> dout_view{dout.device(), queries * width, width};
    device.scaled_dot_product_attention(shape, q_view, k_view, v_view, out_view, p.device());
    out.download();
    CHECK(largest_error(out, expected) < 10 * tolerance<T>);
    device.scaled_dot_product_attention_backward(shape, q_view, k_view, v_view, p.device(), dout_view, q_view,
                                                 k_view, v_view);
    q.download();
    kv.download();
    CHECK(largest_error(q, dq) < 10 * tolerance<T>);
    CHECK(largest_error(kv, dkv) < 10 * tolerance<T>);
}
template <class T>
void check_attentions() {
    for (bool causal : {false, true}) {
        check_attention<T>(1, 1, 1, 1, 1, causal);
        check_attention<T>(2, 3, 5, 9, 4, causal);
        check_attention<T>(2, 2, 9, 5, 3, causal);
        check_attention<T>(1, 2, 70, 150, 8, causal);
        check_attention<T>(1, 2, 150, 70, 8, causal);
        check_attention<T>(3, 1, 33, 33, 17, causal);
    }
}

}  // namespace sequence_check
