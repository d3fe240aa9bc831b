#pragma once
// Scaled dot-product attention: softmax(q kᵀ / sqrt(head_size)) v. The heads are copied out of the rows that
// they share, so that all samples and heads are one series of products.

#include <cmath>
#include <strata/backends/cuda/map.hpp>
#include <strata/backends/cuda/random.hpp>
#include <strata/backends/cuda/softmax.hpp>
#include <strata/backends/cuda/strided.hpp>
#include <strata/core/operations/attention.hpp>

namespace strata::cuda {

namespace detail {

/// (batch, length, heads, size) with rows that lie apart, and (batch, heads, length, size) side by side: each
/// head's rows are copied by warps, one row each, in the one direction or the other.
template <class From, class To>
struct CopyHeads {
    From from;
    To to;
    Size heads, length, size;

    template <class T>
    STRATA_DEVICE T* row_of(const HeadsView<T>& view, Size row) const {
        const Size position = row % length, head = row / length % heads, sample = row / length / heads;
        return view.data + sample * view.sample + position * view.row + head * size;
    }
    template <class T>
    STRATA_DEVICE T* row_of(T* heads_apart, Size row) const {
        return heads_apart + row * size;
    }
    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size row) const {
        const auto* const source = row_of(from, row);
        auto* const target = row_of(to, row);
        group.for_each(size, [&](Size i) { target[i] = source[i]; });
    }
};

/// p = softmax(factor p) over the keys that a query sees; 0 for those that it does not.
template <class T>
struct AttentionSoftmaxRow {
    Size queries, keys;
    bool causal;
    T factor;
    T* p;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size row) const {
        const Size last = row % queries + 1, seen = causal && last < keys ? last : keys;
        T* const values = p + row * keys;
        const T highest = group.max(seen, minus_infinity<T>, [&](Size k) { return values[k]; });
        const T sum = group.sum(seen, [&](Size k) { return math::exp(factor * (values[k] - highest)); });
        group.for_each(keys, [&](Size k) {
            values[k] = k < seen ? math::exp(factor * (values[k] - highest)) / sum : T(0);
        });
    }
};

/// dp becomes factor p (dp - sum(p dp)).
template <class T>
struct AttentionGradientRow {
    Size keys;
    T factor;
    const T* p;
    T* dp;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size row) const {
        const T* const values = p + row * keys;
        T* const gradient = dp + row * keys;
        const T sum = group.sum(keys, [&](Size k) { return values[k] * gradient[k]; });
        group.for_each(keys, [&](Size k) { gradient[k] = factor * values[k] * (gradient[k] - sum); });
    }
};

}  // namespace detail

class AttentionOperations : public virtual Queue {
public:
    /// out = softmax(q kᵀ / sqrt(head_size)) v. `probabilities` holds shape.probabilities() elements; what
    /// the backward pass needs of them is left there.
    template <class Q, class T>
    void scaled_dot_product_attention(const AttentionShape& shape, HeadsView<Q> q, HeadsView<Q> k,
                                      HeadsView<Q> v, HeadsView<T> out, T* probabilities) const {
        const Size of_queries = elements(shape, shape.queries), of_keys = elements(shape, shape.keys);
        const Size all = shape.probabilities();
        T* const heads = detail::room<T>(detail::scratch(*this).attention,
                                         2 * (of_queries + of_keys) + (shape.dropout > 0 ? all : 0));
        T* const q_heads = heads;
        T* const k_heads = q_heads + of_queries;
        T* const v_heads = k_heads + of_keys;
        T* const out_heads = v_heads + of_keys;
        apart(shape, shape.queries, q, q_heads);
        apart(shape, shape.keys, k, k_heads);
        apart(shape, shape.keys, v, v_heads);

        const Size count = shape.batch * shape.heads;
        const StridedMatrix<T> p = scores(shape, probabilities);
        detail::product(*this, rows(shape, shape.queries, q_heads),
                        transposed(rows(shape, shape.keys, k_heads)), p, false, count);
        const detail::AttentionSoftmaxRow<T> softmax{shape.queries, shape.keys, shape.causal,
                                                     factor<T>(shape), probabilities};
        for_each_warp(count * shape.queries, softmax);
        StridedMatrix<T> used = p;
        if (shape.dropout > 0) {
            used.data = out_heads + of_queries;
            if (shape.dropout < 1)
                detail::dropout_mask(*this, used.data, all, shape.dropout);
            else
                for_each_index(all, detail::Fill<T>{used.data, T(0)});
            detail::for_each(*this, all, strata::detail::DropProbability{}, probabilities, used.data);
        }
        detail::product(*this, used, rows(shape, shape.keys, v_heads), rows(shape, shape.queries, out_heads),
                        false, count);
        together(shape, shape.queries, out_heads, out);
    }

    /// The gradients of q, k and v from that of out. They may lie where q, k and v lie. `probabilities` is as
    /// the forward pass left it, and may be overwritten.
    template <class Q, class DOut, class T>
    void scaled_dot_product_attention_backward(const AttentionShape& shape, HeadsView<Q> q, HeadsView<Q> k,
                                               HeadsView<Q> v, T* probabilities, HeadsView<DOut> dout,
                                               HeadsView<T> dq, HeadsView<T> dk, HeadsView<T> dv) const {
        const Size of_queries = elements(shape, shape.queries), of_keys = elements(shape, shape.keys);
        const Size all = shape.probabilities(), count = shape.batch * shape.heads;
        T* const q_heads =
            detail::room<T>(detail::scratch(*this).attention, 3 * of_queries + 3 * of_keys + all);
        T* const k_heads = q_heads + of_queries;
        T* const v_heads = k_heads + of_keys;
        T* const dout_heads = v_heads + of_keys;
        T* const dq_heads = dout_heads + of_queries;
        T* const gradient_heads = dq_heads + of_queries;  // of the values, then of the keys
        T* const dp = gradient_heads + of_keys;
        apart(shape, shape.queries, q, q_heads);
        apart(shape, shape.keys, k, k_heads);
        apart(shape, shape.keys, v, v_heads);
        apart(shape, shape.queries, dout, dout_heads);
        const StridedMatrix<T> q_rows = rows(shape, shape.queries, q_heads),
                               k_rows = rows(shape, shape.keys, k_heads),
                               v_rows = rows(shape, shape.keys, v_heads),
                               dout_rows = rows(shape, shape.queries, dout_heads),
                               dq_rows = rows(shape, shape.queries, dq_heads),
                               gradient_rows = rows(shape, shape.keys, gradient_heads);
        const StridedMatrix<T> dp_rows = scores(shape, dp);
        const double scale = shape.dropout < 1 ? 1 / (1 - shape.dropout) : 0;

        StridedMatrix<T> used = scores(shape, probabilities);
        if (shape.dropout > 0) {
            used.data = dp;
            detail::for_each(*this, all, detail::Assign<strata::detail::UsedProbability>{{scale}}, dp,
                             static_cast<const T*>(probabilities));
        }
        detail::product(*this, transposed(used), dout_rows, gradient_rows, false, count);
        together(shape, shape.keys, gradient_heads, dv);
        detail::product(*this, dout_rows, transposed(v_rows), dp_rows, false, count);
        if (shape.dropout > 0)
            detail::for_each(*this, all, strata::detail::UndropGradient{scale}, probabilities, dp);
        const detail::AttentionGradientRow<T> softmax{shape.keys, factor<T>(shape), probabilities, dp};
        for_each_warp(count * shape.queries, softmax);
        detail::product(*this, dp_rows, k_rows, dq_rows, false, count);
        together(shape, shape.queries, dq_heads, dq);
        detail::product(*this, transposed(dp_rows), q_rows, gradient_rows, false, count);
        together(shape, shape.keys, gradient_heads, dk);
    }

private:
    static Size elements(const AttentionShape& shape, Size length) {
        return shape.batch * shape.heads * length * shape.head_size;
    }
    template <class T>
    static T factor(const AttentionShape& shape) {
        return static_cast<T>(1 / std::sqrt(static_cast<double>(shape.head_size)));
    }
    /// A head of each sample, and its scores, as series of matrices.
    template <class T>
    static StridedMatrix<T> rows(const AttentionShape& shape, Size length, T* heads) {
        return {heads, length, shape.head_size, shape.head_size, length * shape.head_size};
    }
    template <class T>
    static StridedMatrix<T> scores(const AttentionShape& shape, T* p) {
        return {p, shape.queries, shape.keys, shape.keys, shape.queries * shape.keys};
    }
    template <class From, class T>
    void apart(const AttentionShape& shape, Size length, HeadsView<From> from, T* to) const {
        const detail::CopyHeads<HeadsView<From>, T*> copy{from, to, shape.heads, length, shape.head_size};
        for_each_warp(shape.batch * shape.heads * length, copy);
    }
    template <class T>
    void together(const AttentionShape& shape, Size length, T* from, HeadsView<T> to) const {
        const detail::CopyHeads<T*, HeadsView<T>> copy{from, to, shape.heads, length, shape.head_size};
        for_each_warp(shape.batch * shape.heads * length, copy);
    }
};

}  // namespace strata::cuda
