#pragma once
// The running means and variances of BatchNorm layers, taken anew over a data set: for averaged parameters, whose
// activations no training has seen.
//
// Source: torch.optim.swa_utils.update_bn.

#include <strata/layers/normalization.hpp>
#include <strata/models/model.hpp>
#include <strata/training/feed.hpp>
#include <strata/training/validation_loader.hpp>
#include <string_view>
#include <vector>

namespace strata {

namespace detail {

template <class Layer>
concept KeepsRunningAverages = requires(Layer& layer) {
    layer.momentum = cumulative_average;
    layer.eps;
};

/// While it lives, running averages are means over all batches.
template <class Model>
class CumulativeAverages {
public:
    explicit CumulativeAverages(Model& model) : model_(model), was_training_(model.is_training()) {
        model.train();
        model.for_each_layer([&](auto& layer) {
            if constexpr (KeepsRunningAverages<decltype(layer)>) {
                before_.push_back(layer.momentum);
                layer.momentum = cumulative_average;
            }
        });
    }
    CumulativeAverages(const CumulativeAverages&) = delete;
    CumulativeAverages& operator=(const CumulativeAverages&) = delete;
    ~CumulativeAverages() {
        Size next = 0;
        model_.for_each_layer([&](auto& layer) {
            if constexpr (KeepsRunningAverages<decltype(layer)>) layer.momentum = before_[next++];
        });
        model_.train(was_training_);
    }

private:
    Model& model_;
    bool was_training_;
    std::vector<double> before_;
};

}  // namespace detail

/// One pass over the loader in training mode, whose only effect are the running means and variances: those of all
/// its batches, each of the same weight. Throws what a pass throws; layers and mode are then as they were.
template <AnyLoader Loader, class Net, class Device, class T>
void update_bn(const Loader& loader, Model<Net, Device, T>& model) {
    Device& device = model.device();
    T* const flat = model.flat_parameters().data();
    for (const ParameterInfo& row : model.parameter_table())
        for (const std::string_view name : {"running_mean", "running_var", "num_batches_tracked"})
            if (row.name.view().ends_with(name)) device.fill(flat + row.offset, row.dims.elements(), T(0));
    const detail::CumulativeAverages<Model<Net, Device, T>> cumulative(model);
    detail::Feed<Device, Loader> feed(loader, device);
    feed.epoch([&](const auto& x, const auto&, const auto& before) {
        before();
        (void)model.view(x);
        if constexpr (!Device::is_host) device.once(before.then());
    });
}

}  // namespace strata
