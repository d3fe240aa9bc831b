#pragma once
// g <- g min(1, max_norm / (norm + 1e-6)),  norm = sqrt(the sum of all g²), or the largest |g|
//
// The norm is that of the gradients of all parameters together. Frozen ones count as zero.
// Source: torch.nn.utils.clip_grad_norm_.

#include <strata/core/config.hpp>
#include <strata/core/operations/norm.hpp>
#include <strata/core/refuse_option.hpp>
#include <strata/fwd.hpp>

namespace strata {

struct ClipGradNormOptions {
    double norm_type = 2;             ///< 2, or infinity: the largest gradient's
    bool error_if_nonfinite = false;  ///< throw NumericError; the gradients are then as they were
};

namespace detail {

[[gnu::cold]] void check_norm_type(const char* owner, double norm_type);

/// *norm = that of n gradients, in the device's memory.
template <class Device, class T>
void gradient_norm(Device& device, double norm_type, const T* gradients, Size n, double* norm) {
    if (norm_type == 2)
        device.norm(gradients, n, norm);
    else
        device.largest_norm(gradients, n, norm);
}

}  // namespace detail

/// Between backward and step: shortens the gradients, taken together as one vector, to `max_norm` if they are
/// longer. Returns the norm that they had, 0 if there was no backward pass since `zero_grad`; a GPU is waited
/// for. If the norm is not finite the gradients are not either afterwards, as in PyTorch, or it is thrown.
/// Throws ValueError for a max_norm below 0 and another norm_type.
///
///     model.backward(loss);
///     clip_grad_norm_(model, 1.0);
///     optimizer.step();
template <class Net, class Device, class T>
double clip_grad_norm_(Model<Net, Device, T>& model, double max_norm, ClipGradNormOptions options = {}) {
    if (!(max_norm >= 0)) refuse_option("clip_grad_norm_", "max_norm", max_norm, "at least 0");
    detail::check_norm_type("clip_grad_norm_", options.norm_type);
    auto& passes = *model.passes();
    if (!model.has_gradients()) return 0;
    auto& parameters = model.parameter_store();
    parameters.clear_padding(model.device());
    T* const gradients = parameters.gradients();
    const Size size = parameters.gradient_count();
    Device& device = model.device();
    passes.gradient_norm.resize(1);
    double* const norm = passes.gradient_norm.data();
    detail::gradient_norm(device, options.norm_type, gradients, size, norm);
    if (options.error_if_nonfinite && !detail::is_finite(device.fetch(norm)))
        throw NumericError("strata: clip_grad_norm_: the norm of the gradients is not finite, and they are "
                           "as they were; without error_if_nonfinite they are scaled by it");
    device.scale_to_norm(gradients, size, norm, max_norm);
    return device.fetch(norm);
}

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION void check_norm_type(const char* owner, double norm_type) {
    if (norm_type != 2 && norm_type != __builtin_inf())
        refuse_option(owner, "norm_type", norm_type, "2 or infinity");
}

}  // namespace strata::detail
#endif
