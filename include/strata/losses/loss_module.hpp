#pragma once
// A loss of one's own, written as a module's forward:
//
//   struct LogCosh : LossModule<LogCosh> {
//       static constexpr auto forward(auto prediction, auto target) {
//           const auto difference = prediction - target;
//           return mean(difference + softplus(-2 * difference)) - std::numbers::ln2;
//       }
//   };
//
// The result is one number, such as mean(...) or sum(...) give. The gradient is derived in the compiler, as
// that of a network. Targets are numbers of the prediction's type and batch; their sample shape is free.
//
// For the loss of an epoch a result of sum(...), or of numbers times sums, is a sum over the samples; every
// other result is taken for a mean over them, unless the loss has a member
// `static constexpr Reduction reduction = Reduction::sum`.

#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/functions/arithmetic_number.hpp>
#include <strata/layers/functions/reduce.hpp>
#include <strata/losses/loss.hpp>
#include <strata/models/execution/execution.hpp>
#include <strata/models/module.hpp>

namespace strata {

inline void a_loss_written_with_forward_takes_numbers_for_targets() {}
inline void forward_must_give_one_number_as_mean_and_sum_do() {}

namespace detail {

/// A loss and the shapes that it is used on, as a network of two inputs.
template <class Derived, class Prediction, class Target>
struct LossNetwork : Module<> {
    using input_shapes = InputShapes<Prediction, Target>;
    static constexpr bool wants_input_gradient = true;

    static constexpr auto forward(auto prediction, auto target) {
        return Derived::forward(prediction, target);
    }
};

/// Whether a value of a network is a sum over the batch, or made of such sums and of numbers times them.
template <class N, Size value>
constexpr bool is_sum_over_batch() {
    if constexpr (value >= N::inputs) {
        using Layer = typename N::template Layer<value - N::inputs>;
        constexpr GraphNode node = N::graph.nodes[value - N::inputs];
        constexpr bool is_scaled = std::is_same_v<Layer, MulNumber> || std::is_same_v<Layer, DivNumber>;
        constexpr bool is_reduced = std::is_same_v<Layer, ReduceSum> || std::is_same_v<Layer, ReduceMean>;
        if constexpr (is_scaled || is_reduced) {
            if constexpr (is_reduced && N::graph.values[node.inputs[0]].batched)
                return std::is_same_v<Layer, ReduceSum> && !N::graph.values[value].batched;
            else
                return is_sum_over_batch<N, node.inputs[0]>();
        } else if constexpr (std::is_same_v<Layer, Add> || std::is_same_v<Layer, Sub>) {
            return is_sum_over_batch<N, node.inputs[0]>() && is_sum_over_batch<N, node.inputs[1]>();
        }
    }
    return false;
}

template <class T, bool is_sum>
struct StoreLossValue {
    const T* value;
    LossReport* report;
    STRATA_HOST_DEVICE void operator()() const {
        const double number = static_cast<double>(*value);
        report->value = is_sum ? LossValue::of_sum(number) : LossValue(number);
    }
};

}  // namespace detail

template <class Derived>
struct LossModule {
    template <class Prediction, class Target>
    using NetworkOf = detail::LossNetwork<Derived, shape_t<Prediction::dims>, shape_t<Target::dims>>;

    template <class Prediction, class Target>
    static constexpr Reason refuses_target() {
        if (detail::is_class_indices<Target>) return &a_loss_written_with_forward_takes_numbers_for_targets;
        return nullptr;
    }

    template <class Prediction, class Target>
    static constexpr Size workspace(Size batch) {
        using N = Network<NetworkOf<Prediction, Target>>;
        return N::training_plan.arena_elements(batch);
    }

    template <class Prediction, class Target, class Gradient, class T>
    static void evaluate(auto& device, Prediction prediction, Target target, Gradient gradient,
                         LossReport* report, T* workspace) {
        using Net = NetworkOf<Prediction, Target>;
        using N = Network<Net>;
        using Device = std::remove_cvref_t<decltype(device)>;
        using Training = detail::Execution<Net, Device, T, detail::Pass::training>;
        if constexpr (N::fits) {
            constexpr bool forward_gives_one_number = N::outputs == 1 &&
                                                      N::OutputShape::dims.elements() == 1 &&
                                                      !N::graph.values[N::output].batched;
            static_assert(
                forward_gives_one_number,
                "strata: a loss gives one number for the whole batch; end its forward with mean(...) or "
                "sum(...) (docs/errors.md#loss-module)");
            detail::Inputs<N, T> inputs{{}, prediction.batch};
            detail::get<0>(inputs.data) = prediction.data;
            detail::get<1>(inputs.data) = target.data;
            const typename Training::M memory{device,  inputs,    nullptr,
                                              nullptr, workspace, detail::capacity_for(prediction.batch)};
            const typename Training::Slots layers{};
            Training::forward(memory, layers);
            device.once(detail::StoreLossValue<T, detail::is_sum_over_batch<N, N::output>()>{
                Training::template operand<N::output>(memory).data, report});
            if (gradient.data == nullptr) return;
            device.fill(Training::template gradient_of_loss<0>(memory).data, 1, T(1));
            Training::backward(memory, layers);
            if constexpr (N::needs_gradient.of[N::output]) {
                const auto dx = Training::template gradient<0>(memory);
                device.copy(static_cast<const T*>(dx.data), gradient.data, dx.size());
            } else {
                device.fill(gradient.data, gradient.size(), T(0));
            }
        }
    }

    auto operator()(const auto& prediction, const auto& target) const {
        return evaluate_loss(static_cast<const Derived&>(*this), prediction, target);
    }
};

}  // namespace strata
