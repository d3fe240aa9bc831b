#pragma once
// The passes of a model, on its parameters and in memory of their own, which grows with the largest batch. After
// the first pass nothing is allocated.

#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
#include <strata/models/execution/refused_pass.hpp>
#include <strata/models/parameter_store.hpp>
#include <strata/models/prediction.hpp>

namespace strata::detail {

template <class Net, class Device, class T>
class Engine {
    using N = Network<Net>;
    using Training = Execution<Net, Device, T, Pass::training>;
    using Inference = Execution<Net, Device, T, Pass::inference>;
    using Passes = PassMemory<N, Device, T>;
    using Store = ParameterStore<Net, Device, T>;
    using M = Memory<N, Device, T>;
    using Predictions = PredictionOf<Net, Device, T>;

public:
    /// The memory of the passes. Throws ValueError when the model has been moved from.
    Passes& passes() const { return *passes_; }
    /// What trainers, predictions and losses hold.
    const Shared<Passes>& shared() const { return passes_.shared(); }

    /// The outputs for inputs that have been counted; `shown`: as views.
    template <bool shown, class Model, class Inputs>
    Predictions forward(Store& parameters, const Inputs& x, bool training) {
        using Refused = RefusedPass<N, Device, T>;
        Passes& passes = *passes_;
        passes.begin_pass();  // from here on another batch lies where those of before did
        const M memory = prepare(parameters, take_inputs<Model>(x, passes.rooms, training));
        [[maybe_unused]] const typename Device::PassScope scope;
        if (training) {
            passes.buffers.resize(Refused::buffers);
            Refused refused(memory, passes.buffers.data());
            Training::forward(memory, parameters.layers());
            Predictions predictions = predictions_of<Training, shown>(memory);
            refused.end();
            return predictions;
        }
        Inference::forward(memory, parameters.layers());
        return predictions_of<Inference, shown>(memory);
    }

    /// The gradients from a loss. Throws ValueError for one whose gradient is not there (any more).
    void backward(Store& parameters, const Loss& loss) {
        Passes& passes = *passes_;
        loss.check_backward(passes, N::outputs);
        {
            [[maybe_unused]] const typename Device::PassScope scope;
            parameters.make_gradients();
            const M memory = this->memory(parameters);
            [&]<Size... O>(std::index_sequence<O...>) {
                (scale(Training::template gradient_of_loss<O>(memory), loss.factor(O)), ...);
            }
            (std::make_index_sequence<N::outputs>{});
            Training::backward(memory, parameters.layers());
            parameters.accumulate(true);
        }
        passes.end_backward();
    }

    /// The memory of a pass that has begun, over these inputs.
    M prepare(Store& parameters, const Inputs<N, T>& inputs) {
        Passes& passes = *passes_;
        passes.device.begin_step();
        passes.inputs = inputs;
        try {
            passes.arena.fit(N::training_plan, inputs.batch);
        } catch (const OutOfMemoryError& error) {
            refuse_batch(error, inputs.batch, parameters.size());
        }
        return memory(parameters);
    }

private:
    M memory(Store& parameters) {
        Passes& passes = *passes_;
        return {passes.device,
                passes.inputs,
                parameters.data(),
                parameters.gradients(),
                passes.arena.data(),
                passes.arena.capacity(),
                parameters.accumulates(),
                parameters.freezing().wanted()};
    }
    [[noreturn, gnu::cold]] static void refuse_batch(const OutOfMemoryError& error, Size batch,
                                                     Size elements) {
        throw OutOfMemoryError(message(error.what(), "; the plan for a batch of ", batch, " has ",
                                       N::training_plan.arena_elements(batch) * sizeof(T),
                                       " bytes of activations beside ", elements * sizeof(T),
                                       " bytes of parameters"));
    }

    /// The outputs of a pass, each with the place for its gradient.
    template <class Execution, bool shown>
    Predictions predictions_of(const M& memory) {
        return [&]<Size... O>(std::index_sequence<O...>) {
            return Predictions{prediction_of<Execution, O, shown>(memory)...};
        }
        (std::make_index_sequence<N::outputs>{});
    }
    template <class Execution, Size O, bool shown>
    Prediction<Net, Device, T, O> prediction_of(const M& memory) {
        using Result = Prediction<Net, Device, T, O>;
        typename Result::View output = Execution::template operand<N::graph.outputs[O]>(memory);
        Owner owner;
        if constexpr (!shown) {
            const auto kept = keep(output, memory.device, passes_->predictions);
            output.data = kept->elements.data();
            owner = kept;
        }
        typename Result::GradientOf gradient{nullptr, output.batch};
        if constexpr (Execution::training) gradient = Execution::template gradient_of_loss<O>(memory);
        return {output, std::move(owner), gradient, passes_.shared()};
    }
    template <class View>
    void scale(View gradient, double factor) {
        if (factor != 1) passes_->device.for_each(gradient.size(), MultiplyBy{factor}, gradient.data);
    }

    HeldPasses<Passes> passes_;
};

}  // namespace strata::detail
