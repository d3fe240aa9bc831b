#pragma once
// y = x mask: each channel of each sample is dropped (0) with probability p, else scaled by 1 / (1 - p). In
// inference y = x.
//
// Shapes: (C, rows, columns) -> the same.
// Options: p = 0.5, in [0, 1]; anything else throws ValueError in the training forward.
// Saved: the mask, one number per channel. p = 0 and p = 1 draw no random numbers, as in PyTorch.
// Source: torch.nn.Dropout2d; J. Tompson et al., "Efficient object localization using convolutional
// networks", CVPR 2015.

#include <strata/core/network/trace.hpp>
#include <strata/layers/dropout.hpp>

namespace strata {

inline void Dropout2d_takes_channels_rows_and_columns_in_a_shape_of_rank() {}

struct Dropout2d {
    double p = 0.5;

    static constexpr LayerTraits traits = Dropout::traits;

    static constexpr ShapeOutcome output_shape(Dims given) {
        if (given.rank != 3)
            return refuse(&Dropout2d_takes_channels_rows_and_columns_in_a_shape_of_rank, dims(3));
        return accept(given);
    }
    static constexpr Size saved(Dims given) { return given.extent[0]; }

    void forward(auto& device, auto x, auto y, auto mask) const {
        using T = typename decltype(mask)::value_type;
        if (!(p >= 0 && p <= 1)) refuse_option("Dropout2d", "p", p, "in [0, 1]");
        if (p == 0 || p == 1)
            device.fill(mask.data, mask.size(), T(1 - p));
        else
            device.dropout_mask(mask.data, mask.size(), p);
        multiply(device, y, mask, x);
    }
    static void backward_input(auto& device, auto, auto, auto dy, auto dx, auto mask) {
        multiply(device, dx, mask, dy);
    }

private:
    static void multiply(auto& device, auto out, auto mask, auto in) {
        constexpr Size plane = decltype(out)::dims.extent[1] * decltype(out)::dims.extent[2];
        device.map_planes(Dropout::Product{}, out, mask.data, mask.size(), plane, in);
    }
};

/// Each call draws a mask of its own.
constexpr Value dropout2d(Value x, double p = 0.5) { return apply_with<Dropout2d>({1, {p}}, x); }

}  // namespace strata
