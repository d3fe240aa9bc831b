#pragma once
// y = (x - mean) / sqrt(variance + eps) weight + bias, with the mean and variance of each channel over all
// samples and positions of the batch; in inference with averages that training has left.
//
// Shapes: (C) or (C, L) -> the same. `BatchNorm1d<>` takes the channels from the layer before it;
// `BatchNorm1d<C>` states them, and they are checked.
// Options behind the channels, in any order: no_affine (no weight, no bias), no_running_statistics (inference
// uses the mean and variance of its own batch).
// Members: eps = 1e-5; momentum = 0.1, the part that a batch has in the averages: average = momentum value +
// (1 - momentum) average, where the variance is the unbiased one; momentum = cumulative_average (PyTorch's
// None) is the average of all batches. Training with a single value per channel throws ValueError.
//
// Parameters: weight (C), at first 1, bias (C), at first 0.
// Buffers: running_mean (C), at first 0, running_var (C), at first 1, num_batches_tracked.
// Gradient: with x^ = (x - mean) / std and means over the channel, dx = weight / std (dy - mean(dy) -
// x^ mean(dy x^)).
// Saved: mean and 1 / std of each channel. Without weight y is kept instead of x, and x may be overwritten.
//
// Source: torch.nn.BatchNorm1d; S. Ioffe and C. Szegedy, "Batch Normalization", ICML 2015.

#include <strata/layers/shared/batch_norm.hpp>

namespace strata {

inline void write_BatchNorm1d_or_BatchNorm1d_Channels_then_options_such_as_no_affine() {}
inline void BatchNorm1d_takes_channels_or_channels_and_a_length_in_a_shape_of_rank_1_or() {}

template <auto... Arguments>
struct BatchNorm1d {
    double eps = 1e-5;
    double momentum = 0.1;

    using Norm = detail::BatchNorm<Arguments...>;
    static constexpr Reason wrong_arguments = Norm::arguments.wrong;
    static constexpr Reason usage = &write_BatchNorm1d_or_BatchNorm1d_Channels_then_options_such_as_no_affine;
    static constexpr LayerTraits traits = Norm::traits;
    static constexpr bool gradients_together = true;

    static constexpr ShapeOutcome output_shape(Dims given) {
        if (given.rank != 1 && given.rank != 2)
            return refuse(&BatchNorm1d_takes_channels_or_channels_and_a_length_in_a_shape_of_rank_1_or,
                          dims(2));
        return detail::check_channels(given, Norm::channels);
    }
    static constexpr auto parameters(Dims given) { return Norm::parameters(given); }
    static constexpr Size saved_once(Dims given) { return Norm::saved_once(given); }
    static void initialize(Generator&, auto... parameters) { Norm::initialize(parameters...); }

    void forward(auto& device, auto x, auto y, auto... operands) const {
        Norm::forward(device, "BatchNorm1d", eps, momentum, x, y, operands...);
    }
    void infer(auto& device, auto x, auto y, auto... parameters) const {
        Norm::infer(device, "BatchNorm1d", eps, x, y, parameters...);
    }
    static void backward(auto& device, auto x, auto y, auto dy, auto dx, auto... operands) {
        Norm::backward(device, x, y, dy, dx, operands...);
    }
};

}  // namespace strata
