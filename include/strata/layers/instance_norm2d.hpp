#pragma once
// y = (x - mean) / sqrt(variance + eps), with the mean and variance of each channel of each sample; with
// `affine` times weight plus bias.
//
// Shapes: (C, H, W) -> the same, of more than one pixel. `InstanceNorm2d<>` takes the channels from the layer
// before it; `InstanceNorm2d<C>` states them, and they are checked. An option behind the channels: affine. A
// member: eps = 1e-5. There is no track_running_stats; it is off in PyTorch, too, unless asked for.
//
// Parameters, with `affine` only: weight (C), at first 1, bias (C), at first 0.
// Gradient: with x^ = (x - mean) / std, g = dy weight and means over the channel, dx = (g - mean(g) -
// x^ mean(g x^)) / std.
// Saved: mean and 1 / std of each channel. Without weight y is kept instead of x, and x may be overwritten.
//
// Source: torch.nn.InstanceNorm2d; D. Ulyanov, A. Vedaldi, V. Lempitsky, "Instance Normalization", 2016.

#include <strata/layers/shared/normalization.hpp>

namespace strata {

inline void write_InstanceNorm2d_or_InstanceNorm2d_Channels_then_affine() {}
inline void InstanceNorm2d_takes_channels_rows_and_columns_in_a_shape_of_rank() {}
inline void it_takes_more_than_one_pixel_in_channels_rows_and_columns_such_as() {}

template <auto... Arguments>
struct InstanceNorm2d {
    double eps = 1e-5;

    static constexpr LayerArguments<Affine> arguments{{.least = 0, .most = 1}, Arguments...};
    static constexpr Size channels = arguments.size(0, 0);  // 0: whatever arrives
    static constexpr bool has_weight = arguments.has<Affine>();
    using Norm = detail::RowNorm<has_weight, has_weight, true>;

    static constexpr Reason wrong_arguments = arguments.wrong;
    static constexpr Reason usage = &write_InstanceNorm2d_or_InstanceNorm2d_Channels_then_affine;
    static constexpr LayerTraits traits = Norm::traits;
    static constexpr bool gradients_together = true;

    static constexpr ShapeOutcome output_shape(Dims given) {
        if (given.rank != 3)
            return refuse(&InstanceNorm2d_takes_channels_rows_and_columns_in_a_shape_of_rank, dims(3));
        if (given.extent[1] * given.extent[2] == 1)
            return refuse(&it_takes_more_than_one_pixel_in_channels_rows_and_columns_such_as,
                          dims(given.extent[0], 2, 2));
        return detail::check_channels(given, channels);
    }
    static constexpr auto parameters(Dims given) {
        const Dims c = dims(given.extent[0]);
        if constexpr (has_weight)
            return parameter_list({{"weight", c}, {"bias", c}});
        else
            return ParameterList<0>{};
    }
    static constexpr detail::RowShape rows(Dims given) {
        const Size size = detail::channel_size(given);
        return {given.extent[0], given.extent[0], size, size};
    }
    static constexpr Size saved(Dims given) { return Norm::saved_of_a_row * rows(given).rows; }
    static void initialize(Generator&, auto... parameters) { detail::initialize_affine(parameters...); }

    void forward(auto& device, auto x, auto y, auto... operands) const {
        Norm::forward(device, eps, rows(decltype(x)::dims), x, y, operands...);
    }
    void infer(auto& device, auto x, auto y, auto... parameters) const {
        Norm::infer(device, eps, rows(decltype(x)::dims), x, y, parameters...);
    }
    static void backward(auto& device, auto x, auto y, auto dy, auto dx, auto... operands) {
        Norm::backward(device, rows(decltype(dx)::dims), x, y, dy, dx, operands...);
    }
};

}  // namespace strata
