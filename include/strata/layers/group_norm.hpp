#pragma once
// y = (x - mean) / sqrt(variance + eps) weight + bias, with the mean and variance of each group of channels
// of each sample.
//
// Shapes: (C, ...) -> the same. `GroupNorm<Groups>` takes the channels from the layer before it;
// `GroupNorm<Groups, C>` states them, and they are checked. Groups divides C.
// An option behind the sizes: no_affine (no weight, no bias). A member: eps = 1e-5.
//
// Parameters: weight (C), at first 1, bias (C), at first 0.
// Gradient: with x^ = (x - mean) / std, g = dy weight and means over the group, dx = (g - mean(g) -
// x^ mean(g x^)) / std.
// Saved: mean and 1 / std of each group. Without weight y is kept instead of x, and x may be overwritten.
//
// Source: torch.nn.GroupNorm; Y. Wu and K. He, "Group Normalization", ECCV 2018.

#include <strata/layers/shared/normalization.hpp>

namespace strata {

inline void write_GroupNorm_Groups_or_GroupNorm_Groups_Channels_then_no_affine() {}
inline void its_channels_are_a_multiple_of_its_groups() {}
inline void it_takes_channels_whose_number_is_a_multiple_of() {}

template <auto... Arguments>
struct GroupNorm {
    double eps = 1e-5;

    static constexpr LayerArguments<NoAffine> arguments = [] {
        LayerArguments<NoAffine> all{{.least = 1, .most = 2}, Arguments...};
        if (all.size(1, 0) % all.size(0, 1) != 0) all.refuse(&its_channels_are_a_multiple_of_its_groups);
        return all;
    }();
    static constexpr Size groups = arguments.size(0, 1);
    static constexpr Size channels = arguments.size(1, 0);  // 0: whatever arrives
    static constexpr bool has_weight = !arguments.has<NoAffine>();
    using Norm = detail::RowNorm<has_weight, has_weight, true>;

    static constexpr Reason wrong_arguments = arguments.wrong;
    static constexpr Reason usage = &write_GroupNorm_Groups_or_GroupNorm_Groups_Channels_then_no_affine;
    static constexpr LayerTraits traits = Norm::traits;
    static constexpr bool gradients_together = true;

    static constexpr ShapeOutcome output_shape(Dims given) {
        if (given.rank == 0 || given.extent[0] % groups != 0)
            return refuse(&it_takes_channels_whose_number_is_a_multiple_of, dims(groups));
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
        return {groups, groups, given.elements() / groups, detail::channel_size(given)};
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
