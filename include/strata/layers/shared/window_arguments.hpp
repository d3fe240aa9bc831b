#pragma once
// The template arguments of a convolution or a pool: sizes in front, then options in any order, each
// once. They are read by overloads for values, so that a layer costs the compiler one small class.
//
//   static constexpr WindowArguments arguments =
//       window_arguments<Arguments...>({.options = takes_stride | takes_padding, .least_sizes = 1,
//                                       .most_sizes = 1, .usage = &write_MaxPool2d_Kernel});
//   static constexpr Reason wrong_arguments = arguments.wrong;
//   constexpr WindowAxis rows = arguments.axis(0, given.extent[1]);   // rows.out is 0 if it does not fit

#include <strata/core/network/diagnostics.hpp>
#include <strata/core/operations/window.hpp>
#include <strata/layers/shared/bias.hpp>
#include <type_traits>

namespace strata {

inline void write_its_sizes_in_front_of_its_options() {}
inline void write_each_of_its_options_once() {}
inline void it_has_no_such_option() {}
inline void its_options_are_names_and_not_false_or_true() {}
inline void its_options_take_one_number_or_one_for_each_dimension() {}
inline void its_sizes_stride_dilation_and_groups_must_be_at_least_1() {}
inline void its_padding_must_be_at_least_0() {}
inline void same_padding_takes_a_stride_of_1() {}

/// The options that a layer has, one bit each.
enum WindowOption : unsigned {
    takes_stride = 1,
    takes_padding = 2,
    takes_same_padding = 4,
    takes_dilation = 8,
    takes_groups = 16,
    takes_no_bias = 32,
    takes_padding_mode = 64,
    takes_output_padding = 128,
    takes_ceil_mode = 256,
    takes_count_include_pad = 512,
};

/// What a layer wants to be told: `dimensions` is 1 or 2, and the last one of its sizes is the kernel.
struct WindowUsage {
    unsigned options = 0;
    Size dimensions = 2, least_sizes = 1, most_sizes = 1;
    Reason usage = nullptr;  ///< of a layer with fewer sizes or with more
};

/// The arguments, with defaults for what is not written. Where they are wrong, all are defaults but `wrong`.
struct WindowArguments {
    Size size_count = 0;  ///< with the kernel
    long long sizes[3] = {};
    Kernel kernel;
    Stride stride;
    Padding padding;
    OutputPadding output_padding;
    Dilation dilation;
    long long groups = 1;
    PaddingMode mode = PaddingMode::zeros;
    unsigned given = 0;  ///< the options that are written
    Reason wrong = nullptr;
    bool is_wrong = false;  ///< whether `wrong` is null is no constant where a sanitizer doubts it

    constexpr bool has(WindowOption option) const { return (given & option) != 0; }

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
        if (has(takes_same_padding)) {
            window.before = (window.reach() - 1) / 2;
            window.after = window.reach() - 1 - window.before;
        }
        const Size padded = in + window.before + window.after;
        if (in == 0 || padded < window.reach()) return window;
        const Size rest = padded - window.reach();
        window.out = rest / window.stride + 1;
        if (has(takes_ceil_mode) && rest % window.stride != 0 &&
            window.out * window.stride < in + window.before)  // it does not begin in the padding behind
            ++window.out;
        return window;
    }

    constexpr void refuse(Reason why) {
        if (!is_wrong) wrong = why;
        is_wrong = true;
    }
    constexpr void note(WindowOption option, WindowOption or_this) {
        if ((given & (option | or_this)) != 0) refuse(&write_each_of_its_options_once);
        given |= option;
    }
    constexpr void note(WindowOption option) { note(option, option); }

    constexpr void take(const Stride& option) { note(takes_stride), stride = option; }
    constexpr void take(const Padding& option) { note(takes_padding, takes_same_padding), padding = option; }
    constexpr void take(SamePadding) { note(takes_same_padding, takes_padding); }
    constexpr void take(const OutputPadding& option) { note(takes_output_padding), output_padding = option; }
    constexpr void take(const Dilation& option) { note(takes_dilation), dilation = option; }
    constexpr void take(const Groups& option) { note(takes_groups), groups = option.count; }
    constexpr void take(Bias) { note(takes_no_bias); }
    constexpr void take(PaddingMode option) { note(takes_padding_mode), mode = option; }
    constexpr void take(CeilMode) { note(takes_ceil_mode); }
    constexpr void take(CountIncludePad) { note(takes_count_include_pad); }
    constexpr void take(const Kernel& extents) {
        take_size(0);
        kernel = extents;
        kernel_is_written = true;
    }
    constexpr void take(bool) { refuse(&its_options_are_names_and_not_false_or_true); }
    template <class Other>
    constexpr void take(Other other) {
        if constexpr (std::is_integral_v<Other>)
            take_size(static_cast<long long>(other));
        else
            refuse(&it_has_no_such_option);
    }

    constexpr void check_against(const WindowUsage& wanted) {
        if (!is_wrong && (size_count < wanted.least_sizes || size_count > wanted.most_sizes))
            refuse(wanted.usage);
        if ((given & ~wanted.options) != 0) refuse(&it_has_no_such_option);
        if (!is_wrong && !kernel_is_written) kernel = Kernel{sizes[size_count - 1], sizes[size_count - 1]};
        const bool is_single = wanted.dimensions == 1;
        if (!is_count(kernel.rows, kernel.columns, is_single) ||
            !is_count(stride.rows, stride.columns, is_single) ||
            !is_count(dilation.rows, dilation.columns, is_single) ||
            !is_count(padding.rows, padding.columns, is_single) ||
            !is_count(output_padding.rows, output_padding.columns, is_single))
            refuse(&its_options_take_one_number_or_one_for_each_dimension);
        for (Size i = 0; i + 1 < size_count && i < 3; ++i)
            if (sizes[i] < 1) refuse(&its_sizes_stride_dilation_and_groups_must_be_at_least_1);
        if (groups < 1) refuse(&its_sizes_stride_dilation_and_groups_must_be_at_least_1);
        for (Size i = 0; i < 2; ++i) {
            if (kernel.at(i) < 1 || stride.at(i) < 1 || dilation.at(i) < 1)
                refuse(&its_sizes_stride_dilation_and_groups_must_be_at_least_1);
            if (padding.at(i) < 0 || output_padding.at(i) < 0) refuse(&its_padding_must_be_at_least_0);
            if (has(takes_same_padding) && stride.at(i) != 1) refuse(&same_padding_takes_a_stride_of_1);
        }
    }

private:
    bool kernel_is_written = false;

    static constexpr bool is_count(long long rows, long long columns, bool is_single) {
        return rows != detail::wrong_count && (!is_single || rows == columns);
    }
    constexpr void take_size(long long size) {
        if (given != 0 || kernel_is_written) refuse(&write_its_sizes_in_front_of_its_options);
        if (size_count < 3) sizes[size_count] = size;
        ++size_count;
    }
};

template <auto... Arguments>
constexpr WindowArguments window_arguments(const WindowUsage& wanted) {
    WindowArguments all;
    (all.take(Arguments), ...);
    all.check_against(wanted);
    if (!all.is_wrong) return all;
    WindowArguments defaults;
    defaults.refuse(all.wrong);
    return defaults;
}

}  // namespace strata
