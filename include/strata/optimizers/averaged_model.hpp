#pragma once
// A copy of a model whose parameters are averages of those that the model had: for stochastic weight averaging
// (SWA) or an exponential moving average (EMA).
//
// SWA: a += (p - a) / (n + 1) behind n averages.  EMA: a += (1 - decay) (p - a).  The first time a = p.
// Shares of 0.5 and more are taken from the other end, as torch.lerp does: a = p - (1 - share) (p - a).
// Source: torch.optim.swa_utils.AveragedModel; P. Izmailov et al., "Averaging weights leads to wider optima and
// better generalization", UAI 2018.

#include <optional>
#include <strata/core/network/diagnostics.hpp>
#include <strata/core/refuse_option.hpp>
#include <strata/models/model.hpp>

namespace strata {

struct AveragedModelOptions {
    std::optional<double> ema_decay = {};  ///< in [0, 1], such as 0.999; left out: all count alike (SWA)
    bool use_buffers = false;  ///< average buffers such as running means, too; else they are copied
};

namespace detail {

/// Work for each parameter.
struct MoveTowards {
    double share;

    template <class V>
    STRATA_HOST_DEVICE void operator()(V& average, const V& now) const {
        if (share < 0.5)
            average += V(share) * (now - average);
        else  // from the other end, so that a share of 1 is all of it
            average = now - V(1 - share) * (now - average);
    }
};

}  // namespace detail

/// `AveragedModel averaged{model};`, then `averaged.update_parameters(model)` behind a step or an epoch. It has
/// memory of its own. `averaged.module()` is the model to evaluate, predict with and save. Throws ValueError
/// for a decay outside of [0, 1].
template <class M>
class AveragedModel {
    using Device = typename M::device_type;
    using T = typename M::value_type;

public:
    [[gnu::cold]] explicit AveragedModel(const M& model, AveragedModelOptions options = {})
        : module_(model.template to<Device>()), options_(options) {
        if (options.ema_decay && !(*options.ema_decay >= 0 && *options.ema_decay <= 1))
            refuse_option("AveragedModel", "ema_decay", *options.ema_decay, "in [0, 1]");
    }

    /// Takes the model's parameters into the average.
    void update_parameters(const M& model) {
        const T* const now = model.flat_parameters().data();
        T* const average = module_.flat_parameters().data();
        const Size all = module_.flat_parameters().size();
        const Size averaged = n_averaged_ == 0 ? 0 : options_.use_buffers ? all : M::learnt_elements;
        Device& device = module_.device();
        device.follow(model.passes()->device);
        const double share =
            options_.ema_decay ? 1 - *options_.ema_decay : 1 / static_cast<double>(n_averaged_ + 1);
        device.for_each(averaged, detail::MoveTowards{share}, average, now);
        device.copy(now + averaged, average + averaged, all - averaged);
        for (const ParameterInfo& row : M::parameter_table())  // numbers of batches are no averages
            if (row.kind == ParameterKind::counter)
                device.copy(now + row.offset, average + row.offset, row.dims.elements());
        ++n_averaged_;
    }
    /// How often.
    Size n_averaged() const { return n_averaged_; }

    M& module() & { return module_; }
    const M& module() const& { return module_; }
    M module() && { return std::move(module_); }

private:
    M module_;
    AveragedModelOptions options_;
    Size n_averaged_ = 0;
};

}  // namespace strata
