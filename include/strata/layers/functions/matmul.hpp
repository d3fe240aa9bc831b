#pragma once
// y = a b, a product of matrices, in the forward of a module: matmul(a, b).
//
// Shapes, of samples: (..., N, K), (..., K, M) -> (..., N, M), sample by sample; the extents in front are
// equal. With a single tensor on the right, such as a parameter: (..., K), (K, M) -> (..., M), and (..., K),
// (K) -> (...). Two single tensors multiply like two batches. A single tensor on the left of a batch is
// refused.
// Gradient: da = dy bᵀ, db = aᵀ dy, summed over the batch where b is a single tensor.
// Source: torch.matmul.

#include <strata/core/network/trace.hpp>
#include <strata/core/operations/strided.hpp>

namespace strata {

inline void its_inner_extents_must_be_equal_but_are() {}
inline void samples_that_are_multiplied_are_matrices_of_one_rank_and_the_first_is() {}
inline void the_extents_in_front_of_its_matrices_must_be_those_of() {}
inline void a_single_tensor_is_its_second_operand_and_has_one_or_two_extents() {}

struct Matmul {
    static constexpr Size operand_count = 2;
    static constexpr LayerTraits traits = {.keeps = Keeps::input};

    /// One matrix or vector for all rows of a; else a matrix for each of a's.
    static constexpr bool is_one_for_all(const Dims& a, const Dims& b) {
        return a.rank == 1 || b.rank == 1 || b.rank < a.rank;
    }

    static constexpr JoinOutcome join(const Operand* given, Size) {
        const Dims &a = given[0].dims, &b = given[1].dims;
        const bool one_for_all = !given[1].batched && (given[0].batched || is_one_for_all(a, b));
        if ((given[1].batched && !given[0].batched) || (one_for_all && (b.rank == 0 || b.rank > 2)))
            return {{}, &a_single_tensor_is_its_second_operand_and_has_one_or_two_extents, b};
        if (a.rank == 0 || (!one_for_all && (a.rank < 2 || a.rank != b.rank)))
            return {{}, &samples_that_are_multiplied_are_matrices_of_one_rank_and_the_first_is, a};
        const Size inner = b.rank == 1 ? b.extent[0] : b.extent[b.rank - 2];
        if (a.last() != inner) return {{}, &its_inner_extents_must_be_equal_but_are, dims(a.last(), inner)};
        for (Size i = 0; !one_for_all && i + 2 < a.rank; ++i)
            if (a.extent[i] != b.extent[i])
                return {{}, &the_extents_in_front_of_its_matrices_must_be_those_of, a};
        Operand result{a.with_last(b.last()), given[0].batched};
        if (b.rank == 1) result.dims.extent[--result.dims.rank] = 0;
        return {result, nullptr, {}};
    }
    static constexpr Size multiply_adds(const Operand* given, Size) {
        const Dims &a = given[0].dims, &b = given[1].dims;
        return times(a.elements(), b.rank == 1 ? 1 : b.last());
    }

    static void forward(auto& device, auto y, auto a, auto b) {
        const Series s(a, b);
        device.product(s.left(a.data), s.right(b.data), s.result(y.data), false, s.count);
    }
    template <Size K>
    static void backward_operand(auto& device, auto, auto dy, auto dx, auto a, auto b) {
        using T = typename decltype(dx)::value_type;
        const Series s(a, b);
        const auto gradient = s.result(static_cast<const T*>(dy.data));
        if constexpr (K == 0)
            device.product(gradient, transposed(s.right(b.data)), s.left(dx.data), false, s.count);
        else
            device.product(transposed(s.left(a.data)), gradient, s.right(dx.data), false, s.count);
    }

private:
    /// The product as a series of products of matrices (n, k) and (k, m).
    struct Series {
        Size n = 1, k, m, count = 1;

        template <class A, class B>
        Series(A a, B b) : k(A::dims.last()), m(B::dims.rank == 1 ? 1 : B::dims.last()) {
            const bool one_for_all = is_one_for_all(A::dims, B::dims) || b.batch != a.batch;
            if constexpr (A::dims.rank > 1) n = A::dims.extent[A::dims.rank - 2];
            count = k == 0 ? 0 : a.size() / (n * k);
            if (one_for_all) {
                n *= count;
                count = 1;
            }
        }
        template <class P>
        StridedMatrix<P> left(P* data) const {
            return {data, n, k, k, n * k};
        }
        template <class P>
        StridedMatrix<P> right(P* data) const {
            return {data, k, m, m, k * m};
        }
        template <class P>
        StridedMatrix<P> result(P* data) const {
            return {data, n, m, m, n * m};
        }
    };
};

constexpr Value matmul(Value a, Value b) { return apply<Matmul>(a, b); }
/// Tensors are multiplied by xtensor.
template <class A, class B>
requires(!std::is_convertible_v<A, Value> || !std::is_convertible_v<B, Value>) A
    matmul(const A& a, const B&) {
    constexpr bool matmul_takes_values_of_a_forward = detail::never<A, B>;
    static_assert(matmul_takes_values_of_a_forward,
                  "strata: matmul takes the values in the forward of a module; tensors are multiplied by "
                  "xt::linalg::dot(a, b) (docs/errors.md#functions)");
    return a;
}

}  // namespace strata
