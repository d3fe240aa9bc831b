#pragma once
// m = momentum m + (1 - momentum) g,  X = m, with nesterov (1 - momentum) g + momentum m,
// X = X / max(||X||, eps), then ns_steps times X = a X + (b A + c A²) X, A = X Xᵀ;  p -= lr weight_decay p + lr s X
//
// X comes near to an orthogonal matrix. s is what adjust_lr_fn says for a matrix of `rows` and `columns`:
// original sqrt(max(1, rows / columns)), match_rms_adamw 0.2 sqrt(max(rows, columns)), spectral_unclamped
// sqrt(rows / columns).
// For matrices only: give it the weights of hidden layers, and another algorithm the rest (Mixed).
// Options: lr = 1e-3, weight_decay = 0.1 (shrinks the parameters), momentum = 0.95, nesterov = true,
// ns_coefficients = {3.4445, -4.775, 2.0315}, eps = 1e-7, ns_steps = 5, adjust_lr_fn = original.
// Source: torch.optim.Muon (2.9 and later), which iterates in bfloat16; here it is the model's type.
// K. Jordan, "Muon: an optimizer for hidden layers in neural networks", 2024.

#include <strata/core/config.hpp>
#include <strata/core/operations/strided.hpp>
#include <strata/optimizers/optimizer.hpp>

namespace strata {

/// How Muon's learning rate follows the shape of a matrix.
enum class AdjustLR { original, match_rms_adamw, spectral_unclamped };

struct Muon {
    static constexpr bool per_tensor = true;
    /// X, its successor, and two matrices of the smaller extent.
    static constexpr Size scratch(const Dims& dims) {
        return 2 * rounded(dims.elements()) + 2 * rounded(smaller(dims) * smaller(dims));
    }
    static constexpr const char* refuses(const Dims& dims) { return dims.rank == 2 ? nullptr : "matrices"; }

    double lr = 1e-3;
    double weight_decay = 0.1;
    double momentum = 0.95;
    bool nesterov = true;
    double ns_coefficients[3] = {3.4445, -4.775, 2.0315};
    double eps = 1e-7;
    int ns_steps = 5;
    AdjustLR adjust_lr_fn = AdjustLR::original;

    friend bool operator==(const Muon&, const Muon&) = default;

    void validate() const;
    StatesInUse states() const { return {true}; }
    Size structure() const;

    struct Rule {
        double lr, shrink, momentum, a, b, c, eps;
        bool nesterov;

        template <class V>
        STRATA_HOST_DEVICE void operator()(V& p, const V& g, V& m, V& x) const {
            m += V(1 - momentum) * (g - m);
            if (nesterov)
                x = g + V(momentum) * (m - g);
            else
                x = m;
            p *= V(shrink);
        }
    };
    struct Normalize {
        template <class V>
        STRATA_HOST_DEVICE void operator()(const Rule& rule, const TensorNorms& norms, V& x) const {
            x *= V(1 / (norms.first > rule.eps ? norms.first : rule.eps));
        }
    };
    /// A² <- b A + c A²
    struct Combine {
        template <class V>
        STRATA_HOST_DEVICE void operator()(const Rule& rule, const TensorNorms&, const V& gram,
                                           V& square) const {
            square = V(rule.b) * gram + V(rule.c) * square;
        }
    };
    struct Advance {
        template <class V>
        STRATA_HOST_DEVICE void operator()(const Rule& rule, const TensorNorms&, V& x,
                                           const V& product) const {
            x = V(rule.a) * x + product;
        }
    };
    struct Move {
        double adjusted;
        template <class V>
        STRATA_HOST_DEVICE void operator()(const Rule& rule, const TensorNorms&, V& p, const V& x) const {
            p -= V(rule.lr * adjusted) * x;
        }
    };

    template <class T>
    STRATA_HOST_DEVICE Rule rule(OptimizerClock&) const {
        return {lr,
                1 - lr * weight_decay,
                momentum,
                ns_coefficients[0],
                ns_coefficients[1],
                ns_coefficients[2],
                detail::positive_eps<T>(eps),
                nesterov};
    }
    template <class T>
    void update(auto& device, const OptimizerStep<T>& at) const {
        const Size rows = at.dims.extent[0], columns = at.dims.extent[1], small = smaller(at.dims);
        T* const x = at.scratch;
        T* const product = x + rounded(at.size);
        T* const gram = product + rounded(at.size);
        T* const square = gram + rounded(small * small);
        const StridedMatrix<const T> matrix{x, rows, columns, columns};
        const StridedMatrix<const T> of_gram{gram, small, small, small},
            of_square{square, small, small, small};
        const StridedMatrix<T> to_gram{gram, small, small, small}, to_square{square, small, small, small};
        const StridedMatrix<T> to_product{product, rows, columns, columns};
        const bool tall = rows > columns;

        device.update(*this, at, at.state[0], x);
        device.norm(static_cast<const T*>(x), at.size, &at.norms->first);
        device.for_each_with_rule(*this, at, at.size, Normalize{}, x);
        for (int step = 0; step < ns_steps; ++step) {
            if (tall)  // the transposed matrix's iteration
                device.product(transposed(matrix), matrix, to_gram);
            else
                device.product(matrix, transposed(matrix), to_gram);
            device.product(of_gram, of_gram, to_square);
            device.for_each_with_rule(*this, at, small * small, Combine{}, static_cast<const T*>(gram),
                                      square);
            if (tall)
                device.product(matrix, of_square, to_product);
            else
                device.product(of_square, matrix, to_product);
            device.for_each_with_rule(*this, at, at.size, Advance{}, x, static_cast<const T*>(product));
        }
        device.for_each_with_rule(*this, at, at.size, Move{adjustment(rows, columns)}, at.parameters,
                                  static_cast<const T*>(x));
    }

private:
    static constexpr Size rounded(Size n) { return (n + 63) / 64 * 64; }  // each part begins aligned
    static constexpr Size smaller(const Dims& dims) {
        return dims.extent[0] < dims.extent[1] ? dims.extent[0] : dims.extent[1];
    }
    double adjustment(Size rows, Size columns) const;
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void Muon::validate() const {
    check_option(lr >= 0, "Muon", "lr", lr, "at least 0");
    check_option(weight_decay >= 0, "Muon", "weight_decay", weight_decay, "at least 0");
    check_option(momentum >= 0, "Muon", "momentum", momentum, "at least 0");
    for (const double c : ns_coefficients) check_option(true, "Muon", "ns_coefficients", c, "numbers");
    check_option(eps >= 0, "Muon", "eps", eps, "at least 0");
    check_option(ns_steps >= 0 && ns_steps < 100, "Muon", "ns_steps", ns_steps, "in [0, 100)");
}

STRATA_FUNCTION Size Muon::structure() const {
    return static_cast<Size>(ns_steps) * 3 + static_cast<Size>(adjust_lr_fn);
}

STRATA_FUNCTION double Muon::adjustment(Size rows, Size columns) const {
    const double ratio = static_cast<double>(rows) / static_cast<double>(columns);
    switch (adjust_lr_fn) {
    case AdjustLR::match_rms_adamw:
        return 0.2 * std::sqrt(static_cast<double>(rows > columns ? rows : columns));
    case AdjustLR::spectral_unclamped:
        return std::sqrt(ratio);
    default:
        return ratio > 1 ? std::sqrt(ratio) : 1;
    }
}

}  // namespace strata
#endif
