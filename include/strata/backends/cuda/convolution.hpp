#pragma once
// Convolutions and their gradients: as matrix products of columns (convolution/columns.hpp), in the precision
// that products have, for as many samples at once as the columns' memory is meant for; and without products
// where groups are small (convolution/direct.hpp). All results have the same bits in every run.

#include <strata/backends/cuda/convolution/columns.hpp>
#include <strata/backends/cuda/convolution/direct.hpp>
#include <strata/backends/cuda/product/multiply.hpp>
#include <strata/backends/cuda/reduce.hpp>

namespace strata::cuda {

namespace detail {

/// Bytes of columns, unless those of one sample are more.
inline constexpr Size most_column_bytes = Size(64) << 20;

/// Whether a convolution does without products: its groups' matrices would be small and many.
template <class C>
inline constexpr bool is_direct = C::groups > 1 && C::terms <= 64;

}  // namespace detail

class ConvolutionOperations : public virtual Queue {
public:
    /// y = the convolution of x with the weight, plus a bias per channel unless that is null
    template <ConvolutionGeometry G, class X, class W, class Y>
    void convolution(X x, W weight, const typename Y::value_type* bias, Y y) const {
        using C = detail::numbers_of<G>;
        using T = typename Y::value_type;
        check<C, X, Y, W>();
        if constexpr (detail::is_direct<C>) {
            const detail::DirectConvolution<C, T> work{x.data, weight.data, bias, y.data};
            for_each_plane<C::out_pixels>(x.batch * C::out_channels, work);
        } else {
            if (by_pixels<C>(x.batch)) {
                for (Size g = 0; g < C::groups; ++g)
                    detail::multiply(*this,
                                     {.m = C::out_group,
                                      .n = C::out_pixels,
                                      .k = C::in_group,
                                      .count = x.batch,
                                      .b = {.step = C::in_channels * C::in_pixels},
                                      .c = {.step = C::out_channels * C::out_pixels}},
                                     static_cast<const T*>(weight.data) + g * C::out_group * C::in_group,
                                     x.data + g * C::in_group * C::in_pixels,
                                     y.data + g * C::out_group * C::out_pixels);
                return add_bias<C::out_channels, C::out_pixels>(y.data, bias, y.batch);
            }
            in_chunks<C, T>(x.batch, [&](Size begin, Size samples) {
                const T* const in = x.data + begin * (C::in_channels * C::in_pixels);
                T* const out = y.data + begin * (C::out_channels * C::out_pixels);
                const Size columns = samples * C::out_pixels;
                const T* const seen = columns_of<C>(in, samples);
                T* const channels = samples == 1 ? out
                                                 : detail::room<T>(detail::scratch(*this).channels,
                                                                   C::out_channels * columns);
                for (Size g = 0; g < C::groups; ++g)
                    detail::multiply(*this, {C::out_group, columns, C::terms},
                                     weight.data + g * (C::out_group * C::terms),
                                     seen + g * C::terms * columns, channels + g * C::out_group * columns);
                if (samples == 1 && bias == nullptr) return;
                const detail::SamplesFromChannels<T> work{
                    channels, C::out_channels, samples, C::out_pixels, bias, out};
                for_each_plane<C::out_pixels>(samples * C::out_channels, work);
            });
        }
    }

    /// dx = the gradient for x, plus a bias per input channel unless that is null, which is what a transposed
    /// convolution computes
    template <ConvolutionGeometry G, class DY, class W, class DX>
    void convolution_backward_input(DY dy, W weight, DX dx,
                                    const typename DX::value_type* bias = nullptr) const {
        using C = detail::numbers_of<G>;
        using T = typename DX::value_type;
        check<C, DX, DY, W>();
        if constexpr (detail::is_direct<C>) {
            const detail::DirectBackwardInput<C, T> work{dy.data, weight.data, bias, dx.data};
            for_each_plane<C::in_pixels>(dy.batch * C::in_channels, work);
        } else {
            if (by_pixels<C>(dy.batch)) {
                for (Size g = 0; g < C::groups; ++g)
                    detail::multiply(*this,
                                     {.m = C::in_group,
                                      .n = C::in_pixels,
                                      .k = C::out_group,
                                      .a_transposed = true,
                                      .count = dy.batch,
                                      .b = {.step = C::out_channels * C::out_pixels},
                                      .c = {.step = C::in_channels * C::in_pixels}},
                                     static_cast<const T*>(weight.data) + g * C::out_group * C::in_group,
                                     static_cast<const T*>(dy.data) + g * C::out_group * C::out_pixels,
                                     dx.data + g * C::in_group * C::in_pixels);
                return add_bias<C::in_channels, C::in_pixels>(dx.data, bias, dx.batch);
            }
            in_chunks<C, T>(dy.batch, [&](Size begin, Size samples) {
                const T* const out = dy.data + begin * (C::out_channels * C::out_pixels);
                T* const in = dx.data + begin * (C::in_channels * C::in_pixels);
                const Size columns = samples * C::out_pixels;
                const T* const channels = channels_of<C>(out, samples);
                T* const seen =
                    detail::room<T>(detail::scratch(*this).columns, C::in_channels * C::taps * columns);
                for (Size g = 0; g < C::groups; ++g)
                    detail::multiply(*this, {C::terms, columns, C::out_group, true, false, false},
                                     static_cast<const T*>(weight.data) + g * (C::out_group * C::terms),
                                     channels + g * C::out_group * columns, seen + g * C::terms * columns);
                const detail::GatherColumns<C, T> work{seen, samples, bias, in};
                for_each_plane<C::in_pixels>(samples * C::in_channels, work);
            });
        }
    }

    /// The gradient for the weight, or += ...
    template <ConvolutionGeometry G, class X, class DY, class DW>
    void convolution_backward_weight(X x, DY dy, DW dweight) const {
        using C = detail::numbers_of<G>;
        using T = typename DW::value_type;
        check<C, X, DY, DW>();
        if constexpr (detail::is_direct<C>) {
            const detail::DirectBackwardWeight<C, T> work{x.data, dy.data, x.batch, dweight.data,
                                                          dweight.accumulate};
            for_each_block(DW::size(), work);
        } else {
            in_chunks<C, T>(x.batch, [&](Size begin, Size samples) {
                const T* const in = x.data + begin * (C::in_channels * C::in_pixels);
                const T* const out = dy.data + begin * (C::out_channels * C::out_pixels);
                const Size columns = samples * C::out_pixels;
                const T* const seen = columns_of<C>(in, samples);
                const T* const channels = channels_of<C>(out, samples);
                for (Size g = 0; g < C::groups; ++g)
                    detail::multiply(
                        *this,
                        {C::out_group, C::terms, columns, false, true, dweight.accumulate || begin > 0},
                        channels + g * C::out_group * columns, seen + g * C::terms * columns,
                        dweight.data + g * (C::out_group * C::terms));
            });
        }
    }

    /// The gradient for the bias, the sum over batch and pixels, or += ...; accumulated in double
    template <ConvolutionGeometry G, class DY, class DB>
    void convolution_backward_bias(DY dy, DB dbias) const {
        using T = typename DB::value_type;
        constexpr Size pixels = G.rows.out * G.columns.out, channels = G.out_channels, small = 512;
        static_assert(DB::size() == channels && DY::dims.elements() == channels * pixels);
        const Size planes = dy.batch * channels;
        double* const partials = detail::scratch(*this).partials.of(planes);
        const detail::Elementwise<detail::Unchanged, const T> term{{dy.data}, {}};
        const detail::SumChunk<detail::Elementwise<detail::Unchanged, const T>> sum{term, planes * pixels,
                                                                                    pixels, partials};
        if constexpr (pixels < small)
            for_each_warp(planes, sum);
        else
            for_each_block(planes, sum);
        for_each_warp(channels, detail::SumColumn<double, T>{partials, dy.batch, channels, dbias.data,
                                                             dbias.accumulate});
    }

    /// Both; without a bias, the gradient for the weight.
    template <ConvolutionGeometry G, class X, class DY, class DW, class... DB>
    void convolution_backward_parameters(X x, DY dy, DW dweight, DB... dbias) const {
        convolution_backward_weight<G>(x, dy, dweight);
        (convolution_backward_bias<G>(dy, dbias), ...);
    }

private:
    template <class C, class X, class Y, class W>
    static constexpr void check() {
        static_assert(X::dims.elements() == C::in_channels * C::in_pixels);
        static_assert(Y::dims.elements() == C::out_channels * C::out_pixels);
        static_assert(W::size() == C::out_channels * C::terms);
    }

    /// work(group, plane, begin, count) for tiles of `pixels` pixels of each plane
    template <Size pixels, class Work>
    void for_each_plane(Size planes, const Work& work) const {
        using Tiles = detail::InTiles<Work>;
        constexpr Size enough_for_a_block = 128, count = (pixels + Tiles::tile - 1) / Tiles::tile;
        const Tiles tiles{work, pixels, count};
        if constexpr (pixels < enough_for_a_block)
            for_each_warp(planes, tiles);
        else
            for_each_block(planes * count, tiles);
    }

    /// Whether a product per sample is better than one of all samples side by side: nothing has to be moved.
    template <class C>
    static bool by_pixels(Size batch) {
        constexpr Size enough_for_a_product = 64;
        return C::pointwise && batch > 0 && (batch == 1 || C::out_pixels >= enough_for_a_product);
    }
    /// y[n, channel, p] += bias[channel], if there is one
    template <Size channels, Size pixels, class T>
    void add_bias(T* y, const T* bias, Size batch) const {
        if (bias != nullptr)
            for_each_plane<pixels>(batch * channels, detail::AddBias<T>{y, channels, pixels, bias});
    }

    /// chunk(begin, samples) for chunks of a batch that are about equal, at least one
    template <class C, class T, class Chunk>
    static void in_chunks(Size batch, const Chunk& chunk) {
        constexpr Size rows =
            C::out_channels > C::in_channels * C::taps ? C::out_channels : C::in_channels * C::taps;
        constexpr Size fitting = detail::most_column_bytes / (rows * C::out_pixels * sizeof(T));
        constexpr Size most = fitting == 0 ? 1 : fitting;
        const Size chunks = batch <= most ? 1 : (batch + most - 1) / most;
        const Size samples = (batch + chunks - 1) / chunks;
        Size begin = 0;
        do {
            chunk(begin, batch - begin < samples ? batch - begin : samples);
            begin += samples;
        } while (begin < batch);
    }

    /// What the taps see of some samples, a column per output pixel.
    template <class C, class T>
    const T* columns_of(const T* x, Size samples) const {
        if (C::pointwise && samples == 1) return x;
        T* const columns = detail::room<T>(detail::scratch(*this).columns,
                                           C::in_channels * C::taps * samples * C::out_pixels);
        const detail::MakeColumns<C, T> work{x, samples, columns};
        for_each_plane<C::out_pixels>(C::in_channels * C::taps * samples, work);
        return columns;
    }
    /// The outputs, or their gradients, of some samples, a row per channel.
    template <class C, class T>
    const T* channels_of(const T* y, Size samples) const {
        if (samples == 1) return y;
        T* const channels =
            detail::room<T>(detail::scratch(*this).channels, C::out_channels * samples * C::out_pixels);
        const detail::ChannelsFromSamples<T> work{y, C::out_channels, samples, C::out_pixels, channels};
        for_each_plane<C::out_pixels>(C::out_channels * samples, work);
        return channels;
    }
};

}  // namespace strata::cuda
