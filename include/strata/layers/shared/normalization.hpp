#pragma once
// The common part of the normalising layers: the options behind their sizes, and normalisation of rows for all that
// have no running statistics. The layers themselves say what they compute.

#include <strata/core/network/diagnostics.hpp>
#include <strata/core/operations/normalization.hpp>
#include <strata/init/constant.hpp>
#include <strata/layers/shared/arguments.hpp>
#include <strata/layers/shared/bias.hpp>
#include <strata/random/generator.hpp>
#include <tuple>

namespace strata {

/// PyTorch's affine=False, elementwise_affine=False: no weight and no bias.
enum class NoAffine { on };
inline constexpr NoAffine no_affine = NoAffine::on;
/// PyTorch's affine=True, for layers where that is not the default.
enum class Affine { on };
inline constexpr Affine affine = Affine::on;

/// PyTorch's track_running_stats=False: inference uses the statistics of its own batch, too.
enum class TrackRunningStats { off };
inline constexpr TrackRunningStats no_running_statistics = TrackRunningStats::off;

/// As the momentum of a BatchNorm, PyTorch's momentum=None: the average of all batches so far.
inline constexpr double cumulative_average = __builtin_nan("");
/// As the eps of RMSNorm, PyTorch's eps=None: the machine epsilon of the scalar type.
inline constexpr double machine_epsilon = __builtin_nan("");

inline void it_normalizes_as_many_channels_as() {}
inline void it_normalizes_the_last_extents() {}

namespace detail {

/// The channels of a sample are what the layer was told, if it was told: 0 is anything.
constexpr ShapeOutcome check_channels(Dims given, Size channels) {
    if (channels != 0 && (given.rank == 0 || given.extent[0] != channels))
        return refuse(&it_normalizes_as_many_channels_as, dims(channels));
    return accept(given);
}

/// The weight is 1 and the bias 0, as far as there are some.
template <class... Parameters>
void initialize_affine(Parameters... parameters) {
    double value = 1;
    ((init::constant_(parameters.data, parameters.size(), value), value = 0), ...);
}

/// The elements of one channel of a sample.
constexpr Size channel_size(Dims given) {
    Size size = 1;
    for (Size i = 1; i < given.rank; ++i) size *= given.extent[i];
    return size;
}

/// What a sample is to its normalisation: rows, of which `groups` have weights of their own, one for `inner`
/// neighbours.
struct RowShape {
    Size rows, groups, size, inner;
};

/// The shape that LayerNorm and RMSNorm normalise, and how often a sample of `given` holds it.
struct NormalizedShape {
    Dims stated;  ///< of rank 0: the last extent, whatever it is

    template <class... Options>
    static constexpr NormalizedShape of(const LayerArguments<Options...>& arguments) {
        NormalizedShape shape;
        shape.stated.rank = arguments.size_count;
        for (Size i = 0; i < arguments.size_count; ++i)
            shape.stated.extent[i] = arguments.size(static_cast<int>(i), 1);
        return shape;
    }
    constexpr ShapeOutcome check_fit(Dims given) const {
        bool fits = given.rank >= stated.rank;
        for (Size i = 1; fits && i <= stated.rank; ++i)
            fits = given.extent[given.rank - i] == stated.extent[stated.rank - i];
        return fits ? accept(given) : refuse(&it_normalizes_the_last_extents, stated);
    }
    constexpr Dims in(Dims given) const { return stated.rank > 0 ? stated : dims(given.last()); }
    constexpr RowShape rows(Dims given) const {
        const Size rank = stated.rank > 0 ? stated.rank : 1;
        Size rows = 1;
        for (Size i = 0; i + rank < given.rank; ++i) rows *= given.extent[i];
        return {rows, 1, in(given).elements(), 1};
    }
};

/// Rows that are normalised, each by its own mean and variance (or, not centred, by its mean square). Without
/// a weight y is x^ itself, so that y is kept instead of x, and the layer works in place in training, too.
template <bool has_weight, bool has_bias, bool centred>
struct RowNorm {
    static constexpr LayerTraits traits = {.keeps = has_weight ? Keeps::input : Keeps::output,
                                           .in_place = true};
    static constexpr bool keeps_mean = has_weight && centred;
    static constexpr Size saved_of_a_row = keeps_mean ? 3 : 1;

    static RowExtent extent(RowShape shape, Size batch) {
        return {batch * shape.rows, shape.groups, shape.size, shape.inner, centred};
    }
    template <class T>
    static KeptMoments<T> moments(T* saved, Size rows) {
        if (keeps_mean) return {saved, saved + rows, saved + 2 * rows};
        return {nullptr, nullptr, saved};
    }

    /// `own` are the parameters.
    template <class T, class Own>
    static const T* weight(const Own& own) {
        if constexpr (has_weight)
            return std::get<0>(own).data;
        else
            return nullptr;
    }
    template <class T, class Own>
    static const T* bias(const Own& own) {
        if constexpr (has_bias)
            return std::get<1>(own).data;
        else
            return nullptr;
    }

    template <class T>
    static void run(auto& device, double eps, RowShape shape, auto x, auto y, KeptMoments<T> kept,
                    const auto& own) {
        device.template normalize_rows<T>(extent(shape, x.batch), x.data, y.data, weight<T>(own),
                                          bias<T>(own), kept, eps);
    }
    static void forward(auto& device, double eps, RowShape shape, auto x, auto y, auto... operands) {
        using T = typename decltype(y)::value_type;
        const auto own = std::make_tuple(operands...);
        T* const saved = std::get<sizeof...(operands) - 1>(own).data;
        run<T>(device, eps, shape, x, y, moments<T>(saved, x.batch * shape.rows), own);
    }
    static void infer(auto& device, double eps, RowShape shape, auto x, auto y, auto... own) {
        using T = typename decltype(y)::value_type;
        run<T>(device, eps, shape, x, y, KeptMoments<T>{}, std::make_tuple(own...));
    }
    static void backward(auto& device, RowShape shape, auto x, auto y, auto dy, auto dx, auto... operands) {
        using T = typename decltype(dx)::value_type;
        constexpr Size parameters = Size(has_weight) + Size(has_bias);
        const auto all = std::make_tuple(operands...);
        const RowExtent e = extent(shape, dx.batch);
        const KeptMoments<const T> kept = moments<const T>(std::get<2 * parameters>(all).data, e.rows);
        const T* v;
        if constexpr (has_weight)
            v = x.data;
        else
            v = y.data;
        [&]<Size... P>(std::index_sequence<P...>) {
            device.template normalize_rows_backward<T>(e, v, static_cast<const T*>(dy.data), dx.data,
                                                       weight<T>(all), kept,
                                                       std::get<parameters + P>(all)...);
        }
        (std::make_index_sequence<parameters>{});
    }
};

}  // namespace detail
}  // namespace strata
