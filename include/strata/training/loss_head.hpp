#pragma once
// Where the network ends and the loss begins: which layers run, in one kernel with the loss or before it, and
// what is counted. Training and evaluation share it.

#include <strata/losses/evaluate.hpp>
#include <strata/models/model.hpp>
#include <strata/training/totals.hpp>

namespace strata {

namespace detail {

template <class Model, class LossType, class Target>
struct LossHead {
    using Net = typename Model::network_type;
    using Device = typename Model::device_type;
    using T = typename Model::value_type;
    using N = Network<Net>;
    using Layer = typename N::LastLayer;
    static constexpr Size last = N::layer_count - (N::layer_count > 0);
    static constexpr Dims last_input = N::trace.layers[last].in;

    /// The loss takes the last layer's place too: it has a kernel for both.
    static constexpr bool fused = requires(const LossType& loss, const Layer& layer, Device& device,
                                           BatchView<const T, Device, shape_t<last_input>> x, Target target,
                                           BatchView<T, Device, shape_t<last_input>> dx) {
        loss.evaluate_behind(layer, device, x, target, dx, static_cast<LossReport*>(nullptr));
    };
    /// Layers [0, end) run before the loss.
    static constexpr Size end = fused ? last : last + 1;
    static constexpr bool counts_correct = is_class_indices<Target> && Model::output_shape::dims.rank == 1;

    using OutputView = BatchView<const T, Device, typename Model::output_shape>;
    using Problem = decltype(find_loss_problem<LossType, Net, OutputView, Target>());

    static constexpr bool fits = N::fits && Problem::the_loss_fits_the_network_and_the_target;

    /// Reports on a batch whose layers [0, end) have run; with a non-null gradient, writes the gradient of
    /// value `end` too.
    template <class Run, class Slots, class Gradient>
    static void measure(const LossType& loss, const Slots& layers, const Memory<Device, T>& memory,
                        Target target, Gradient gradient, LossReport* report) {
        const auto output = Run::template value<end>(memory);
        if constexpr (
            counts_correct && requires { LossType::is_cross_entropy; } &&
            requires { memory.device.counts_correct_with_loss(memory.batch, Size()); }) {
            constexpr Size classes = Model::output_shape::dims.last();
            if (!memory.device.counts_correct_with_loss(memory.batch, classes))
                memory.device.count_correct(output, target.data, report);
        } else if constexpr (counts_correct) {
            memory.device.count_correct(output, target.data, report);
        }
        if constexpr (fused)
            loss.evaluate_behind(get<last>(layers), memory.device, output, target, gradient, report);
        else
            loss.evaluate(memory.device, output, target, gradient, report);
    }
};

/// Throws ShapeError unless a batch and its targets are as many, and at least one.
inline void check_batch(Size samples, Size targets) {
    check_same_batch(samples, targets);
    if (samples == 0) throw ShapeError("strata: a batch has at least one sample; this one is empty");
}

}  // namespace detail
}  // namespace strata
