#pragma once
// The common part of BatchNorm1d and BatchNorm2d. The layers themselves say what they compute.

#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
#include <strata/layers/shared/normalization.hpp>

namespace strata::detail {

template <auto... Arguments>
struct BatchNorm {
    static constexpr LayerArguments<NoAffine, TrackRunningStats> arguments{{.least = 0, .most = 1},
                                                                           Arguments...};
    static constexpr Size channels = arguments.size(0, 0);  // 0: whatever arrives
    static constexpr bool has_affine = !arguments.has<NoAffine>();
    static constexpr bool has_statistics = !arguments.has<TrackRunningStats>();
    static constexpr Size learnt = has_affine ? 2 : 0, parameter_count = learnt + (has_statistics ? 3 : 0);

    /// Without a weight y is x^ itself, so that y is kept instead of x.
    static constexpr LayerTraits traits = {.keeps = has_affine ? Keeps::input : Keeps::output,
                                           .in_place = true};

    static constexpr auto parameters(Dims given) {
        const Dims c = dims(given.extent[0]);
        const ParameterSpec mean = {"running_mean", c, ParameterKind::buffer},
                            variance = {"running_var", c, ParameterKind::buffer},
                            batches = {"num_batches_tracked", dims(), ParameterKind::counter};
        if constexpr (has_affine && has_statistics)
            return parameter_list({{"weight", c}, {"bias", c}, mean, variance, batches});
        else if constexpr (has_affine)
            return parameter_list({{"weight", c}, {"bias", c}});
        else if constexpr (has_statistics)
            return parameter_list({mean, variance, batches});
        else
            return ParameterList<0>{};
    }
    static void initialize(auto... parameters) {
        constexpr double first_values[] = {1, 0, 0, 1,
                                           0};  // weight, bias, running_mean, running_var, batches
        const double* value = first_values + (has_affine ? 0 : 2);
        (init::constant_(parameters.data, parameters.size(), *value++), ...);
    }
    /// Of each channel: the mean, what its rounding has left, 1 / std; without a weight 1 / std alone.
    static constexpr Size saved_once(Dims given) { return (has_affine ? 3 : 1) * given.extent[0]; }

    template <class T>
    static KeptMoments<T> moments(T* saved, Size count) {
        if (has_affine) return {saved, saved + count, saved + 2 * count};
        return {nullptr, nullptr, saved};
    }
    static ChannelExtent extent(auto x) {
        constexpr Dims shape = decltype(x)::dims;
        return {x.batch, shape.extent[0], channel_size(shape)};
    }
    template <class T, Size I, class Own>
    static auto* affine_parameter(const Own& own) {
        if constexpr (has_affine)
            return static_cast<const T*>(std::get<I>(own).data);
        else
            return static_cast<const T*>(nullptr);
    }

    static void check_values(const char* layer, const ChannelExtent& e) {
        if (e.batch * e.inner == 1)
            throw ValueError(message("strata: ", layer,
                                     ": training takes more than 1 value per channel, and the ",
                                     "batch has 1 sample with 1 value in each of ", e.channels, " channels"));
    }

    static void forward(auto& device, const char* layer, double eps, double momentum, auto x, auto y,
                        auto... operands) {
        using T = typename decltype(y)::value_type;
        const auto own = std::make_tuple(operands...);
        const ChannelExtent e = extent(x);
        check_values(layer, e);
        RunningStatistics<T> running;
        if constexpr (has_statistics)
            running = {std::get<learnt>(own).data, std::get<learnt + 1>(own).data,
                       std::get<learnt + 2>(own).data, momentum};
        const KeptMoments<T> kept = moments<T>(std::get<parameter_count>(own).data, e.channels);
        device.template batch_norm<T>(e, x.data, y.data, affine_parameter<T, 0>(own),
                                      affine_parameter<T, 1>(own), kept, eps, running);
    }
    static void infer(auto& device, const char* layer, double eps, auto x, auto y, auto... parameters) {
        using T = typename decltype(y)::value_type;
        const auto own = std::make_tuple(parameters...);
        const ChannelExtent e = extent(x);
        const T *const weight = affine_parameter<T, 0>(own), *const bias = affine_parameter<T, 1>(own);
        if constexpr (has_statistics) {
            device.template normalize_channels<T>(e, x.data, y.data, weight, bias, std::get<learnt>(own).data,
                                                  std::get<learnt + 1>(own).data, eps);
        } else {
            check_values(layer, e);
            device.template batch_norm<T>(e, x.data, y.data, weight, bias, KeptMoments<T>{}, eps,
                                          RunningStatistics<T>{});
        }
    }
    static void backward(auto& device, auto x, auto y, auto dy, auto dx, auto... operands) {
        using T = typename decltype(dx)::value_type;
        const auto all = std::make_tuple(operands...);
        const ChannelExtent e = extent(dx);
        const KeptMoments<const T> kept =
            moments<const T>(std::get<parameter_count + learnt>(all).data, e.channels);
        const T* v;
        if constexpr (has_affine)
            v = x.data;
        else
            v = y.data;
        [&]<Size... P>(std::index_sequence<P...>) {
            device.template batch_norm_backward<T>(e, v, static_cast<const T*>(dy.data), dx.data,
                                                   affine_parameter<T, 0>(all), kept,
                                                   std::get<parameter_count + P>(all)...);
        }
        (std::make_index_sequence<learnt>{});
    }
};

}  // namespace strata::detail
