#pragma once
// Matrix products of a queue, in the precision that its context's products have: with an epilogue where there
// is a kernel with it, and with operands rounded beforehand where the precision wants that.

#include <strata/backends/cuda/map.hpp>
#include <strata/backends/cuda/product/blas.hpp>
#include <strata/backends/cuda/product/cublaslt.hpp>
#include <strata/backends/cuda/product/half.hpp>

namespace strata::cuda::detail {

/// An operand rounded for a product: into 16-bit patterns on the GPU, into floats of these values on the
/// host.
struct RoundOperand {
    const float* from;
    Products::Operand* to;
    Precision precision;

    STRATA_DEVICE void operator()(Size i) const { to[i] = rounded(from[i]); }
    STRATA_DEVICE Products::Operand rounded(float x) const {
#if STRATA_ON_GPU
        return precision == Precision::bfloat16 ? to_bfloat16(x) : to_float16(x);
#else
        return precision == Precision::tf32       ? round_to_tf32(x)
               : precision == Precision::bfloat16 ? from_bfloat16(to_bfloat16(x))
                                                  : from_float16(to_float16(x));
#endif
    }
};
/// The same for matrices of `size` elements whose rows lie apart, and for a result whose rows lie apart.
struct RoundSpacedOperand {
    RoundOperand round;
    Size size, columns;
    Spacing from, to;

    STRATA_DEVICE void operator()(Size i) const {
        const Size matrix = i / size, at = i % size, row = at / columns, column = at % columns;
        round.to[matrix * to.step + row * to.row + column] =
            round.rounded(round.from[matrix * from.step + row * from.row + column]);
    }
};

inline Products& products(const Queue& queue) {
    return queue.context().attached<Products>(&Context::products);
}

/// The first product of a kind is done with ones before.
template <class Operand, class T>
[[gnu::cold]] void check_first(Context& context, Products& all, const ProductKind& kind, const Operand*,
                               const T*) {
    for (const ProductKind& checked : all.checked)
        if (checked == kind) return;
    all.checked.push_back(kind);
    check_product<Operand, T>(kind, [&](const Operand* a, const Operand* b, T* c, const T* vector) {
        return all.multiply(context, kind.arithmetic, kind.product, kind.epilogue, a, b, c, vector);
    });
}

/// Whether operands are rounded by a kernel of ours. On the GPU the product itself rounds to tf32.
inline bool rounds_beforehand(Arithmetic arithmetic) {
    return arithmetic == Arithmetic::bfloat16 || arithmetic == Arithmetic::float16 ||
           (!STRATA_ON_GPU && arithmetic == Arithmetic::tf32);
}
/// A series of matrices of `size` elements, rounded, and how they lie: side by side, with rows of a multiple
/// of 16 bytes, without which the GPU's units for such products are not used.
inline const Products::Operand* rounded(const Queue& queue, OperandRoom<Products::Operand>& room,
                                        const float* from, Size size, Size columns, Size count,
                                        Spacing& spacing) {
    constexpr Size multiple = 8;
    if (spacing.step == 0) count = 1;  // one matrix for all products
    const Size row = (columns + multiple - 1) / multiple * multiple, step = size / columns * row;
    Products::Operand* to = room.of(count * step);
    const RoundOperand round{from, to, products(queue).precision};
    if (spacing == Spacing{} && row == columns) {
        queue.for_each_index(size, round);
    } else {
        if (spacing.row == 0) spacing.row = columns;
        queue.for_each_index(count * size, RoundSpacedOperand{round, size, columns, spacing, {row, step}});
        spacing = {row, count == 1 ? 0 : step};
    }
    return to;
}

/// The product, and its epilogue if there is a kernel with it: returns whether the epilogue is done.
template <class T>
bool multiply(const Queue& queue, Product p, const T* a, const T* b, T* c, Epilogue epilogue = Epilogue::none,
              const T* vector = nullptr) {
    const bool fuse = epilogue != Epilogue::none;
    if (p.m == 0 || p.n == 0 || p.k == 0) {  // a sum of nothing is zero
        if (!p.accumulate) queue.for_each_index(p.m * p.n, Fill<T>{c, T(0)});
        return !fuse;
    }
    Context& context = queue.context();
    Products& all = products(queue);
    const Arithmetic arithmetic = arithmetic_of<T>(all.precision);
    const auto run = [&](const auto* first, const auto* second) {
        if (checks_products() && !this_thread_records())
            check_first(context, all,
                        {p, epilogue, arithmetic, alignment_of(first), alignment_of(second), alignment_of(c),
                         alignment_of(vector)},
                        first, c);
        if (fuse && all.multiply(context, arithmetic, p, epilogue, first, second, c, vector)) return true;
        all.multiply(context, arithmetic, p, Epilogue::none, first, second, c, nullptr);
        return !fuse;
    };
    if constexpr (std::is_same_v<T, float>)
        if (rounds_beforehand(arithmetic))
            return run(rounded(queue, all.rounded_a, a, p.m * p.k, p.a_columns(), p.count, p.a),
                       rounded(queue, all.rounded_b, b, p.k * p.n, p.b_columns(), p.count, p.b));
    return run(a, b);
}

}  // namespace strata::cuda::detail
