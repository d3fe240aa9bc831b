#pragma once
// Inference on a model that does not change. The model stays const and may serve any number of threads; each
// has a Predictor of its own, which holds the activations.

#include <strata/core/operations/precision.hpp>
#include <strata/models/model.hpp>

namespace strata {

/// `Predictor predictor{model}; auto y = predictor(x);`. The result is a tensor of shape (batch, ...) of the
/// caller's own; a network of several outputs returns a tuple. After the first call of the largest batch
/// nothing is allocated, as long as few results are kept. Always in evaluation mode. Throws ShapeError when
/// the input's shape is another or there is no sample, and ValueError when the model is gone.
template <class Model>
class Predictor {
    using Net = typename Model::network_type;
    using Device = typename Model::device_type;
    using T = typename Model::value_type;
    using N = Network<Net>;
    using Inference = detail::Execution<Net, Device, T, detail::Pass::inference>;
    using Memory = typename Inference::M;
    template <Size O>
    using Tensor = typename Device::template BatchTensor<const T, typename N::template OutputShapeOf<O>>;

public:
    explicit Predictor(const Model& model) : model_(model) {}
    explicit Predictor(const Model&& model) : model_(model) {
        constexpr bool the_model_has_a_name = detail::never<Model>;
        static_assert(the_model_has_a_name,
                      "strata: a Predictor keeps a reference to the model, and this model is a "
                      "temporary; give it a name first (docs/errors.md#temporary-model)");
    }

    template <class... X>
    auto operator()(const X&... x) {
        return outputs<false>(std::tie(x...), std::make_index_sequence<N::outputs>{});
    }
    /// The same without a copy of the output: it shows the predictor's memory, and other numbers after the
    /// next call.
    template <class... X>
    auto view(const X&... x) {
        return outputs<true>(std::tie(x...), std::make_index_sequence<N::outputs>{});
    }

    /// The memory for a pass over a batch.
    template <class X>
    Memory prepare(const X& x) {
        const Model& model = *model_;
        const auto batches = detail::batches_of_step(x);
        (void)detail::count_inputs<Model>(batches);
        const auto inputs = detail::take_inputs<Model>(batches, rooms_, false);
        arena_.fit(N::inference_plan, inputs.batch);
        device_.follow(model.passes()->device);
        T* const parameters = const_cast<T*>(model.parameter_store().data());  // inference only reads them
        return {device_, inputs, parameters, nullptr, arena_.data(), arena_.capacity()};
    }
    /// Layers [0, End).
    template <Size End = N::layer_count>
    void forward(const Memory& memory) const {
        [[maybe_unused]] const typename Device::PassScope scope;
        Inference::template forward<End>(memory, layers());
    }
    Device& device() { return device_; }

    /// What products are rounded to on a device that can. Throws ValueError where it cannot.
    void precision(Precision precision) {
        Device::check_precision(precision);
        precision_ = precision;
    }
    const auto& layers() const { return model_->parameter_store().layers(); }

private:
    template <bool shown, class X, Size... O>
    auto outputs(const X& x, std::index_sequence<O...>) {
        if constexpr (N::fits) {
            const auto memory = prepare(x);
            const ReplayKey key = detail::replay_key(memory, nullptr, static_cast<Size>(precision_));
            replay_.run(device_, key, [&] {
                [[maybe_unused]] const typename Device::PrecisionScope precision(device_, precision_);
                forward(memory);
            });
            if constexpr (sizeof...(O) == 1)
                return output<0, shown>(memory);
            else
                return std::tuple{output<O, shown>(memory)...};
        } else {
            return Tensor<0>({});
        }
    }
    template <Size O, bool shown>
    Tensor<O> output(const Memory& memory) {
        const auto result = Inference::template operand<N::graph.outputs[O]>(memory);
        if constexpr (shown) {
            return Tensor<O>(result);
        } else {
            const auto kept = detail::keep(result, device_, predictions_);
            return Tensor<O>({kept->elements.data(), result.batch}, kept);
        }
    }

    detail::ModelLink<const Model> model_;
    [[no_unique_address]] Device device_;
    [[no_unique_address]] typename Device::Replay replay_;
    detail::Arena<Device, T> arena_{"a predictor's activations"};
    detail::InputRooms<N, Device, T> rooms_{};
    detail::PredictionPool<Device, T> predictions_;
    Precision precision_ = Precision::float32;
};

/// The network's output for a batch, in evaluation mode, as a tensor of its own.
template <class Net, class Device, class T, class... X>
auto predict(const Model<Net, Device, T>& model, const X&... x) {
    return Device::to_host(Predictor(model).view(x...).batch_view());
}

/// A Predictor of something else is refused, and does nothing.
template <class Model>
requires(!detail::AnyModel<Model>) class Predictor<Model> {
    detail::RefuseNetwork<Model> refused_here;

public:
    explicit Predictor(const Model&) {}
};

}  // namespace strata
