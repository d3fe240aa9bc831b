#pragma once
// g <- min(max(g, -clip_value), clip_value)
//
// Source: torch.nn.utils.clip_grad_value_.

#include <strata/core/math.hpp>
#include <strata/optimizers/clip_grad_norm.hpp>

namespace strata {

namespace detail {

/// Work for each gradient.
struct ClipToValue {
    double most;

    template <class V>
    STRATA_HOST_DEVICE void operator()(V& gradient) const {
        using namespace math;
        gradient = min(max(gradient, V(-most)), V(most));
    }
};

}  // namespace detail

/// Between backward and step: brings every gradient into [-clip_value, clip_value]; NaN stays NaN. Without a
/// backward pass since `zero_grad` nothing happens. Throws ValueError for a clip_value below 0.
template <class Net, class Device, class T>
void clip_grad_value_(Model<Net, Device, T>& model, double clip_value) {
    if (!(clip_value >= 0)) refuse_option("clip_grad_value_", "clip_value", clip_value, "at least 0");
    (void)model.passes();
    if (!model.has_gradients()) return;
    auto& parameters = model.parameter_store();
    parameters.clear_padding(model.device());
    T* const gradients = parameters.gradients();
    const Size size = parameters.gradient_count();
    model.device().for_each(size, detail::ClipToValue{clip_value}, gradients);
}

}  // namespace strata
