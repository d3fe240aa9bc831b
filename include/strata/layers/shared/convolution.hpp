#pragma once
// The common part of convolutions, in one dimension and in two: arguments, shape rule, parameters, and the calls of
// the device. The layers themselves say what they compute: conv1d.hpp, conv2d.hpp, conv_transpose2d.hpp.

#include <strata/core/network/diagnostics.hpp>
#include <strata/init/kaiming.hpp>
#include <strata/init/uniform.hpp>
#include <strata/layers/shared/bias.hpp>
#include <strata/layers/shared/window_arguments.hpp>

namespace strata {

inline void its_groups_must_divide_its_channels() {}
inline void it_takes_channels_and_a_length_in_a_shape_of_rank() {}
inline void it_takes_channels_rows_and_columns_in_a_shape_of_rank() {}
inline void it_takes_as_many_channels_as() {}
inline void its_groups_take_a_number_of_channels_that_is_a_multiple_of() {}
inline void its_kernel_takes_extents_of_at_least() {}
inline void its_reflect_padding_takes_extents_of_at_least() {}
inline void its_circular_padding_takes_extents_of_at_least() {}

/// What to do with images whose channels are the last extent.
template <class Shape>
struct put_its_channels_first {};

template <Size... Extents>
struct Reshape;

namespace detail {

/// The same layer for another number of channels.
template <template <auto...> class Layer, Size Channels, auto In, auto... Others>
struct WithChannels {
    using type = Layer<int(Channels), Others...>;
};

template <class T>
constexpr const T* bias_data() {
    return nullptr;
}
template <class T, class B>
constexpr const T* bias_data(B bias) {
    return bias.data;
}

/// What is the same in Conv1d, Conv2d and ConvTranspose2d, which derive from it: `Layer` is their template, and
/// `Taken` the LayerArguments with their options.
template <template <auto...> class Layer, Size Dimensions, class Taken, auto... Arguments>
struct ConvolutionBase {
    static constexpr Taken arguments = [] {
        Taken all{{.least = 2, .most = 3}, Arguments...};
        refuse_wrong_window(all, Dimensions);
        const Size groups = static_cast<Size>(all.option(Groups{}).count);
        if (!all.is_wrong && (all.size(-2, 0) % groups != 0 || all.size(-3, 0) % groups != 0))
            all.refuse(&its_groups_must_divide_its_channels);
        return all;
    }();
    static constexpr WindowOptions window = window_options(arguments);
    static constexpr Size in = arguments.size(-3, 0);  // 0: any
    static constexpr Size out = arguments.size(-2, 1);
    static constexpr Size groups = static_cast<Size>(arguments.option(Groups{}).count);
    static constexpr bool has_bias = !arguments.template has<Bias>();

    static constexpr LayerTraits traits = {.keeps = Keeps::input};

    /// A shape that is not all known: how many rows and columns there are the layer does not say.
    static constexpr Dims input_shape() { return Dimensions == 1 ? dims(in, 0) : dims(in, 0, 0); }

    /// `rest()`, if the rank and the channels of a shape are as the arguments want them.
    template <class Rest>
    static constexpr ShapeOutcome with_channels(Dims given, const Rest& rest) {
        if (given.rank != Dimensions + 1)
            return refuse(Dimensions == 1 ? &it_takes_channels_and_a_length_in_a_shape_of_rank
                                          : &it_takes_channels_rows_and_columns_in_a_shape_of_rank,
                          dims(Dimensions + 1));
        if (in != 0 && given.extent[0] != in) return refuse(&it_takes_as_many_channels_as, dims(in));
        if (given.extent[0] % groups != 0)
            return refuse(&its_groups_take_a_number_of_channels_that_is_a_multiple_of, dims(groups));
        return rest();
    }
    /// The shape, with other extents behind the channels.
    static constexpr Dims with_extents(Size channels, Size rows, Size columns) {
        return Dimensions == 1 ? dims(channels, columns) : dims(channels, rows, columns);
    }
    static constexpr Size rows_of(Dims given) { return Dimensions == 1 ? 1 : given.extent[1]; }

    /// The weight's first extents, and its kernel behind them.
    static constexpr auto parameters_of_extents(Size first, Size second) {
        const Dims weight = Dimensions == 1 ? dims(first, second, window.kernel.at(1))
                                            : dims(first, second, window.kernel.at(0), window.kernel.at(1));
        if constexpr (has_bias)
            return parameter_list({{"weight", weight}, {"bias", dims(out)}});
        else
            return parameter_list({{"weight", weight}});
    }

    /// What would have fitted: channels in front, as many as there are, or a Reshape that makes one.
    template <class Given>
    static auto find_remedy() {
        constexpr Dims given = Given::dims;
        constexpr bool differs = given.rank == Dimensions + 1 && in != 0 && given.extent[0] != in;
        constexpr bool turned = differs && given.last() == in;
        if constexpr (given.rank == 1 && Dimensions == 1 && in <= 1)
            return put_before_it<Reshape<1, given.last()>>{};
        else if constexpr (given.rank == 2 && Dimensions == 2 && in <= 1)
            return put_before_it<Reshape<1, given.extent[0], given.last()>>{};
        else if constexpr (turned && Dimensions == 1)
            return put_its_channels_first<Shape<in, given.extent[0]>>{};
        else if constexpr (turned)
            return put_its_channels_first<Shape<in, given.extent[0], given.extent[1]>>{};
        else if constexpr (differs && given.extent[0] % groups == 0)
            return write_instead<typename WithChannels<Layer, given.extent[0], Arguments...>::type>{};
        else
            return change_it_or_a_layer_before_it{};
    }
    template <class Given>
    using remedy = decltype(find_remedy<Given>());

    /// As PyTorch: U(-1/sqrt(fan), 1/sqrt(fan)) for both, fan = the weight's elements per first index.
    static void initialize(Generator& generator, auto weight, auto... bias) {
        const Size fan = weight.size() / decltype(weight)::dims.extent[0];
        const double gain = init::calculate_gain(init::Nonlinearity::leaky_relu, std::sqrt(5.0));
        init::kaiming_uniform_(weight.data, weight.size(), fan, gain, generator);
        const double bound = 1 / std::sqrt(static_cast<double>(fan));
        (init::uniform_(bias.data, bias.size(), -bound, bound, generator), ...);
    }
};

using ConvolutionArguments =
    LayerArguments<Kernel, Stride, Padding, SamePadding, Dilation, Groups, Bias, PaddingMode>;

/// Conv1d and Conv2d.
template <template <auto...> class Layer, Size Dimensions, auto... Arguments>
struct ConvolutionLayer : ConvolutionBase<Layer, Dimensions, ConvolutionArguments, Arguments...> {
    using Base = ConvolutionBase<Layer, Dimensions, ConvolutionArguments, Arguments...>;
    using Base::arguments, Base::window, Base::in, Base::out, Base::groups, Base::has_bias;

    static constexpr Reason wrong_arguments = arguments.wrong;

    static constexpr ConvolutionGeometry geometry(Dims given) {
        return {.in_channels = given.extent[0],
                .out_channels = out,
                .groups = groups,
                .rows = Dimensions == 1 ? WindowAxis{} : window.axis(0, Base::rows_of(given)),
                .columns = window.axis(1, given.last()),
                .mode = arguments.option(PaddingMode::zeros)};
    }

    static constexpr ShapeOutcome output_shape(Dims given) {
        return Base::with_channels(given, [&] { return check_extents(given); });
    }
    static constexpr ShapeOutcome check_extents(Dims given) {
        const ConvolutionGeometry g = geometry(given);
        if (g.rows.out == 0 || g.columns.out == 0)
            return refuse(&its_kernel_takes_extents_of_at_least, at_least(given, [](const WindowAxis& axis) {
                const Size padding = axis.before + axis.after;
                return axis.reach() > padding ? axis.reach() - padding : 1;
            }));
        const auto padding = [](const WindowAxis& axis) {
            return axis.before > axis.after ? axis.before : axis.after;
        };
        const Size rows = padding(g.rows), columns = padding(g.columns);
        if (g.mode == PaddingMode::reflect && (rows >= g.rows.in || columns >= g.columns.in))
            return refuse(&its_reflect_padding_takes_extents_of_at_least,
                          at_least(given, [&](const WindowAxis& axis) { return padding(axis) + 1; }));
        if (g.mode == PaddingMode::circular && (rows > g.rows.in || columns > g.columns.in))
            return refuse(&its_circular_padding_takes_extents_of_at_least,
                          at_least(given, [&](const WindowAxis& axis) {
                              return padding(axis) > 1 ? padding(axis) : 1;
                          }));
        return accept(Base::with_extents(out, g.rows.out, g.columns.out));
    }
    template <class Least>
    static constexpr Dims at_least(Dims given, const Least& least) {
        const ConvolutionGeometry g = geometry(given);
        return Base::with_extents(given.extent[0], least(g.rows), least(g.columns));
    }

    static constexpr auto parameters(Dims given) {
        return Base::parameters_of_extents(out, given.extent[0] / groups);
    }
    static constexpr Size multiply_adds(Dims given) {
        const ConvolutionGeometry g = geometry(given);
        return times(g.out_channels, g.rows.out, g.columns.out, g.in_channels / groups, g.rows.kernel,
                     g.columns.kernel);
    }

    static void forward(auto& device, auto x, auto y, auto weight, auto... bias) {
        using T = typename decltype(y)::value_type;
        constexpr ConvolutionGeometry g = geometry(decltype(x)::dims);
        device.template convolution<g>(x, weight, bias_data<T>(bias...), y);
    }

    static void backward_input(auto& device, auto, auto, auto dy, auto dx, auto weight, auto...) {
        constexpr ConvolutionGeometry g = geometry(decltype(dx)::dims);
        device.template convolution_backward_input<g>(dy, weight, dx);
    }

    static void backward_parameters(auto& device, auto x, auto, auto dy, auto dweight, auto... dbias) {
        constexpr ConvolutionGeometry g = geometry(decltype(x)::dims);
        device.template convolution_backward_parameters<g>(x, dy, dweight, dbias...);
    }
};

}  // namespace detail
}  // namespace strata
