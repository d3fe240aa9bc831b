#pragma once
// y = log(exp(x) / sum(exp(x))), computed as x - max - log(sum(exp(x - max)))
//
// Shapes: any -> the same; the sum runs along `dim`.
// Options: dim = -1, counted as PyTorch counts it (0 is the batch, 1 the first extent of a sample, -1 the
// last).
// Source: torch.nn.LogSoftmax.

#include <strata/core/operations/class_extent.hpp>
#include <strata/layers/shared/value_dim.hpp>

namespace strata {

struct LogSoftmax {
    int dim = -1;

    static constexpr LayerTraits traits = {
        .keeps = Keeps::output, .in_place = true, .kind = OutputKind::log_probabilities};

    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }
    /// Of a function, whose dim the compiler knows.
    static constexpr ShapeOutcome output_shape(Dims given, const detail::Numbers& numbers) {
        return numbers.count == 0 ? accept(given) : detail::accept_dim(given, detail::whole(numbers.of[0]));
    }

    void forward(auto& device, auto x, auto y) const {
        device.log_softmax(class_extent(x, dim, "LogSoftmax"), x.data, y.data);
    }
    void backward_input(auto& device, auto, auto y, auto dy, auto dx) const {
        device.log_softmax_backward(class_extent(y, dim, "LogSoftmax"), y.data, dy.data, dx.data);
    }
};

/// Along `dim`, counted as PyTorch does.
constexpr Value log_softmax(Value x, int dim = -1) {
    return apply_with<LogSoftmax>({1, {double(detail::from_end(x, dim))}}, x);
}

}  // namespace strata
