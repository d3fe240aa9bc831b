#pragma once
// The common part of losses that compare each number of the prediction with one of the target. Such a loss is a
// functor of two functions of one element, written with the names of core/math.hpp:
//
//   V value(const V& x, const V& y) const;
//   V gradient(const V& x, const V& y) const;    // d value / dx
//
// Value and gradient are computed in one pass over memory.

#include <strata/core/math.hpp>
#include <strata/losses/loss.hpp>

namespace strata::detail {

template <class Prediction, class Target>
constexpr Reason refuses_target_unlike_prediction() {
    if (is_class_indices<Target>)
        return &it_compares_numbers_with_numbers_but_class_indices_go_with_CrossEntropyLoss_or_NLLLoss;
    if (!is_like<Prediction, Target>) return &the_target_must_have_the_shape_and_type_of_the_prediction;
    return nullptr;
}

template <class F>
struct ValueOf {
    F f;

    template <class V>
    STRATA_HOST_DEVICE V operator()(const V& x, const V& y) const {
        return f.value(x, y);
    }
};

template <class F>
struct ValueAndGradientOf {
    F f;
    double scale;

    template <class V>
    STRATA_HOST_DEVICE V operator()(const V& x, const V& y, V& dx) const {
        const V value = f.value(x, y);
        dx = f.gradient(x, y) * V(scale);
        return value;
    }
};

/// What the sum over all elements is divided by.
inline double divisor_of(Reduction reduction, Size elements) {
    return reduction == Reduction::mean ? static_cast<double>(elements) : 1.0;
}

/// Reports the value, and with a non-null gradient writes that too. `divisor` 0 (the mean of nothing) gives
/// NaN, as in PyTorch.
template <class F>
void elementwise_loss(auto& device, const F& f, double divisor, auto x, auto y, auto gradient,
                      LossReport* report) {
    const auto* from = x.data;
    const auto* to = y.data;
    if (gradient.data == nullptr)
        device.sum(report, divisor, x.size(), ValueOf<F>{f}, from, to);
    else
        device.sum(report, divisor, x.size(), ValueAndGradientOf<F>{f, 1 / divisor}, from, to, gradient.data);
}

}  // namespace strata::detail
