#pragma once
// Scaled dot-product attention: softmax(q kᵀ / sqrt(head_size)) v, head by head, a block of queries at a
// time. A causal block ends at the last key that one of its queries sees, and what lies beyond is never
// touched.

#include <strata/backends/cpu/random.hpp>
#include <strata/backends/cpu/softmax.hpp>
#include <strata/backends/cpu/strided.hpp>
#include <strata/core/operations/attention.hpp>

namespace strata::cpu {

namespace detail {

/// The queries begin .. begin + rows of one head, and the keys 0 .. columns that they may see.
struct AttentionBlock {
    Size begin, rows, columns;
};

template <class Body>
void for_attention_blocks(const AttentionShape& shape, const Body& body) {
    constexpr Size causal_rows = 64;
    const Size most = shape.causal ? causal_rows : shape.queries;
    for (Size begin = 0; begin < shape.queries; begin += most) {
        const Size end = begin + most < shape.queries ? begin + most : shape.queries;
        body(AttentionBlock{begin, end - begin, shape.causal && end < shape.keys ? end : shape.keys});
    }
}

/// One head of one sample, from a row on.
template <class T>
StridedMatrix<T> head_of(const AttentionShape& shape, HeadsView<T> view, Size sample, Size head, Size row,
                         Size rows) {
    return {view.data + sample * view.sample + head * shape.head_size + row * view.row, rows, shape.head_size,
            view.row};
}

/// Each row becomes its softmax over the keys that it sees; what it does not see becomes 0. As far as the
/// last pack reaches, that is the softmax of minus infinity: a pack in two parts would cost more.
template <class T>
void attention_softmax(const AttentionShape& shape, const AttentionBlock& block, T* scores) {
    vectorized<T>([&](auto width) {
        using V = Pack<T, decltype(width)::value>;
        for (Size i = 0; i < block.rows; ++i) {
            T* const row = scores + i * shape.keys;
            const Size last = block.begin + i + 1;
            const Size seen = shape.causal && last < block.columns ? last : block.columns;
            const Size whole = (seen + V::width - 1) / V::width * V::width;
            const Size end = whole < block.columns ? whole : block.columns;
            for (Size k = seen; k < end; ++k) row[k] = static_cast<T>(-__builtin_inf());
            const T highest = row_maximum<V>(row, end);
            const V factor(T(1) / sum_of_exps<V>(static_cast<const T*>(row), highest, end, row));
            for_packs<V::width>(end, [&](Size k, Size lanes) {
                store_lanes(load_lanes<V, T>(row + k, lanes, T(0)) * factor, row + k, lanes);
            });
            for (Size k = end; k < block.columns; ++k) row[k] = T(0);
        }
    });
}

/// dp becomes p (dp - sum(p dp)), row by row.
template <class T>
void attention_softmax_backward(const AttentionBlock& block, Size keys, const T* p, T* dp) {
    vectorized<T>([&](auto width) {
        using V = Pack<T, decltype(width)::value>;
        for (Size i = 0; i < block.rows; ++i, p += keys, dp += keys) {
            const V sum(row_sum<V>(
                block.columns, [](const V& a, const V& b) { return a * b; }, p, static_cast<const T*>(dp)));
            for_packs<V::width>(block.columns, [&](Size k, Size lanes) {
                const V value = load_lanes<V, T>(p + k, lanes, T(0));
                store_lanes(value * (load_lanes<V, T>(dp + k, lanes, T(0)) - sum), dp + k, lanes);
            });
        }
    });
}

#ifdef STRATA_INSTANCE
STRATA_INSTANCE void attention_softmax(const AttentionShape&, const AttentionBlock&, float*);
STRATA_INSTANCE void attention_softmax_backward(const AttentionBlock&, Size, const float*, float*);
#endif

/// Slots of `thread_memory`.
inline constexpr int attention_scores = 1, attention_keys = 2;

}  // namespace detail

struct AttentionOperations {
    /// out = softmax(q kᵀ / sqrt(head_size)) v. `probabilities` holds shape.probabilities() elements; what
    /// the backward pass needs of them is left there.
    template <class Q, class T>
    static void scaled_dot_product_attention(const AttentionShape& shape, HeadsView<Q> q, HeadsView<Q> k,
                                             HeadsView<Q> v, HeadsView<T> out, T* probabilities) {
        const T factor = static_cast<T>(1 / std::sqrt(static_cast<double>(shape.head_size)));
        for_each_head(shape, [&](Size sample, Size head) {
            detail::for_attention_blocks(shape, [&](const detail::AttentionBlock& block) {
                const auto part = [&](auto view, Size row, Size rows) {
                    return detail::head_of(shape, view, sample, head, row, rows);
                };
                T* const p = block_of(shape, block, probabilities, sample, head);
                const StridedMatrix<T> scores{p, block.rows, block.columns, shape.keys};
                detail::multiply(factor, part(q, block.begin, block.rows),
                                 transposed(part(k, 0, block.columns)), T(0), scores);
                detail::attention_softmax(shape, block, p);
                StridedMatrix<T> used = scores;
                if (shape.dropout > 0) used.data = drop(shape, block, p);
                detail::multiply(T(1), used, part(v, 0, block.columns), T(0),
                                 part(out, block.begin, block.rows));
            });
        });
    }

    /// The gradients of q, k and v from that of out. They may lie where q, k and v lie. `probabilities` is as
    /// the forward pass left it, and may be overwritten.
    template <class Q, class DOut, class T>
    static void scaled_dot_product_attention_backward(const AttentionShape& shape, HeadsView<Q> q,
                                                      HeadsView<Q> k, HeadsView<Q> v, T* probabilities,
                                                      HeadsView<DOut> dout, HeadsView<T> dq, HeadsView<T> dk,
                                                      HeadsView<T> dv) {
        const T factor = static_cast<T>(1 / std::sqrt(static_cast<double>(shape.head_size)));
        const double scale = shape.dropout < 1 ? 1 / (1 - shape.dropout) : 0;
        const Size head_elements = shape.keys * shape.head_size;
        T* const key_sums = detail::thread_memory<T, detail::attention_keys>(2 * head_elements);
        T* const value_sums = key_sums + head_elements;
        for_each_head(shape, [&](Size sample, Size head) {
            if (shape.causal) MapOperations::fill(key_sums, 2 * head_elements, T(0));
            const T beta = shape.causal ? 1 : 0;
            detail::for_attention_blocks(shape, [&](const detail::AttentionBlock& block) {
                const auto part = [&](auto view, Size row, Size rows) {
                    return detail::head_of(shape, view, sample, head, row, rows);
                };
                const Size all = block.rows * shape.keys;
                T* const p = block_of(shape, block, probabilities, sample, head);
                T* const dp = detail::thread_memory<T, detail::attention_scores>(all);
                const StridedMatrix<T> scores{dp, block.rows, block.columns, shape.keys};
                const auto gradient = part(dout, block.begin, block.rows);
                const StridedMatrix<T> keys{key_sums, block.columns, shape.head_size, shape.head_size};
                const StridedMatrix<T> values{value_sums, block.columns, shape.head_size, shape.head_size};

                StridedMatrix<T> used = scores;
                used.data = p;
                if (shape.dropout > 0) {
                    StridedOperations::for_each_in_rows(
                        block.rows, block.columns, detail::Assign<strata::detail::UsedProbability>{{scale}},
                        StridedRows<T>{dp, shape.keys}, StridedRows<const T>{p, shape.keys});
                    used.data = dp;
                }
                detail::multiply(T(1), transposed(used), gradient, beta, values);
                detail::multiply(T(1), gradient, transposed(part(v, 0, block.columns)), T(0), scores);
                if (shape.dropout > 0)
                    StridedOperations::for_each_in_rows(
                        block.rows, block.columns, strata::detail::UndropGradient{scale},
                        StridedRows<T>{p, shape.keys}, StridedRows<T>{dp, shape.keys});
                detail::attention_softmax_backward(block, shape.keys, static_cast<const T*>(p), dp);
                detail::multiply(factor, transposed(scores), part(q, block.begin, block.rows), beta, keys);
                detail::multiply(factor, scores, part(k, 0, block.columns), T(0),
                                 part(dq, block.begin, block.rows));
            });
            write_head(shape, key_sums, dk, sample, head);
            write_head(shape, value_sums, dv, sample, head);
        });
    }

private:
    template <class Body>
    static void for_each_head(const AttentionShape& shape, const Body& body) {
        for (Size sample = 0; sample < shape.batch; ++sample)
            for (Size head = 0; head < shape.heads; ++head) body(sample, head);
    }
    template <class T>
    static T* block_of(const AttentionShape& shape, const detail::AttentionBlock& block, T* probabilities,
                       Size sample, Size head) {
        return probabilities + ((sample * shape.heads + head) * shape.queries + block.begin) * shape.keys;
    }
    /// The mask is drawn for all keys, as PyTorch draws it. Returns what multiplies the values.
    template <class T>
    static T* drop(const AttentionShape& shape, const detail::AttentionBlock& block, T* p) {
        const Size all = block.rows * shape.keys;
        T* const mask = detail::thread_memory<T, detail::attention_scores>(all);
        if (shape.dropout < 1)
            RandomOperations::dropout_mask(mask, all, shape.dropout);
        else
            MapOperations::fill(mask, all, T(0));
        StridedOperations::for_each_in_rows(block.rows, block.columns, strata::detail::DropProbability{},
                                            StridedRows<T>{p, shape.keys}, StridedRows<T>{mask, shape.keys});
        return mask;
    }
    template <class T>
    static void write_head(const AttentionShape& shape, const T* from, HeadsView<T> to, Size sample,
                           Size head) {
        const StridedMatrix<T> rows = detail::head_of(shape, to, sample, head, 0, shape.keys);
        for (Size i = 0; i < shape.keys; ++i, from += shape.head_size)
            MapOperations::copy(from, rows.data + i * rows.stride, shape.head_size);
    }
};

}  // namespace strata::cpu
