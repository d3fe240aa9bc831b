#pragma once
// The seam of network and loss: which layers run, in one kernel with the loss or before it, and
// what is counted. Training and evaluation share it.

#include <strata/core/operations/cross_entropy_options.hpp>
#include <strata/losses/loss.hpp>
#include <strata/models/model.hpp>
#include <strata/training/step_totals.hpp>

namespace strata {

namespace detail {

template <class Model, class LossType, class Target>
struct LossHead {
    using Net = typename Model::network_type;
    using Device = typename Model::device_type;
    using T = typename Model::value_type;
    using N = Network<Net>;
    static constexpr Size last = N::layer_count - (N::layer_count > 0);
    using Layer = typename N::LastLayer;
    static constexpr GraphNode last_node = N::graph.nodes[last];
    static constexpr Dims last_input = last_node.in;
    static constexpr bool there_is_one_output = N::outputs == 1 || !N::fits;
    static_assert(
        there_is_one_output,
        "strata: this network has several outputs, and a Trainer, fit and evaluate take a loss for one; "
        "write the five steps: auto [a, b] = model(x); model.backward(first(a, y) + second(b, z)); "
        "(docs/errors.md#several-outputs)");
    /// The last node reads one value, and is the only one that does.
    static constexpr bool stands_alone = [] {
        if (N::layer_count == 0 || last_node.input_count != 1) return false;
        Size uses = 0;
        for (Size i = 0; i < N::layer_count; ++i)
            for (Size k = 0; k < N::graph.nodes[i].input_count; ++k)
                uses += N::graph.nodes[i].inputs[k] == last_node.inputs[0];
        return uses == 1 && N::graph.output_count == 1 && N::output == N::inputs + last &&
               N::graph.values[last_node.inputs[0]].batched;
    }();

    /// The loss takes the last layer's place too: it has a kernel for both.
    static constexpr bool fused =
        stands_alone && requires(const LossType& loss, const Layer& layer, Device& device,
                                 BatchView<const T, Device, shape_t<last_input>> x, Target target,
                                 BatchView<T, Device, shape_t<last_input>> dx) {
        loss.evaluate_behind(layer, device, x, target, dx, static_cast<LossReport*>(nullptr));
    };
    /// Where the loss writes.
    template <class Execution>
    static auto gradient(const Memory<N, Device, T>& memory) {
        if constexpr (fused)
            return Execution::template gradient<value>(memory);
        else
            return Execution::template gradient_of_loss<0>(memory);
    }
    /// Nodes [0, end) run before the loss, which reads this value.
    static constexpr Size end = fused ? last : last + 1;
    static constexpr Size value = fused ? last_node.inputs[0] : N::output;
    using OutputView = BatchView<const T, Device, typename Model::output_shape>;
    static constexpr bool counts_correct =
        is_class_indices_of<OutputView, Target> && Model::output_shape::dims.rank > 0;
    using Problem = decltype(find_loss_problem<LossType, Net, OutputView, Target>());

    /// The class index that does not count.
    static std::int64_t ignored_by(const LossType& loss) {
        if constexpr (requires { std::int64_t(loss.ignore_index); })
            return std::int64_t(loss.ignore_index);
        else
            return nothing_ignored;
    }

    static constexpr bool fits = N::fits && Problem::the_loss_fits_the_network_and_the_target;

    /// What `measure` works in, for a batch; null if it needs nothing.
    template <class Workspace>
    static const void* make_workspace(Workspace& workspace, Size batch) {
        if constexpr (fused)
            return nullptr;
        else
            return detail::make_workspace<LossType, OutputView, Target>(workspace, batch);
    }

    /// Reports on a batch whose layers [0, end) have run; with a non-null gradient, writes the gradient of
    /// that value too.
    template <class Execution, class Slots, class Gradient, class Workspace>
    static void measure(const LossType& loss, const Slots& layers, const Memory<N, Device, T>& memory,
                        Target target, Gradient gradient, LossReport* report, Workspace& workspace) {
        const auto output = Execution::template operand<value>(memory);
        if constexpr (counts_correct && Model::output_shape::dims.rank == 1 &&
                      requires { LossType::is_cross_entropy; }) {
            constexpr Size classes = Model::output_shape::dims.last();
            if (!memory.device.counts_correct_with_loss(memory.batch(), classes))
                memory.device.count_correct(output, target.data, report, ignored_by(loss));
        } else if constexpr (counts_correct) {
            memory.device.count_correct(output, target.data, report, ignored_by(loss));
        }
        if constexpr (fused)
            loss.evaluate_behind(Execution::template layer<last>(layers), memory.device, output, target,
                                 gradient, report);
        else
            evaluate_with(loss, memory.device, output, target, gradient, report, workspace);
    }
};

}  // namespace detail
}  // namespace strata
