#pragma once
// A module whose forward calls functions of values: against PyTorch's numbers, and its gradients against
// central differences in double.

#include "catch.hpp"
#include "device.hpp"
#include "golden/functions.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/input.hpp>
#include <strata/models/model.hpp>
#include <strata/models/module.hpp>
#include <strata/models/sequential.hpp>

namespace function_check {

using namespace strata;
using layer_check::close;
using test::Device;
using test::Memory;

template <class S>
struct InputOf;
template <Size... Extents>
struct InputOf<Shape<Extents...>> {
    using type = Input<Extents...>;
};

/// A module on samples of shape `In`, a batch, and the gradient of sum(dy * y).
template <class In, class Module, class T>
struct Run {
    using Net = Sequential<typename InputOf<In>::type, Module>;

    Model<Net, Device, T> model;
    Memory<T> x;
    std::vector<T> dy, parameters;

    explicit Run(const golden::functions::Case& golden)
        : x(golden.x.begin(), golden.x.end()), dy(golden.dy.begin(), golden.dy.end()),
          parameters(golden.parameters.begin(), golden.parameters.end()) {
        set_parameters();
    }
    void set_parameters() {
        std::vector<T> flat(model.flat_parameters().size());
        Size at = 0;
        for (const ParameterInfo& row : model.parameter_table())
            for (Size i = 0; i < row.dims.elements(); ++i) flat[row.offset + i] = parameters.at(at++);
        REQUIRE(at == parameters.size());
        model.copy_parameters_from(flat.data());
    }
    auto predict() {
        return model(BatchView<const T, Device, In>{x.device(), x.size() / In::dims.elements()});
    }
    std::vector<T> outputs() {
        const auto y = predict().batch_view();
        return test::read(y.data, y.size());
    }
    /// Of the parameters, one behind the other.
    std::vector<T> gradients() {
        const auto y = predict();
        test::write(y.gradient_view().data, dy);
        model.zero_grad();
        model.backward(y.loss());
        const std::vector<T> flat = test::gradients(model);
        std::vector<T> result;
        for (const ParameterInfo& row : model.parameter_table())
            result.insert(result.end(), flat.begin() + static_cast<std::ptrdiff_t>(row.offset),
                          flat.begin() + static_cast<std::ptrdiff_t>(row.offset + row.dims.elements()));
        return result;
    }
};

template <class In, class Module>
void check(const golden::functions::Case& golden) {
    Run<In, Module, float> run(golden);
    const std::vector<float> y = run.outputs();
    CHECK(close("y", y, golden.y, 1e-5, 1e-6));
    const std::vector<float> gradients = run.gradients();
    CHECK(close("parameter gradients", gradients, golden.dparameters, 1e-5, 2e-6));
    CHECK(run.gradients() == gradients);
    run.model.eval();
    CHECK(close("y in evaluation mode", run.outputs(), golden.y, 1e-5, 1e-6));
}

/// The same in double, and the parameters' gradients against central differences.
template <class In, class Module>
void check_gradients(const golden::functions::Case& golden) {
    Run<In, Module, double> run(golden);
    CHECK(close("y in double", run.outputs(), golden.y, 1e-5, 1e-6));
    const std::vector<double> gradients = run.gradients();
    CHECK(close("parameter gradients in double", gradients, golden.dparameters, 1e-5, 1e-5));
    std::vector<double> slopes;
    for (double& value : run.parameters) {
        constexpr double h = 1e-5;
        const double kept = value;
        const auto loss = [&](double moved) {
            value = moved;
            run.set_parameters();
            const std::vector<double> y = run.outputs();
            double sum = 0;
            for (Size i = 0; i < y.size(); ++i) sum += y[i] * run.dy[i];
            return sum;
        };
        slopes.push_back((loss(kept + h) - loss(kept - h)) / (2 * h));
        value = kept;
    }
    CHECK(close("parameter gradients", gradients, slopes, 1e-6, 1e-6));
}

}  // namespace function_check
