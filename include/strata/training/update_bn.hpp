#pragma once
// The running means and variances of BatchNorm layers, taken anew over a data set: for averaged parameters, whose
// activations no training has seen.
//
// Source: torch.optim.swa_utils.update_bn.

#include <strata/layers/shared/normalization.hpp>
#include <strata/models/model.hpp>
#include <strata/training/batch_feed.hpp>
#include <strata/training/validation_loader.hpp>
#include <vector>

namespace strata {

namespace detail {

template <class Layer>
concept KeepsRunningAverages = requires(Layer& layer) {
    layer.momentum = cumulative_average;
    layer.eps;
};

/// While it lives, running averages are means over all batches, those since it was made.
template <class Model>
class CumulativeAverages {
    using T = typename Model::value_type;

public:
    explicit CumulativeAverages(Model& model) : model_(model), was_training_(model.is_training()) {
        buffers_.resize(model.flat_parameters().size() - Model::learnt_elements);
        model.device().copy(static_cast<const T*>(first_buffer()), buffers_.data(), buffers_.size());
        model.train();
        Size leaf = 0;
        model.for_each_layer([&](auto& layer) {
            if constexpr (KeepsRunningAverages<decltype(layer)>) {
                momenta_.push_back(layer.momentum);
                layer.momentum = cumulative_average;
                forget(leaf);
            }
            ++leaf;
        });
    }
    CumulativeAverages(const CumulativeAverages&) = delete;
    CumulativeAverages& operator=(const CumulativeAverages&) = delete;
    ~CumulativeAverages() {
        Size next = 0;
        model_.for_each_layer([&](auto& layer) {
            if constexpr (KeepsRunningAverages<decltype(layer)>) layer.momentum = momenta_[next++];
        });
        model_.train(was_training_);
    }

    /// Puts the buffers back.
    [[gnu::cold]] void restore() {
        model_.device().copy(static_cast<const T*>(buffers_.data()), first_buffer(), buffers_.size());
    }

private:
    T* first_buffer() const { return model_.flat_parameters().data() + Model::learnt_elements; }
    /// Running averages of a layer begin anew.
    void forget(Size leaf) {
        for (const ParameterInfo& row : Model::parameter_table())
            if (row.layer == leaf && row.kind != ParameterKind::learnt)
                model_.device().fill(model_.flat_parameters().data() + row.offset, row.dims.elements(), T(0));
    }

    Model& model_;
    bool was_training_;
    std::vector<double> momenta_;
    typename Model::device_type::template Buffer<T> buffers_{"buffers"};  ///< as they were before
};

}  // namespace detail

/// One pass over the loader in training mode, whose only effect are the running means and variances: those of all
/// its batches, each of the same weight. Throws ValueError for a loader without batches, and what a pass throws;
/// layers, buffers and mode are then as they were.
template <AnyLoader Loader, class Net, class Device, class T>
void update_bn(const Loader& loader, Model<Net, Device, T>& model) {
    Device& device = model.device();
    detail::CumulativeAverages<Model<Net, Device, T>> cumulative(model);
    try {
        detail::BatchFeed<Device, Loader> feed(loader, device);
        Size batches = 0;
        feed.epoch([&](const auto& x, const auto&, const auto& before) {
            before();
            (void)model.view(x);
            device.once(before.then());
            ++batches;
        });
        if (batches == 0) detail::refuse_empty_loader();
    } catch (...) {
        cumulative.restore();
        throw;
    }
}

}  // namespace strata
