#pragma once
// A single layer on plain buffers of the device: its forward and backward pass against PyTorch's numbers, and
// its gradients against central differences. Wherever the layer's traits promise something, the check insists
// on it: what `keeps` does not keep is poisoned before the backward pass, and an in-place layer also runs in
// place. A layer that is a module runs in a Model (module_run.hpp).

#include "catch.hpp"
#include "device.hpp"
#include "golden/layers.hpp"
#include "layers/module_run.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <strata/core/network/layer.hpp>
#include <strata/core/tensor.hpp>
#include <strata/random/distributions.hpp>
#include <string>
#include <vector>

namespace layer_check {

using namespace strata;
using test::Device;
using test::Memory;

/// One layer, one batch, and all the memory that belongs to them.
template <class Layer, class In, class T>
struct LayerRun {
    static constexpr LayerTraits traits = strata::detail::traits_of<Layer>();
    static constexpr ShapeOutcome outcome = Layer::output_shape(In::dims);
    static_assert(outcome.refusal == nullptr, "the layer refuses this shape");
    using Out = shape_t<outcome.dims>;
    static constexpr auto specs = strata::detail::parameters_of<Layer>(In::dims);
    static constexpr Size saved_size = strata::detail::saved_of<Layer>(In::dims);
    static constexpr Size saved_once_size = strata::detail::saved_once_of<Layer>(In::dims);

    /// Parameters that are learnt; buffers stand behind them.
    static constexpr Size learnt = [] {
        Size count = 0;
        if constexpr (specs.count > 0)
            for (const ParameterSpec& spec : specs.items) count += spec.kind == ParameterKind::learnt;
        return count;
    }();
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
    static constexpr Size parameter_elements = offset(learnt);

    const Layer& layer;
    Size batch;
    Memory<T> x, dy, parameters, y, dx, dparameters, saved, saved_once, buffers;
    Device device{};

    LayerRun(const Layer& the_layer, Size the_batch)
        : layer(the_layer), batch(the_batch), x(batch * In::dims.elements()),
          dy(batch * Out::dims.elements()), parameters(parameter_elements), y(dy.size(), poison),
          dx(x.size(), poison), dparameters(parameter_elements, poison), saved(batch * saved_size, poison),
          saved_once(saved_once_size, poison), buffers(offset(specs.count) - parameter_elements) {
        if (buffers.size() > 0) initialize();
    }

    static constexpr T poison = std::numeric_limits<T>::quiet_NaN();

    /// Parameters and buffers get their first values, on the host.
    void initialize() {
        if constexpr (specs.count > 0) [&]<Size... P>(std::index_sequence<P...>) {
                Generator generator(1);
                Layer::initialize(generator,
                                  TensorView<T, Device, shape_t<parameter_dims(P)>>{
                                      P < learnt ? parameters.data() + offset(P)
                                                 : buffers.data() + offset(P) - parameter_elements}...);
            }
        (std::make_index_sequence<specs.count>{});
        buffers.upload();
    }

    /// Parameter P, which only buffers let be written; and its gradient.
    template <Size P>
    auto operand() {
        using S = shape_t<parameter_dims(P)>;
        if constexpr (P < learnt)
            return TensorView<const T, Device, S>{parameters.device() + offset(P)};
        else
            return TensorView<T, Device, S>{buffers.device() + (offset(P) - parameter_elements)};
    }
    template <Size P>
    auto gradient(bool accumulate) {
        return GradientView<T, Device, shape_t<parameter_dims(P)>>{{dparameters.device() + offset(P)},
                                                                   accumulate};
    }
    /// Calls `call(operands..., saved?, saved_once?)`.
    template <class Call, class... Operands>
    void with_saved(Memory<T>& batched, Memory<T>& once, const Call& call, Operands... operands) {
        using Batched = BatchView<T, Device, Shape<saved_size>>;
        using Once = TensorView<T, Device, Shape<saved_once_size>>;
        if constexpr (saved_size > 0 && saved_once_size > 0)
            call(operands..., Batched{batched.device(), batch}, Once{once.device()});
        else if constexpr (saved_size > 0)
            call(operands..., Batched{batched.device(), batch});
        else if constexpr (saved_once_size > 0)
            call(operands..., Once{once.device()});
        else
            call(operands...);
    }

    /// Calls `call(parameters..., saved?, saved_once?)`.
    template <class Call>
    void with_operands(const Call& call) {
        [&]<Size... P>(std::index_sequence<P...>) { with_saved(saved, saved_once, call, operand<P>()...); }
        (std::make_index_sequence<specs.count>{});
    }

    /// From and to memory of the device.
    void forward(const T* from, T* to) {
        parameters.upload();
        manual_seed(42);  // for Dropout
        device.begin_step();
        if constexpr (traits.view) {
            device.copy(from, to, x.size());
        } else {
            with_operands([&](auto... operands) {
                layer.forward(device, BatchView<const T, Device, In>{from, batch},
                              BatchView<T, Device, Out>{to, batch}, operands...);
            });
        }
    }
    void forward() {
        x.upload();
        forward(x.device(), y.device());
        y.download();
        buffers.download();
    }
    /// In evaluation mode.
    void infer() {
        x.upload();
        parameters.upload();
        [&]<Size... P>(std::index_sequence<P...>) {
            layer.infer(device, BatchView<const T, Device, In>{x.device(), batch},
                        BatchView<T, Device, Out>{y.device(), batch}, operand<P>()...);
        }
        (std::make_index_sequence<specs.count>{});
        y.download();
    }

    /// Calls `call(parameters..., dparameters..., saved?, saved_once?)`. What is saved may be overwritten: it
    /// is a copy.
    template <class Call>
    void with_all_operands(bool accumulate, const Call& call) {
        [&]<Size... P, Size... L>(std::index_sequence<P...>, std::index_sequence<L...>) {
            Memory<T> kept(test::read(saved.device(), saved.size()));
            Memory<T> kept_once(test::read(saved_once.device(), saved_once.size()));
            with_saved(kept, kept_once, call, operand<P>()..., gradient<L>(accumulate)...);
        }
        (std::make_index_sequence<specs.count>{}, std::make_index_sequence<learnt>{});
    }
    /// Whether the layer has one backward function for all its gradients.
    static constexpr bool has_one_backward = requires { Layer::gradients_together; };

    /// `to` is null where nobody needs dx.
    void backward(T* of_y, T* to, bool accumulate) {
        constexpr auto keeps = [](Keeps what) {
            return (static_cast<int>(traits.keeps) & static_cast<int>(what)) != 0;
        };
        Memory<T> kept_x(x), kept_y(y);
        if (!keeps(Keeps::input)) kept_x = Memory<T>(x.size(), poison);
        if (!keeps(Keeps::output)) kept_y = Memory<T>(y.size(), poison);
        const BatchView<const T, Device, In> x_view{kept_x.device(), batch};
        const BatchView<T, Device, Out> y_view{kept_y.device(), batch};
        const BatchView<T, Device, Out> dy_view{of_y, batch};
        if constexpr (traits.view) {
            device.copy(static_cast<const T*>(of_y), to, dy.size());
        } else if constexpr (has_one_backward) {
            with_all_operands(accumulate, [&](auto... operands) {
                layer.backward(device, x_view, y_view, dy_view, BatchView<T, Device, In>{to, batch},
                               operands...);
            });
        } else {
            if constexpr (learnt > 0) {
                [&]<Size... P>(std::index_sequence<P...>) {
                    with_saved(
                        saved, saved_once,
                        [&](auto... operands) {
                            layer.backward_parameters(device, x_view, y_view, dy_view, operands...);
                        },
                        gradient<P>(accumulate)...);
                }
                (std::make_index_sequence<learnt>{});
            }
            with_operands([&](auto... operands) {
                layer.backward_input(device, x_view, y_view, dy_view, BatchView<T, Device, In>{to, batch},
                                     operands...);
            });
        }
        dparameters.download();
    }
    void backward(bool accumulate = false) {
        dy.upload();
        backward(dy.device(), dx.device(), accumulate);
        dx.download();
    }
};

template <class Layer, class In, class T>
using Run =
    std::conditional_t<strata::detail::Composite<Layer>, ModuleRun<Layer, In, T>, LayerRun<Layer, In, T>>;

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
    if constexpr (R::has_one_backward)
        if constexpr (R::learnt > 0) {
            run.backward(run.dy.device(), nullptr, false);
            CHECK(close("parameter gradients without dx", run.dparameters, golden.dparameters, 1e-5, 1e-6));
        }

    if constexpr (R::traits.in_place) {
        Memory<float> buffer = run.x;
        run.forward(buffer.device(), buffer.device());
        buffer.download();
        CHECK(buffer == run.y);
        buffer = run.dy;
        run.backward(buffer.device(), buffer.device(), false);
        buffer.download();
        CHECK(buffer == run.dx);
    }
}

/// The gradients of sum(dy * y) agree with central differences in double. Inputs keep away from kinks at
/// zero.
template <class In, class Layer>
void check_derivatives(const Layer& layer, Size batch = 3) {
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
