#pragma once
// A single layer on plain buffers of the CPU: its forward and backward pass against PyTorch's numbers, and
// its gradients against central differences. Wherever the layer's traits promise something, the check insists
// on it: what `keeps` does not keep is poisoned before the backward pass, and an in-place layer also runs in
// place.

#include "catch.hpp"
#include "golden/layers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <strata/backends/cpu/cpu.hpp>
#include <strata/core/layer.hpp>
#include <strata/random/distributions.hpp>
#include <string>
#include <vector>

namespace layer_check {

using namespace strata;

/// One layer, one batch, and all the memory that belongs to them.
template <class Layer, class In, class T>
struct Run {
    static constexpr LayerTraits traits = strata::detail::traits_of<Layer>();
    static constexpr ShapeOutcome outcome = Layer::output_shape(In::dims);
    static_assert(outcome.refusal == nullptr, "the layer refuses this shape");
    using Out = shape_t<outcome.dims>;
    static constexpr auto specs = strata::detail::parameters_of<Layer>(In::dims);
    static constexpr Size saved_size = strata::detail::saved_of<Layer>(In::dims);

    static constexpr Dims parameter_dims(Size parameter) {
        if constexpr (specs.count > 0)
            return specs.items[parameter].dims;
        else
            return {};
    }
    static constexpr Size offset(Size parameter) {
        Size sum = 0;
        for (Size i = 0; i < parameter; ++i) sum += parameter_dims(i).elements();
        return sum;
    }
    static constexpr Size parameter_elements = offset(specs.count);

    const Layer& layer;
    Size batch;
    std::vector<T> x, dy, parameters, y, dx, dparameters, saved;
    Cpu device{};

    Run(const Layer& the_layer, Size the_batch)
        : layer(the_layer), batch(the_batch), x(batch * In::dims.elements()),
          dy(batch * Out::dims.elements()), parameters(parameter_elements), y(dy.size(), poison),
          dx(x.size(), poison), dparameters(parameter_elements, poison), saved(batch * saved_size, poison) {}

    static constexpr T poison = std::numeric_limits<T>::quiet_NaN();

    /// Calls `call(parameters..., saved?)`.
    template <class Call>
    void with_operands(const Call& call) {
        [&]<Size... P>(std::index_sequence<P...>) {
            if constexpr (saved_size > 0)
                call(TensorView<const T, Cpu, shape_t<parameter_dims(P)>>{parameters.data() + offset(P)}...,
                     BatchView<T, Cpu, Shape<saved_size>>{saved.data(), batch});
            else
                call(TensorView<const T, Cpu, shape_t<parameter_dims(P)>>{parameters.data() + offset(P)}...);
        }
        (std::make_index_sequence<specs.count>{});
    }

    void forward(const T* from, T* to) {
        manual_seed(42);  // for Dropout
        if constexpr (traits.view) {
            std::copy(from, from + x.size(), to);
        } else {
            with_operands([&](auto... operands) {
                layer.forward(device, BatchView<const T, Cpu, In>{from, batch},
                              BatchView<T, Cpu, Out>{to, batch}, operands...);
            });
        }
    }
    void forward() { forward(x.data(), y.data()); }

    void backward(const T* gradient, T* to, bool accumulate) {
        std::vector<T> kept_x = x, kept_y = y;
        if ((static_cast<int>(traits.keeps) & static_cast<int>(Keeps::input)) == 0)
            std::fill(kept_x.begin(), kept_x.end(), poison);
        if ((static_cast<int>(traits.keeps) & static_cast<int>(Keeps::output)) == 0)
            std::fill(kept_y.begin(), kept_y.end(), poison);
        const BatchView<const T, Cpu, In> x_view{kept_x.data(), batch};
        const BatchView<T, Cpu, Out> y_view{kept_y.data(), batch};
        const BatchView<T, Cpu, Out> dy_view{const_cast<T*>(gradient), batch};
        if constexpr (traits.view) {
            std::copy(gradient, gradient + dy.size(), to);
        } else {
            if constexpr (specs.count > 0) {
                [&]<Size... P>(std::index_sequence<P...>) {
                    layer.backward_parameters(device, x_view, y_view, dy_view,
                                              GradientView<T, Cpu, shape_t<parameter_dims(P)>>{
                                                  {dparameters.data() + offset(P)}, accumulate}...);
                }
                (std::make_index_sequence<specs.count>{});
            }
            with_operands([&](auto... operands) {
                layer.backward_input(device, x_view, y_view, dy_view, BatchView<T, Cpu, In>{to, batch},
                                     operands...);
            });
        }
    }
    void backward(bool accumulate = false) { backward(dy.data(), dx.data(), accumulate); }
};

/// |got - want| <= tolerance * |want| + floor, for every element; the first that is not is reported.
template <class Got, class Want>
bool close(const char* what, const Got& got, const Want& want, double tolerance, double floor,
           double factor = 1) {
    if (got.size() != want.size()) {
        UNSCOPED_INFO(what << " has " << got.size() << " elements, expected are " << want.size());
        return false;
    }
    for (Size i = 0; i < got.size(); ++i) {
        const double value = static_cast<double>(got[i]), expected = factor * static_cast<double>(want[i]);
        if (std::fabs(value - expected) <= tolerance * std::fabs(expected) + floor) continue;
        UNSCOPED_INFO(what << "[" << i << "] is " << value << ", expected is " << expected);
        return false;
    }
    return true;
}

/// The layer for samples of shape `In` does what PyTorch does: output, input gradient, parameter gradients.
template <class In, class Layer>
void check_layer(const Layer& layer, const golden::layers::Case& golden) {
    using R = Run<Layer, In, float>;
    R run(layer, golden.batch);
    REQUIRE(golden.x.size() == run.x.size());
    REQUIRE(golden.y.size() == run.y.size());
    REQUIRE(golden.parameters.size() == run.parameters.size());
    std::copy(golden.x.begin(), golden.x.end(), run.x.begin());
    std::copy(golden.dy.begin(), golden.dy.end(), run.dy.begin());
    std::copy(golden.parameters.begin(), golden.parameters.end(), run.parameters.begin());

    run.forward();
    CHECK(close("y", run.y, golden.y, 1e-5, 1e-6));
    run.backward();
    CHECK(close("dx", run.dx, golden.dx, 1e-5, 1e-6));
    CHECK(close("parameter gradients", run.dparameters, golden.dparameters, 1e-5, 1e-6));
    run.backward(true);
    CHECK(close("parameter gradients, accumulated", run.dparameters, golden.dparameters, 1e-5, 2e-6, 2));

    if constexpr (R::traits.in_place) {
        std::vector<float> buffer = run.x;
        run.forward(buffer.data(), buffer.data());
        CHECK(buffer == run.y);
        buffer = run.dy;
        run.backward(buffer.data(), buffer.data(), false);
        CHECK(buffer == run.dx);
    }
}

/// The gradients of sum(dy * y) agree with central differences in double. Inputs keep away from kinks at
/// zero.
template <class In, class Layer>
void check_gradients(const Layer& layer, Size batch = 3) {
    Run<Layer, In, double> run(layer, batch);
    Generator generator(7);
    normal_(run.x.data(), run.x.size(), 0, 1, generator);
    normal_(run.dy.data(), run.dy.size(), 0, 1, generator);
    normal_(run.parameters.data(), run.parameters.size(), 0, 1, generator);
    for (double& value : run.x)
        if (std::fabs(value) < 0.01) value += 0.05;

    const auto loss = [&] {
        run.forward();
        double sum = 0;
        for (Size i = 0; i < run.y.size(); ++i) sum += run.y[i] * run.dy[i];
        return sum;
    };
    const auto differences = [&](std::vector<double>& values) {
        constexpr double h = 1e-5;
        std::vector<double> slopes;
        for (double& value : values) {
            const double kept = value;
            value = kept + h;
            const double above = loss();
            value = kept - h;
            const double below = loss();
            value = kept;
            slopes.push_back((above - below) / (2 * h));
        }
        return slopes;
    };
    run.forward();
    run.backward();
    CHECK(close("dx", run.dx, differences(run.x), 1e-6, 1e-6));
    CHECK(close("parameter gradients", run.dparameters, differences(run.parameters), 1e-6, 1e-6));
}

/// The layer applied to a few numbers, in training mode: for infinities and NaN.
template <Size N, class Layer>
std::vector<float> outputs(const Layer& layer, const float (&x)[N]) {
    Run<Layer, Shape<N>, float> run(layer, 1);
    std::copy(x, x + N, run.x.begin());
    run.forward();
    return run.y;
}

/// The gradients of sum(y) there.
template <Size N, class Layer>
std::vector<float> slopes(const Layer& layer, const float (&x)[N]) {
    Run<Layer, Shape<N>, float> run(layer, 1);
    std::copy(x, x + N, run.x.begin());
    run.forward();
    std::fill(run.dy.begin(), run.dy.end(), 1.0f);
    run.backward();
    return run.dx;
}

inline constexpr float infinity = std::numeric_limits<float>::infinity();
inline constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

}  // namespace layer_check
