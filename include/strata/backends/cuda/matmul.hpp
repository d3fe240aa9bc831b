#pragma once
// Matrix products of batches with weights stored as PyTorch stores them, (out, in). Where cuBLASLt adds the
// bias, applies the activation or sums the gradient's rows in the product's own kernel, that is one pass over
// the result less; elsewhere a second kernel does it.

#include <strata/backends/cuda/product/multiply.hpp>
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

}  // namespace detail

/// x (rows, In), y (rows, Out), weight (Out, In), bias (Out), and gradients as what they are of.
class MatmulOperations : public virtual Queue {
public:
    /// The precision of products from now on, of everything that shares this thread's context. It takes
    /// effect where work is given: recorded graphs keep the precision they were recorded with.
    void set_precision(Precision precision) const { detail::products(*this).precision = precision; }
    Precision precision() const { return detail::products(*this).precision; }

    /// y = x Wᵀ
    template <class X, class W, class Y>
    void matmul_transposed(X x, W weight, Y y) const {
        check_affine<X, W, Y>();
        detail::multiply(*this, {x.rows(), Y::columns, X::columns, false, true, false}, x.data, weight.data,
                         y.data);
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
        detail::add_to_rows<detail::ReluActivation>(*this, y, bias);
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
        detail::multiply(*this, {dy.rows(), DX::columns, DY::columns, false, false, false}, dy.data,
                         weight.data, dx.data);
    }
    /// dW = dyᵀ x, or dW += dyᵀ x
    template <class DY, class X, class DW>
    void outer_product(DY dy, X x, DW dweight) const {
        static_assert(DW::columns == X::columns && DW::rows() == DY::columns);
        detail::multiply(*this, {DY::columns, X::columns, x.rows(), true, false, dweight.accumulate}, dy.data,
                         x.data, dweight.data);
    }
    /// The gradients of an affine map: dW = dyᵀ x, and db = the sum of the rows of dy if there is a bias; each
    /// is added where its view says so.
    template <class DY, class X, class DW>
    void affine_gradients(DY dy, X x, DW dweight) const {
        outer_product(dy, x, dweight);
    }
    template <class DY, class X, class DW, class DB>
    void affine_gradients(DY dy, X x, DW dweight, DB dbias) const {
        static_assert(DW::columns == X::columns && DW::rows() == DY::columns && DB::size() == DY::columns);
        if (dweight.accumulate || dbias.accumulate) {
            outer_product(dy, x, dweight);
            detail::sum_rows(*this, dy, dbias);
        } else if (!detail::multiply(*this, {DY::columns, X::columns, x.rows(), true, false, false}, dy.data,
                                     x.data, dweight.data, detail::Epilogue::sum_rows, dbias.data)) {
            detail::sum_rows(*this, dy, dbias);
        }
    }

private:
    template <class X, class W, class Y>
    static constexpr void check_affine() {
        static_assert(X::columns == W::columns && Y::columns == W::rows());
    }

    template <class Activation, class X, class W, class B, class Y>
    void affine_and(detail::Epilogue epilogue, X x, W weight, B bias, Y y) const {
        check_affine<X, W, Y>();
        static_assert(B::size() == Y::columns);
        if (!detail::multiply(*this, {x.rows(), Y::columns, X::columns, false, true, false}, x.data,
                              weight.data, y.data, epilogue, bias.data))
            detail::add_to_rows<Activation>(*this, y, bias);
    }
};

}  // namespace strata::cuda
