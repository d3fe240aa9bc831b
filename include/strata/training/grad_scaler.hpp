#pragma once
// Dynamic loss scaling for float16: gradients too small for 16 bits are lifted into their range.
//
//   dy <- dy scale                     behind the loss
//   g <- g / scale                     before the update
//   scale <- scale backoff_factor      after a step whose g is not finite, which is left out
//   scale <- scale growth_factor       after growth_interval good steps
//
// Source: torch.cuda.amp.GradScaler; P. Micikevicius et al., "Mixed precision training", ICLR 2018.

#include <strata/core/math.hpp>
#include <strata/core/operations/loss_report.hpp>

namespace strata {

/// The state, in the device's memory; the defaults are PyTorch's.
struct GradScaler {
    double scale = 65536;
    double growth_factor = 2;
    double backoff_factor = 0.5;
    long long growth_interval = 2000;
    long long good_steps = 0;  ///< since the scale changed
};

namespace detail {

/// Work for each element of the loss's gradient.
template <class T>
struct ScaleGradient {
    const GradScaler* scaler;

    STRATA_HOST_DEVICE void operator()(T& gradient) const { gradient *= static_cast<T>(scaler->scale); }
};

/// Work for each element of the parameters' gradients. Several threads may report the same overflow.
template <class T>
struct UnscaleGradient {
    const GradScaler* scaler;
    LossReport* report;

    STRATA_HOST_DEVICE void operator()(T& gradient) const {
        if (!is_finite(static_cast<double>(gradient))) report->leave_out = true;
        gradient /= static_cast<T>(scaler->scale);  // powers of two: exact
    }
};

/// Work for one thread, behind the update.
struct AdjustScale {
    GradScaler* scaler;
    LossReport* report;

    STRATA_HOST_DEVICE void operator()() const {
        if (report->refused != 0) {
            // The step leaves nothing behind.
        } else if (report->leave_out) {
            scaler->scale *= scaler->backoff_factor;
            scaler->good_steps = 0;
        } else if (++scaler->good_steps == scaler->growth_interval) {
            scaler->scale *= scaler->growth_factor;
            scaler->good_steps = 0;
        }
        report->leave_out = false;
    }
};

}  // namespace detail
}  // namespace strata
