#pragma once
// An optimizer's memory besides the states, where its algorithm sees tensors: memory for one tensor's update, taken
// once. Others have none.

#include <strata/core/config.hpp>
#include <strata/core/network/parameter_name.hpp>
#include <strata/optimizers/algorithm.hpp>
#include <strata/optimizers/update_plan.hpp>

namespace strata::detail {

[[noreturn, gnu::cold]] void refuse_tensor(const ParameterInfo& row, const char* wanted);

template <class Algorithm, class Device, class T>
struct TensorMemory {};

template <SeesTensors Algorithm, class Device, class T>
struct TensorMemory<Algorithm, Device, T> {
    /// Throws ValueError for a tensor that the algorithm refuses, before anything has changed.
    [[gnu::cold]] void prepare(std::span<const ParameterInfo> table, const UpdatePlan& plan,
                               std::span<const bool> unfrozen) {
        Size most = 0;
        plan.for_each_row([&](Size row) {
            const Dims& dims = table[row].dims;
            if constexpr (requires { Algorithm::refuses(dims); })
                if (const char* const wanted = unfrozen[row] ? Algorithm::refuses(dims) : nullptr)
                    refuse_tensor(table[row], wanted);
            if constexpr (requires { Algorithm::scratch(dims); })
                if (unfrozen[row] && Algorithm::scratch(dims) > most) most = Algorithm::scratch(dims);
        });
        if (most > numbers.size()) numbers.resize(most);
        norms.resize(1);
    }
    void give(OptimizerStep<T>& step, const ParameterInfo& row) {
        step.dims = row.dims;
        step.size = row.dims.elements();
        step.scratch = numbers.data();
        step.norms = norms.data();
    }
    const void* data() const { return numbers.data(); }

    typename Device::template Buffer<T> numbers{"a tensor's update"};
    typename Device::template Buffer<TensorNorms> norms{"a tensor's norms"};
};

}  // namespace strata::detail

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION void refuse_tensor(const ParameterInfo& row, const char* wanted) {
    std::string shape;
    for (Size i = 0; i < row.dims.rank; ++i) shape += message(i == 0 ? "" : ", ", row.dims.extent[i]);
    throw ValueError(message("strata: Optimizer: \"", row.name.view(), "\" is (", shape,
                             "), but this algorithm takes ", wanted,
                             "; freeze it, or give the rest to another one: Mixed{Muon{}, AdamW{}}"));
}

}  // namespace strata::detail
#endif
