#pragma once
// y = x for x > 0, else weight x, with a weight that is learnt: one for all, or one per channel
//
// Shapes: `PReLU<>` any -> the same; `PReLU<C>` (C, ...) -> the same.
// Parameters: weight (1) or (C), at first 0.25. Another first value: init::constant_ on the model's
// parameter.
// Source: torch.nn.PReLU; K. He et al., "Delving deep into rectifiers", ICCV 2015.

#include <strata/core/math.hpp>
#include <strata/core/network/diagnostics.hpp>
#include <strata/init/constant.hpp>
#include <strata/layers/shared/arguments.hpp>
#include <strata/random/generator.hpp>

namespace strata {

inline void write_PReLU_or_PReLU_Channels() {}
inline void it_takes_a_first_extent_of() {}

template <auto... Arguments>
struct PReLU {
    static constexpr LayerArguments<> arguments{{.least = 0, .most = 1}, Arguments...};
    static constexpr Reason wrong_arguments = arguments.wrong;
    static constexpr Reason usage = &write_PReLU_or_PReLU_Channels;
    static constexpr Size weights = arguments.size(0, 1);
    static constexpr bool per_channel = arguments.size_count > 0;

    static constexpr LayerTraits traits = {.keeps = Keeps::input};

    static constexpr ShapeOutcome output_shape(Dims given) {
        if (per_channel && (given.rank == 0 || given.extent[0] != weights))
            return refuse(&it_takes_a_first_extent_of, dims(weights));
        return accept(given);
    }
    static constexpr auto parameters(Dims) { return parameter_list({{"weight", dims(weights)}}); }

    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x, const V& weight) const {
            using namespace math;
            return select(x > V(0), x, x * weight);
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x, const V& dy, const V& weight) const {
            using namespace math;
            return select(x > V(0), dy, dy * weight);
        }
    };
    struct WeightGradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x, const V& dy) const {
            using namespace math;
            return select(x > V(0), V(0), x * dy);
        }
    };

    static void initialize(Generator&, auto weight) { init::constant_(weight.data, weight.size(), 0.25); }

    static void forward(auto& device, auto x, auto y, auto weight) {
        device.map_planes(Function{}, y, weight.data, weights, plane(x), x);
    }
    static void backward_input(auto& device, auto x, auto, auto dy, auto dx, auto weight) {
        device.map_planes(Gradient{}, dx, weight.data, weights, plane(x), x, dy);
    }
    static void backward_parameters(auto& device, auto x, auto, auto dy, auto dweight) {
        device.sum_planes(WeightGradient{}, dweight, plane(x), x, dy);
    }

private:
    /// Elements that share a weight: of a channel of a sample, or of all samples.
    static constexpr Size plane(auto x) {
        return per_channel ? decltype(x)::sample_size / weights : x.size();
    }
};

}  // namespace strata
