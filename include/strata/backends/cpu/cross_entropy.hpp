#pragma once
// Softmax, its logarithm, the loss of a class and the gradient, in one pass over each sample: it is read
// once, and the normalised probabilities are never stored.
//
// With the target distribution q over the classes, weights included,
//   loss = -sum(q log p) = sum(q) log(sum(exp(x))) - sum(q x),   d loss / d logits = sum(q) p - q
// and with weights w, smoothing e and C classes
//   q[c] = w[c] ((1 - e) [c == t] + e / C)   for a class index t
//   q[c] = w[c] ((1 - e) t[c] + e / C)       for probabilities t

#include <cstdint>
#include <strata/backends/cpu/class_blocks.hpp>
#include <strata/backends/cpu/map.hpp>
#include <strata/backends/cpu/softmax.hpp>
#include <strata/core/config.hpp>
#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
#include <strata/core/operations/cross_entropy_options.hpp>
#include <strata/core/operations/loss_report.hpp>
#include <string>

namespace strata::cpu {

namespace detail {

/// Checks every label; returns what the mean divides by.
double check_labels(const std::int64_t* target, Size count, Size classes, const CrossEntropyOptions& options);

// A sample's classes: how many, and how far apart in memory. Where the type of the prediction says them, they
// are constants, and otherwise numbers.
template <Size value>
using Constant = std::integral_constant<Size, value>;
using Adjacent = Constant<1>;

/// Calls `body(Pack, sample, where its classes begin, classes, stride)` for each sample, or each pixel of
/// one.
template <class X, class Body>
void for_samples(const X& x, const Body& body) {
    const ClassExtent e = class_extent(x);
    vectorized<std::remove_const_t<typename X::value_type>>([&](auto width) {
        using V = Pack<std::remove_const_t<typename X::value_type>, decltype(width)::value>;
        constexpr std::type_identity<V> pack{};
        if constexpr (X::dims.rank == 1) {
            for (Size i = 0; i < e.outer; ++i)
                body(pack, i, i * X::dims.extent[0], Constant<X::dims.extent[0]>{}, Adjacent{});
        } else if (e.inner == 1) {
            for (Size i = 0; i < e.outer; ++i) body(pack, i, i * e.classes, e.classes, Adjacent{});
        } else {
            for (Size i = 0; i < e.outer * e.inner; ++i)
                body(pack, i, i / e.inner * e.classes * e.inner + i % e.inner, e.classes, e.inner);
        }
    });
}

/// The largest x, and the sum of exp(x - largest).
template <class T>
struct SoftmaxTerms {
    T highest, sum;

    double log_normaliser() const {
        return static_cast<double>(highest) + std::log(static_cast<double>(sum));
    }
};

/// With a non-null `exps`, the terms of the sum are stored there.
template <class V, class T, class Classes, class Stride>
SoftmaxTerms<T> softmax_terms(const T* x, T* exps, Classes classes, Stride stride) {
    if constexpr (std::is_same_v<Stride, Adjacent>) {
        const T highest = row_maximum<V>(x, classes);
        return {highest, sum_of_exps<V>(x, highest, classes, exps)};
    } else {
        SoftmaxTerms<T> terms{x[0], T(0)};
        for (Size c = 1; c < classes; ++c) terms.highest = math::max(terms.highest, x[c * stride]);
        for (Size c = 0; c < classes; ++c) {
            const T e = std::exp(x[c * stride] - terms.highest);
            if (exps != nullptr) exps[c * stride] = e;
            terms.sum += e;
        }
        return terms;
    }
}

/// The loss of one sample whose whole weight `own` lies on one class; its gradient, times `scale`.
template <class V, class T, class Classes, class Stride>
double one_class_loss(const T* x, T* dx, Classes classes, Stride stride, Size label, double own,
                      double scale) {
    const double at_label = static_cast<double>(x[label * stride]);
    const SoftmaxTerms<T> terms = softmax_terms<V>(x, dx, classes, stride);
    if (dx != nullptr) {
        const T factor = static_cast<T>(scale * own) / terms.sum;
        for (Size c = 0; c < classes; ++c) dx[c * stride] *= factor;
        dx[label * stride] -= static_cast<T>(scale * own);
    }
    return own * (terms.log_normaliser() - at_label);
}

/// The same for a distribution over the classes; `share(c)` is q[c].
template <class V, class T, class Classes, class Stride, class Share>
double distribution_loss(const T* x, T* dx, Classes classes, Stride stride, double scale,
                         const Share& share) {
    double whole = 0;
    double expected = 0;
    for (Size c = 0; c < classes; ++c) {
        const double q = share(c);
        whole += q;
        expected += q * static_cast<double>(x[c * stride]);
    }
    const SoftmaxTerms<T> terms = softmax_terms<V>(x, dx, classes, stride);
    if (dx != nullptr) {
        const T factor = static_cast<T>(scale * whole) / terms.sum;
        for (Size c = 0; c < classes; ++c)
            dx[c * stride] = dx[c * stride] * factor - static_cast<T>(scale * share(c));
    }
    return whole * terms.log_normaliser() - expected;
}

}  // namespace detail

struct CrossEntropyOperations {
    /// Reports the loss of x, (batch, classes, d...), against class indices, (batch, d...); with a non-null
    /// gradient, its derivative there, which may be x's own memory. Throws ValueError for a label out of
    /// range; nothing is written then.
    template <class X, class T, class Options>
    static void cross_entropy(X x, const std::int64_t* target, T* gradient, const Options& options,
                              LossReport* report) {
        report->value = loss_of(x, target, gradient, options);
    }

    /// Whether a loss of so many samples counts the correct ones too.
    static constexpr bool counts_correct_with_loss(Size, Size) { return false; }

    /// The same against probabilities of x's own shape. The mean is over samples, whatever their weights;
    /// nothing is ignored.
    template <class X, class T>
    static void cross_entropy(X x, const T* target, T* gradient, const SmoothedCrossEntropyOptions& options,
                              LossReport* report) {
        const ClassExtent e = class_extent(x);
        const double scale = options.mean ? 1.0 / static_cast<double>(e.outer * e.inner) : 1.0;
        const double smoothing = options.label_smoothing;
        const double everywhere = smoothing / static_cast<double>(e.classes);
        const T* const in = x.data;
        double total = 0;
        detail::for_samples(x, [&](auto pack, Size, Size begin, auto classes, auto stride) {
            using V = typename decltype(pack)::type;
            T* const out = gradient == nullptr ? nullptr : gradient + begin;
            const T* const given = target + begin;
            total += detail::distribution_loss<V>(in + begin, out, classes, stride, scale, [&](Size c) {
                const double share = (1 - smoothing) * static_cast<double>(given[c * stride]) + everywhere;
                return options.weights != 0 ? options.weight[c] * share : share;
            });
        });
        report->value = {total, options.mean ? static_cast<double>(e.outer * e.inner) : 1.0};
    }

    /// As `sum` of map.hpp, of `f(number of the column, operands...)` over a matrix whose columns each have a
    /// number of their own, in double and on the host.
    template <class F, class... P>
    static void sum_by_column(LossReport* report, double divisor, Size rows, Size columns,
                              const double* numbers, const F& f, P*... operand) {
        using T = typename detail::First<P...>::type;
        double total = 0;
        vectorized<T>([&](auto width) {
            using V = Pack<T, decltype(width)::value>;
            detail::for_packs<V::width>(columns, [&](Size first, Size lanes) {
                T own[V::width] = {};
                for (Size k = 0; k < lanes; ++k) own[k] = static_cast<T>(numbers[first + k]);
                const V number = V::load(own);
                for (Size row = 0; row < rows; ++row) {
                    const V terms =
                        f(number, detail::Operand<V, P>(operand + row * columns + first, lanes).get()...);
                    T values[V::width];
                    terms.store(values);
                    for (Size k = 0; k < lanes; ++k) total += static_cast<double>(values[k]);
                }
            });
        });
        report->value = {total, divisor};
    }

private:
    template <class X, class T, class Options>
    static LossValue loss_of(X x, const std::int64_t* target, T* gradient, const Options& options) {
        const ClassExtent e = class_extent(x);
        const double counted = detail::check_labels(target, e.outer * e.inner, e.classes, options);
        const double divisor = options.mean ? counted : 1.0, scale = 1.0 / divisor;
        if (options.log_probabilities) return {picked(x, target, gradient, options, scale), divisor};

        double smoothing = 0;
        if constexpr (Options::may_smooth) smoothing = options.label_smoothing;
        constexpr bool in_blocks = X::dims.rank == 1 && X::dims.last() <= detail::block_classes;
        if constexpr (in_blocks)
            if (smoothing == 0)
                return {detail::one_class_losses<X::dims.last()>(x.data, target, x.batch, gradient, options,
                                                                 scale),
                        divisor};
        if constexpr (!in_blocks || Options::may_smooth)
            return {by_sample(x, target, gradient, options, scale, smoothing), divisor};
        __builtin_unreachable();
    }

    /// Class indices, sample by sample: many classes, classes that do not lie side by side, or label
    /// smoothing.
    template <class X, class T>
    static double by_sample(X x, const std::int64_t* target, T* gradient, const CrossEntropyOptions& options,
                            double scale, double smoothing) {
        const auto weight_of = [&](Size c) { return options.weights != 0 ? options.weight[c] : 1.0; };
        const double everywhere = smoothing / static_cast<double>(class_extent(x).classes);
        const T* const in = x.data;
        double total = 0;
        detail::for_samples(x, [&](auto pack, Size sample, Size begin, auto classes, auto stride) {
            using V = typename decltype(pack)::type;
            const std::int64_t label = target[sample];
            T* const out = gradient == nullptr ? nullptr : gradient + begin;
            if (label == options.ignore_index) {
                for (Size c = 0; out != nullptr && c < classes; ++c) out[c * stride] = T(0);
                return;
            }
            const Size own = static_cast<Size>(label);
            if (smoothing == 0)
                total +=
                    detail::one_class_loss<V>(in + begin, out, classes, stride, own, weight_of(own), scale);
            else
                total += detail::distribution_loss<V>(in + begin, out, classes, stride, scale, [&](Size c) {
                    return weight_of(c) * ((c == own ? 1 - smoothing : 0.0) + everywhere);
                });
        });
        return total;
    }

    /// x is log-probabilities: the loss only picks from them.
    template <class X, class T>
    static double picked(X x, const std::int64_t* target, T* gradient, const CrossEntropyOptions& options,
                         double scale) {
        const ClassExtent e = class_extent(x);
        const auto for_counted = [&](const auto& use) {
            for (Size i = 0; i < e.outer * e.inner; ++i)
                if (target[i] != options.ignore_index) {
                    const Size label = static_cast<Size>(target[i]);
                    use((i / e.inner * e.classes + label) * e.inner + i % e.inner,
                        options.weights != 0 ? options.weight[label] : 1.0);
                }
        };
        double total = 0;
        for_counted([&](Size at, double weight) { total -= weight * static_cast<double>(x.data[at]); });
        if (gradient != nullptr) {
            for (Size i = 0; i < e.outer * e.classes * e.inner; ++i) gradient[i] = T(0);
            for_counted([&](Size at, double weight) { gradient[at] = static_cast<T>(-scale * weight); });
        }
        return total;
    }
};

}  // namespace strata::cpu

#if STRATA_HAS_BODIES
namespace strata::cpu::detail {

STRATA_FUNCTION double check_labels(const std::int64_t* target, Size count, Size classes,
                                    const CrossEntropyOptions& options) {
    double total = 0;
    for (Size i = 0; i < count; ++i) {
        const std::int64_t label = target[i];
        if (label == options.ignore_index) continue;
        if (label < 0 || label >= static_cast<std::int64_t>(classes))
            throw ValueError(message("strata: target: found the label ", label, " at index ", i,
                                     " of the batch, but labels lie in [0, ", classes, ")"));
        total += options.weights != 0 ? options.weight[label] : 1.0;
    }
    return total;
}

}  // namespace strata::cpu::detail
#endif
