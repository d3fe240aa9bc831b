#pragma once
// Inference on a model that does not change. The model stays const and may serve any number of threads; each
// has a Predictor of its own, which holds the activations.

#include <strata/core/precision.hpp>
#include <strata/models/model.hpp>

namespace strata {

/// `Predictor predictor{model}; auto y = predictor(x);`. The result is an xtensor of shape (batch, ...) in
/// the predictor's memory, valid until its next call. After the first call of the largest batch nothing is
/// allocated. Always in evaluation mode. Throws ShapeError when the input's shape is another.
template <class Model>
class Predictor {
    using Net = typename Model::network_type;
    using Device = typename Model::device_type;
    using T = typename Model::value_type;
    using N = Network<Net>;
    using Output = BatchView<const T, Device, typename Model::output_shape>;

public:
    explicit Predictor(const Model& model) : model_(&model) {}
    explicit Predictor(const Model&&) {
        constexpr bool the_model_has_a_name = detail::never<Model>;
        static_assert(the_model_has_a_name,
                      "strata: a Predictor keeps a reference to the model, and this model is a "
                      "temporary; give it a name first (docs/errors.md#temporary-model)");
    }

    template <class... X>
    auto operator()(const X&... x) {
        return typename Device::template BatchTensor<const T, typename Model::output_shape>(run(x...));
    }

    /// The same as kernels see it.
    template <class... X>
    Output run(const X&... x) {
        if constexpr (N::fits) {
            const auto memory = prepare(std::tie(x...));
            const ReplayKey key = replay_key(memory, nullptr, static_cast<Size>(precision_));
            replay_.run(device_, key, [&] {
                [[maybe_unused]] const typename Device::PrecisionScope precision(device_, precision_);
                forward(memory);
            });
            const auto output = Model::Inference::template value<N::output>(memory);
            return {output.data, output.batch};
        } else {
            return {};
        }
    }

    /// The memory for a pass over a batch.
    template <class X>
    detail::Memory<Device, T> prepare(const X& x) {
        const detail::Inputs input = detail::view_of_batch<Model>(x, staging_);
        if (input.batch > capacity_) {
            capacity_ = Model::capacity_for(input.batch);
            arena_.resize(Model::arena_elements(N::inference_plan, input.batch));
        }
        device_.follow(model_->device_);
        T* const parameters = const_cast<T*>(model_->parameters_.data());  // inference only reads them
        return {device_,       {input.data[0], input.data[1], input.data[2], input.data[3]},
                parameters,    nullptr,
                arena_.data(), input.batch,
                capacity_,     false};
    }
    /// Layers [0, End).
    template <Size End = N::layer_count>
    void forward(const detail::Memory<Device, T>& memory) const {
        [[maybe_unused]] const typename Device::PassScope scope;
        Model::Inference::template forward<End>(memory, model_->layers_);
    }
    Device& device() { return device_; }

    /// What products are rounded to on a device that can. Throws ValueError where it cannot.
    void precision(Precision precision) {
        Device::check_precision(precision);
        precision_ = precision;
    }
    const auto& layers() const { return model_->layers_; }

private:
    const Model* model_;
    [[no_unique_address]] Device device_;
    [[no_unique_address]] typename Device::Replay replay_;
    typename Device::template Buffer<T> arena_{"a predictor's activations"};
    typename detail::StagingsOf<N, Device, T>::type staging_{};
    Size capacity_ = 0;
    Precision precision_ = Precision::float32;
};

/// The network's output for a batch, in evaluation mode, as a tensor of its own.
template <class Net, class Device, class T, class... X>
auto predict(const Model<Net, Device, T>& model, const X&... x) {
    return Device::to_host(Predictor(model).run(x...));
}

}  // namespace strata
