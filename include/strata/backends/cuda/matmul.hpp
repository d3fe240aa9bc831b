#pragma once
// Matrix products of batches with weights stored as PyTorch stores them, (out, in). Where cuBLASLt adds the
// bias, applies the activation or sums the gradient's rows in the product's own kernel, that is one pass over
// the result less; elsewhere a second kernel does it.

#include <strata/backends/cuda/half.hpp>
#include <strata/backends/cuda/product_blas.hpp>
#include <strata/backends/cuda/product_cublaslt.hpp>
#include <strata/backends/cuda/reduce.hpp>
#include <strata/core/math.hpp>
#include <strata/core/tensor.hpp>

namespace strata::cuda {

namespace detail {

struct ReluActivation {
    template <class T>
    STRATA_HOST_DEVICE T operator()(T x) const {
        return math::max(x, T(0));
    }
};
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

}  // namespace detail

/// x (rows, In), y (rows, Out), weight (Out, In), bias (Out), and gradients as what they are of.
class MatmulOperations : public ReduceOperations {
public:
    /// The precision of products from now on, of everything that shares this thread's context. It takes
    /// effect where work is given: recorded graphs keep the precision they were recorded with.
    void set_precision(Precision precision) const { products().precision = precision; }
    Precision precision() const { return products().precision; }

    /// y = x Wᵀ
    template <class X, class W, class Y>
    void matmul_transposed(X x, W weight, Y y) const {
        check_affine<X, W, Y>();
        multiply({x.rows(), Y::columns, X::columns, false, true, false}, x.data, weight.data, y.data);
    }
    /// y = x Wᵀ + b
    template <class X, class W, class B, class Y>
    void affine(X x, W weight, B bias, Y y) const {
        affine_and<detail::Unchanged>(detail::Epilogue::bias, x, weight, bias, y);
    }
    /// y = max(x Wᵀ + b, 0), and NaN where that is NaN. cuBLASLt has an epilogue for it, RELU_BIAS, which is
    /// not used: it makes 0 of NaN, so that a network with bad inputs or parameters would answer, and learn,
    /// in silence.
    template <class X, class W, class B, class Y>
    void affine_relu(X x, W weight, B bias, Y y) const {
        matmul_transposed(x, weight, y);
        this->template add_to_rows<detail::ReluActivation>(y, bias);
    }
    /// y = gelu(x Wᵀ + b) in the form with tanh, which is the one that cuBLASLt's GELU epilogue computes: for
    /// GELU{.approximate = Approximate::tanh}, not for the exact GELU.
    template <class X, class W, class B, class Y>
    void affine_gelu(X x, W weight, B bias, Y y) const {
        affine_and<detail::GeluActivation>(detail::Epilogue::bias_gelu, x, weight, bias, y);
    }
    /// dx = dy W
    template <class DY, class W, class DX>
    void matmul(DY dy, W weight, DX dx) const {
        static_assert(DY::columns == W::rows() && DX::columns == W::columns);
        multiply({dy.rows(), DX::columns, DY::columns, false, false, false}, dy.data, weight.data, dx.data);
    }
    /// dW = dyᵀ x, or dW += dyᵀ x
    template <class DY, class X, class DW>
    void outer_product(DY dy, X x, DW dweight) const {
        static_assert(DW::columns == X::columns && DW::rows() == DY::columns);
        multiply({DY::columns, X::columns, x.rows(), true, false, dweight.accumulate}, dy.data, x.data,
                 dweight.data);
    }
    /// Both gradients of an affine map: dW = dyᵀ x, and db = sum of the rows of dy; each is added where its
    /// view says so.
    template <class DY, class X, class DW, class DB>
    void affine_gradients(DY dy, X x, DW dweight, DB dbias) const {
        static_assert(DW::columns == X::columns && DW::rows() == DY::columns && DB::size() == DY::columns);
        if (dweight.accumulate || dbias.accumulate) {
            outer_product(dy, x, dweight);
            this->sum_rows(dy, dbias);
        } else if (!multiply({DY::columns, X::columns, x.rows(), true, false, false}, dy.data, x.data,
                             dweight.data, detail::Epilogue::sum_rows, dbias.data)) {
            this->sum_rows(dy, dbias);
        }
    }

protected:
    detail::Products& products() const {
        return context().template attached<detail::Products>(&Context::products);
    }

    template <class X, class W, class Y>
    static constexpr void check_affine() {
        static_assert(X::columns == W::columns && Y::columns == W::rows());
    }

    template <class Activation, class X, class W, class B, class Y>
    void affine_and(detail::Epilogue epilogue, X x, W weight, B bias, Y y) const {
        check_affine<X, W, Y>();
        static_assert(B::size() == Y::columns);
        if (!multiply({x.rows(), Y::columns, X::columns, false, true, false}, x.data, weight.data, y.data,
                      epilogue, bias.data))
            this->template add_to_rows<Activation>(y, bias);
    }

    /// The product, and its epilogue if there is a kernel with it: returns whether the epilogue is done.
    template <class T>
    bool multiply(detail::Product p, const T* a, const T* b, T* c,
                  detail::Epilogue epilogue = detail::Epilogue::none, const T* vector = nullptr) const {
        const bool fuse = epilogue != detail::Epilogue::none;
        if (p.m == 0 || p.n == 0 || p.k == 0) {  // a sum of nothing is zero
            if (!p.accumulate) fill(c, p.m * p.n, T(0));
            return !fuse;
        }
        detail::Products& all = products();
        const detail::Arithmetic arithmetic = detail::arithmetic_of<T>(all.precision);
        const auto run = [&](const auto* first, const auto* second) {
            if (checks_products() && !detail::this_thread_records())
                check(all,
                      {p, epilogue, arithmetic, detail::alignment_of(first), detail::alignment_of(second),
                       detail::alignment_of(c), detail::alignment_of(vector)},
                      first, c);
            if (fuse && all.multiply(context(), arithmetic, p, epilogue, first, second, c, vector))
                return true;
            all.multiply(context(), arithmetic, p, detail::Epilogue::none, first, second, c, nullptr);
            return !fuse;
        };
        if constexpr (std::is_same_v<T, float>)
            if (rounds_beforehand(arithmetic))
                return run(rounded(all.rounded_a, a, p.m * p.k, p.a_columns(), p.count, p.a),
                           rounded(all.rounded_b, b, p.k * p.n, p.b_columns(), p.count, p.b));
        return run(a, b);
    }

    /// The first product of a kind is done with ones before.
    template <class Operand, class T>
    [[gnu::cold]] void check(detail::Products& all, const detail::ProductKind& kind, const Operand*,
                             const T*) const {
        for (const detail::ProductKind& checked : all.checked)
            if (checked == kind) return;
        all.checked.push_back(kind);
        detail::check_product<Operand, T>(
            kind, [&](const Operand* a, const Operand* b, T* c, const T* vector) {
                return all.multiply(context(), kind.arithmetic, kind.product, kind.epilogue, a, b, c, vector);
            });
    }

    /// Whether operands are rounded by a kernel of ours. On the GPU the product itself rounds to tf32.
    static bool rounds_beforehand(detail::Arithmetic arithmetic) {
        return arithmetic == detail::Arithmetic::bfloat16 || arithmetic == detail::Arithmetic::float16 ||
               (!STRATA_ON_GPU && arithmetic == detail::Arithmetic::tf32);
    }
    /// A series of matrices of `size` elements, rounded, and how they lie: side by side, with rows of a
    /// multiple of 16 bytes, without which the GPU's units for such products are not used.
    const detail::Products::Operand* rounded(detail::OperandRoom<detail::Products::Operand>& room,
                                             const float* from, Size size, Size columns, Size count,
                                             detail::Spacing& spacing) const {
        constexpr Size multiple = 8;
        if (spacing.step == 0) count = 1;  // one matrix for all products
        const Size row = (columns + multiple - 1) / multiple * multiple, step = size / columns * row;
        detail::Products::Operand* to = room.of(count * step);
        const detail::RoundOperand round{from, to, products().precision};
        if (spacing == detail::Spacing{} && row == columns) {
            for_each_index(size, round);
        } else {
            if (spacing.row == 0) spacing.row = columns;
            for_each_index(count * size,
                           detail::RoundSpacedOperand{round, size, columns, spacing, {row, step}});
            spacing = {row, count == 1 ? 0 : step};
        }
        return to;
    }
};

}  // namespace strata::cuda
