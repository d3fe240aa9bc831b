#pragma once
// y = x Wᵀ + b
//
// Shapes: (..., In) -> (..., Out). `Linear<Out>` takes In from the layer before it; `Linear<In, Out>` states it,
// and it is checked; `no_bias` behind the sizes leaves b out.
// Parameters: weight (Out, In), bias (Out).
// Source: torch.nn.Linear; initial values as there: U(-1/sqrt(In), 1/sqrt(In)) for both.

#include <strata/core/diagnostics.hpp>
#include <strata/init/kaiming.hpp>
#include <strata/init/uniform.hpp>

namespace strata {

enum class Bias { none };
inline constexpr Bias no_bias = Bias::none;

template <auto... Arguments>
struct Linear {
    static constexpr bool has_bias = !(std::is_same_v<decltype(Arguments), Bias> || ...);
    static constexpr Size size_count = sizeof...(Arguments) - (has_bias ? 0 : 1);
    static_assert(size_count == 1 || size_count == 2,
                  "strata: write Linear<Out> or Linear<In, Out>, and no_bias behind them if wanted (docs/errors.md#linear)");
    static_assert(((static_cast<long long>(Arguments) > 0 || std::is_same_v<decltype(Arguments), Bias>) && ...),
                  "strata: the sizes of a Linear are at least 1 (docs/errors.md#linear)");
    static constexpr Size sizes[sizeof...(Arguments) + 1] = {static_cast<Size>(Arguments)..., 0};
    static constexpr Size in = size_count == 2 ? sizes[0] : 0;  // 0: whatever arrives
    static constexpr Size out = sizes[size_count - 1];

    static constexpr LayerTraits traits = {.keeps = Keeps::input};

    static constexpr ShapeOutcome output_shape(Dims given) {
        if (in != 0 && (given.rank == 0 || given.last() != in)) return refuse(&it_takes_a_last_extent_of, dims(in));
        return accept(given.with_last(out));
    }
    static constexpr Dims input_shape() { return dims(in); }
    static constexpr auto parameters(Dims given) {
        if constexpr (has_bias)
            return parameter_list({{"weight", dims(out, given.last())}, {"bias", dims(out)}});
        else
            return parameter_list({{"weight", dims(out, given.last())}});
    }
    static constexpr Size multiply_adds(Dims given) { return given.elements() * out; }

    template <class Given>
    using remedy = std::conditional_t<Given::dims.elements() == in, put_before_it<struct Flatten>,
                                      write_instead<Linear<int(Given::dims.last()), int(out)>>>;

    static void initialize(Generator& generator, auto weight, auto... bias) {
        const double gain = init::calculate_gain(init::Nonlinearity::leaky_relu, std::sqrt(5.0));
        init::kaiming_uniform_(weight.data, weight.size(), weight.columns, gain, generator);
        const double bound = 1 / std::sqrt(static_cast<double>(weight.columns));
        (init::uniform_(bias.data, bias.size(), -bound, bound, generator), ...);
    }

    static void forward(auto& device, auto x, auto y, auto weight, auto... bias) {
        if constexpr (has_bias)
            device.affine(x, weight, bias..., y);           // (rows, Out) = (rows, In) (Out, In)ᵀ + (Out)
        else
            device.matmul_transposed(x, weight, y);         // (rows, Out) = (rows, In) (Out, In)ᵀ
    }

    static void backward_input(auto& device, auto, auto, auto dy, auto dx, auto weight, auto...) {
        device.matmul(dy, weight, dx);                      // (rows, In) = (rows, Out) (Out, In)
    }

    static void backward_parameters(auto& device, auto x, auto, auto dy, auto dweight, auto... dbias) {
        device.outer_product(dy, x, dweight);               // (Out, In) = (rows, Out)ᵀ (rows, In)
        (device.sum_rows(dy, dbias), ...);                  // (Out) = sum of (rows, Out)
    }
};

}  // namespace strata
