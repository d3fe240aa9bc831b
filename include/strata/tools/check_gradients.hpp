#pragma once
// Compares the gradients of a layer, a network or a loss with central differences, in double:
//
//   strata::GradientCheck check = strata::check_gradients<strata::Shape<5>>(MyLayer{.slope = 2});
//   if (!check) std::cout << check;             // which tensor is farthest off, and by how much
//
// The shapes are those of the inputs, or none where the network states them. Of a loss it is the
// prediction's, and the target's behind it where that is numbers of another shape. `check_gradients<Cuda,
// Shape<5>>(...)` runs it on another device.
//
// Compared are all parameters and all inputs: d/dp of sum(dy y) for random dy. The network runs in training
// mode, as it does in a Model, with the same kernels in the same memory; only that everything that the
// layers' traits do not ask to keep is overwritten by NaN between the passes. A layer that reads it does not
// compile, and the compiler names the trait to write; a layer that states `in_place` and does not work in
// place is told so.
//
// What it cannot tell: elements at a kink or a jump, such as max(x, 0) at 0, have no derivative; they are
// recognised and left out (inputs are drawn away from 0). Functions that are flat, or random without
// strata::default_generator(), are beyond it, and so is a backward pass that is meant to differ, as that of a
// straight-through estimator. Inference (`infer`) is not looked at.

#include <strata/models/model_check.hpp>
#include <strata/tools/loss_problem.hpp>

namespace strata {

namespace detail {

/// The gradients of `problem`, tensor by tensor.
template <class N, class Problem>
void check_network(Problem& problem, const GradientCheckOptions& options, GradientCheck& result) {
    problem.forward();
    const std::vector<double> first = problem.y;
    problem.forward();
    for (Size i = 0; i < first.size(); ++i)
        if (first[i] != problem.y[i] && !(std::isnan(first[i]) && std::isnan(problem.y[i]))) {
            result.problem =
                "two forward passes with the same random numbers give different results; a layer "
                "draws its numbers from strata::default_generator()";
            return;
        }
    problem.backward(false);
    const std::vector<double> gradients = problem.gradients;
    problem.forward();
    problem.backward(true);
    const std::vector<double> doubled = problem.gradients;

    for (Size k = 0; k < N::inputs; ++k) {
        if (N::graph.values[k].indices) continue;
        CheckedTensor& tensor = result.tensors.emplace_back();
        tensor.name = N::inputs == 1 ? "input" : message("input ", k);
        tensor.extents = extents_of(N::graph.values[k].dims);
        tensor.extents.insert(tensor.extents.begin(), options.batch);
        const std::vector<double> gradient = problem.input_gradients[k];
        compare_with_differences(problem, problem.inputs[k].data(), gradient.data(), options, tensor);
    }
    for (Size p = 0; p != N::parameter_tensors; ++p) {
        const ParameterInfo& row = N::parameters.rows[p];
        if (row.kind != ParameterKind::learnt || row.name == "probe") continue;
        CheckedTensor& tensor = result.tensors.emplace_back();
        tensor.name = std::string(row.name.view());
        tensor.extents = extents_of(row.dims);
        compare_with_differences(problem, problem.parameters.data() + row.offset,
                                 gradients.data() + row.offset, options, tensor);
        for (Size i = row.offset; i < row.offset + row.dims.elements(); ++i)
            if (relative_error(2 * gradients[i], doubled[i]) > 1e-9) tensor.adds_up = false;
    }
}

/// A device in front of the shapes, or the Cpu.
template <class... Arguments>
struct DeviceAndShapes {
    using device = Cpu;
    using shapes = TypeList<Arguments...>;
};
template <class First, class... Shapes>
requires(!requires { First::dims; }) struct DeviceAndShapes<First, Shapes...> {
    using device = First;
    using shapes = TypeList<Shapes...>;
};

/// The same layer where y never lies on x, nor dx on dy.
template <class Layer>
struct OutOfPlace : Layer {
    static constexpr LayerTraits traits = [] {
        LayerTraits traits = Layer::traits;
        traits.in_place = false;
        return traits;
    }();
};
template <class Layer>
constexpr bool states_in_place() {
    if constexpr (LeafLayer<Layer> && !std::is_final_v<Layer>)
        return traits_of<Layer>().in_place;
    else
        return false;
}

template <class Device, class... Shapes, class L>
GradientCheck check_gradients_of(TypeList<Shapes...>, const L& checked, const GradientCheckOptions& options) {
    GradientCheck result;
    result.tolerance = options.tolerance;
    const KeepGenerator keep_generator;
    if constexpr (is_absent<Device>) {
        static_assert(never<L>, "strata: the device is not in this program; include <strata/strata.hpp>, or "
                                "<strata/cuda.hpp> in a .cu file (docs/errors.md#absent-device)");
    } else if constexpr (AnyLoss<L>) {
        constexpr bool the_shape_of_the_prediction_is_stated =
            sizeof...(Shapes) == 1 || sizeof...(Shapes) == 2;
        static_assert(the_shape_of_the_prediction_is_stated,
                      "strata: write the shape of one prediction: check_gradients<Shape<10>>(loss) "
                      "(docs/errors.md#check-gradients)");
        if constexpr (the_shape_of_the_prediction_is_stated) {
            using Prediction = type_at_t<0, TypeList<Shapes...>>;
            using Target = type_at_t<sizeof...(Shapes) - 1, TypeList<Shapes...>>;
            LossProblem<L, Device, Prediction, Target> problem(checked, options);
            check_loss(problem, Prediction::dims, options, result);
        }
    } else if constexpr (check_shapes<L, Shapes...>()) {
        if constexpr (Network<stated_t<L, Shapes...>>::fits) {
            using P = probed_t<L, Shapes...>;
            NetworkProblem<P, Device> problem(checked, options);
            check_network<Network<P>>(problem, options, result);
            if constexpr (states_in_place<L>())
                if (!result.ok() &&
                    check_gradients_of<Device>(TypeList<Shapes...>{}, OutOfPlace<L>{checked}, options).ok())
                    result.remedy =
                        "with .in_place = false in the layer's traits they agree: where y lies on x, "
                        "or dx on dy, it reads an element that it has overwritten\n";
        }
    }
    return result;
}

}  // namespace detail

template <class... DeviceAndShapes, class LayerOrLoss>
GradientCheck check_gradients(const LayerOrLoss& checked, const GradientCheckOptions& options = {}) {
    using Arguments = detail::DeviceAndShapes<DeviceAndShapes...>;
    return detail::check_gradients_of<typename Arguments::device>(typename Arguments::shapes{}, checked,
                                                                  options);
}

}  // namespace strata
