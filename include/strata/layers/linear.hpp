#pragma once
// y = x Wᵀ + b
//
// Shapes: (..., In) -> (..., Out). `Linear<Out>` takes In from the layer before it; `Linear<In, Out>` states
// it, and it is checked; `no_bias` behind the sizes leaves b out.
//
// Parameters: weight (Out, In), bias (Out).
//
// Source: torch.nn.Linear; initial values as there: U(-1/sqrt(In), 1/sqrt(In)) for both.

#include <strata/core/network/diagnostics.hpp>
#include <strata/init/kaiming.hpp>
#include <strata/init/uniform.hpp>
#include <strata/layers/shared/arguments.hpp>
#include <strata/layers/shared/bias.hpp>

namespace strata {

inline void write_Linear_In_Out_or_Linear_Out_then_no_bias() {}

struct Flatten;

template <auto... Arguments>
struct Linear {
    // [arguments]
    static constexpr LayerArguments<Bias> arguments{{.least = 1, .most = 2}, Arguments...};
    static constexpr Reason wrong_arguments = arguments.wrong;
    static constexpr Reason usage = &write_Linear_In_Out_or_Linear_Out_then_no_bias;
    static constexpr Size in = arguments.size(-2, 0);  // 0: whatever arrives
    static constexpr Size out = arguments.size(-1, 1);
    static constexpr bool has_bias = !arguments.has<Bias>();
    // [arguments]

    static constexpr LayerTraits traits = {.keeps = Keeps::input, .affine = has_bias};

    static constexpr ShapeOutcome output_shape(Dims given) {
        if (in != 0 && (given.rank == 0 || given.last() != in))
            return refuse(&it_takes_a_last_extent_of, dims(in));
        return accept(given.with_last(out));
    }
    static constexpr Dims input_shape() { return dims(in); }
    static constexpr auto parameters(Dims given) {
        if constexpr (has_bias)
            return parameter_list({{"weight", dims(out, given.last())}, {"bias", dims(out)}});
        else
            return parameter_list({{"weight", dims(out, given.last())}});
    }
    static constexpr Size multiply_adds(Dims given) { return times(given.elements(), out); }

    template <Size In, Size Out>
    using with_sizes =
        std::conditional_t<has_bias, Linear<int(In), int(Out)>, Linear<int(In), int(Out), no_bias>>;

    /// What would have fitted: Flatten in front, the sizes the other way round, or another first size.
    template <class Given>
    static auto find_remedy() {
        constexpr Dims given = Given::dims;
        if constexpr (given.elements() == in)
            return put_before_it<Flatten>{};
        else if constexpr (given.last() == out)
            return swap_its_sizes_and_write<with_sizes<out, in>>{};
        else if constexpr (given.rank > 2)
            return write_instead<Flatten, with_sizes<given.elements(), out>>{};
        else
            return write_instead<with_sizes<given.last(), out>>{};
    }
    template <class Given>
    using remedy = decltype(find_remedy<Given>());

    static void initialize(Generator& generator, auto weight, auto... bias) {
        const double gain = init::calculate_gain(init::Nonlinearity::leaky_relu, std::sqrt(5.0));
        init::kaiming_uniform_(weight.data, weight.size(), weight.columns, gain, generator);
        const double bound = 1 / std::sqrt(static_cast<double>(weight.columns));
        (init::uniform_(bias.data, bias.size(), -bound, bound, generator), ...);
    }

    static void forward(auto& device, auto x, auto y, auto weight, auto... bias) {
        if constexpr (has_bias)
            device.affine(x, weight, bias..., y);  // (rows, Out) = (rows, In) (Out, In)ᵀ + (Out)
        else
            device.matmul_transposed(x, weight, y);  // (rows, Out) = (rows, In) (Out, In)ᵀ
    }

    static void backward_input(auto& device, auto, auto, auto dy, auto dx, auto weight, auto...) {
        device.matmul(dy, weight, dx);  // (rows, In) = (rows, Out) (Out, In)
    }

    static void backward_parameters(auto& device, auto x, auto, auto dy, auto dweight, auto... dbias) {
        device.affine_gradients(dy, x, dweight, dbias...);  // (Out, In) = (rows, Out)ᵀ (rows, In), and (Out)
    }
};

template <>
struct Linear<detail::in_parentheses{}> : detail::WrittenInParentheses {
    using detail::WrittenInParentheses::WrittenInParentheses;
};
template <class... Sizes>
requires detail::SizesInParentheses<Sizes...> Linear(Sizes...)
->Linear<detail::in_parentheses{}>;

}  // namespace strata
