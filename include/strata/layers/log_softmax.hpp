#pragma once
// y = log(exp(x) / sum(exp(x))), computed as x - max - log(sum(exp(x - max)))
//
// Shapes: any -> the same; the sum runs along `dim`.
// Options: dim = -1, counted as PyTorch counts it (0 is the batch, 1 the first extent of a sample, -1 the
// last). Source: torch.nn.LogSoftmax.

#include <strata/core/class_extent.hpp>

namespace strata {

struct LogSoftmax {
    int dim = -1;

    static constexpr LayerTraits traits = {
        .keeps = Keeps::output, .in_place = true, .values = Values::log_probabilities};

    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }

    void forward(auto& device, auto x, auto y) const {
        device.log_softmax(class_extent(x, dim, "LogSoftmax"), x.data, y.data);
    }
    void backward_input(auto& device, auto, auto y, auto dy, auto dx) const {
        device.log_softmax_backward(class_extent(y, dim, "LogSoftmax"), y.data, dy.data, dx.data);
    }
};

}  // namespace strata
