#pragma once
// A module as the layer checks run it: in a Model of its own, with everything that a network does around it.

#include "device.hpp"
#include "laws/laws.hpp"

#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/tools/probed_network.hpp>

namespace layer_check {

using namespace strata;
using test::Device;
using test::Memory;

/// One module, one batch, and all the memory that belongs to them; the members are those of a layer's Run.
template <class Module, class In, class T>
class ModuleRun {
    struct Probe : strata::detail::GradientProbe {
        static void initialize(Generator&, auto) {}
    };
    using Net = Sequential<typename laws::InputOf<In>::type, Probe, Module>;
    using M = test::Model<Net, T>;

public:
    static constexpr LayerTraits traits = {};
    static constexpr bool has_one_backward = false;
    using Out = typename Network<Net>::OutputShape;

    Size batch;
    Memory<T> x, dy, y, dx, parameters, dparameters;

    ModuleRun(const Module& module, Size the_batch)
        : batch(the_batch), x(batch * In::dims.elements()), dy(batch * Out::dims.elements()), y(dy.size()),
          dx(x.size()), parameters(parameter_elements()), dparameters(parameters.size()),
          model_(Net{{}, Probe{{dx.device()}}, module}) {}

    void forward() {
        const auto prediction = predict();
        y = Memory<T>(test::read(prediction.batch_view().data, y.size()));
    }
    /// Runs forward, too. With `accumulate` the parameters' gradients are added to those of the last call.
    void backward(bool accumulate = false) {
        const auto prediction = predict();
        test::write(prediction.gradient_view().data, dy);
        if (!accumulate) model_.zero_grad();
        model_.backward(prediction.loss());
        dx.download();
        const std::vector<T> all = test::gradients(model_);
        T* to = dparameters.data();
        for_each_parameter([&](Size offset, Size size) {
            to = std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(offset), size, to);
        });
    }

private:
    /// Calls `visit(offset, size)` for what the module learns.
    template <class Visit>
    static void for_each_parameter(const Visit& visit) {
        for (const ParameterInfo& row : M::parameter_table())
            if (row.kind == ParameterKind::learnt && row.name != "probe")
                visit(row.offset, row.dims.elements());
    }
    static Size parameter_elements() {
        Size sum = 0;
        for_each_parameter([&](Size, Size size) { sum += size; });
        return sum;
    }
    auto predict() {
        x.upload();
        std::vector<T> all = test::parameters(model_);
        const T* from = parameters.data();
        for_each_parameter([&](Size offset, Size size) {
            std::copy_n(from, size, all.begin() + static_cast<std::ptrdiff_t>(offset));
            from += size;
        });
        model_.copy_parameters_from(all.data());
        manual_seed(42);  // for Dropout
        return model_(BatchView<const T, Device, In>{x.device(), batch});
    }

    M model_;
};

}  // namespace layer_check
