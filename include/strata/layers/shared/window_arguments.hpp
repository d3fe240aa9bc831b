#pragma once
// The window of a convolution or a pool, as its template arguments say it: `Conv2d<8, kernel<3, 5>, stride<2>>`.
//
//   static constexpr LayerArguments<Kernel, Stride, Padding> arguments = [] {
//       LayerArguments<Kernel, Stride, Padding> all{{.least = 1, .most = 1}, Arguments...};
//       refuse_wrong_window(all, 2);
//       return all;
//   }();
//   static constexpr WindowOptions window = window_options(arguments);
//   constexpr WindowAxis rows = window.axis(0, given.extent[1]);   // rows.out is 0 if it does not fit

#include <strata/core/operations/window.hpp>
#include <strata/layers/shared/arguments.hpp>

namespace strata {

inline void its_options_take_one_number_or_one_for_each_dimension() {}
inline void its_stride_dilation_and_groups_must_be_at_least_1() {}
inline void its_padding_must_be_at_least_0() {}
inline void same_padding_takes_a_stride_of_1() {}
inline void write_padding_or_same_padding() {}

namespace detail {

struct WindowOptions {
    Kernel kernel;
    Stride stride;
    Padding padding;
    OutputPadding output_padding;
    Dilation dilation;
    bool same_padding = false, ceil_mode = false;

    /// The window on `in` rows (axis 0) or columns (1); the single extent of one dimension is axis 1. With
    /// `out` 0 where the kernel does not fit.
    constexpr WindowAxis axis(Size axis, Size in) const {
        WindowAxis window{.in = in,
                          .out = 0,
                          .kernel = Size(kernel.at(axis)),
                          .stride = Size(stride.at(axis)),
                          .dilation = Size(dilation.at(axis)),
                          .before = Size(padding.at(axis)),
                          .after = Size(padding.at(axis))};
        if (same_padding) {
            window.before = (window.reach() - 1) / 2;
            window.after = window.reach() - 1 - window.before;
        }
        const Size padded = in + window.before + window.after;
        if (in == 0 || padded < window.reach()) return window;
        const Size rest = padded - window.reach();
        window.out = rest / window.stride + 1;
        if (ceil_mode && rest % window.stride != 0 &&
            window.out * window.stride < in + window.before)  // it does not begin in the padding behind
            ++window.out;
        return window;
    }

    /// What is wrong with it, or null.
    constexpr Reason find_problem(Size dimensions) const {
        const auto is_count = [&](long long rows, long long columns) {
            return rows != wrong_count && (dimensions != 1 || rows == columns);
        };
        if (!is_count(kernel.rows, kernel.columns) || !is_count(stride.rows, stride.columns) ||
            !is_count(dilation.rows, dilation.columns) || !is_count(padding.rows, padding.columns) ||
            !is_count(output_padding.rows, output_padding.columns))
            return &its_options_take_one_number_or_one_for_each_dimension;
        for (Size i = 0; i < 2; ++i) {
            if (kernel.at(i) < 1) return &its_sizes_must_be_at_least_1;
            if (stride.at(i) < 1 || dilation.at(i) < 1)
                return &its_stride_dilation_and_groups_must_be_at_least_1;
            if (padding.at(i) < 0 || output_padding.at(i) < 0) return &its_padding_must_be_at_least_0;
            if (same_padding && stride.at(i) != 1) return &same_padding_takes_a_stride_of_1;
        }
        return nullptr;
    }
};

/// What the arguments of a layer say of its window, whose kernel is the last size.
template <class... Options>
constexpr WindowOptions window_options(const LayerArguments<Options...>& arguments) {
    const long long last = static_cast<long long>(arguments.size(-1, 1));
    return {.kernel = arguments.option(Kernel{last, last}),
            .stride = arguments.option(Stride{}),
            .padding = arguments.option(Padding{}),
            .output_padding = arguments.option(OutputPadding{}),
            .dilation = arguments.option(Dilation{}),
            .same_padding = arguments.template has<SamePadding>(),
            .ceil_mode = arguments.template has<CeilMode>()};
}

template <class... Options>
constexpr void refuse_wrong_window(LayerArguments<Options...>& arguments, Size dimensions) {
    const Reason problem = window_options(arguments).find_problem(dimensions);
    if (is_set(problem)) arguments.refuse(problem);
    if (arguments.option(Groups{}).count < 1)
        arguments.refuse(&its_stride_dilation_and_groups_must_be_at_least_1);
    if (arguments.template has<Padding>() && arguments.template has<SamePadding>())
        arguments.refuse(&write_padding_or_same_padding);
}

}  // namespace detail
}  // namespace strata
