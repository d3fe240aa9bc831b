#pragma once
// The operands that the vocabulary of devices (device.hpp) is written with: views of small shapes. None of them
// exists, because the calls are looked at, and not made.

#include <cstdint>
#include <strata/core/operations/attention.hpp>
#include <strata/core/operations/class_extent.hpp>
#include <strata/core/operations/cross_entropy_options.hpp>
#include <strata/core/operations/loops.hpp>
#include <strata/core/operations/loss_report.hpp>
#include <strata/core/operations/normalization.hpp>
#include <strata/core/operations/pool_geometry.hpp>
#include <strata/core/operations/resize.hpp>
#include <strata/core/operations/strided.hpp>
#include <strata/core/operations/window.hpp>
#include <strata/core/tensor.hpp>

namespace strata::detail {

inline constexpr ConvolutionGeometry conv{1, 1, 1, {2, 2}, {2, 2}};
inline constexpr ResizeGeometry larger{1, {2, 2}, {2, 2}};
/// A function, because of a constant nvcc 13 says that it is no argument of a `template <auto G>`.
template <class D>
constexpr PoolGeometry pool() {
    return {1, {2, 2}, {2, 2}};
}

template <class D>
struct Operands {
    using T = float;
    struct Functor {
        template <class... A>
        void operator()(const A&...) const;
    };
    struct Step {};  // OptimizerStep
    static D& device;
    static Size n, count;
    static double number;
    static T *out, *more;
    static const T* in;
    static const std::int64_t* target;
    static const double* numbers;
    static const bool* flag;
    static double* norm;
    static LossReport* report;
    static const Functor f;
    static const Step step;

    static BatchView<const T, D, Shape<4>> x, dy;  // (batch, 4)
    static BatchView<T, D, Shape<4>> y, dx;
    static TensorView<const T, D, Shape<4, 4>> weight;
    static TensorView<const T, D, Shape<4>> bias;
    static GradientView<T, D, Shape<4, 4>> dweight;
    static GradientView<T, D, Shape<4>> dbias;
    static BatchView<const std::int64_t, D, Shape<4>> indices;

    static BatchView<const T, D, Shape<1, 2, 2>> image, dimage;  // (batch, channels, rows, columns)
    static BatchView<T, D, Shape<1, 2, 2>> out_image;
    static BatchView<unsigned char, D, Shape<1, 2, 2>> taps;
    static TensorView<const T, D, Shape<1, 1, 1, 1>> filter;
    static GradientView<T, D, Shape<1, 1, 1, 1>> dfilter;
    static GradientView<T, D, Shape<1>> dchannel;

    static ClassExtent classes;
    static ChannelExtent channels;
    static RowExtent rows;
    static KeptMoments<T> keeps;
    static KeptMoments<const T> kept;
    static RunningStatistics<T> running;
    static CrossEntropyOptions options;
    static SmoothedCrossEntropyOptions smoothed;
    static StridedRows<T> row;
    static StridedMatrix<T> matrix;
    static AttentionShape shape;
    static HeadsView<const T> q;
    static HeadsView<T> heads;
    static Loops<2> loops;
};

}  // namespace strata::detail
